/** What a tick may have to do beside its syncs, in one question: the idle tick asks it every minute of the year. */
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { isAnyLinked } from './links.ts';

export interface Errands {
  /** An event that starts after `linkedFrom` is linked to a scoring event. */
  readonly linked: boolean;
  /** The queue has rows that wait, or that a run has taken, whether it lives or not. */
  readonly queued: boolean;
}

/** @param linkedFrom events that started earlier (UTC) need no scoring side any more. */
export async function readErrands(db: Db, linkedFrom: Date): Promise<Errands> {
  const result = await sql<Errands>`select
      ${isAnyLinked(linkedFrom)} as linked,
      exists (select 1 from sync_queue where status = 'pending')
        or exists (select 1 from sync_queue where status = 'processing' and lease_until is not null) as queued`.execute(
    db,
  );
  return result.rows[0] ?? { linked: true, queued: true };
}
