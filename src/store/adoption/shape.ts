/** How the tables of the target lie in the existing database: which columns hold their keys, and which keys are missing. */
import type { TableSpec } from '../../domain/tables.ts';
import { columnIn, inShape, type StoredTable } from '../stored-table.ts';
import type { Catalog, CatalogIndex, CatalogTable } from './catalog.ts';
import { quoted } from './steps.ts';

export interface Situation {
  readonly target: Catalog;
  readonly actual: Catalog;
  /** The tables to compare; others are ours already or made by steps that run as they are. */
  readonly tables: ReadonlySet<string>;
  /** The providers' tables. */
  readonly specs: ReadonlyMap<string, TableSpec>;
}

/** A unique key that the target has: a constraint or a unique index. */
export interface Key {
  readonly index: CatalogIndex;
  /** As the existing table holds them. */
  readonly columns: readonly string[];
}

/** The provider's description in the shape that the existing table has. */
export function shapeOf({ actual, specs }: Situation, table: string): StoredTable | undefined {
  const spec = specs.get(table);
  const columns = actual.tables.get(table)?.columns;
  if (!spec || !columns) return spec;
  return inShape(spec, new Map([...columns.values()].map(({ name, type }) => [name, type])));
}

export function heldColumns(situation: Situation, table: string, columns: readonly string[]): readonly string[] {
  const shape = shapeOf(situation, table);
  return shape ? columns.map((column) => columnIn(shape, column)) : columns;
}

export function keysOf(situation: Situation, table: string): readonly Key[] {
  const indexes = situation.target.tables.get(table)?.indexes ?? [];
  return indexes
    .filter((index) => index.unique)
    .map((index) => ({ index, columns: heldColumns(situation, table, index.columns) }));
}

/** An index that does for the target's: the same columns, unique where it is, over the same rows or (a key) over all but duplicates. */
export function serves(index: CatalogIndex, wanted: CatalogIndex, columns: readonly string[]): boolean {
  if (!index.valid || (wanted.unique && !index.unique)) return false;
  if (columns.length === 0) return index.using === wanted.using;
  if (wanted.unique && wanted.predicate === null) {
    return sameSet(index.columns, columns) && (index.predicate === null || isWithoutDuplicates(index));
  }
  return index.columns.join() === columns.join() && index.predicate === wanted.predicate;
}

/** As PostgreSQL writes it. */
export const withoutDuplicates = '(duplicate_of IS NULL)';

export function isWithoutDuplicates({ predicate }: CatalogIndex): boolean {
  return predicate === withoutDuplicates;
}

/** Another unique index over some of the columns makes duplicates impossible. */
export function isUniqueAnyway(table: CatalogTable, columns: readonly string[]): boolean {
  return table.indexes.some(
    ({ unique, valid, predicate, columns: own }) =>
      unique && valid && predicate === null && own.length > 0 && own.every((column) => columns.includes(column)),
  );
}

/**
 * Old keys that are narrower than ours: `event_id` alone, where two partners may hold the same event. A uuid which the
 * older program gave out itself is no key of the provider's, and stays.
 */
export function narrowKeys(situation: Situation, table: string): readonly CatalogIndex[] {
  const existing = situation.actual.tables.get(table);
  const shape = shapeOf(situation, table);
  const keys = keysOf(situation, table);
  return (existing?.indexes ?? []).filter((old) => {
    if (!old.unique || old.columns.length === 0 || isWithoutDuplicates(old)) return false;
    if (keys.some(({ index, columns }) => sameSet(old.columns, index.columns) || sameSet(old.columns, columns)))
      return false;
    const own = (column: string) =>
      existing?.columns.get(column)?.type === 'uuid' && shape?.heldBy?.[column] !== undefined;
    if (old.columns.some(own)) return false;
    // On a provider's table no key may go without the partner, but for the numbers that the table gives out itself.
    const isShared = situation.specs.has(table) && !old.columns.includes('timing_partner_id');
    if (isShared && !old.columns.some((column) => existing?.columns.get(column)?.numbered)) return true;
    return keys.some(
      ({ index, columns }) =>
        isWithin(old.columns, index.columns) || (columns.length > 0 && isWithin(old.columns, columns)),
    );
  });
}

/** The value of a key's column in an old row `t`, also before its holder is there or filled. */
export function keyValue(situation: Situation, table: string, column: string): string {
  const shape = shapeOf(situation, table);
  const types = situation.actual.tables.get(table)?.columns;
  const source = Object.entries(shape?.heldBy ?? {}).find(([, holder]) => holder === column)?.[0];
  const held = types?.has(column) ? `t.${quoted(column)}` : undefined;
  const meaning = source === undefined ? undefined : meaningOf(shape, source, types?.get(source)?.type);
  if (held && meaning) return `coalesce(${held}, ${meaning})`;
  return held ?? meaning ?? 'null::text';
}

/** What the old column of an id says of the provider's id, as SQL over the old row `t`. */
export function meaningOf(shape: TableSpec | undefined, column: string, type: string | undefined): string | undefined {
  if (type === 'integer') return `t.${quoted(column)}::text`;
  return shape?.older?.ids[column]?.uuid.meaning;
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function isWithin(small: readonly string[], large: readonly string[]): boolean {
  return small.length < large.length && small.every((one) => large.includes(one));
}
