/** The unique indexes that the promises stand on: there, valid, with the partner in them, and no row that got past them. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { TableSpec } from '../../domain/tables.ts';
import type { Db } from '../database.ts';
import { tablesOf } from '../duplicates.ts';
import { columnIn, storedTable } from '../stored-table.ts';
import type { AuditScope } from './scope.ts';

/** Keys of the shared tables; `where` as PostgreSQL prints an index's condition, without its brackets and casts. */
const sharedKeys: readonly Key[] = [
  { table: 'sync_history', columns: ['timing_partner_id', 'provider_id', 'claim_key'], where: "status = 'running'" },
  { table: 'sync_events', columns: ['timing_partner_id', 'provider_id', 'event_id'] },
  { table: 'registration_outlines', columns: ['timing_partner_id', 'provider_id', 'event_id', 'registration_id'] },
  { table: 'sync_seen', columns: ['timing_partner_id', 'provider_id', 'event_id', 'series', 'registration_id'] },
  { table: 'rejected_rows', columns: ['timing_partner_id', 'provider_id', 'event_id', 'row_key'] },
  {
    table: 'event_links',
    columns: ['timing_partner_id', 'provider_id', 'event_id', 'scoring_provider_id', 'scoring_event_id'],
  },
  {
    table: 'pushed_participants',
    columns: ['timing_partner_id', 'scoring_provider_id', 'scoring_event_id', 'source_id'],
  },
  { table: 'published_result_sets', columns: ['timing_partner_id', 'provider_id', 'event_id'] },
];

interface Key {
  readonly table: string;
  readonly columns: readonly string[];
  readonly where?: string;
}

interface UniqueIndex {
  readonly table: string;
  readonly columns: readonly string[];
  readonly where: string | null;
}

export async function findMissingKeys(tx: Db, scope: AuditScope): Promise<Check> {
  const wanted = [...sharedKeys, ...(await providerKeys(tx, scope)).map(({ key }) => key)];
  const found = await sql<UniqueIndex>`
    select c.relname as table, pg_get_expr(i.indpred, i.indrelid) as where,
      (select jsonb_agg(a.attname order by a.attname) from pg_attribute a
        where a.attrelid = i.indrelid and a.attnum = any(i.indkey)) as columns
    from pg_index i join pg_class c on c.oid = i.indrelid
    where i.indisunique and i.indisvalid and i.indisready and c.oid in (
      select to_regclass(x) from jsonb_array_elements_text(${JSON.stringify(wanted.map((one) => one.table))}::jsonb) as x)`.execute(
    tx,
  );
  const missing = wanted.filter((key) => !found.rows.some((index) => index.table === key.table && serves(index, key)));
  return {
    of: ['unique key', 'unique keys'],
    checked: wanted.length,
    broken: missing.length,
    examples: missing
      .slice(0, 3)
      .map(
        ({ table, columns, where }) =>
          `${table} has no valid unique index over (${columns.join(', ')})${where === undefined ? '' : ` where ${where}`}`,
      ),
    hint: 'Make it again as `p88sync migrate` made it: compare with a database that a new `p88sync migrate` creates, look at the rows that stand in its way, then `create unique index concurrently`.',
  };
}

/** One over all rows serves; of a provider's table also one over all but the older duplicates (duplicates.ts). */
function serves(index: UniqueIndex, key: Key): boolean {
  if ([...key.columns].sort().join() !== [...index.columns].sort().join()) return false;
  const where = index.where?.replace(/[()]|::\w+/g, '');
  return where === key.where || (key.where === undefined && where === 'duplicate_of IS NULL');
}

async function providerKeys(tx: Db, scope: AuditScope): Promise<readonly { key: Key; spec: TableSpec }[]> {
  const keys: { key: Key; spec: TableSpec }[] = [];
  for (const spec of scope.providers.flatMap(({ provider }) => tablesOf(provider))) {
    const table = await storedTable(tx, spec);
    const columns = ['timing_partner_id', ...spec.key.map((column) => columnIn(table, column))];
    keys.push({ key: { table: spec.name, columns }, spec });
  }
  return keys;
}

/** An index can be valid and wrong: text sorts otherwise since an upgrade of the operating system. */
export async function findDoubledRows(tx: Db, scope: AuditScope): Promise<Check> {
  let checked = 0;
  let broken = 0;
  const examples: string[] = [];
  for (const { key } of await providerKeys(tx, scope)) {
    const columns = sql.raw(key.columns.map((column) => `"${column}"`).join(', '));
    const filled = sql.raw(key.columns.map((column) => `"${column}" is not null`).join(' and '));
    const result = await sql<{ checked: number; broken: number; example: string | null }>`
      select coalesce(sum(n), 0)::int as checked, (count(*) filter (where n > 1))::int as broken,
        min(key) filter (where n > 1) as example
      from (select count(*) as n, concat_ws(', ', ${columns}) as key from ${sql.table(key.table)}
        where duplicate_of is null and ${filled} group by ${columns}) k`.execute(tx);
    const [row] = result.rows;
    checked += row?.checked ?? 0;
    broken += row?.broken ?? 0;
    if (row?.example) examples.push(`${key.table} has several rows of (${key.columns.join(', ')}) = (${row.example})`);
  }
  return {
    of: ['row', 'rows'],
    checked,
    broken,
    examples: examples.slice(0, 3),
    hint: 'Look at these rows, set duplicate_of of the older ones to the key, then `reindex table concurrently` the table: after an upgrade of the operating system an index of text may be wrong.',
  };
}
