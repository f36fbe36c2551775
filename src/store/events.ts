/** Stores what discovery lists: the provider's own tables, and `sync_events`, from which the plan is made. */
import { CompiledQuery, sql } from 'kysely';
import type { Provider } from '../domain/provider.ts';
import type { EventPage, EventRecord, RaceRecord, RejectedRow } from '../domain/records.ts';
import type { ScoringEvent } from '../domain/scoring.ts';
import type { TableSpec } from '../domain/tables.ts';
import type { Db } from './database.ts';
import { type RefusedRow, storeIsolated } from './isolate-rows.ts';
import type { Owner } from './participants.ts';
import { ofRegistrations } from './registration-syncs.ts';
import { dropRejectedListed, keepRejected } from './rejected-rows.ts';
import { storedTable } from './stored-table.ts';
import { upsertListedSql } from './upsert-sql.ts';

export interface ListedCounts {
  readonly races: number;
  readonly events: number;
  readonly newEvents: number;
  readonly changedEvents: number;
  readonly failed: number;
}

export interface StoreEventsOptions {
  readonly now: Date;
  /** An event that is over, here and at the provider, is left as it is. Undefined: past ones are stored too. */
  readonly startsFrom: Date | undefined;
  /** What the transaction begins with; throws where this run may not write any more. */
  readonly fence?: (tx: Db) => Promise<void>;
}

/** Stores one page of discovery in one transaction. */
export async function storeEvents(
  db: Db,
  provider: Provider,
  owner: Owner,
  page: EventPage,
  options: StoreEventsOptions,
): Promise<ListedCounts> {
  return db.transaction().execute(async (tx) => {
    await options.fence?.(tx);
    const wanted = options.startsFrom ? await withoutPast(tx, owner, page.events, options.startsFrom) : page.events;
    const raceIds = new Set(wanted.map((event) => event.raceId));
    const races = lastOfEach(page.races, (race) => race.raceId).filter((race) => raceIds.has(race.raceId));
    const badRaces = await storeRaces(tx, provider, owner, races, options.now);
    const events = lastOfEach(wanted, (event) => event.eventId);
    const changes = { newEvents: 0, changedEvents: 0 };
    const badEvents = await storeIsolated(tx, events, async (part) => {
      await storeRows(tx, provider.tables.events, owner, part, options.now);
      await takeOverRefused(tx, owner, part, options.now);
      const schedule = await storeSchedule(tx, owner, part, options.now);
      changes.newEvents += schedule.newEvents;
      changes.changedEvents += schedule.changedEvents;
    });
    const rejected: readonly RejectedRow[] = [
      ...page.rejected,
      ...badRaces.map(({ row, error }) => ({ id: row.raceId, error, source: row.source })),
      ...badEvents.map(({ row, error }) => ({ eventId: row.eventId, id: row.eventId, error, source: row.source })),
    ];
    const good = {
      races: withoutRefused(races, badRaces).map((race) => race.raceId),
      events: withoutRefused(events, badEvents).map((event) => event.eventId),
    };
    await dropRejectedListed(tx, owner, good);
    await keepRejected(tx, owner, rejected, options.now);
    return { races: good.races.length, events: good.events.length, failed: rejected.length, ...changes };
  });
}

/**
 * Stores races inside a transaction: those of a page of discovery, or those that came with the results of an event, which
 * is stored already. Yields the ones that PostgreSQL could not hold.
 */
export async function storeRaces(
  tx: Db,
  provider: Provider,
  owner: Owner,
  races: readonly RaceRecord[],
  now: Date,
): Promise<readonly RefusedRow<RaceRecord>[]> {
  const { races: table } = provider.tables;
  if (table === undefined) return [];
  const ordered = lastOfEach(races, (race) => race.raceId);
  return storeIsolated(tx, ordered, (part) => storeRows(tx, table, owner, part, now));
}

/**
 * One record of each id, the later one, in the order of their ids: two credentials of a partner may list the same events
 * at the same time, and in one order they cannot wait for each other's rows in a circle.
 */
