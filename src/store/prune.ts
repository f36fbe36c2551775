/** Retention: old rows of the log of calls and of the history go, but for those that the plan still reads. */
import { sql } from 'kysely';
import type { Db } from './database.ts';

export interface Pruned {
  readonly historyRows: number;
  readonly apiCalls: number;
}

/** Rows per statement: locks stay short, and a killed prune has done what it has done. */
const batch = 10_000;

/**
 * @param before rows that began earlier (UTC) go; of each event (or what else a row is about) the newest row of every kind
 * and status stays, so that watermarks, costs and failures are kept whatever their age.
 * @param now UTC.
 */
export async function prune(db: Db, before: Date, signal: AbortSignal, now: Date): Promise<Pruned> {
  const note = await noteBegin(db, before, now);
  const ofEvents = await inBatches(signal, async () => {
    // Oldest first, and one probe of the index per row, which `limit 1` holds the planner to: as a join it would hash the
    // whole history for each batch, 1.8 s at a million rows.
    const result = await sql`delete from sync_history where sync_history_id in (
      select h.sync_history_id from sync_history h
      where h.started_at < ${before}::timestamptz and h.status <> 'running' and h.event_id is not null
        and (select true from sync_history n where n.timing_partner_id = h.timing_partner_id and n.provider_id = h.provider_id
          and n.event_id = h.event_id and n.operation_type = h.operation_type and n.status = h.status
          and n.sync_direction is not distinct from h.sync_direction
          and n.sync_history_id > h.sync_history_id limit 1)
      order by h.started_at limit ${batch}) returning 1`.execute(db);
    return result.rows.length;
  });
  const ofOthers = await inBatches(signal, async () => {
    // Discoveries and full syncs of everything: a few a day.
    const result = await sql`delete from sync_history where sync_history_id in (
      select h.sync_history_id from (
        select sync_history_id, started_at, status, row_number() over (
          partition by timing_partner_id, provider_id, claim_key, operation_type, status order by sync_history_id desc) as place
        from sync_history where event_id is null) h
      where h.place > 1 and h.started_at < ${before}::timestamptz and h.status <> 'running'
      limit ${batch}) returning 1`.execute(db);
    return result.rows.length;
  });
  const apiCalls = await inBatches(signal, async () => {
    const result = await sql`delete from api_calls where api_call_id in (
      select api_call_id from api_calls where called_at < ${before}::timestamptz limit ${batch}) returning 1`.execute(
      db,
    );
    return result.rows.length;
  });
  const pruned = { historyRows: ofEvents + ofOthers, apiCalls };
  if (!signal.aborted) await noteEnd(db, note, pruned, now);
  return pruned;
}

/**
 * A row of the history of its own, written before anything is deleted: from what is gone nobody can conclude that it never
 * was, and a prune may be killed half-way. `since` is where the whole history begins from then on.
 */
async function noteBegin(db: Db, before: Date, now: Date): Promise<number> {
  const result = await sql<{
    id: number;
  }>`insert into sync_history (operation_type, sync_time, status, started_at, since, reason)
    values ('prune', ${now}::timestamptz, 'abandoned', ${now}::timestamptz, ${before}::timestamptz, 'it ended before all old rows were deleted')
    returning sync_history_id as id`.execute(db);
  return result.rows[0]?.id ?? 0;
}

async function noteEnd(db: Db, note: number, { historyRows }: Pruned, now: Date): Promise<void> {
  await sql`update sync_history set status = 'completed', reason = null, removed = ${historyRows}::int, finished_at = ${now}::timestamptz
    where sync_history_id = ${note}`.execute(db);
}

async function inBatches(signal: AbortSignal, step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const rows = signal.aborted ? 0 : await step();
    total += rows;
    if (rows < batch) return total;
  }
}
