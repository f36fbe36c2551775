/** Old keys without the partner give way to ours, and the foreign keys that lean on them are made again with the partner. */
import type { Catalog, CatalogForeignKey, CatalogIndex } from './catalog.ts';
import { type DuplicateCounts, hasFullKey } from './index-steps.ts';
import { heldColumns, narrowKeys, type Situation, sameSet, shapeOf } from './shape.ts';
import { freeName, quoted, quotedList, type Step } from './steps.ts';

export interface KeySteps {
  readonly steps: readonly Step[];
  readonly dropped: readonly { readonly table: string; readonly index: CatalogIndex }[];
  /** Of tables without a partner: nothing can take their place. */
  readonly lost: readonly CatalogForeignKey[];
  /** Tables that replication sends and that have no primary key any more. */
  readonly replicated: readonly string[];
}

interface NewForeignKey extends Omit<CatalogForeignKey, 'refIndex' | 'validated' | 'owned' | 'owner' | 'hasPartner'> {}

export function keySteps(situation: Situation, duplicates: DuplicateCounts): KeySteps {
  const { actual, target, tables } = situation;
  const steps: Step[] = [];
  const dropped: { table: string; index: CatalogIndex }[] = [];
  const lost: CatalogForeignKey[] = [];
  const replicated: string[] = [];
  const made: NewForeignKey[] = [];
  const wanted = target.foreignKeys
    .filter((key) => tables.has(key.table))
    .flatMap((key) => inShape(situation, key, duplicates));
  const isThere = (key: NewForeignKey) => [...remaining(actual, lost), ...made].some((one) => sameForeignKey(one, key));
  const add = (key: NewForeignKey): string => {
    const taken = new Set(
      [...actual.foreignKeys, ...made].filter((one) => one.table === key.table).map(({ name }) => name),
    );
    const named = { ...key, name: freeName(key.name, taken) };
    made.push(named);
    return addSql(named);
  };

  for (const table of [...tables].sort()) {
    const narrow = narrowKeys(situation, table);
    if (narrow.length === 0) continue;
    const leaning = actual.foreignKeys.filter(
      (key) => key.refTable === table && narrow.some(({ name }) => name === key.refIndex),
    );
    const again: string[] = [];
    for (const key of leaning) {
      const ours = wanted.filter((one) => one.table === key.table && one.refTable === table);
      const next = ours.length > 0 ? ours : withPartner(situation, key, duplicates);
      if (next.length === 0) lost.push(key);
      for (const one of next) if (!isThere(one)) again.push(add(one));
    }
    for (const index of narrow) dropped.push({ table, index });
    const isPublished = actual.tables.get(table)?.published && narrow.some(({ primary }) => primary);
    if (isPublished) replicated.push(table);
    steps.push({
      kind: 'short',
      table,
      sql: [
        ...leaning.map(({ table: from, name }) => `alter table ${from} drop constraint ${quoted(name)}`),
        ...narrow.map((index) => dropSql(table, index)),
        ...blankable(situation, table),
        ...(isPublished ? [`alter table ${quoted(table)} replica identity full`] : []),
        ...again,
      ],
    });
  }
  for (const key of wanted) {
    if (!isThere(key)) steps.push({ kind: 'short', table: key.table, sql: [add(key)] });
  }
  // Made by a run that was killed before it read the old rows.
  const unread = actual.foreignKeys.filter(
    (key) =>
      !key.validated &&
      (wanted.some((one) => sameForeignKey(one, key)) ||
        (tables.has(key.refTable) && key.columns.includes('timing_partner_id'))),
  );
  for (const { table, name } of [...unread, ...made]) {
    steps.push({ kind: 'validate', table, sql: [`alter table ${table} validate constraint ${quoted(name)}`] });
  }
  return { steps, dropped, lost, replicated };
}

/** Of the target, with the columns that hold its ids in this database; none where the other table cannot be referred to. */
function inShape(situation: Situation, key: CatalogForeignKey, duplicates: DuplicateCounts): readonly NewForeignKey[] {
  const { target, actual } = situation;
  const columns = heldColumns(situation, key.table, key.columns);
  const refColumns = heldColumns(situation, key.refTable, key.refColumns);
  const refTable = actual.tables.get(key.refTable) ?? target.tables.get(key.refTable);
  if (!hasFullKey(situation, refTable, refColumns, duplicates)) return [];
  return [{ ...plain(key), columns, refColumns }];
}

/** A foreign key of a table that has the partner too: the same, with the partner. */
function withPartner(
  situation: Situation,
  key: CatalogForeignKey,
  duplicates: DuplicateCounts,
): readonly NewForeignKey[] {
  if (!key.hasPartner || key.columns.includes('timing_partner_id')) return [];
  const refColumns = ['timing_partner_id', ...key.refColumns];
  if (!hasFullKey(situation, situation.actual.tables.get(key.refTable), refColumns, duplicates)) return [];
  const columns = ['timing_partner_id', ...key.columns];
  return [{ ...plain(key), columns, refColumns, name: `${key.table.replace(/^.*\./, '')}_${columns.join('_')}_fkey` }];
}

function plain({ name, table, columns, refTable, refColumns, onDelete }: CatalogForeignKey): NewForeignKey {
  return { name, table, columns, refTable, refColumns, onDelete };
}

function remaining({ foreignKeys }: Catalog, lost: readonly CatalogForeignKey[]): readonly CatalogForeignKey[] {
  return foreignKeys.filter((key) => !lost.includes(key));
}

function sameForeignKey(a: NewForeignKey, b: NewForeignKey): boolean {
  if (a.table !== b.table || a.refTable !== b.refTable) return false;
  return sameSet(a.columns, b.columns) && sameSet(a.refColumns, b.refColumns);
}

function dropSql(table: string, { name, constraint }: CatalogIndex): string {
  return constraint === null
    ? `drop index ${quoted(name)}`
    : `alter table ${quoted(table)} drop constraint ${quoted(constraint)}`;
}

/** An old number that cannot hold the provider's id stays empty in new rows; a key's column was not null until now. */
function blankable(situation: Situation, table: string): readonly string[] {
  const columns = situation.actual.tables.get(table)?.columns;
  return Object.keys(shapeOf(situation, table)?.heldBy ?? {})
    .filter((column) => columns?.get(column)?.type === 'integer' && columns.get(column)?.notNull)
    .map((column) => `alter table ${quoted(table)} alter column ${quoted(column)} drop not null`);
}

function addSql({ name, table, columns, refTable, refColumns, onDelete }: NewForeignKey): string {
  return `alter table ${table} add constraint ${quoted(name)} foreign key (${quotedList(columns)})
  references ${quoted(refTable)} (${quotedList(refColumns)})${onDelete ? ` on delete ${onDelete}` : ''} not valid`;
}
