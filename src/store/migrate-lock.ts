/** Two `migrate` at once: one works, the other waits, however the connections go (PgBouncer in transaction mode too). */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Interrupted } from '../domain/errors.ts';
import type { Database } from './database.ts';

/** Any constant does. */
const lockKey = 8_822_374;
const pollMs = 200;

/**
 * The lock is that of a transaction which stays open beside the work, and ends with its process. Whoever waits asks again
 * and again: a statement that waits for a lock holds a snapshot, and CREATE INDEX CONCURRENTLY waits for all of these.
 */
export async function holdingMigrateLock<Result>(
  database: Database,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  // Its data folder is held by one process anyway, and its one connection cannot keep a transaction open beside the work.
  if (database.kind === 'embedded') return work();
  for (;;) {
    const done = await database.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{
        got: boolean;
      }>`select pg_try_advisory_xact_lock(${sql.lit(lockKey)}) as got`.execute(tx);
      if (!rows[0]?.got) return undefined;
      // It does nothing for as long as an index takes. Servers before PostgreSQL 17 have no transaction_timeout.
      const limits = await sql<{ name: string }>`select name from pg_settings
        where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`.execute(tx);
      for (const { name } of limits.rows) await sql`set local ${sql.ref(name)} to 0`.execute(tx);
      return { result: await work() };
    });
    if (done) return done.result;
    if (signal?.aborted) throw new Interrupted('the run was told to end while another `p88sync migrate` was at work');
    await sleep(pollMs);
  }
}
