import { expect, test } from 'vitest';
import { exitNameOf } from '../src/domain/exit-codes.ts';
import { overdueError } from '../src/wiring-overdue.ts';

const database = { on: 'database', what: 'update sync_history', forMs: 24_600 } as const;
const provider = { on: 'provider', what: 'GET api.example.org/events', forMs: 3_000 } as const;

test.each([
  [
    [provider, database],
    'database',
    'GET api.example.org/events, for 3 s; the database (db:5432/p88), for 25 s: update sync_history',
  ],
  [[provider], 'someFailed', 'GET api.example.org/events, for 3 s'],
  [[], 'someFailed', 'nothing that is known'],
])('%#', (waiting, exit, told) => {
  const error = overdueError(waiting, 'db:5432/p88');
  expect(exitNameOf(error)).toBe(exit);
  expect(error.message).toBe(`the run did not end in its time and was ended by force; it was waiting for ${told}`);
  expect(error.hint).toBe('What was stored stays, and the next run takes over the rest at once.');
});
