/**
 * The set-based statements, built from a table's description. A page is one JSON parameter, so no parameter limit is
 * near and the statement's text is the same for every page.
 */
import type { ColumnType } from '../domain/tables.ts';
import { columnIn, type StoredTable } from './stored-table.ts';

/** What the store adds to every participant of a page. */
export const participantExtras: Readonly<Record<string, ColumnType>> = {
  source_row: 'jsonb',
  source_modified_at: 'timestamptz',
  removed_at: 'timestamptz',
  removed_reason: 'text',
  removed_to: 'text',
};

// What the statement for a second list (supplement-sql.ts) is built from too.
export { keysEqual, list as columnList, q as quoted };

/** Reasons of a removal that we inferred, from a list and from a registration; a provider's row of any age takes it back. */
export const absentReason = 'absent';
export const categoryLeftReason = 'category-left';

/**
 * Upserts a page of registrations. Parameters: $1 page (jsonb array), $2 timing_partner_id, $3 credentials_used,
 * $4 now (timestamptz), $5 whether older records count too (boolean). Yields a row per event: event_id, inserted, updated, removed
 * (newly marked).
 *
 * A row is rewritten only where something differs; a stale one (older than what is stored; at the same
 * instant, an active row against a removal) changes nothing. A blank bib keeps the one we have,
 * and so does a blank in what a second list fills. What was there before is asked for and not seen by `xmax`, which a partitioned table does not give back.
 */
export function upsertParticipantsSql(spec: StoredTable): string {
  const columns = writtenColumns(spec);
  const key = keyOf(spec);
  const keep = new Set([...(spec.keepWhenBlank ?? []), ...(spec.supplement ?? [])]);
  const value = (column: string) =>
    keep.has(column) ? `coalesce(excluded.${q(column)}, t.${q(column)})` : `excluded.${q(column)}`;
  const compared = [...columns, 'source_row', 'source_modified_at', 'removed_reason', 'removed_to'];
  const set = [
    ...columns.filter((column) => !key.includes(column)).map((column) => `${q(column)} = ${value(column)}`),
    ...besideSet(spec),
    'source_row = excluded.source_row',
    'source_modified_at = excluded.source_modified_at',
    // Now ($4) stands where the provider names no time, and the first time we saw it gone tells more than that.
    `removed_at = case when excluded.removed_reason is null then null
      when excluded.removed_at = $4::timestamptz then coalesce(t.removed_at, excluded.removed_at) else excluded.removed_at end`,
    'removed_reason = excluded.removed_reason',
    'removed_to = excluded.removed_to',
    'removal_row = case when excluded.removed_reason is not null then t.removal_row end',
    'credentials_used = excluded.credentials_used',
    'fetched_date = excluded.fetched_date',
  ];
  return `
with page as (select * from jsonb_to_recordset($1::jsonb) as r(${recordColumns({ ...spec.columns, ...participantExtras })})),
before as materialized (
  select ${pageKey(spec)}, s.known, p.removed_reason is not null and s.removed_at is null as leaving
  from page p ${storedRow(spec, 's.removed_at')}
),
written as (
  insert into ${q(spec.name)} as t (timing_partner_id, credentials_used, fetched_date, ${list([...columns, ...besideColumns(spec)])},
    source_row, source_modified_at, removed_at, removed_reason, removed_to)
  select $2::int, $3::text, $4::timestamptz, ${writtenValues(spec)},
    p.source_row, p.source_modified_at, case when p.removed_reason is not null then coalesce(p.removed_at, $4::timestamptz) end,
    p.removed_reason, p.removed_to
  from page p
  on conflict ${conflictTarget(spec)} do update set ${set.join(', ')}
  where (
      t.source_modified_at is null or excluded.source_modified_at is null
      or excluded.source_modified_at > t.source_modified_at
      or $5::boolean
      or t.removed_reason in ('${absentReason}', '${categoryLeftReason}')
      or (excluded.source_modified_at = t.source_modified_at and (t.removed_at is null or excluded.removed_reason is not null))
    ) and (${compared.map((column) => `t.${q(column)}`).join(', ')})
      is distinct from (${compared.map((column) => (keep.has(column) ? value(column) : `excluded.${q(column)}`)).join(', ')})
  returning ${eventOf(spec, 't')} as event_id, ${keyList(spec, 't')}
)
select w.event_id, count(*) filter (where b.known is null)::int as inserted,
  count(*) filter (where b.known)::int as updated, count(*) filter (where b.leaving)::int as removed
from written w join before b on ${keysEqual(spec, 'b', 'w')}
group by w.event_id`;
}

