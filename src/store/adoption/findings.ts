/** What is to be said of tables, columns, keys and views; count-rows.ts says it of rows. */
import { sql } from 'kysely';
import type { AdoptionFinding } from '../../domain/adoption.ts';
import type { Provider } from '../../domain/provider.ts';
import type { Db } from '../database.ts';
import type { ColumnChanges } from './column-changes.ts';
import { type DuplicateCounts, duplicateKey, type IndexSteps } from './index-steps.ts';
import type { KeySteps } from './key-steps.ts';
import { keysOf, type Situation, shapeOf } from './shape.ts';
import type { UnifiedViews } from './views.ts';
import { counted } from './words.ts';

export function missingTables(created: readonly string[]): readonly AdoptionFinding[] {
  if (created.length === 0) return [];
  return [
    {
      kind: 'missing-tables',
      table: undefined,
      count: created.length,
      message: `${counted(created.length, 'table')} of p88sync ${created.length === 1 ? 'is' : 'are'} not there: ${created.toSorted().join(', ')}`,
      action: created.length === 1 ? 'It is created.' : 'They are created.',
    },
  ];
}

export function columnFindings(
  situation: Situation,
  changes: ReadonlyMap<string, ColumnChanges>,
): readonly AdoptionFinding[] {
  return [...changes].flatMap(([table, { widened, short, other: unlike, leftOut }]) => {
    const held = shapeOf(situation, table)?.heldBy ?? {};
    const other = unlike.filter(({ column }) => held[column.name] === undefined);
    const narrow = other.filter(({ column, ours }) => column.type === 'integer' && ours === 'bigint');
    const kept = (count: number, message: string, action: string): AdoptionFinding => ({
      kind: 'kept-columns',
      table,
      count,
      message,
      action,
    });
    const findings: AdoptionFinding[] = [];
    if (widened.length > 0) {
      const names = widened.map(({ name, type }) => `${name} ${type.replace('character varying', 'varchar')}`);
      findings.push({
        kind: 'short-columns',
        table,
        count: widened.length,
        message: `${counted(widened.length, 'column')} of ${table} may be too short: ${names.join(', ')}`,
        action: 'The limit is lifted; no row is rewritten.',
      });
    }
    for (const because of new Set(short.map((one) => one.because.join(', ')))) {
      const columns = short.filter((one) => one.because.join(', ') === because).map(({ column }) => column);
      const names = columns.map(({ name, type }) => `${name} ${type.replace('character varying', 'varchar')}`);
      findings.push(
        kept(
          columns.length,
          `${counted(columns.length, 'column')} of ${table} ${columns.length === 1 ? 'stays' : 'stay'} short (${names.join(', ')}): ${because} ${columns.length === 1 ? 'depends on its type' : 'depend on their type'}`,
          'A row with a longer value is kept in rejected_rows. To lift the limit drop what depends on it before `p88sync migrate`, and make it again afterwards.',
        ),
      );
    }
    if (narrow.length > 0) {
      const names = narrow.map(({ column }) => column.name).join(', ');
      findings.push(
        kept(
          narrow.length,
          `${counted(narrow.length, 'column')} of ${table} ${narrow.length === 1 ? 'is' : 'are'} integer where a new database has bigint: ${names}`,
          'The type stays: another would rewrite the table. Numbers up to 2,147,483,647 fit.',
        ),
      );
    }
    for (const { column, ours } of other.filter((one) => !narrow.includes(one))) {
      findings.push(
        kept(
          1,
          `${table}.${column.name} is ${column.type} where a new database has ${ours}`,
          'It keeps its type and its values.',
        ),
      );
    }
    if (leftOut.length > 0) {
      findings.push(
        kept(
          leftOut.length,
          `${table} has no ${leftOut.join(', ')}, which numbers the rows in a new database`,
          'It is left out: every old row would have to be rewritten.',
        ),
      );
    }
    return findings;
  });
}

export function shapeFindings(situation: Situation): readonly AdoptionFinding[] {
  return [...situation.tables].sort().flatMap((table): AdoptionFinding[] => {
    const columns = situation.actual.tables.get(table)?.columns;
    const held = Object.entries((columns && shapeOf(situation, table)?.heldBy) ?? {});
    if (held.length === 0) return [];
    return [
      {
        kind: 'older-shape',
        table,
        count: held.length,
        message: `${table} has the shape of an older program: ${held.map(([column]) => `${column} is ${columns?.get(column)?.type}`).join(', ')}`,
        action: `What is there stays. The provider's ids, which are text, are in ${held.map(([, holder]) => holder).join(', ')}; a row of the same id is the one that syncs go to.`,
      },
    ];
  });
}