function lastOfEach<Listed>(records: readonly Listed[], idOf: (record: Listed) => string): readonly Listed[] {
  const byId = new Map(records.map((record) => [idOf(record), record]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

function withoutRefused<Listed>(
  records: readonly Listed[],
  refused: readonly { readonly row: Listed }[],
): readonly Listed[] {
  const bad = new Set(refused.map(({ row }) => row));
  return records.filter((record) => !bad.has(record));
}

/** Upcoming at the provider, or upcoming as far as we know (its start was moved back). */
async function withoutPast(
  tx: Db,
  owner: Owner,
  events: readonly EventRecord[],
  startsFrom: Date,
): Promise<readonly EventRecord[]> {
  const past = events.filter((event) => event.startAt < startsFrom);
  if (past.length === 0) return events;
  const known = await tx
    .selectFrom('sync_events')
    .where('timing_partner_id', '=', owner.partnerId)
    .where('provider_id', '=', owner.providerId)
    .where('start_at', '>=', startsFrom)
    .select('event_id')
    .execute();
  const stillAhead = new Set(known.map((row) => row.event_id));
  return events.filter((event) => event.startAt >= startsFrom || stillAhead.has(event.eventId));
}

/** A scoring event's row, as discovery would store it; results need it to stand there. */
export async function storeScoringEvent(
  db: Db,
  provider: Provider,
  owner: Owner,
  event: ScoringEvent,
  now: Date,
): Promise<void> {
  await storeRows(db, provider.tables.events, owner, [event], now);
}

/** Whether the provider's table of events has the event. */
export async function isStored(
  db: Db,
  provider: Provider,
  owner: Pick<Owner, 'partnerId'>,
  eventId: string,
): Promise<boolean> {
  const { name, key } = provider.tables.events;
  const result = await sql`select 1 from ${sql.table(name)} t where t.timing_partner_id = ${owner.partnerId}
    and ${sql.ref(`t.${key[0]}`)}::text = ${eventId} limit 1`.execute(db);
  return result.rows.length > 0;
}

async function storeRows(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  records: readonly { readonly row: object; readonly source: object }[],
  now: Date,
): Promise<void> {
  const page = JSON.stringify(records.map((record) => ({ ...record.row, source_row: record.source })));
  const table = await storedTable(tx, spec);
  await tx.executeQuery(
    CompiledQuery.raw(upsertListedSql(table), [page, owner.partnerId, String(owner.credentialId), now]),
  );
}

async function storeSchedule(
  tx: Db,
  owner: Owner,
  events: readonly EventRecord[],
  now: Date,
): Promise<{ newEvents: number; changedEvents: number }> {
  const page = JSON.stringify(
    events.map((event) => ({
      event_id: event.eventId,
      race_id: event.raceId ?? null,
      name: event.name,
      start_at: event.startAt,
      time_zone: event.timeZone,
      time_zone_assumed: event.timeZoneAssumed,
    })),
  );
  // Two credentials of a partner may list the same event: the first one keeps it, so that syncs do not change sides,
  // unless the provider refuses that one, or refuses it this event.
  const result = await sql<{ inserted: number; updated: number }>`
    with written as (
      insert into sync_events as e (timing_partner_id, provider_id, partner_provider_credential_id, discovered_at, changed_at,
        event_id, race_id, name, start_at, time_zone, time_zone_assumed)
      select ${owner.partnerId}::int, ${owner.providerId}::int, ${owner.credentialId}::int, ${now}::timestamptz, ${now}::timestamptz, r.*
      from jsonb_to_recordset(${page}::jsonb)
        as r(event_id text, race_id text, name text, start_at timestamptz, time_zone text, time_zone_assumed boolean)
      on conflict (timing_partner_id, provider_id, event_id) do update set
        partner_provider_credential_id = coalesce(e.partner_provider_credential_id, excluded.partner_provider_credential_id),
        race_id = excluded.race_id, name = excluded.name, start_at = excluded.start_at, time_zone = excluded.time_zone,
        time_zone_assumed = excluded.time_zone_assumed, changed_at = excluded.changed_at
      where (e.race_id, e.name, e.start_at, e.time_zone, e.time_zone_assumed, e.partner_provider_credential_id)
        is distinct from (excluded.race_id, excluded.name, excluded.start_at, excluded.time_zone, excluded.time_zone_assumed,
          coalesce(e.partner_provider_credential_id, excluded.partner_provider_credential_id))
      returning (e.xmax = 0) as inserted)
    select count(*) filter (where inserted)::int as inserted, count(*) filter (where not inserted)::int as updated from written`.execute(
    tx,
  );
  const [row] = result.rows;
  return { newEvents: row?.inserted ?? 0, changedEvents: row?.updated ?? 0 };
}

/** Notes that a full listing of the events was not believed (UTC), or with null that one was. */
export async function noteListingStopped(
  db: Db,
  owner: Owner,
  eventIds: readonly string[],
  at: Date | null,
): Promise<void> {
  await db
    .updateTable('sync_events')
    .set({ listing_stopped_at: at })
    .where('timing_partner_id', '=', owner.partnerId)
    .where('provider_id', '=', owner.providerId)
    .where('event_id', 'in', [...eventIds])
    .where('listing_stopped_at', 'is distinct from', at)
    .execute();
}

/** Events whose credential the provider refuses, altogether or for this event, go to one that lists them too. */
async function takeOverRefused(tx: Db, owner: Owner, events: readonly EventRecord[], now: Date): Promise<void> {
  const listed = JSON.stringify(events.map((event) => event.eventId));
  await sql`update sync_events e set partner_provider_credential_id = ${owner.credentialId}, changed_at = ${now}::timestamptz
    where e.timing_partner_id = ${owner.partnerId} and e.provider_id = ${owner.providerId}
      and e.event_id in (select jsonb_array_elements_text(${listed}::jsonb))
      and e.partner_provider_credential_id <> ${owner.credentialId}
      and (exists (select 1 from partner_provider_credentials c
          where c.partner_provider_credential_id = e.partner_provider_credential_id and c.refused_at is not null)
        or (select h.error_details ->> 'kind' from sync_history h
          where h.timing_partner_id = e.timing_partner_id and h.provider_id = e.provider_id and h.event_id = e.event_id
            and ${ofRegistrations}
          order by h.sync_history_id desc limit 1) = 'CallRefused')`.execute(tx);
}
