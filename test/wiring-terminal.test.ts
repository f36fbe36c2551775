import { expect, test } from 'vitest';
import { terminalColumns } from '../src/wiring-terminal.ts';

test.each([
  ['a terminal', { columns: 132 }, { COLUMNS: '80' }, 132],
  ['a terminal that does not know its size', { columns: 0 }, {}, 100],
  ['the same, told from outside', { columns: 0 }, { COLUMNS: '80' }, 80],
  ['a file', {}, {}, 100],
  ['a file, told from outside', {}, { COLUMNS: '160' }, 160],
  ['a file, told nonsense', {}, { COLUMNS: '-5' }, 100],
])('%s', (_, stream, env, columns) => {
  expect(terminalColumns(stream, env)).toBe(columns);
});
