import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/domain/shell-word.ts';

test.each([
  ['1:runsignup:661001', '1:runsignup:661001'],
  ['1:chronotrack:85014', '1:chronotrack:85014'],
  ['1:copernico:pine-ridge-2026:7f2c/Half Marathon', "'1:copernico:pine-ridge-2026:7f2c/Half Marathon'"],
  ['1:copernico:a/5K & 10K $HOME `id` "x"', `'1:copernico:a/5K & 10K $HOME \`id\` "x"'`],
  ["1:copernico:a/Runner's Mile", String.raw`'1:copernico:a/Runner'\''s Mile'`],
  ['', "''"],
])('%s', (text, word) => {
  expect(shellWord(text)).toBe(word);
  expect(execFileSync('/bin/sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(text);
});
