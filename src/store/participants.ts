/** Stores pages of participants and marks who left. Every function runs inside the page's transaction. */
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Counts } from '../domain/outcomes.ts';
import { noCounts } from '../domain/outcomes.ts';
import type { ParticipantRecord, RejectedRow } from '../domain/records.ts';
import type { TableSpec } from '../domain/tables.ts';
import type { Db } from './database.ts';
import { storeIsolated } from './isolate-rows.ts';
import { longestKey, storableText } from './storable-text.ts';
import { columnIn, type StoredTable, storedTable } from './stored-table.ts';
import { supplementSql } from './supplement-sql.ts';
import { absentReason, markRemovedSql, upsertParticipantsSql } from './upsert-sql.ts';

/** Whose rows they are. */
export interface Owner {
  readonly partnerId: number;
  readonly providerId: number;
  readonly credentialId: number;
}

export interface StoredPage {
  /** Per event id; an event without a row here had none in the page. */
  readonly counts: ReadonlyMap<string, Counts>;
  /** Rows that PostgreSQL could not hold. */
  readonly rejected: readonly RejectedRow[];
}

/**
 * A page of 2,500 people is 6 MB of JSON, more than PostgreSQL's work_mem, and this process holds it three times over. In
 * parts of 500 a full sync took 15 % less of PostgreSQL's time and 40 MB less memory; parts of 100 gained nothing more.
 */
const rowsPerStatement = 500;

/** In this order, so that a person who is in two lists of a page ends as the newer says, and a second list finds the row. */
const statements = [
  ['registration', upsertParticipantsSql],
  ['supplement', supplementSql],
  ['removal-notice', markRemovedSql],
] as const;

/**
 * Upserts a page.
 * @param now UTC, for rows that carry no time of their own.
 * @param which of the records count: those that are no older than what is stored, or all.
 */
export async function storeParticipants(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  records: readonly ParticipantRecord[],
  now: Date,
  which: 'no older ones' | 'whatever their age' = 'no older ones',
): Promise<StoredPage> {
  const counts = new Map<string, Counts>();
  const rejected: RejectedRow[] = [];
  const table = await storedTable(tx, spec);
  for (const [kind, statementOf] of statements) {
    const rows = newestOfEach(
      records.filter((record) => record.kind === kind),
      spec,
    );
    if (rows.length === 0) continue;
    const statement = statementOf(table);
    for (let from = 0; from < rows.length; from += rowsPerStatement) {
      const refused = await storeIsolated(tx, rows.slice(from, from + rowsPerStatement), async (part) => {
        const page = JSON.stringify(part.map(asTableRow));
        const values = [page, owner.partnerId, String(owner.credentialId), now];
        const result = await tx.executeQuery<{ event_id: string; inserted: number; updated: number; removed: number }>(
          CompiledQuery.raw(statement, kind === 'supplement' ? values : [...values, which === 'whatever their age']),
        );
        for (const { event_id, ...changes } of result.rows) {
          // Whom only the second list has, counts as fetched; whom it completes was fetched with the first.
          const first = kind === 'supplement' ? { fetched: changes.inserted, unchanged: changes.updated } : {};
          bump(counts, event_id, { ...changes, ...first });
        }
      });
      for (const { row, error } of refused) {
        rejected.push({ eventId: row.eventId, id: row.id, error, source: row.source });
        bump(counts, row.eventId, { failed: 1, fetched: kind === 'supplement' ? 1 : 0 });
      }
    }
  }
  for (const { kind, eventId } of records) if (kind !== 'supplement') bump(counts, eventId, { fetched: 1 });
  for (const [eventId, sums] of counts) {
    const unchanged = sums.unchanged + sums.fetched - sums.inserted - sums.updated - sums.failed;
    counts.set(eventId, { ...sums, unchanged: Math.max(0, unchanged) });
  }
  return { counts, rejected };
}

/**
 * Of people of these events who changed behind `after` (UTC, by the provider's clock) nobody remembers when: whatever comes of
 * them next counts.
 */
export async function forgetTimes(
  tx: Db,
  spec: TableSpec,
  { partnerId }: Owner,
  eventIds: readonly string[],
  after: Date,
): Promise<void> {
  const table = await storedTable(tx, spec);
  await sql`update ${sql.table(table.name)} set source_modified_at = null
    where timing_partner_id = ${partnerId} and ${sql.ref(columnIn(table, 'event_id'))}::text
      in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb))
      and source_modified_at > ${after}::timestamptz`.execute(tx);
}

/** What is undefined is left out of the JSON, and null in the table. */
function asTableRow(record: ParticipantRecord): Record<string, unknown> {
  return {
    ...record.row,
    source_row: record.source,
    source_modified_at: record.modifiedAt,
    removed_at: record.removal?.at,
    removed_reason: record.removal?.reason,
    removed_to: record.removal?.movedTo,
  };
}

/**
 * A person twice in one page (a row that moved while it was read): the newer one, else the later one. In the order of
 * their ids, so that two pages with the same people do not wait for each other's rows in a circle.
 */
