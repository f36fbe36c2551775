/** A full sync's own row in sync_history: how the next one knows that it continues an interrupted run. */
import { sql } from 'kysely';
import type { RunIdentity } from './claims.ts';
import type { Db } from './database.ts';

export interface FullSyncRun {
  readonly historyId: number;
  /** Events with a full sync since then (UTC) are done; the start of the first run of the series. */
  readonly from: Date;
  readonly resumed: boolean;
}

interface Lease {
  readonly now: Date;
  readonly leaseSeconds: number;
}

/** A run that was interrupted longer ago than this is not continued: too much has changed. */
const resumableHours = 24;

/** @param scope what was asked for, so that only the same question is continued: `1:runsignup upcoming`. */
export async function beginFullSync(db: Db, identity: RunIdentity, scope: string, lease: Lease): Promise<FullSyncRun> {
  const { now } = lease;
  const key = `full-sync:${scope}`;
  const earlier = await sql<{
    status: string;
    from: Date;
  }>`select status, coalesce(since, started_at) as "from" from sync_history
    where claim_key = ${key} and operation_type = 'full_sync_run' and coalesce(finished_at, lease_until) > ${now}::timestamptz - ${resumableHours}::int * interval '1 hour'
    order by sync_history_id desc limit 1`.execute(db);
  const [last] = earlier.rows;
  const resumed = last?.status === 'abandoned';
  const from = resumed ? last.from : now;
  const inserted = await sql<{
    id: number;
  }>`insert into sync_history (operation_type, sync_direction, sync_time, status, claim_key, run_id,
      host, process, started_at, lease_until, since)
    values ('full_sync_run', 'pull', ${now}::timestamptz, 'running', ${key}, ${identity.runId}::uuid, ${identity.host}, ${identity.process},
      ${now}::timestamptz, ${leaseEnd(lease)}::timestamptz, ${from}::timestamptz)
    returning sync_history_id as id`.execute(db);
  const [row] = inserted.rows;
  if (!row) throw new Error('an insert returned no row');
  return { historyId: row.id, from, resumed };
}

/** The lease only decides how long a dead run on another host is shown as running, and is not continued. */
export async function extendFullSync(db: Db, run: FullSyncRun, lease: Lease): Promise<void> {
  await sql`update sync_history set lease_until = ${leaseEnd(lease)}::timestamptz, status = 'running'
    where sync_history_id = ${run.historyId}`.execute(db);
}

/** `abandoned`: something was left, and the next run of the same scope goes on. */
export async function endFullSync(
  db: Db,
  run: FullSyncRun,
  status: 'completed' | 'abandoned',
  now: Date,
): Promise<void> {
  await sql`update sync_history set status = ${status}, finished_at = ${now}::timestamptz,
      duration_seconds = greatest(0, round(extract(epoch from ${now}::timestamptz - started_at)))::int
    where sync_history_id = ${run.historyId}`.execute(db);
}

/** Credentials whose listing was completed since `from`, with the past where that is wanted. */
export async function discoveredSince(db: Db, from: Date, includePast: boolean): Promise<ReadonlySet<number>> {
  const result = await sql<{ id: number }>`select distinct partner_provider_credential_id as id from sync_history
    where operation_type = 'events' and status = 'completed' and started_at >= ${from}::timestamptz and claim_key like 'discovery:%'
      and (${!includePast}::boolean or reason = 'past included')`.execute(db);
  return new Set(result.rows.map((row) => row.id));
}

function leaseEnd({ now, leaseSeconds }: Lease): Date {
  return new Date(now.getTime() + leaseSeconds * 1000);
}
