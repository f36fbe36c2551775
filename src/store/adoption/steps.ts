/** What adoption does, as data: printed by --dry-run, run by run-steps.ts. */

/**
 * `short`: one transaction that needs exclusive locks for a moment and does not queue for them long.
 * `rows`: repeated, each time in a transaction of its own, until it changes no row.
 * `index`: built beside readers and writers, outside a transaction; `name` may be left invalid by a killed run.
 * `validate`: reads a table under a lock that stops neither readers nor writers; where old rows break it, it stays not valid.
 */
export type Step =
  | { readonly kind: 'short' | 'rows' | 'validate'; readonly table: string; readonly sql: readonly string[] }
  | {
      readonly kind: 'index';
      readonly table: string;
      readonly name: string;
      /** An invalid index of this name is there and goes first. */
      readonly again: boolean;
      readonly sql: readonly [string];
    };

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function quotedList(columns: readonly string[]): string {
  return columns.map(quoted).join(', ');
}

/** PostgreSQL cuts names behind 63 bytes. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const end = n === 1 ? '' : `_${n}`;
    const name = wanted.slice(0, 63 - end.length) + end;
    if (!taken.has(name)) return name;
  }
}
