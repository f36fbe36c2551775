/** From the schema that is and the one that is to be: the steps between them, in order, and what there is to say about it. */
import { sql } from 'kysely';
import type { AdoptionReport } from '../../domain/adoption.ts';
import type { Provider } from '../../domain/provider.ts';
import type { Migration } from '../../domain/tables.ts';
import type { Database, Db } from '../database.ts';
import { tablesOf } from '../duplicates.ts';
import { currentSchema, readCatalog } from './catalog.ts';
import { type ColumnChanges, columnChanges } from './column-changes.ts';
import { countDuplicates, countSecrets, countShared, countStatuses, countWithoutPartner } from './count-rows.ts';
import { createTableSql } from './create-table.ts';
import {
  columnFindings,
  duplicateFindings,
  foundProviders,
  indexFindings,
  keyFindings,
  missingTables,
  shapeFindings,
  viewFindings,
} from './findings.ts';
import { indexSteps } from './index-steps.ts';
import { keySteps } from './key-steps.ts';
import { type Need, needsOf } from './rights.ts';
import { rowSteps } from './row-steps.ts';
import { type SavedView, saveView } from './save-view.ts';
import type { Situation } from './shape.ts';
import { quoted, type Step } from './steps.ts';
import { divide, readTarget, type Target } from './target.ts';
import { readReaders, readUnifiedViews, type UnifiedViews } from './views.ts';

export interface Adoption {
  /** Steps that are done by comparison and only recorded. */
  readonly adopted: readonly Migration[];
  /** Steps that touch no table of other programs; run behind it. */
  readonly plain: readonly Migration[];
  readonly steps: readonly Step[];
  readonly unified: UnifiedViews;
  /** What the user has to own. */
  readonly needs: readonly Need[];
  /** Relations that stand where our tables belong, and are none: views, partitioned tables. */
  readonly odd: readonly string[];
  readonly report: AdoptionReport;
}

/** @returns undefined where no step would meet a table of another program: the steps are simply run. Reads only. */
export async function planAdoption(
  database: Database,
  providers: readonly Provider[],
  migrations: readonly Migration[],
  missing: readonly Migration[],
): Promise<Adoption | undefined> {
  if (missing.length === 0) return undefined;
  const { db } = database;
  const actual = await readCatalog(db, currentSchema);
  if ([...actual.tables.keys()].every((name) => name === 'p88sync_migrations')) return undefined;
  const target = await readTarget(database, migrations);
  const division = divide(target, missing, new Set(actual.tables.keys()));
  if (division.adopted.length === 0) return undefined;
  const specs = new Map(providers.flatMap(tablesOf).map((spec) => [spec.name, spec]));
  const situation: Situation = { target: target.catalog, actual, tables: division.tables, specs };

  const existing = [...division.tables].filter((name) => actual.tables.has(name)).sort();
  const created = [...division.tables].filter((name) => !actual.tables.has(name));
  const duplicates = await countDuplicates(db, situation);
  const taken = await relationNames(db);
  const changes = new Map<string, ColumnChanges>();
  const alterations: Step[] = [];
  const indexes = new Map<string, ReturnType<typeof indexSteps>>();
  const savedViews = new Map<string, SavedView>();
  for (const table of existing) {
    const [wanted, found] = [target.catalog.tables.get(table), actual.tables.get(table)];
    if (!wanted || !found) continue;
    const change = columnChanges(wanted, found, found.kind === 'r' ? await readReaders(db, table) : []);
    changes.set(table, change);
    for (const view of change.views) if (!savedViews.has(view)) savedViews.set(view, await saveView(db, view));
    if (change.actions.length > 0) {
      const views = change.views.flatMap((name) => savedViews.get(name) ?? []);
      const alter = `alter table ${quoted(table)}\n  ${change.actions.join(',\n  ')}`;
      const around = [views.toReversed().map(({ drop }) => drop), views.flatMap(({ create }) => create)] as const;
      alterations.push({ kind: 'short', table, sql: [...around[0], alter, ...around[1]] });
    }
    indexes.set(table, indexSteps(situation, table, duplicates, taken));
  }
  const keys = keySteps(situation, duplicates);
  const unified = await readUnifiedViews(db);
  const creations = created.flatMap((name): Step[] => {
    const table = target.catalog.tables.get(name);
    return table ? [{ kind: 'short', table: name, sql: createTableSql(table, taken) }] : [];
  });
  const findings = [
    ...missingTables([...created, ...madeBy(division.plain, target)]),
    ...columnFindings(situation, changes),
    ...shapeFindings(situation),
    ...duplicateFindings(situation, duplicates),
    ...(await countWithoutPartner(db, situation)),
    ...(await countShared(db, situation, providers)),
    ...keyFindings(keys),
    ...indexFindings(indexes),
    ...viewFindings([...savedViews.keys()], unified),
    ...(await countSecrets(db, situation)),
    ...(await countStatuses(db, situation)),
    ...(await foundProviders(db, situation, providers)),
  ];
  return {
    adopted: division.adopted,
    plain: division.plain,
    steps: [
      ...creations,
      ...alterations,
      ...rowSteps(situation, duplicates),
      ...[...indexes.values()].flatMap(({ steps }) => steps),
      ...keys.steps,
    ],
    unified,
    needs: needsOf(actual, existing, keys.steps, [...savedViews.values(), ...unified.views, ...unified.readers]),
    odd: existing.filter((name) => actual.tables.get(name)?.kind !== 'r'),
    report: { tables: existing, findings },
  };
}

function madeBy(steps: readonly Migration[], target: Target): readonly string[] {
  return steps.flatMap(({ name }) => [...(target.steps.get(name)?.made ?? [])]);
}

/** Tables, views, indexes and sequences share their names. */
async function relationNames(db: Db): Promise<Set<string>> {
  const result = await sql<{ name: string }>`select relname as name from pg_class
    where relnamespace = ${currentSchema}`.execute(db);
  return new Set(result.rows.map(({ name }) => name));
}
