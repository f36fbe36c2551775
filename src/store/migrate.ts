/** Creates and upgrades the schema: numbered steps, each once, in a transaction under a lock. Adopts what is there already. */
import { sql } from 'kysely';
import type { AdoptionReport, MigrationPlan } from '../domain/adoption.ts';
import { DatabaseUnavailable } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Migration } from '../domain/tables.ts';
import { type Adoption, planAdoption } from './adoption/plan.ts';
import { checkRights } from './adoption/rights.ts';
import { type RunOptions, runSteps, shortTransaction } from './adoption/run-steps.ts';
import type { Database } from './database.ts';
import { codeOf, explainDatabaseError } from './database-errors.ts';
import { duplicateSteps } from './duplicates.ts';
import { holdingMigrateLock } from './migrate-lock.ts';
import { coreMigrations } from './migrations/list.ts';
import { statementsOf } from './run-script.ts';
import { unifiedViewStatements } from './unified-views.ts';

export interface SchemaState {
  /** The database's clock (UTC). */
  readonly now: Date;
  readonly applied: readonly string[] | undefined;
}

/** Shared steps first, then each provider's in the order of the registry. */
export function allMigrations(providers: readonly Provider[]): readonly Migration[] {
  return [...coreMigrations, ...providers.flatMap((provider) => [...provider.migrations, ...duplicateSteps(provider)])];
}

/** The one query every invocation begins with: the clock, and which steps the schema has. */
export async function readSchemaState(database: Database): Promise<SchemaState> {
  try {
    const result = await sql<{ now: Date; applied: string[] }>`
      select clock_timestamp() as now, array(select name from p88sync_migrations order by applied_at, name) as applied
    `.execute(database.db);
    const row = result.rows[0];
    if (!row) throw new Error('a select without from returned no row');
    return row;
  } catch (error) {
    if (codeOf(error) !== '42P01') throw explainDatabaseError(error, database.shown);
    const result = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(database.db);
    return { now: result.rows[0]?.now ?? new Date(0), applied: undefined };
  }
}

/** @throws DatabaseUnavailable unless the schema is exactly the one this program knows. */
export function checkSchema(state: SchemaState, migrations: readonly Migration[], shown: string): void {
  if (!state.applied) {
    throw new DatabaseUnavailable(`the database (${shown}) has no p88sync schema yet`, {
      hint: 'Run `p88sync migrate`.',
    });
  }
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = state.applied.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new DatabaseUnavailable(
      `the schema of the database (${shown}) is newer than this program: ${unknown.join(', ')}`,
      {
        hint: 'Install the newer p88sync on this machine too.',
      },
    );
  }
  const applied = new Set(state.applied);
  const missing = migrations.filter((migration) => !applied.has(migration.name)).map((migration) => migration.name);
  if (missing.length > 0) {
    throw new DatabaseUnavailable(
      `the schema of the database (${shown}) is older than this program: it lacks ${missing.join(', ')}`,
      {
        hint: 'Run `p88sync migrate`.',
      },
    );
  }
}

export interface Migrated {
  /** Names of the steps that were applied now. */
  readonly applied: readonly string[];
  /** Set where tables of older programs were taken over. */
  readonly adoption: AdoptionReport | undefined;
  /** Tables of which a foreign key holds for new rows only, since old ones break it. */
  readonly notValid: readonly string[];
}

/** Looks only; whoever else works in the database meanwhile may change what the next run finds. */
export async function planMigration(database: Database, providers: readonly Provider[]): Promise<MigrationPlan> {
  try {
    const { missing, adoption } = await lookAhead(database, providers);
    return {
      missing: missing.map(({ name }) => name),
      adoption: adoption?.report,
      statements: [
        ...(adoption?.steps.flatMap((step) => step.sql) ?? []),
        ...(await closingStatements(database, providers, missing, adoption)),
      ],
    };
  } catch (error) {
    throw explainDatabaseError(error, database.shown);
  }
}

/**
 * Applies what is missing and brings provider rows and unified views up to date. Tables of older programs are taken over
 * first, in many small steps; all else is one transaction.
 * @throws DatabaseUnavailable where the schema is newer than the program, a right is missing or a lock cannot be had.
 */
