import type { Json } from './json.ts';

/** The PostgreSQL types a provider's table may use; each is also the type of the column in the page's JSON parameter. */
export type ColumnType =
  | 'bigint'
  | 'integer'
  | 'text'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'jsonb';

/**
 * A table that a provider fills. It lists the provider's own columns only; the store adds what every such table has:
 * `timing_partner_id`, `credentials_used`, `fetched_date`, `source_row` (the provider's row, whole), for participants
 * `source_modified_at`, `removed_at`, `removed_reason`, `removed_to`, `removal_row`, and for results `removed_at`.
 */
export interface TableSpec {
  readonly name: string;
  /** Column name → type, in the order they are written. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The columns that make a row unique, beside `timing_partner_id`, which is always part of the key. */
  readonly key: readonly string[];
  /** Columns in which a blank (null) from the provider does not erase what we have: the bib, the chip. */
  readonly keepWhenBlank?: readonly string[];
  /** The column by which a listing knows who is there; default: the first of `key`. */
  readonly listedBy?: string;
  /** Columns that a second list of the same people fills (records of kind `supplement`). */
  readonly supplement?: readonly string[];
}

/** Values of one row by column name. Dates and times as ISO text, `numeric` as decimal text, `jsonb` as JSON. */
export type Row = { readonly [column: string]: Json };

/** One numbered step of the schema: plain SQL, run once in a transaction, in the order of the list it stands in. */
export interface Migration {
  /** Unique and never changed once released: `0001-core`, `runsignup-0001-tables`. */
  readonly name: string;
  readonly sql: string;
}