/**
 * Marks people of a removal list; who is unknown is stored whole, marked. The same parameters and yield as the upsert.
 * Columns of a row we have are left alone: the list often holds less.
 */
export function markRemovedSql(spec: StoredTable): string {
  const columns = writtenColumns(spec);
  return `
with page as (select * from jsonb_to_recordset($1::jsonb) as r(${recordColumns({ ...spec.columns, ...participantExtras })})),
before as (
  select ${keyList(spec, 's')}, s.removed_at from ${q(spec.name)} s
  join page p on ${isRowOf(spec, 's')}
),
marked as (
  update ${q(spec.name)} t set removed_at = coalesce(p.removed_at, t.removed_at, $4::timestamptz),
    removed_reason = p.removed_reason, removed_to = p.removed_to, removal_row = p.source_row,
    source_modified_at = greatest(t.source_modified_at, p.source_modified_at),
    credentials_used = $3::text, fetched_date = $4::timestamptz
  from page p
  where ${isRowOf(spec, 't')}
    and (t.source_modified_at is null or p.source_modified_at is null or p.source_modified_at >= t.source_modified_at
      or $5::boolean)
    and (t.removed_reason, t.removed_to, t.removal_row) is distinct from (p.removed_reason, p.removed_to, p.source_row)
  returning ${eventOf(spec, 't')} as event_id, ${keyList(spec, 't')}
),
added as (
  insert into ${q(spec.name)} as t (timing_partner_id, credentials_used, fetched_date, ${list([...columns, ...besideColumns(spec)])},
    source_row, source_modified_at, removed_at, removed_reason, removed_to, removal_row)
  select $2::int, $3::text, $4::timestamptz, ${writtenValues(spec)},
    p.source_row, p.source_modified_at, coalesce(p.removed_at, $4::timestamptz), p.removed_reason, p.removed_to, p.source_row
  from page p where not exists (select 1 from before b where ${keysEqualPage(spec, 'b')})
  on conflict do nothing
  returning ${eventOf(spec, 't')} as event_id, ${keyList(spec, 't')}
)
select event_id, sum(inserted)::int as inserted, sum(updated)::int as updated, sum(removed)::int as removed from (
  select a.event_id, 1 as inserted, 0 as updated, 1 as removed from added a
  union all
  select m.event_id, 0, 1, case when b.removed_at is null then 1 else 0 end
  from marked m join before b on ${keysEqual(spec, 'b', 'm')}
) changes group by event_id`;
}

/**
 * Upserts races or events of discovery; parameters as above. Yields one row: inserted, updated. Rows that did not
 * change are not rewritten.
 */
export function upsertListedSql(spec: StoredTable): string {
  const columns = writtenColumns(spec);
  const key = keyOf(spec);
  const compared = [...columns, 'source_row'];
  const set = [
    ...columns.filter((column) => !key.includes(column)).map((column) => `${q(column)} = excluded.${q(column)}`),
    ...besideSet(spec),
    'source_row = excluded.source_row',
    'credentials_used = excluded.credentials_used',
    'fetched_date = excluded.fetched_date',
  ];
  return `
with page as (select * from jsonb_to_recordset($1::jsonb) as r(${recordColumns({ ...spec.columns, source_row: 'jsonb' })})),
before as materialized (
  select ${pageKey(spec)}, s.known from page p ${storedRow(spec)}
),
written as (
  insert into ${q(spec.name)} as t (timing_partner_id, credentials_used, fetched_date, ${list([...columns, ...besideColumns(spec)])}, source_row)
  select $2::int, $3::text, $4::timestamptz, ${writtenValues(spec)}, p.source_row from page p
  on conflict ${conflictTarget(spec)} do update set ${set.join(', ')}
  where (${compared.map((column) => `t.${q(column)}`).join(', ')}) is distinct from (${compared.map((column) => `excluded.${q(column)}`).join(', ')})
  returning ${keyList(spec, 't')}
)
select count(*) filter (where b.known is null)::int as inserted, count(*) filter (where b.known)::int as updated
from written w join before b on ${keysEqual(spec, 'b', 'w')}`;
}

