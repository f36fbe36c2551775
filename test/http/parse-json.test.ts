import { describe, expect, test } from 'vitest';
import { parseJson, tooDeep } from '../../src/http/parse-json.ts';

describe('numbers', () => {
  test.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', '9007199254740992'],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['[1,18446744073709551617 ,2]', [1, '18446744073709551617', 2]],
    ['{"a":1e400,"b":-1E+999,"c":1e21}', { a: '1e400', b: '-1E+999', c: 1e21 }],
    ['{"a":0.12345678901234567890,"b":[0.1]}', { a: 0.12345678901234568, b: [0.1] }],
    ['{"9007199254740993":"9007199254740993"}', { '9007199254740993': '9007199254740993' }],
    [String.raw`["\"9007199254740993", "\\", 9007199254740993]`, ['"9007199254740993', '\\', '9007199254740993']],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test('behind a text of 10 MB', () => {
    const long = '\\" 123 '.repeat(1_500_000);
    expect(parseJson(`["${long}",9007199254740993]`)).toEqual([JSON.parse(`"${long}"`), '9007199254740993']);
  });
});

describe('nesting', () => {
  const nest = (levels: number, inner: string) => `${'{"a":['.repeat(levels / 2)}${inner}${']}'.repeat(levels / 2)}`;

  test('200 levels are read as they are', () => {
    const text = nest(200, '"]}\\"[["');
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  test('what is nested deeper is left out, and said', () => {
    expect(parseJson(`[${nest(200, '1')},2]`)).toEqual([JSON.parse(nest(200, '1').replace('[1]', `"${tooDeep}"`)), 2]);
    const bomb = `{"id":7,"__proto__":${nest(2_000_000, '')},"name":"Ann"}`;
    const read = JSON.stringify(parseJson(bomb));
    expect(read).toMatch(/^\{"id":7,"__proto__":\{"a":\[/);
    expect(read).toContain(tooDeep);
    expect(read).toMatch(/\]\},"name":"Ann"\}$/);
  });
});

test('keys of prototypes are keys', () => {
  const value = parseJson('{"__proto__":{"polluted":true},"constructor":1}');
  expect(Object.entries(value as object)).toEqual([
    ['__proto__', { polluted: true }],
    ['constructor', 1],
  ]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.each(['', '{"a":9007199254740993', '{"a":1e}', 'NaN', '{"a":-9007199254740993x}'])('%j is no JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});
