/**
 * What the schema is to be: the migrations themselves, run on temporary tables in a transaction that is rolled back, and
 * read from the catalogs. So adoption knows of every provider's tables without a word about them here.
 */
import { sql } from 'kysely';
import { DatabaseUnavailable } from '../../domain/errors.ts';
import type { Migration } from '../../domain/tables.ts';
import type { Database } from '../database.ts';
import { codeOf } from '../database-errors.ts';
import { runScript } from '../run-script.ts';
import { type Catalog, readCatalog, temporarySchema } from './catalog.ts';

export interface Target {
  readonly catalog: Catalog;
  /** Tables that a step makes or changes, and those of them that it makes, by the step's name. */
  readonly steps: ReadonlyMap<string, { readonly touched: ReadonlySet<string>; readonly made: ReadonlySet<string> }>;
}

/** @throws DatabaseUnavailable without the right to make temporary tables, which everybody has by default. */
export async function readTarget({ db, shown }: Database, migrations: readonly Migration[]): Promise<Target> {
  const tx = await db.startTransaction().execute();
  try {
    // Alone in the path: neither the steps nor the catalogs' texts can mean one of the real tables.
    await sql`set local search_path to pg_temp`.execute(tx);
    const steps = new Map<string, { touched: ReadonlySet<string>; made: ReadonlySet<string> }>();
    let before = new Map<string, string>();
    let catalog: Catalog = { tables: new Map(), foreignKeys: [] };
    for (const migration of migrations) {
      await runScript(tx, migration.sql);
      catalog = await readCatalog(tx, temporarySchema);
      const after = new Map([...catalog.tables.keys()].map((name) => [name, textOf(catalog, name)]));
      const touched = [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);
      steps.set(migration.name, {
        touched: new Set(touched),
        made: new Set(touched.filter((name) => !before.has(name))),
      });
      before = after;
    }
    return { catalog, steps };
  } catch (error) {
    if (codeOf(error) !== '42501') throw error;
    throw new DatabaseUnavailable(`the database (${shown}) does not let this user make temporary tables`, {
      hint: 'Run `p88sync migrate` as the role that owns the tables. If this is it: grant temporary on database … to …; such tables show what is to be, in a transaction that is rolled back.',
      cause: error,
    });
  } finally {
    await tx.rollback().execute();
  }
}

function textOf({ tables, foreignKeys }: Catalog, name: string): string {
  const table = tables.get(name);
  return JSON.stringify([
    [...(table?.columns.values() ?? [])],
    table?.indexes,
    foreignKeys.filter((key) => key.table === name),
  ]);
}

export interface Division {
  /** Steps that a database with tables of older programs gets by comparison, not by running them. */
  readonly adopted: readonly Migration[];
  /** Steps that touch none of these tables: run as they are. */
  readonly plain: readonly Migration[];
  /** Every table of the adopted steps, whether it exists or not. */
  readonly tables: ReadonlySet<string>;
}

/** @param existing relations that are there; a step which would make one of them meets a table of another program. */
export function divide(target: Target, missing: readonly Migration[], existing: ReadonlySet<string>): Division {
  const stepOf = ({ name }: Migration) =>
    target.steps.get(name) ?? { touched: new Set<string>(), made: new Set<string>() };
  const tables = new Set(missing.flatMap((step) => [...stepOf(step).made].filter((name) => existing.has(name))));
  const adopted = new Set<Migration>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const step of missing) {
      const { touched } = stepOf(step);
      if (adopted.has(step) || ![...touched].some((name) => tables.has(name))) continue;
      adopted.add(step);
      for (const name of touched) tables.add(name);
      grew = true;
    }
  }
  return {
    adopted: missing.filter((step) => adopted.has(step)),
    plain: missing.filter((step) => !adopted.has(step)),
    tables,
  };
}
