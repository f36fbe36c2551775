/** What a run that did not end by itself says when it is ended by force. */
import { DatabaseUnavailable, type P88Error, RunOverdue } from './domain/errors.ts';
import type { Waits } from './domain/waits.ts';

/** @param shown the database, without password: where it is what was waited for, the exit code is its own. */
export function overdueError(waiting: ReturnType<Waits['current']>, shown: string): P88Error {
  const told = waiting.map(({ on, what, forMs }) => {
    const seconds = `for ${Math.round(forMs / 1000)} s`;
    return on === 'database' ? `the database (${shown}), ${seconds}: ${what}` : `${what}, ${seconds}`;
  });
  const message = `the run did not end in its time and was ended by force; it was waiting for ${told.join('; ') || 'nothing that is known'}`;
  const hint = 'What was stored stays, and the next run takes over the rest at once.';
  return waiting.some(({ on }) => on === 'database')
    ? new DatabaseUnavailable(message, { hint })
    : new RunOverdue(message, { hint });
}
