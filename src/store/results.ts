/** Stores pages of results and marks those that were taken back. Every function runs inside the page's transaction. */
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Counts, noCounts } from '../domain/outcomes.ts';
import type { RejectedRow } from '../domain/records.ts';
import type { ResultRecord } from '../domain/scoring.ts';
import type { TableSpec } from '../domain/tables.ts';
import type { Db } from './database.ts';
import { storeIsolated } from './isolate-rows.ts';
import { type Absence, forgetSeen, type Owner, rememberSeen, type Seen, seenRow } from './participants.ts';
import { conflictTarget, list, q, recordColumns, storedRow } from './upsert-sql.ts';

export interface StoredResults {
  /** `unchanged` included. */
  readonly counts: Counts;
  /** Rows that PostgreSQL could not hold. */
  readonly rejected: readonly RejectedRow[];
}

/** As for participants: larger statements cost PostgreSQL more than they save. */
const rowsPerStatement = 500;

/**
 * Upserts a page of one event. Every column is overwritten, with null too: a split that was withdrawn is gone. Rows that did
 * not change are not rewritten; a result that had been taken back and is there again loses its mark.
 */
export async function storeResults(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  records: readonly ResultRecord[],
  now: Date,
): Promise<StoredResults> {
  const statement = upsertResultsSql(spec);
  const rows = lastOfEach(records);
  const rejected: RejectedRow[] = [];
  let inserted = 0;
  let updated = 0;
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const refused = await storeIsolated(tx, rows.slice(from, from + rowsPerStatement), async (part) => {
      const page = JSON.stringify(part.map((record) => ({ ...record.row, source_row: record.source })));
      const result = await tx.executeQuery<{ inserted: number; updated: number }>(
        CompiledQuery.raw(statement, [page, owner.partnerId, String(owner.credentialId), now]),
      );
      inserted += result.rows[0]?.inserted ?? 0;
      updated += result.rows[0]?.updated ?? 0;
    });
    for (const { row, error } of refused)
      rejected.push({ eventId: row.eventId, id: row.id, error, source: row.source });
  }
  const failed = rejected.length;
  const unchanged = rows.length - inserted - updated - failed;
  return { counts: { ...noCounts, fetched: records.length, inserted, updated, unchanged, failed }, rejected };
}

/**
 * Gives rows of older programs, which have no key, the one that the provider's rows will come under, event by event as they
 * are pulled: all at once would rewrite millions of rows. Of several with one key the newest gets it; the others are its
 * older duplicates.
 */
export async function adoptOlderResults(
  tx: Db,
  spec: TableSpec,
  owner: Pick<Owner, 'partnerId'>,
  eventId: string,
): Promise<void> {
  if (spec.olderKey === undefined) return;
  const key = sql.ref(`t.${spec.key[1]}`);
  await sql`with older as (
      select t.id, ${sql.raw(spec.olderKey)} as key,
        row_number() over (partition by ${sql.raw(spec.olderKey)} order by t.id desc) as place
      from ${sql.table(spec.name)} t
      where ${ofEvent(spec, owner, eventId)} and ${key} is null and ${sql.raw(spec.olderKey)} is not null
    )
    update ${sql.table(spec.name)} t set ${sql.ref(spec.key[1] ?? '')} = case when o.place = 1 then o.key end,
      duplicate_of = case when o.place > 1 then o.key end
    from older o where t.timing_partner_id = ${owner.partnerId} and t.id = o.id`.execute(tx);
}

/** One of each id, the later one, in the order of their ids, so that two runs cannot wait for each other in a circle. */
function lastOfEach(records: readonly ResultRecord[]): readonly ResultRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

