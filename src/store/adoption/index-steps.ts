/** The indexes that an existing table lacks, each built beside readers and writers. */
import type { CatalogIndex, CatalogTable } from './catalog.ts';
import { heldColumns, keysOf, narrowKeys, type Situation, serves, shapeOf, withoutDuplicates } from './shape.ts';
import { freeName, quoted, quotedList, type Step } from './steps.ts';

/** Rows that share a key with a newer one, by `table(columns)`. */
export type DuplicateCounts = ReadonlyMap<string, { readonly keys: number; readonly rows: number }>;

export function duplicateKey(table: string, index: CatalogIndex): string {
  return `${table}.${index.name}`;
}

export interface IndexSteps {
  readonly steps: readonly Step[];
  /** Unique indexes that cannot be: the table has duplicates, and no column to mark them. */
  readonly impossible: readonly CatalogIndex[];
}

/** @param taken names of relations; the names that are given out here are added. */
export function indexSteps(
  situation: Situation,
  table: string,
  duplicates: DuplicateCounts,
  taken: Set<string>,
): IndexSteps {
  const existing = situation.actual.tables.get(table);
  const wanted = situation.target.tables.get(table);
  if (!existing || !wanted) return { steps: [], impossible: [] };
  const steps: Step[] = [];
  const impossible: CatalogIndex[] = [];
  const planned: (readonly string[])[] = [];
  const build = (index: Built, using: string, columns: readonly string[]) => {
    const wantedName = index.primary ? `${table}_partner_key` : index.name;
    const left = existing.indexes.find((one) => isLeftover(one, { ...index, name: wantedName }, columns));
    const name = left?.name ?? freeName(wantedName, taken);
    taken.add(name);
    planned.push(columns);
    const unique = index.unique ? 'unique ' : '';
    const statement = `create ${unique}index concurrently ${quoted(name)} on ${quoted(table)} ${using}`;
    steps.push({ kind: 'index', table, name, again: left !== undefined, sql: [statement] });
  };
  for (const index of wanted.indexes) {
    const columns = heldColumns(situation, table, index.columns);
    if (existing.indexes.some((one) => serves(one, index, columns))) continue;
    // What numbers the rows in ours has no place in a table whose rows are there.
    if (columns.some((column) => wanted.columns.get(column)?.numbered && !existing.columns.has(column))) continue;
    const isDoubled = duplicates.has(duplicateKey(table, index));
    if (isDoubled && !wanted.columns.has('duplicate_of')) {
      impossible.push(index);
      continue;
    }
    const own = sameColumns(columns, index.columns) ? index.using : `USING btree (${quotedList(columns)})`;
    if (isDoubled) build({ ...index, predicate: withoutDuplicates }, `${own} WHERE ${withoutDuplicates}`, columns);
    else build(index, own, columns);
  }
  const leads = (columns: readonly string[]) => (one: readonly string[]) =>
    columns.every((column, place) => one[place] === column);
  const dropped = narrowKeys(situation, table);
  const kept = existing.indexes.filter((one) => one.valid && one.predicate === null && !dropped.includes(one));
  // Other programs look for an event by its id alone, which the wider key does not serve.
  for (const { columns } of [...dropped, ...heldIds(situation, table)]) {
    if ([...kept.map((one) => one.columns), ...planned].some(leads(columns))) continue;
    build(
      { name: `${table}_${columns.join('_')}_idx`, unique: false, primary: false, predicate: null },
      `USING btree (${quotedList(columns)})`,
      columns,
    );
  }
  return { steps, impossible };
}

/** The holders of ids that are no key of the table: the event of a person is asked for. */
function heldIds(situation: Situation, table: string): readonly { columns: readonly string[] }[] {
  const shape = shapeOf(situation, table);
  const keys = keysOf(situation, table).flatMap(({ columns }) => columns);
  return Object.values(shape?.heldBy ?? {})
    .filter((holder) => !keys.includes(holder))
    .map((holder) => ({ columns: ['timing_partner_id', holder] }));
}

type Built = Pick<CatalogIndex, 'name' | 'unique' | 'primary' | 'predicate'>;

/** By its name, or, where that was taken then, by what it is of. */
function isLeftover(index: CatalogIndex, wanted: Built, columns: readonly string[]): boolean {
  if (index.valid || index.constraint !== null) return false;
  if (index.name === wanted.name) return true;
  const isSame = index.unique === wanted.unique && index.predicate === wanted.predicate;
  return isSame && columns.length > 0 && sameColumns(index.columns, columns);
}

function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.join() === b.join();
}

/** True where every row of a key but one is marked, or the key has no two rows: it can be referred to. */
export function hasFullKey(
  situation: Situation,
  table: CatalogTable | undefined,
  columns: readonly string[],
  duplicates: DuplicateCounts,
): boolean {
  if (!table) return false;
  const isKey = ({ unique, valid, predicate, columns: own }: CatalogIndex) =>
    unique && valid && predicate === null && own.length === columns.length && own.every((one) => columns.includes(one));
  const dropped = narrowKeys(situation, table.name);
  if (table.indexes.some((index) => isKey(index) && !dropped.includes(index))) return true;
  return keysOf(situation, table.name).some(
    (key) =>
      isKey({ ...key.index, columns: key.columns }) &&
      (!situation.actual.tables.has(table.name) || !duplicates.has(duplicateKey(table.name, key.index))),
  );
}
