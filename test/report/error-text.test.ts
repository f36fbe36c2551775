import { describe, expect, it } from 'vitest';
import { CredentialRefused, DatabaseUnavailable, UsageError } from '../../src/domain/errors.ts';
import { errorJson, errorText } from '../../src/report/error-text.ts';

const bug = 'This is a bug in p88sync: please report it, with what the same command says under --debug.';
const quiet = { debug: false };

describe('for a person', () => {
  it.each([
    [
      new UsageError('"x" is no event', { hint: 'Try 1:runsignup:5.' }),
      ['p88sync: "x" is no event', '  Try 1:runsignup:5.'],
    ],
    [new CredentialRefused('refused'), ['p88sync: refused']],
    [
      new UsageError('\u001b[31mred\u001b[0m\nand \u202eback', { hint: 'a\u0007b' }),
      ['p88sync: red and back', '  a b'],
    ],
    [new TypeError('x is undefined'), ['p88sync: x is undefined', `  ${bug}`]],
    [new RangeError(''), ['p88sync: RangeError', `  ${bug}`]],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), ['p88sync: ECONNREFUSED', `  ${bug}`]],
    [new AggregateError([new Error('a'), new Error('b')]), ['p88sync: a; b', `  ${bug}`]],
    ['thrown text', ['p88sync: thrown text', `  ${bug}`]],
    [undefined, ['p88sync: undefined', `  ${bug}`]],
  ])('%#', (error, lines) => {
    expect(errorText(error, quiet)).toEqual({ lines });
  });

  it('with stacks and causes under debug only', () => {
    const error = new DatabaseUnavailable('no database', { cause: new Error('deep\u0007') });
    const { lines } = errorText(error, { debug: true });
    expect(lines.slice(0, 2)).toEqual(['p88sync: no database', 'DatabaseUnavailable: no database']);
    expect(lines.filter((line) => line.startsWith('caused by'))).toEqual(['caused by Error: deep']);
    expect(lines.filter((line) => line.startsWith('    at ')).length).toBeGreaterThan(2);
    expect(errorText(error, quiet).lines).toEqual(['p88sync: no database']);
  });

  it('a chain of causes that bites its tail ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(errorText(error, { debug: true }).lines.filter((line) => line.includes('Error: round'))).toHaveLength(1);
  });
});

describe('for machines', () => {
  it.each([
    [
      new UsageError('bad', { hint: 'h' }),
      { kind: 'UsageError', message: 'bad', hint: 'h', exit: { name: 'usage', code: 2 } },
    ],
    [
      new CredentialRefused('no'),
      { kind: 'CredentialRefused', message: 'no', hint: null, exit: { name: 'credentialRefused', code: 5 } },
    ],
    [new TypeError('x'), { kind: 'TypeError', message: 'x', hint: bug, exit: { name: 'bug', code: 70 } }],
    [7, { kind: 'number', message: '7', hint: bug, exit: { name: 'bug', code: 70 } }],
  ])('%#', (error, body) => {
    expect(errorJson(error, quiet)).toEqual({ error: body });
  });

  it('with the stack under debug only', () => {
    expect(errorJson(new TypeError('x'), { debug: true }).error.stack?.[0]).toBe('TypeError: x');
  });
});
