import { expect, test } from 'vitest';
import { wordIn } from '../../src/domain/word-table.ts';

const table = { male: 'M', female: 'F' };

test.each([
  ['male', 'M'],
  ['FeMale', 'F'],
  ['mixed', undefined],
  ['', undefined],
  [null, undefined],
  ['constructor', undefined],
  ['__proto__', undefined],
  ['toString', undefined],
])('%j is %j', (word, meaning) => {
  expect(wordIn(table, word)).toBe(meaning);
});
