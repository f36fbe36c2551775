/** Counts what is odd in the rows of the old tables. Reads only; each table is read from end to end a few times. */
import { sql } from 'kysely';
import type { AdoptionFinding } from '../../domain/adoption.ts';
import type { Provider } from '../../domain/provider.ts';
import type { Db } from '../database.ts';
import { isEncrypted } from '../encryption.ts';
import { type DuplicateCounts, duplicateKey } from './index-steps.ts';
import { heldColumns, isUniqueAnyway, isWithoutDuplicates, keysOf, keyValue, type Situation, serves } from './shape.ts';
import { quoted } from './steps.ts';
import { counted } from './words.ts';

/** Of every unique key that is not kept over all rows, those that a killed run has marked too. A key with a null in it is no key. */
export async function countDuplicates(db: Db, situation: Situation): Promise<DuplicateCounts> {
  const counts = new Map<string, { keys: number; rows: number }>();
  for (const [table, existing] of existingTables(situation)) {
    for (const { index, columns } of keysOf(situation, table)) {
      const isMade = existing.indexes.some((one) => !isWithoutDuplicates(one) && serves(one, index, columns));
      if (isMade || isUniqueAnyway(existing, columns)) continue;
      // A column that is added now is null in every old row.
      const isNew = (column: string, place: number) =>
        !existing.columns.has(column) && !existing.columns.has(index.columns[place] ?? '');
      if (columns.some(isNew) || index.predicate !== null) continue;
      const key =
        columns.length > 0 ? columns.map((column) => keyValue(situation, table, column)) : [expressionOf(index.using)];
      const found = await sql<{ keys: number; rows: number }>`
        select count(*)::int as keys, coalesce(sum(n - 1), 0)::int as rows from (
          select count(*) as n from ${sql.table(table)} t where ${sql.raw(key.map((one) => `${one} is not null`).join(' and '))}
            group by ${sql.raw(key.join(', '))} having count(*) > 1) doubled`.execute(db);
      const [row] = found.rows;
      if (row && row.rows > 0) counts.set(duplicateKey(table, index), row);
    }
  }
  return counts;
}

/** `lower(company_name)` of `USING btree (lower(company_name))`. */
function expressionOf(using: string): string {
  return /^USING \w+ \((.*)\)$/.exec(using)?.[1] ?? 'null';
}

export async function countWithoutPartner(db: Db, situation: Situation): Promise<readonly AdoptionFinding[]> {
  const findings: AdoptionFinding[] = [];
  for (const [table, { columns }] of existingTables(situation)) {
    if (!columns.has('timing_partner_id') || !situation.specs.has(table)) continue;
    const count = await countOf(db, `select count(*) from ${quoted(table)} where timing_partner_id is null`);
    if (count === 0) continue;
    findings.push({
      kind: 'no-partner',
      table,
      count,
      message: `${counted(count, 'row')} of ${table} ${count === 1 ? 'has' : 'have'} no timing partner`,
      action: 'They stay as they are; no sync touches them.',
    });
  }
  return findings;
}

/** Rows that lie under an event (or race) which another partner's row stands for, and rows under none. */
export async function countShared(
  db: Db,
  situation: Situation,
  providers: readonly Provider[],
): Promise<readonly AdoptionFinding[]> {
  const { actual, target, tables } = situation;
  const races = providers.flatMap(({ tables: { races, events } }) =>
    races?.key.every((column) => column in events.columns)
      ? [{ table: events.name, columns: races.key, refTable: races.name, refColumns: races.key }]
      : [],
  );
  const keys = target.foreignKeys
    .filter((key) => tables.has(key.table) && key.columns[0] === 'timing_partner_id' && key.columns.length > 1)
    .map(({ table, columns, refTable, refColumns }) => ({
      table,
      columns: columns.slice(1),
      refTable,
      refColumns: refColumns.slice(1),
    }));
  const findings: AdoptionFinding[] = [];
  for (const { table, columns, refTable, refColumns } of [...races, ...keys]) {
    if (!tables.has(table) || !actual.tables.has(table) || !actual.tables.has(refTable)) continue;
    const child = heldColumns(situation, table, columns).map((column) => keyValue(situation, table, column));
    const parent = heldColumns(situation, refTable, refColumns).map((column) => keyValue(situation, refTable, column));
    const { others, pairs, alone } = await countUnder(db, table, child, refTable, parent);
    if (others > 0) {
      findings.push({
        kind: 'shared',
        table,
        count: others,
        message: `${counted(others, 'row')} of ${table} lie under a row of ${refTable} that belongs to another partner (${counted(pairs, 'time')} that two partners have the same)`,
        action: `They stay. The partner's next discovery adds its own row to ${refTable}; the foreign key is not validated for these.`,
      });
    }
    if (alone > 0) {
      findings.push({
        kind: 'no-event',
        table,
        count: alone,
        message: `${counted(alone, 'row')} of ${table} lie under nothing in ${refTable}`,
        action: 'They stay; the foreign key holds for new rows and is not validated for these.',
      });
    }
  }
  return findings;
}

