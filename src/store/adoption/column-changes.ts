/** What the columns of an existing table need: additions, room for longer values, defaults. Nothing that rewrites its rows. */
import type { CatalogColumn, CatalogTable } from './catalog.ts';
import { quoted } from './steps.ts';
import type { Readers } from './views.ts';

export interface ColumnChanges {
  /** Actions of one ALTER TABLE. */
  readonly actions: readonly string[];
  readonly added: readonly string[];
  /** Columns that get room: a limit is lifted. */
  readonly widened: readonly CatalogColumn[];
  /** Too short, and something depends on their type. */
  readonly short: readonly { readonly column: CatalogColumn; readonly because: readonly string[] }[];
  /** Of another type than ours; what fits is stored as before. */
  readonly other: readonly { readonly column: CatalogColumn; readonly ours: string }[];
  /** Ours number their rows, which would mean to write each old row. */
  readonly leftOut: readonly string[];
  /** Views that are in the way, each behind those that it reads. */
  readonly views: readonly string[];
}

/** A constant needs no value in the old rows; anything else would be written into each, or claim what is not known of them. */
const constant = /^(null|true|false|-?[0-9.]+|'([^']|'')*'(::[a-z ]+)?)$/i;

export function columnChanges(
  wanted: CatalogTable,
  existing: CatalogTable,
  readers: readonly Readers[],
): ColumnChanges {
  const changes = {
    actions: [] as string[],
    added: [] as string[],
    widened: [] as CatalogColumn[],
    short: [] as { column: CatalogColumn; because: readonly string[] }[],
    other: [] as { column: CatalogColumn; ours: string }[],
    leftOut: [] as string[],
  };
  const views = new Map<string, number>();
  const primary = existing.indexes.flatMap((index) => (index.primary ? index.columns : []));
  for (const column of wanted.columns.values()) {
    const name = quoted(column.name);
    const found = existing.columns.get(column.name);
    if (!found) {
      // PostgreSQL writes every row anew for these.
      if (column.numbered || column.generated !== null) {
        changes.leftOut.push(column.name);
        continue;
      }
      const isConstant = column.default !== null && constant.test(column.default);
      const notNull = isConstant && column.notNull ? ' not null' : '';
      changes.added.push(column.name);
      changes.actions.push(
        `add column ${name} ${column.type}${isConstant ? ` default ${column.default}` : ''}${notNull}`,
        ...(column.default !== null && !isConstant ? [`alter column ${name} set default ${column.default}`] : []),
      );
      continue;
    }
    if (found.type !== column.type) {
      const reader = readers.find((one) => one.column === column.name);
      if (!isWider(found.type, column.type)) changes.other.push({ column: found, ours: column.type });
      else if (reader && reader.fixed.length > 0) changes.short.push({ column: found, because: reader.fixed });
      else {
        changes.widened.push(found);
        changes.actions.push(`alter column ${name} type ${column.type}`);
        for (const { name: view, depth } of reader?.views ?? []) views.set(view, depth);
      }
    }
    if (found.notNull && !column.notNull && !primary.includes(column.name))
      changes.actions.push(`alter column ${name} drop not null`);
    if (found.default === null && column.default !== null && !column.numbered && found.type !== 'uuid') {
      changes.actions.push(`alter column ${name} set default ${column.default}`);
    }
  }
  const inOrder = [...views].sort(([a, above], [b, below]) => above - below || (a < b ? -1 : 1));
  return { ...changes, views: inOrder.map(([view]) => view) };
}

/** Types whose values lie in the file as those of the wider one: PostgreSQL changes the catalog and no row. */
function isWider(from: string, to: string): boolean {
  if (to === 'text') return /^character varying(\(\d+\))?$/.test(from);
  return to === 'numeric' && /^numeric\(/.test(from);
}
