import { describe, expect, it } from 'vitest';
import { displayWidth, shorten, wrap } from '../../src/report/display-width.ts';
import { jsonText } from '../../src/report/json-text.ts';
import { safeClause, safeText } from '../../src/report/safe-text.ts';
import { type Column, renderTable, tableLines } from '../../src/report/table-text.ts';

describe('safe text', () => {
  it.each([
    ['plain São Paulo 10K', 'plain São Paulo 10K'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[2K\u001b[1;1Hhome', 'home'],
    ['\u009b2Jclear', 'clear'],
    ['\u001b half', 'half'],
    ['a\u0000b\u0007c\u0085d', 'a b c d'],
    ['two\nlines\r\n\tof text ', 'two lines of text'],
    ['abc\u202egnp.exe\u202c', 'abcgnp.exe'],
    ['\u2066x\u2069\u200e\u200b\ufeff', 'x'],
    ['👨‍👩‍👧 ❤️', '👨👩👧 ❤'],
    ['e\u0301\u0301\u0301\u0301\u0301', 'e\u0301\u0301\u0301'],
    ['\ud83d lone', '\ufffd lone'],
  ])('%j', (text, safe) => {
    expect(safeText(text)).toBe(safe);
  });

  it('as a clause loses its full stop', () => {
    expect(safeClause('It failed. Twice. ')).toBe('It failed. Twice');
  });
});

describe('width', () => {
  it.each([
    ['abc', 3],
    ['東京', 4],
    ['🏃 run', 6],
    ['e\u0301', 1],
    ['\u001b[31mred\u001b[39m', 3],
  ])('%j takes %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it.each([
    ['Lakefront', 9, 'Lakefront'],
    ['Lakefront', 8, 'Lakefro…'],
    ['Lake front', 6, 'Lake…'],
    ['東京マラソン', 6, '東京…'],
    ['東京マラソン', 5, '東京…'],
    ['ab', 1, '…'],
    ['ab', 0, ''],
  ])('%j in %i', (text, width, short) => {
    expect(shorten(text, width)).toBe(short);
  });

  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['a verylongword b', 5, ['a', 'veryl', 'ongwo', 'rd b']],
    ['東京 マラソン', 5, ['東京', 'マラ', 'ソン']],
    ['', 5, []],
  ])('%j wrapped to %i', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });
});

describe('tables', () => {
  const columns: Column[] = [
    { head: 'NAME', min: 6 },
    { head: 'NOTE', drop: 1 },
    { head: 'N', align: 'right' },
  ];
  const rows = [
    ['東京マラソン', 'fine', '7'],
    ['\u001b[31mParis\u001b[0m', '', '1,234'],
  ];

  it('line up by display width', () => {
    expect(renderTable(columns, rows, { columns: 40, color: false }).split('\n')).toEqual([
      'NAME          NOTE      N',
      '─────────────────────────',
      '東京マラソン  fine      7',
      'Paris               1,234',
    ]);
  });

  it('leave out a column before they cut a text', () => {
    expect(renderTable(columns, rows, { columns: 13, color: false }).split('\n')).toEqual([
      'NAME        N',
      '─────────────',
      '東京…       7',
      'Paris   1,234',
    ]);
  });

  it('wrap notes below a row, in its colour', () => {
    const lines = tableLines(
      [{ head: '' }],
      [{ cells: ['row'] }, { note: 'one two three', style: 'red' }],
      { columns: 10, color: true },
      3,
    );
    expect(lines).toEqual(['row', '   \u001b[31mone two\u001b[39m', '   \u001b[31mthree\u001b[39m']);
  });

  it('of no rows are a head', () => {
    expect(renderTable(columns, [], { columns: 40, color: false })).toBe('NAME  NOTE  N\n─────────────');
  });
});

it('JSON text is the same value, and harmless to a terminal', () => {
  const value = { name: 'a\u009b2J\u202eb\u{e0041}\u2028 東京 🏃' };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe('{\n  "name": "a\\u009b2J\\u202eb\\udb40\\udc41\\u2028 東京 🏃"\n}');
});