/** Parameters: $1 page (jsonb array), $2 timing_partner_id, $3 credentials_used, $4 now. Yields one row: inserted, updated. */
function upsertResultsSql(spec: TableSpec): string {
  const columns = Object.keys(spec.columns);
  const written = [...columns, 'source_row'];
  const set = [
    ...written.filter((column) => !spec.key.includes(column)).map((column) => `${q(column)} = excluded.${q(column)}`),
    'removed_at = null',
    'credentials_used = excluded.credentials_used',
    'fetched_date = excluded.fetched_date',
  ];
  const row = (alias: string, of: readonly string[] = written) =>
    of.map((column) => `${alias}.${q(column)}`).join(', ');
  const same = (left: string, right: string) =>
    spec.key.map((column) => `${left}.${q(column)} = ${right}.${q(column)}`).join(' and ');
  return `
with page as (select * from jsonb_to_recordset($1::jsonb) as r(${recordColumns({ ...spec.columns, source_row: 'jsonb' })})),
before as materialized (
  select ${row('p', spec.key)}, s.known from page p ${storedRow(spec)}
),
written as (
  insert into ${q(spec.name)} as t (timing_partner_id, credentials_used, fetched_date, ${list(written)})
  select $2::int, $3::text, $4::timestamptz, ${row('p')} from page p
  on conflict ${conflictTarget(spec)} do update set ${set.join(', ')}
  where t.removed_at is not null or (${row('t')}) is distinct from (${row('excluded')})
  returning ${row('t', spec.key)}
)
select count(*) filter (where b.known is null)::int as inserted, count(*) filter (where b.known)::int as updated
from written w join before b on ${same('b', 'w')}`;
}

/**
 * What an event is called where registrations and results of one event must not meet: a provider that has both may list both
 * at the same time (`sync_seen`), and a row of the one says nothing about a row of the other (`rejected_rows`).
 */
export function resultsOf(eventId: string): string {
  return `results:${eventId}`;
}

export async function rememberResults(
  tx: Db,
  owner: Owner,
  series: string,
  eventId: string,
  ids: readonly (string | undefined)[],
): Promise<void> {
  const seen = ids.map((id): Seen => ({ eventId: resultsOf(eventId), id }));
  await rememberSeen(tx, owner, series, seen);
}

/** Forgets what earlier listings saw; a killed one leaves its rows behind. */
export async function forgetResults(tx: Db, owner: Owner, eventId: string): Promise<void> {
  await forgetSeen(tx, owner, resultsOf(eventId));
}

export async function countAbsentResults(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  eventId: string,
  series: string,
): Promise<Absence> {
  const seen = (id?: RawBuilder<unknown>) => seenRow(owner, resultsOf(eventId), series, id);
  const result = await sql<Absence>`select count(*)::int as active,
      count(*) filter (where not exists (${seen(sql`${keyOf(spec)}`)}))::int as absent,
      exists (${seen()}) as anybody, exists (${seen(sql.lit(''))}) as "somebodyUnknown"
    from ${sql.table(spec.name)} t
    where ${ofEvent(spec, owner, eventId)} and ${keyOf(spec)} is not null and t.removed_at is null`.execute(tx);
  return result.rows[0] ?? { active: 0, absent: 0, anybody: false, somebodyUnknown: false };
}

/** @returns how many results were marked. */
export async function markAbsentResults(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  eventId: string,
  series: string,
  now: Date,
): Promise<number> {
  const result = await sql`update ${sql.table(spec.name)} t
    set removed_at = ${now}::timestamptz, fetched_date = ${now}::timestamptz
    where ${ofEvent(spec, owner, eventId)} and ${keyOf(spec)} is not null and t.removed_at is null
      and not exists (${seenRow(owner, resultsOf(eventId), series, keyOf(spec))})
    returning 1`.execute(tx);
  return result.rows.length;
}

/** The key is partner, event, and what tells the results of an event apart. */
function keyOf(spec: TableSpec) {
  return sql`${sql.ref(`t.${spec.key[1]}`)}::text`;
}

/** Without the older duplicates of an adopted table. */
function ofEvent(spec: TableSpec, owner: Pick<Owner, 'partnerId'>, eventId: string) {
  return sql`t.timing_partner_id = ${owner.partnerId} and t.duplicate_of is null
    and ${sql.ref(`t.${spec.key[0]}`)} = ${eventId}::${sql.raw(spec.columns[spec.key[0] ?? ''] ?? 'text')}`;
}

/** Results of a scoring event that stand. */
export async function countResults(
  db: Db,
  spec: TableSpec,
  owner: Pick<Owner, 'partnerId'>,
  eventId: string,
): Promise<number> {
  const result = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(spec.name)} t
    where ${ofEvent(spec, owner, eventId)} and t.removed_at is null`.execute(db);
  return result.rows[0]?.n ?? 0;
}
