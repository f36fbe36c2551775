/** The history row of a discovery: one running at a time per credential, like the claim of an event. */
import { sql } from 'kysely';
import type { Failure } from '../domain/outcomes.ts';
import type { RunIdentity } from './claims.ts';
import type { Db } from './database.ts';
import type { ListedCounts } from './events.ts';
import type { Owner } from './participants.ts';

export interface DiscoveryClaim {
  readonly historyId: number;
  readonly unitId: string;
}

/** A listing of one page a second is done far sooner; a dead process of this host is noticed at once anyway. */
const leaseFactor = 10;

/**
 * @param options `eventId`: only this event is looked for, which is no discovery to those who ask when the last one was.
 * @returns undefined where another run holds it.
 */
export async function claimDiscovery(
  db: Db,
  identity: RunIdentity,
  owner: Owner,
  options: { now: Date; leaseSeconds: number; unitId: string; includePast: boolean; eventId?: string | undefined },
): Promise<DiscoveryClaim | undefined> {
  const leaseUntil = new Date(options.now.getTime() + options.leaseSeconds * 1000 * leaseFactor);
  const [row] = await db.transaction().execute(async (tx) => {
    const inserted = await sql<{ id: number }>`
    insert into sync_history (timing_partner_id, provider_id, operation_type, sync_direction, sync_time, status, claim_key,
      run_id, unit_id, partner_provider_credential_id, host, process, started_at, lease_until, reason)
    values (${owner.partnerId}::int, ${owner.providerId}::int, ${options.eventId === undefined ? 'events' : 'event_lookup'}, 'pull', ${options.now}::timestamptz, 'running',
      ${`discovery:${owner.credentialId}`}::text, ${identity.runId}::uuid, ${options.unitId}::uuid, ${owner.credentialId}::int,
      ${identity.host}::text, ${identity.process}::text, ${options.now}::timestamptz, ${leaseUntil}::timestamptz,
      ${options.includePast ? 'past included' : null}::text)
    on conflict (timing_partner_id, provider_id, claim_key) where status = 'running' do nothing
    returning sync_history_id as id`.execute(tx);
    // Behind the insert, as for events (claims.ts).
    for (const { id } of inserted.rows)
      await sql`update sync_history set claimed_at = clock_timestamp() where sync_history_id = ${id}`.execute(tx);
    return inserted.rows;
  });
  return row && { historyId: row.id, unitId: options.unitId };
}

export async function endDiscovery(
  db: Db,
  claim: DiscoveryClaim,
  end: {
    now: Date;
    status: 'completed' | 'failed' | 'abandoned';
    counts: ListedCounts;
    apiCalls: number;
    error: Failure | undefined;
  },
): Promise<void> {
  const error =
    end.error && JSON.stringify({ kind: end.error.kind, message: end.error.message, hint: end.error.hint ?? null });
  await sql`update sync_history set status = ${end.status}, finished_at = ${end.now}::timestamptz, released_at = clock_timestamp(), reason = coalesce(${end.error?.message ?? null}::text, reason),
      error_details = ${error ?? null}::jsonb, api_calls = ${end.apiCalls}::int, fetched = ${end.counts.events + end.counts.failed}::int,
      inserted = ${end.counts.newEvents}::int, updated = ${end.counts.changedEvents}::int,
      unchanged = ${end.counts.events - end.counts.newEvents - end.counts.changedEvents}::int,
      num_of_synced_records = ${end.counts.events}::int, entries_success = ${end.counts.events}::int, entries_failed = ${end.counts.failed}::int,
      duration_seconds = greatest(0, round(extract(epoch from ${end.now}::timestamptz - started_at)))::int
    where sync_history_id = ${claim.historyId} and status = 'running'`.execute(db);
}
