/** What only the status screen asks: people per event, counts of the last sync, what runs, when discovery last ran. */
import { sql } from 'kysely';
import type { Counts } from '../domain/outcomes.ts';
import type { EventState } from '../domain/planning.ts';
import type { Provider, SyncKind } from '../domain/provider.ts';
import type { LastDiscovery, StatusRunning } from '../domain/status.ts';
import type { Db } from './database.ts';
import { pidOf } from './due.ts';
import { completedFull, completedIncremental } from './registration-syncs.ts';
import { columnIn, storedTable } from './stored-table.ts';

/** `partner:provider:event`, by ids. */
export function eventKey(event: { partnerId: number; providerId: number; eventId: string }): string {
  return `${event.partnerId}:${event.providerId}:${event.eventId}`;
}

export interface Headcount {
  readonly participants: number;
  readonly removed: number;
}

export async function countPeople(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  events: readonly EventState[],
): Promise<ReadonlyMap<string, Headcount>> {
  const counts = new Map<string, Headcount>();
  for (const [providerId, provider] of providers) {
    const own = events.filter((event) => event.providerId === providerId);
    if (own.length === 0) continue;
    const table = await storedTable(db, provider.tables.participants);
    const eventColumn = sql.ref(`t.${columnIn(table, 'event_id')}`);
    const eventType = sql.raw(table.columns['event_id'] ?? 'text');
    const wanted = JSON.stringify(own.map((event) => ({ partner: event.partnerId, event: event.eventId })));
    const result = await sql<{ partner: number; event: string } & Headcount>`
      select w.partner, w.event, count(*) filter (where t.removed_at is null)::int as participants,
        count(t.removed_at)::int as removed
      from jsonb_to_recordset(${wanted}::jsonb) as w(partner int, event text)
      join ${sql.table(table.name)} t on t.timing_partner_id = w.partner and ${eventColumn} = w.event::${eventType}
        and t.duplicate_of is null
      group by w.partner, w.event`.execute(db);
    for (const { partner, event, ...count } of result.rows) counts.set(`${partner}:${providerId}:${event}`, count);
  }
  return counts;
}

export interface LastSync {
  readonly at: Date;
  readonly kind: SyncKind;
  readonly counts: Counts;
}

/**
 * The last completed sync of each event, as the plan knows it: a later row is a rehearsal's. Rows of older programs have no
 * counts of their own.
 */
export async function readLastSyncs(db: Db, events: readonly EventState[]): Promise<ReadonlyMap<string, LastSync>> {
  const wanted = JSON.stringify(
    events.flatMap(({ partnerId, providerId, eventId, lastCompleted }) =>
      lastCompleted
        ? [{ partner: partnerId, provider: providerId, event: eventId, until: lastCompleted.startedAt }]
        : [],
    ),
  );
  const result = await sql<
    { partner: number; provider: number; event: string; at: Date; operation: string; failed: number } & Omit<
      Counts,
      'failed'
    >
  >`
    select w.partner, w.provider, w.event, coalesce(h.started_at, h.sync_time::timestamptz) as at, h.operation_type as operation,
      h.fetched, h.inserted, h.updated, h.unchanged, h.removed, coalesce(h.entries_failed, 0) as failed
    from jsonb_to_recordset(${wanted}::jsonb) as w(partner int, provider int, event text, until timestamptz)
    join lateral (select * from sync_history h where h.timing_partner_id = w.partner and h.provider_id = w.provider
      and h.event_id = w.event and (${completedFull} or ${completedIncremental})
      -- PostgreSQL counts microseconds, a Date milliseconds.
      and coalesce(h.started_at, h.sync_time::timestamptz) < w.until + interval '1 millisecond' order by h.sync_history_id desc limit 1) h on true`.execute(
    db,
  );
  return new Map(
    result.rows.map(({ partner, provider, event, at, operation, ...counts }) => [
      `${partner}:${provider}:${event}`,
      { at, kind: operation === 'full_sync' ? 'full' : 'incremental', counts },
    ]),
  );
}

