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
 * `timing_partner_id`, `credentials_used`, `fetched_date`, `source_row` (the provider's row, whole), `duplicate_of`
 * (store/duplicates.ts), for participants `source_modified_at`, `removed_at`, `removed_reason`, `removed_to`, `removal_row`,
 * and for results `removed_at`.
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
  /**
   * Columns that a second list of the same people fills (records of kind `supplement`); one of them keeps its row whole. A
   * registration leaves them blank, and a blank erases nothing in them. Who is in the second list alone has no `source_row`.
   */
  readonly supplement?: readonly string[];
  /**
   * That one of `supplement` (text, beside a key of one text column) which holds the second list's own id of a person, where
   * a registration may have several: the first of them fills the row of the registration for good, the others get rows of
   * their own, `REGISTRATION:ID`.
   */
  readonly supplementId?: string;
  /**
   * The last column of `key` as older programs' rows, which have none, tell it: SQL over the row `t`. A result that comes
   * again goes to the newest of them instead of beside it.
   */
  readonly olderKey?: string;
  /** What differs where `migrate` took over the table of an older program. */
  readonly older?: OlderShape;
}

/**
 * A table that an older program made in another shape than ours. Its columns keep their types and values; what they
 * cannot hold lies beside them. SQL here may name `p`, the row of the page, and `$2`, the partner; `t`, the old row.
 */
export interface OlderShape {
  /** Columns of ours (text) that hold an `integer` or a `uuid` there, and so cannot hold the provider's ids. */
  readonly ids: Readonly<Record<string, OlderId>>;
  /** Old columns that other programs read, each with the column of ours that it repeats: `{ name: 'event_name' }`. */
  readonly repeats?: Readonly<Record<string, string>>;
}

export interface OlderId {
  /** The text column that holds the provider's id instead; the migrations make it. */
  readonly heldBy: string;
  /** Where the old column is a uuid of the program's own: what a new row gets, and which id of the provider an old one means. */
  readonly uuid: { readonly ofNewRow: string; readonly meaning?: string };
}

/** Values of one row by column name. Dates and times as ISO text, `numeric` as decimal text, `jsonb` as JSON. */
export type Row = { readonly [column: string]: Json };

/** One numbered step of the schema: plain SQL, run once in a transaction, in the order of the list it stands in. */
export interface Migration {
  /** Unique and never changed once released: `0001-core`, `runsignup-0001-tables`. */
  readonly name: string;
  readonly sql: string;
}
