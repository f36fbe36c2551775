/** A provider's table as it lies in this database: as its description says, or in the shape of an older program. */
import { sql } from 'kysely';
import type { TableSpec } from '../domain/tables.ts';
import type { Db } from './database.ts';

/** A description, and what differs from it in this database; a plain TableSpec is one without differences. */
export interface StoredTable extends TableSpec {
  /** Columns of the description that another column of the table holds. */
  readonly heldBy?: Readonly<Record<string, string>>;
  /** Columns beyond the description: what a new row gets in them (SQL over the page's row `p`), and whether it may change. */
  readonly beside?: Readonly<Record<string, { readonly value: string; readonly fixed: boolean }>>;
}

/** One look into the catalogs, and none for a table that has one shape everywhere. */
export async function storedTable(db: Db, spec: TableSpec): Promise<StoredTable> {
  if (!spec.older) return spec;
  const { rows } = await sql<{ name: string; type: string }>`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = to_regclass(${spec.name}) and attnum > 0 and not attisdropped`.execute(db);
  return inShape(spec, new Map(rows.map((row) => [row.name, row.type])));
}

/** @param types of the table's columns, by name. */
export function inShape(spec: TableSpec, types: ReadonlyMap<string, string>): StoredTable {
  if (!spec.older) return spec;
  const heldBy: Record<string, string> = {};
  const beside: Record<string, { value: string; fixed: boolean }> = {};
  for (const [column, id] of Object.entries(spec.older.ids)) {
    const value = valueOfNewRow(column, id.uuid.ofNewRow, types.get(column));
    if (value === undefined) continue;
    heldBy[column] = id.heldBy;
    beside[column] = { value, fixed: spec.key.includes(column) };
  }
  for (const [old, ours] of Object.entries(spec.older.repeats ?? {})) {
    if (types.has(old)) beside[old] = { value: `p."${ours}"`, fixed: false };
  }
  return Object.keys(beside).length === 0 ? spec : { ...spec, heldBy, beside };
}

function valueOfNewRow(column: string, uuid: string, type: string | undefined): string | undefined {
  if (type === 'uuid') return uuid;
  // Nine digits always fit; a longer id, or one with letters, has no place in the old column.
  if (type === 'integer') return `case when p."${column}" ~ '^[0-9]{1,9}$' then p."${column}"::integer end`;
  return undefined;
}

/** The column of the table in which a column of the description lies. */
export function columnIn(table: StoredTable, column: string): string {
  return table.heldBy?.[column] ?? column;
}
