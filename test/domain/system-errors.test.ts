import { expect, it } from 'vitest';
import { inWords, reasonOf } from '../../src/domain/system-errors.ts';

it.each([
  ['ENOENT', 'there is no such file or folder (ENOENT)'],
  ['EADDRINUSE', 'another program listens on it (EADDRINUSE)'],
  ['ENOTFOUND', 'there is no such host name (ENOTFOUND)'],
  ['EWHATEVER', 'EWHATEVER'],
])('%s', (code, text) => {
  expect(inWords(code)).toBe(text);
  expect(reasonOf(Object.assign(new Error('no'), { code }))).toBe(text);
});

it('an error without a code is told by its message', () => {
  expect(reasonOf(new Error('no'))).toBe('no');
});