/** @param child @param parent the columns of their key, as SQL over a row `t` of each. */
async function countUnder(
  db: Db,
  table: string,
  child: readonly string[],
  refTable: string,
  parent: readonly string[],
) {
  const listed = (values: readonly string[]) => values.map((value, place) => `${value}::text as k${place}`).join(', ');
  const names = child.map((_, place) => `k${place}`);
  const found = await sql<{ others: number; pairs: number; alone: number }>`
    with below as (
      select t.timing_partner_id as partner, ${sql.raw(listed(child))}, count(*) as n from ${sql.table(table)} t
      where t.timing_partner_id is not null group by 1, ${sql.raw(child.map((_, place) => `${place + 2}`).join(', '))}),
    above as (select t.timing_partner_id as partner, ${sql.raw(listed(parent))} from ${sql.table(refTable)} t),
    pairs as (
      select b.n, a.k0 is not null as anybodys, coalesce(a.partners @> array[b.partner], false) as own
      from below b left join (
        select ${sql.raw(names.join(', '))}, array_agg(partner) as partners from above group by ${sql.raw(names.join(', '))}
      ) a on ${sql.raw(names.map((name) => `a.${name} = b.${name}`).join(' and '))}
      where ${sql.raw(names.map((name) => `b.${name} is not null`).join(' and '))})
    select coalesce(sum(n) filter (where anybodys and not own), 0)::int as others,
      count(*) filter (where anybodys and not own)::int as pairs, coalesce(sum(n) filter (where not anybodys), 0)::int as alone
    from pairs`.execute(db);
  return found.rows[0] ?? { others: 0, pairs: 0, alone: 0 };
}

export async function countSecrets(db: Db, situation: Situation): Promise<readonly AdoptionFinding[]> {
  const table = 'partner_provider_credentials';
  if (!existingTables(situation).some(([name]) => name === table)) return [];
  const rows = await sql<{ secret: string | null; principal: string | null }>`
    select secret, principal from partner_provider_credentials`.execute(db);
  const plain = rows.rows.filter(({ secret }) => secret && !isEncrypted(secret)).length;
  const none = rows.rows.filter(({ secret, principal }) => !secret && principal).length;
  const count = plain + none;
  if (count === 0) return [];
  return [
    {
      kind: 'plain-secrets',
      table,
      count,
      message: `${counted(count, 'credential')} ${count === 1 ? 'holds its' : 'hold their'} secret in plain text${none > 0 ? ` (${none} of them as the principal)` : ''}`,
      action: 'They stay readable and are used as they are; a credential that p88sync stores is encrypted.',
    },
  ];
}

/** Words of older programs, and how p88sync reads them. */
export async function countStatuses(db: Db, situation: Situation): Promise<readonly AdoptionFinding[]> {
  if (!existingTables(situation).some(([name]) => name === 'sync_history')) return [];
  const { rows } = await sql<{
    status: string;
    n: number;
  }>`select coalesce(status, 'none') as status, count(*)::int as n
    from sync_history group by 1 order by 2 desc, 1`.execute(db);
  const count = rows.reduce((sum, { n }) => sum + n, 0);
  if (count === 0) return [];
  return [
    {
      kind: 'statuses',
      table: 'sync_history',
      count,
      message: `${counted(count, 'row')} of sync_history of other programs: ${rows.map(({ status, n }) => `${n.toLocaleString('en-US')} ${status}`).join(', ')}`,
      action:
        'They stay. Those that are completed or success count as completed syncs without a watermark; the first sync of such an event brings everybody.',
    },
  ];
}

function existingTables({ actual, tables }: Situation) {
  return [...actual.tables].filter(([name]) => tables.has(name));
}

async function countOf(db: Db, query: string): Promise<number> {
  const result = await sql<{ count: number }>`${sql.raw(query)}`.execute(db);
  return Number(result.rows[0]?.count ?? 0);
}