function newestOfEach(records: readonly ParticipantRecord[], spec: TableSpec): readonly ParticipantRecord[] {
  const byId = new Map<string, ParticipantRecord>();
  for (const record of records) {
    const { kind, id, row } = record;
    // Of a second list a registration may have several people.
    const one = kind === 'supplement' && spec.supplementId ? `${id} ${row[spec.supplementId] ?? ''}` : id;
    const other = byId.get(one);
    if (!other || (record.modifiedAt?.getTime() ?? 0) >= (other.modifiedAt?.getTime() ?? 0)) byId.set(one, record);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function bump(counts: Map<string, Counts>, eventId: string, add: Partial<Counts>): void {
  const sums = counts.get(eventId) ?? noCounts;
  counts.set(eventId, {
    fetched: sums.fetched + (add.fetched ?? 0),
    inserted: sums.inserted + (add.inserted ?? 0),
    updated: sums.updated + (add.updated ?? 0),
    unchanged: sums.unchanged + (add.unchanged ?? 0),
    removed: sums.removed + (add.removed ?? 0),
    failed: sums.failed + (add.failed ?? 0),
  });
}

/** Somebody whom a listing held, whether the row could be read or not. */
export interface Seen {
  readonly eventId: string;
  /** Undefined: the row could not be read, and nobody knows whose it is. */
  readonly id: string | undefined;
}

/** In `sync_seen`: somebody whom nobody knows. No registration has an empty id. */
const unknownPerson = '';

/**
 * Keeps the ids of a full listing beside the claim, not in memory: an event may have 100,000 people. An id that no row
 * can have is nobody's.
 */
export async function rememberSeen(tx: Db, owner: Owner, series: string, people: readonly Seen[]): Promise<void> {
  const possible = people.filter(({ id = unknownPerson }) => id.length <= longestKey && id === storableText(id));
  const seen = JSON.stringify(
    possible.map(({ eventId, id = unknownPerson }) => ({ event_id: eventId, registration_id: id })),
  );
  await sql`insert into sync_seen (timing_partner_id, provider_id, event_id, series, registration_id)
    select ${owner.partnerId}::int, ${owner.providerId}::int, r.event_id, ${series}::uuid, r.registration_id
    from jsonb_to_recordset(${seen}::jsonb) as r(event_id text, registration_id text)
    on conflict do nothing`.execute(tx);
}

/** Forgets what earlier listings of the event saw; a killed one leaves its rows behind. */
export async function forgetSeen(tx: Db, owner: Owner, eventId: string): Promise<void> {
  await sql`delete from sync_seen where timing_partner_id = ${owner.partnerId} and provider_id = ${owner.providerId}
    and event_id = ${eventId}`.execute(tx);
}

/** Whether the listing held anybody of any of the events. */
export async function wasAnybodySeen(
  tx: Db,
  owner: Owner,
  eventIds: readonly string[],
  series: string,
): Promise<boolean> {
  const result =
    await sql`select 1 from sync_seen s where s.timing_partner_id = ${owner.partnerId} and s.provider_id = ${owner.providerId}
    and s.event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb)) and s.series = ${series}::uuid limit 1`.execute(
      tx,
    );
  return result.rows.length > 0;
}

export interface Absence {
  /** People (registrations, where one may have several rows) of the event who are not marked as removed. */
  readonly active: number;
  /** Those of them that the listing did not hold. */
  readonly absent: number;
  /** Whether it held anybody of the event. */
  readonly anybody: boolean;
  /** Whether it held somebody whom nobody knows: it may be any of the absent. */
  readonly somebodyUnknown: boolean;
}

export async function countAbsent(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  eventId: string,
  series: string,
): Promise<Absence> {
  const table = await storedTable(tx, spec);
  const id = listedId(table);
  const people = spec.listedBy === undefined ? sql`count(*)` : sql`count(distinct ${id})`;
  const result = await sql<Absence>`select (${people})::int as active,
      (${people} filter (where not exists (${seenRow(owner, eventId, series, id)})))::int as absent,
      exists (${seenRow(owner, eventId, series)}) as anybody,
      exists (${seenRow(owner, eventId, series, sql.lit(unknownPerson))}) as "somebodyUnknown"
    from ${sql.table(spec.name)} t where ${activeOf(table, owner, eventId)}`.execute(tx);
  return result.rows[0] ?? { active: 0, absent: 0, anybody: false, somebodyUnknown: false };
}

/** @returns rows newly marked. */
export async function markAbsent(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  eventId: string,
  series: string,
  now: Date,
): Promise<number> {
  const table = await storedTable(tx, spec);
  const result = await sql<{ marked: number }>`with marked as (
      update ${sql.table(spec.name)} t set removed_at = ${now}::timestamptz, removed_reason = ${absentReason}, fetched_date = ${now}::timestamptz
      where ${activeOf(table, owner, eventId)} and not exists (${seenRow(owner, eventId, series, listedId(table))})
      returning 1)
    select count(*)::int as marked from marked`.execute(tx);
  return result.rows[0]?.marked ?? 0;
}

/** Rows of the event's people who are not marked as removed, once each. */
function activeOf(table: StoredTable, owner: Owner, eventId: string) {
  return sql`t.timing_partner_id = ${owner.partnerId} and ${sql.ref(`t.${columnIn(table, 'event_id')}`)}::text = ${eventId}
    and t.removed_at is null and t.duplicate_of is null`;
}

/** What a listing knows the person of a row by. */
export function listedId(table: StoredTable): RawBuilder<unknown> {
  return sql`${sql.ref(`t.${columnIn(table, table.listedBy ?? table.key[0] ?? '')}`)}::text`;
}

export function seenRow(owner: Owner, eventId: string, series: string, id?: RawBuilder<unknown>): RawBuilder<unknown> {
  const whose = id ? sql`and s.registration_id = ${id}` : sql``;
  return sql`select 1 from sync_seen s where s.timing_partner_id = ${owner.partnerId} and s.provider_id = ${owner.providerId}
    and s.event_id = ${eventId} and s.series = ${series}::uuid ${whose}`;
}