/** What a claim is called: the kind of a sync, or what is done for a scoring event or a set of results. */
const workWord = sql`case split_part(h.claim_key, ':', 1) when 'push' then 'push' when 'results' then 'results'
  when 'publish' then 'publication' else replace(h.operation_type, '_sync', '') end`;

/** A scoring event goes by the name of the first event that is linked to it: not every scoring system names its own. */
export async function readRunning(db: Db, now: Date): Promise<readonly StatusRunning[]> {
  const result = await sql<{ what: string; host: string | null; process: string | null; started_at: Date }>`
    select case when h.event_id is null then coalesce(c.company_name || ', discovery', 'full sync')
        else coalesce(e.name, l.name, h.event_id) || ' (' || ${workWord} || ')' end as what,
      h.host, h.process, h.started_at
    from sync_history h left join sync_events e using (timing_partner_id, provider_id, event_id)
      left join timing_partners c using (timing_partner_id)
      left join lateral (select r.name from event_links k
        join sync_events r on r.timing_partner_id = k.timing_partner_id and r.provider_id = k.provider_id and r.event_id = k.event_id
        where k.timing_partner_id = h.timing_partner_id and k.scoring_provider_id = h.provider_id and k.scoring_event_id = h.event_id
        order by r.start_at, r.event_id limit 1) l on e.name is null
    where h.status = 'running' and h.claim_key is not null and h.lease_until >= ${now}::timestamptz
    order by h.started_at`.execute(db);
  return result.rows.map((row) => ({
    what: row.what,
    host: row.host ?? '',
    pid: pidOf(row.process),
    startedAt: row.started_at,
  }));
}

/**
 * The newest discovery of each credential that was completed or failed. One that was killed or interrupted says nothing of
 * the provider; rows of older programs name no credential; rows of the future are a rehearsal's.
 */
export async function discoveriesByCredential(db: Db, now: Date): Promise<ReadonlyMap<number, LastDiscovery>> {
  const result = await sql<{ id: number; at: Date; status: 'completed' | 'failed'; reason: string | null }>`
    select c.partner_provider_credential_id as id, d.* from partner_provider_credentials c join lateral (
      select h.started_at as at, h.status, h.reason from sync_history h
      where h.operation_type = 'events' and h.status in ('completed', 'failed')
        and h.claim_key = 'discovery:' || c.partner_provider_credential_id
        and h.started_at <= ${now}::timestamptz + interval '1 minute'
      order by h.sync_history_id desc limit 1) d on true`.execute(db);
  return new Map(
    result.rows.map(({ id, at, status, reason }) => [
      id,
      // A completed one keeps there how it was asked for.
      { at, status, reason: status === 'failed' ? (reason ?? 'no reason was recorded') : undefined },
    ]),
  );
}

/** Start of the newest completed discovery (UTC), of older programs too, but for those that a rehearsal left in the future. */
export async function lastDiscovery(db: Db, now: Date): Promise<Date | undefined> {
  const result = await sql<{
    at: Date | null;
  }>`select coalesce(started_at, sync_time::timestamptz) as at from sync_history
    where operation_type = 'events' and status in ('completed', 'success')
      and coalesce(started_at, sync_time::timestamptz) <= ${now}::timestamptz + interval '1 minute'
    order by sync_history_id desc limit 1`.execute(db);
  return result.rows[0]?.at ?? undefined;
}

/** When each credential was last used (UTC). */
export async function lastCalls(db: Db): Promise<ReadonlyMap<number, Date>> {
  const result = await sql<{ id: number; at: Date }>`select c.partner_provider_credential_id as id, a.called_at as at
    from partner_provider_credentials c join lateral (select called_at from api_calls a
      where a.partner_provider_credential_id = c.partner_provider_credential_id order by called_at desc limit 1) a on true`.execute(
    db,
  );
  return new Map(result.rows.map((row) => [row.id, row.at]));
}

/** Events whose zone the provider did not name. */
export async function assumedZones(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('sync_events')
    .where('time_zone_assumed', '=', true)
    .select(['timing_partner_id', 'provider_id', 'event_id'])
    .execute();
  return new Set(rows.map((row) => `${row.timing_partner_id}:${row.provider_id}:${row.event_id}`));
}