export async function migrate(
  database: Database,
  providers: readonly Provider[],
  options: RunOptions = {},
): Promise<Migrated> {
  try {
    return await holdingMigrateLock(database, options.signal, () => migrateAlone(database, providers, options));
  } catch (error) {
    if (codeOf(error) === '42501') {
      throw new DatabaseUnavailable(`the database (${database.shown}) does not let this user change its schema`, {
        hint: 'Run `p88sync migrate` as the role that owns the tables. Nothing was changed.',
        cause: error,
      });
    }
    throw explainDatabaseError(error, database.shown);
  }
}

/** Other programs may go on writing meanwhile: so often the plan is made again before that is too much. */
const mostPlans = 5;

async function migrateAlone(
  database: Database,
  providers: readonly Provider[],
  options: RunOptions,
): Promise<Migrated> {
  let report: AdoptionReport | undefined;
  for (let plans = 1; ; plans += 1) {
    const { missing, adoption } = await lookAhead(database, providers);
    report ??= adoption?.report;
    if (adoption) await checkRights(database.db, adoption, database.shown);
    const notValid = await runSteps(database, adoption?.steps ?? [], options);
    if (notValid === 'changed') {
      if (plans < mostPlans) continue;
      throw new DatabaseUnavailable(
        `other programs keep writing rows to the database (${database.shown}) that stop the work`,
        {
          hint: 'Stop the programs that p88sync replaces, then run `p88sync migrate` again: it goes on where it stopped.',
        },
      );
    }
    const closing = await closingStatements(database, providers, missing, adoption);
    await shortTransaction(database.db, undefined, database.shown, async (tx) => {
      for (const statement of closing) await sql.raw(statement).execute(tx);
    });
    return { applied: missing.map(({ name }) => name), adoption: report, notValid };
  }
}

interface Ahead {
  readonly missing: readonly Migration[];
  readonly adoption: Adoption | undefined;
}

async function lookAhead(database: Database, providers: readonly Provider[]): Promise<Ahead> {
  const migrations = allMigrations(providers);
  const { applied = [] } = await readSchemaState(database);
  checkNotNewer(new Set(applied), migrations, database.shown);
  const missing = migrations.filter(({ name }) => !applied.includes(name));
  return { missing, adoption: await planAdoption(database, providers, migrations, missing) };
}

function checkNotNewer(applied: ReadonlySet<string>, migrations: readonly Migration[], shown: string): void {
  const known = migrations.filter((migration) => applied.has(migration.name)).map((migration) => migration.name);
  if (known.length < applied.size) checkSchema({ now: new Date(0), applied: [...applied] }, migrations, shown);
}

/** What is done and recorded in one transaction. */
async function closingStatements(
  database: Database,
  providers: readonly Provider[],
  missing: readonly Migration[],
  adoption: Adoption | undefined,
): Promise<readonly string[]> {
  const rows = await providerRows(database, providers);
  if (missing.length === 0) return rows;
  const { plain = missing, unified = { views: [], readers: [] } } = adoption ?? {};
  const old = [...unified.views, ...unified.readers];
  return [
    `create table if not exists p88sync_migrations (
  name text primary key, applied_at timestamptz not null default now())`,
    ...missing.flatMap((step) => [
      ...(plain.includes(step) ? statementsOf(step.sql) : []),
      `insert into p88sync_migrations (name) values (${literal(step.name)})`,
    ]),
    ...rows,
    ...old.toReversed().map(({ drop }) => drop),
    ...unifiedViewStatements(providers),
    ...old.flatMap(({ create }) => create),
  ];
}

/** Ids differ between installations, so a provider is known by its name; a missing one gets the next free id. */
async function providerRows(database: Database, providers: readonly Provider[]): Promise<readonly string[]> {
  const there = await sql<{ is: boolean }>`select to_regclass('providers') is not null as is`.execute(database.db);
  const known = there.rows[0]?.is
    ? (await sql<{ name: string }>`select lower(name) as name from providers`.execute(database.db)).rows
    : [];
  const names = new Set(known.map((row) => row.name));
  return providers.flatMap((provider) => {
    const own = [provider.displayName, ...provider.otherNames].map((name) => name.toLowerCase());
    if (own.some((name) => names.has(name))) return [];
    return `insert into providers (name, provider_type, rate_limit_per_hour)
select ${literal(provider.displayName)}, '${provider.abilities.registrations ? 'registration' : 'scoring'}', ${provider.defaults.callsPerHour}
where not exists (select 1 from providers where lower(name) in (${own.map(literal).join(', ')}))`;
  });
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
