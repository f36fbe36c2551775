/**
 * Older programs stored some registrations several times. Adopted, all of these rows stay: the newest is the one that
 * syncs go to, and `duplicate_of` of the others holds its key. A unique index over the rows without it keeps the rest
 * unique, and `on conflict (…) where duplicate_of is null` finds that index as well as one over all rows.
 */
import type { Provider } from '../domain/provider.ts';
import type { Migration, TableSpec } from '../domain/tables.ts';

/** Every table that the provider fills. */
export function tablesOf(provider: Provider): readonly TableSpec[] {
  return Object.values(provider.tables).flatMap((table) => (table ? [table] : []));
}

/** The column on each of the provider's tables, wherever they come from: a provider's own steps need not think of it. */
export function duplicateSteps(provider: Provider): readonly Migration[] {
  return tablesOf(provider).map(({ name }) => ({
    name: `${name}-duplicate-of`,
    sql: `alter table ${name} add column if not exists duplicate_of text;`,
  }));
}