export function duplicateFindings(situation: Situation, duplicates: DuplicateCounts): readonly AdoptionFinding[] {
  return [...situation.tables].sort().flatMap((table) =>
    keysOf(situation, table).flatMap(({ index, columns }): AdoptionFinding[] => {
      const found = duplicates.get(duplicateKey(table, index));
      if (!found || !situation.target.tables.get(table)?.columns.has('duplicate_of')) return [];
      const share = found.rows === 1 ? 'shares its' : 'share their';
      return [
        {
          kind: 'duplicates',
          table,
          count: found.rows,
          message: `${counted(found.rows, 'row')} of ${table} ${share} (${columns.join(', ')}) with a newer row; ${counted(found.keys, 'key')} in all`,
          action:
            'All stay. The newest row of each key is the one that syncs go to; duplicate_of of the others names it.',
        },
      ];
    }),
  );
}

export function keyFindings({ dropped, lost, replicated }: KeySteps): readonly AdoptionFinding[] {
  return [
    ...dropped.map(({ table, index }): AdoptionFinding => {
      const columns = `(${index.columns.join(', ')})`;
      return {
        kind: 'old-keys',
        table,
        count: 1,
        message: `${table} is unique by ${columns}: too narrow for two partners with one race, or two credentials of one kind`,
        action: `${index.constraint ?? index.name} gives way to a wider key; ${columns} stays indexed.`,
      };
    }),
    ...lost.map(
      (key): AdoptionFinding => ({
        kind: 'foreign-keys',
        table: key.table,
        count: 1,
        message: `${key.table} refers to ${key.refTable} by (${key.refColumns.join(', ')}) alone, which two partners may have now`,
        action: `Its foreign key ${key.name} is dropped, its rows stay. With a timing_partner_id in ${key.table} it can be made again with both columns.`,
      }),
    ),
    ...replicated.map(
      (table): AdoptionFinding => ({
        kind: 'replication',
        table,
        count: 1,
        message: `${table} is published for logical replication and loses its primary key`,
        action: 'Its replica identity becomes the whole row (replica identity full), so that updates go on.',
      }),
    ),
  ];
}

export function indexFindings(indexes: ReadonlyMap<string, IndexSteps>): readonly AdoptionFinding[] {
  return [...indexes].flatMap(([table, { impossible }]) =>
    impossible.map(
      (index): AdoptionFinding => ({
        kind: 'same-keys',
        table,
        count: 1,
        message: `${table} has rows that are equal in what a new database keeps unique: ${index.using.replace(/^USING \w+ /, '')}`,
        action: `They stay, and the unique index ${index.name} is left out. Use ids where names are not unique.`,
      }),
    ),
  );
}

/** @param around views that read columns which get room. */
export function viewFindings(around: readonly string[], { views, readers }: UnifiedViews): readonly AdoptionFinding[] {
  const ours = views.map(({ name }) => name);
  const others = [...new Set([...around, ...readers.map(({ name }) => name)])]
    .filter((name) => !ours.includes(name))
    .sort();
  const findings: AdoptionFinding[] = [];
  if (others.length > 0) {
    findings.push({
      kind: 'views',
      table: undefined,
      count: others.length,
      message: `${counted(others.length, 'view')} of other programs ${others.length === 1 ? 'reads' : 'read'} these tables: ${others.join(', ')}`,
      action:
        'Made again as they are, with owner, rights and comments, in the transaction that changes what they read.',
    });
  }
  if (ours.length > 0) {
    findings.push({
      kind: 'views',
      table: undefined,
      count: ours.length,
      message: `${ours.join(', ')} ${ours.length === 1 ? 'is' : 'are'} there`,
      action:
        "p88sync's take their place: the same columns in the same order, more behind them; owner and rights stay.",
    });
  }
  return findings;
}

/** Under which names and ids the providers are known here. */
export async function foundProviders(
  db: Db,
  situation: Situation,
  providers: readonly Provider[],
): Promise<readonly AdoptionFinding[]> {
  if (!situation.actual.tables.has('providers') || !situation.tables.has('providers')) return [];
  const { rows } = await sql<{ id: number; name: string }>`
    select provider_id as id, name from providers order by 1`.execute(db);
  const known = providers.flatMap((provider) => {
    const names = [provider.displayName, ...provider.otherNames, provider.name].map((name) => name.toLowerCase());
    return rows.filter((row) => names.includes(row.name.toLowerCase()));
  });
  return [
    {
      kind: 'providers',
      table: 'providers',
      count: known.length,
      message: `Providers are known by name: ${known.map(({ id, name }) => `${id} ${name}`).join(', ') || 'none of them is there'}`,
      action: 'Ids and names stay; one that is missing gets the next free id.',
    },
  ];
}