export function recordColumns(columns: Readonly<Record<string, ColumnType>>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${q(name)} ${type}`)
    .join(', ');
}

export function list(columns: readonly string[]): string {
  return columns.map(q).join(', ');
}

/** The one row of a key that syncs go to: an adopted table may hold older duplicates beside it (duplicates.ts). */
export function conflictTarget(spec: StoredTable): string {
  return `(timing_partner_id, ${list(keyOf(spec))}) where duplicate_of is null`;
}

/**
 * Joins the stored row `s` of each row of the page, by its key; `known` is null where there is none. With the limit PostgreSQL
 * looks each one up; without, it took the partner's share of a table that was never analyzed for small and read all of it for
 * every page: a full sync cost three times as much.
 */
export function storedRow(spec: StoredTable, ...columns: readonly string[]): string {
  const wanted = ['true as known', ...columns].join(', ');
  return `left join lateral (select ${wanted} from ${q(spec.name)} s where ${isRowOf(spec, 's')} limit 1) s on true`;
}

/** The row of the table (by its alias) which the page's row `p` is about. */
function isRowOf(spec: StoredTable, alias: string): string {
  return `${alias}.timing_partner_id = $2::int and ${keysEqualPage(spec, alias)} and ${alias}.duplicate_of is null`;
}

/** The provider's id of the row's event. */
function eventOf(spec: StoredTable, alias: string): string {
  return `${alias}.${q(columnIn(spec, 'event_id'))}::text`;
}

function keyOf(spec: StoredTable): readonly string[] {
  return spec.key.map((column) => columnIn(spec, column));
}

/** Columns of the table that the description's columns are written to, and their values; two may share one. */
function written(spec: StoredTable): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const column of Object.keys(spec.columns)) {
    const place = columnIn(spec, column);
    if (!values.has(place)) values.set(place, `p.${q(column)}`);
  }
  return values;
}

function writtenColumns(spec: StoredTable): readonly string[] {
  return [...written(spec).keys()];
}

function besideColumns(spec: StoredTable): readonly string[] {
  return Object.keys(spec.beside ?? {});
}

function writtenValues(spec: StoredTable): string {
  return [...written(spec).values(), ...Object.values(spec.beside ?? {}).map(({ value }) => value)].join(', ');
}

/** What an older column cannot hold, does not blank it. */
function besideSet(spec: StoredTable): readonly string[] {
  return Object.entries(spec.beside ?? {}).flatMap(([column, { fixed }]) =>
    fixed ? [] : [`${q(column)} = coalesce(excluded.${q(column)}, t.${q(column)})`],
  );
}

function pageKey(spec: StoredTable): string {
  return spec.key.map((column) => `p.${q(column)} as ${q(columnIn(spec, column))}`).join(', ');
}

function keyList(spec: StoredTable, alias: string): string {
  return keyOf(spec)
    .map((column) => `${alias}.${q(column)}`)
    .join(', ');
}

function keysEqual(spec: StoredTable, left: string, right: string): string {
  return keyOf(spec)
    .map((column) => `${left}.${q(column)} = ${right}.${q(column)}`)
    .join(' and ');
}

function keysEqualPage(spec: StoredTable, alias: string): string {
  return spec.key.map((column) => `${alias}.${q(columnIn(spec, column))} = p.${q(column)}`).join(' and ');
}

export function q(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
