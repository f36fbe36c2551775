/**
 * The statement for records of kind `supplement`: rows of a second list of the same people (Let's Do This: participants,
 * beside applications). In a file of its own because a row of the second list first has to find the row it belongs to.
 */
import type { TableSpec } from '../domain/tables.ts';
import { columnList, keysEqual, participantExtras, quoted as q, recordColumns } from './upsert-sql.ts';

/**
 * Fills rows from a page of a second list. Parameters and yield are those of `upsertParticipantsSql`.
 *
 * Which row it is: the one of the registration, where the table has no `supplementId`. Else a registration may hold
 * several people, and the row of the registration belongs to the one whose id stands in its `supplementId` column; where
 * none stands there yet, to the lowest id of the page, which stays there from then on. Everybody else has a row of their
 * own, `REGISTRATION:ID`, which cannot be taken for another registration. So an id, once given, never moves, whatever
 * order the people come in and whoever of them a filtered answer leaves out.
 *
 * Of a row that a registration has filled, only the `supplement` columns are written, a blank fills nothing, and
 * `source_row`, `source_modified_at` and the removal stay what the registration says. A row that only the second list
 * knows has no `source_row`; it is the second list's whole, with its removal, until a registration takes it over.
 * The statement rewrites no row that stays the same.
 */
export function supplementSql(spec: TableSpec): string {
  const columns = Object.keys(spec.columns);
  const filled = new Set(spec.supplement ?? []);
  const value = (column: string) => {
    const coming = `coalesce(r.${q(column)}, t.${q(column)})`;
    if (filled.has(column)) return coming;
    const own = spec.keepWhenBlank?.includes(column) ? coming : `r.${q(column)}`;
    return `case when t.source_row is null then ${own} else t.${q(column)} end`;
  };
  const written = columns.filter((column) => !spec.key.includes(column));
  const removal = (column: string) => `case when t.source_row is null then r.${column} else t.${column} end`;
  return `
with page as (select * from jsonb_to_recordset($1::jsonb) as p(${recordColumns({ ...spec.columns, ...participantExtras })})),
target as (${targets(spec)}),
before as (
  select ${keyList(spec, 't')}, t.removed_at from ${q(spec.name)} t
  join target r on t.timing_partner_id = $2::int and ${keysEqual(spec, 't', 'r')} and t.duplicate_of is null
),
filled as (
  update ${q(spec.name)} t set ${written.map((column) => `${q(column)} = ${value(column)}`).join(', ')},
    removed_at = case when t.source_row is not null then t.removed_at
      when r.removed_reason is not null then coalesce(r.removed_at, t.removed_at, $4::timestamptz) end,
    removed_reason = ${removal('removed_reason')}, removed_to = ${removal('removed_to')},
    credentials_used = $3::text, fetched_date = $4::timestamptz
  from target r
  where t.timing_partner_id = $2::int and ${keysEqual(spec, 't', 'r')} and t.duplicate_of is null
    and (${[...written, 'removed_reason', 'removed_to'].map((column) => `t.${q(column)}`).join(', ')})
      is distinct from (${[...written.map(value), removal('removed_reason'), removal('removed_to')].join(', ')})
  returning t.event_id::text as event_id, ${keyList(spec, 't')}, t.removed_at
),
added as (
  insert into ${q(spec.name)} as t (timing_partner_id, credentials_used, fetched_date, ${columnList(columns)},
    removed_at, removed_reason, removed_to)
  select $2::int, $3::text, $4::timestamptz, ${columns.map((column) => `r.${q(column)}`).join(', ')},
    case when r.removed_reason is not null then coalesce(r.removed_at, $4::timestamptz) end, r.removed_reason, r.removed_to
  from target r where not exists (select 1 from before b where ${keysEqual(spec, 'b', 'r')})
  on conflict do nothing
  returning t.event_id::text as event_id, t.removed_at
)
select event_id, sum(inserted)::int as inserted, sum(updated)::int as updated, sum(removed)::int as removed from (
  select a.event_id, 1 as inserted, 0 as updated, case when a.removed_at is null then 0 else 1 end as removed from added a
  union all
  select f.event_id, 0, 1, case when b.removed_at is null and f.removed_at is not null then 1 else 0 end
  from filled f join before b on ${keysEqual(spec, 'b', 'f')}
) changes group by event_id`;
}

/** The page's rows, each under the key of the row that is its own. */
function targets(spec: TableSpec): string {
  const { supplementId } = spec;
  const [key, ...more] = spec.key;
  if (supplementId === undefined) return 'select * from page';
  if (key === undefined || more.length > 0) throw new Error(`${spec.name}: a supplementId needs a key of one column`);
  const own = `p.${q(key)} || ':' || p.${q(supplementId)}`;
  const columns = [...Object.keys(spec.columns), ...Object.keys(participantExtras)];
  return `
  select distinct on (f.row_key)
    ${columns.map((column) => (column === key ? `f.row_key as ${q(key)}` : `f.${q(column)}`)).join(', ')}
  from (
    select p.*, case
        when p.${q(supplementId)} is null or p.${q(supplementId)} = t.${q(supplementId)} then p.${q(key)}
        when t.${q(supplementId)} is null and o.${q(key)} is null and row_number() over (
          partition by p.${q(key)}, p.${q(supplementId)} is null or o.${q(key)} is not null order by p.${q(supplementId)} collate "C"
        ) = 1 then p.${q(key)}
        else ${own} end as row_key
    from page p
    left join ${q(spec.name)} t on t.timing_partner_id = $2::int and t.${q(key)} = p.${q(key)}
      and t.duplicate_of is null
    left join ${q(spec.name)} o on o.timing_partner_id = $2::int and o.${q(key)} = ${own}
      and o.duplicate_of is null
  ) f order by f.row_key, f.${q(supplementId)} collate "C"`;
}

function keyList(spec: TableSpec, alias: string): string {
  return spec.key.map((column) => `${alias}.${q(column)}`).join(', ');
}
