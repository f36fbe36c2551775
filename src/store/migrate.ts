/** Creates and upgrades the schema: numbered steps, each once, in a transaction under a lock. */
import { sql } from 'kysely';
import { DatabaseUnavailable } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Migration } from '../domain/tables.ts';
import type { Database, Db } from './database.ts';
import { codeOf, explainDatabaseError } from './database-errors.ts';
import { duplicateSteps } from './duplicates.ts';
import { coreMigrations } from './migrations/list.ts';
import { createUnifiedViews } from './unified-views.ts';

/** Any constant does; two `migrate` at once wait for each other on it. */
const lockKey = 8_822_374;

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

/**
 * Applies what is missing and brings provider rows and unified views up to date.
 * @returns the names of the steps applied now.
 * @throws DatabaseUnavailable where the schema is newer than the program.
 */
export async function migrate(database: Database, providers: readonly Provider[]): Promise<readonly string[]> {
  const migrations = allMigrations(providers);
  try {
    return await database.db.transaction().execute(async (tx) => {
      // Before the table: two first runs would both try to create it. Held to the end of the transaction only.
      await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(tx);
      await sql`create table if not exists p88sync_migrations (
        name text primary key, applied_at timestamptz not null default now())`.execute(tx);
      const rows = await sql<{ name: string }>`select name from p88sync_migrations`.execute(tx);
      const applied = new Set(rows.rows.map((row) => row.name));
      checkNotNewer(applied, migrations, database.shown);
      const missing = migrations.filter((migration) => !applied.has(migration.name));
      if (applied.size === 0) await refuseForeignTables(tx, database.shown);
      for (const migration of missing) {
        await runScript(tx, migration.sql);
        await sql`insert into p88sync_migrations (name) values (${migration.name})`.execute(tx);
      }
      await addProviderRows(tx, providers);
      if (missing.length > 0) await createUnifiedViews(tx, providers);
      return missing.map((migration) => migration.name);
    });
  } catch (error) {
    throw explainDatabaseError(error, database.shown);
  }
}

function checkNotNewer(applied: ReadonlySet<string>, migrations: readonly Migration[], shown: string): void {
  const known = migrations.filter((migration) => applied.has(migration.name)).map((migration) => migration.name);
  if (known.length < applied.size) checkSchema({ now: new Date(0), applied: [...applied] }, migrations, shown);
}

/** Tables of the programs that p88sync replaces; taking them over is more than creating what is missing. */
async function refuseForeignTables(tx: Db, shown: string): Promise<void> {
  const found = await sql<{ name: string }>`select c.relname as name from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v')
      and c.relname in ('timing_partners', 'providers', 'partner_provider_credentials', 'sync_history', 'sync_queue',
        'runsignup_races', 'runsignup_events', 'runsignup_participants', 'raceroster_events', 'raceroster_participants')
    order by 1`.execute(tx);
  if (found.rows.length === 0) return;
  const names = found.rows.map((row) => row.name).join(', ');
  throw new DatabaseUnavailable(`the database (${shown}) holds tables that p88sync did not make: ${names}`, {
    hint: 'This version works on a database of its own: create an empty one and point p88sync at it. Nothing was changed.',
  });
}

/** One statement at a time: the extended protocol, which both drivers use, takes no script. */
async function runScript(tx: Db, script: string): Promise<void> {
  const withoutComments = script.replace(/^\s*--.*$/gm, '');
  for (const statement of withoutComments.split(/;\s*$/m)) {
    if (statement.trim()) await sql.raw(statement).execute(tx);
  }
}

/** Ids differ between installations, so a provider is known by its name; a missing one gets the next free id. */
async function addProviderRows(tx: Db, providers: readonly Provider[]): Promise<void> {
  for (const provider of providers) {
    const names = [provider.displayName, ...provider.otherNames].map((name) => name.toLowerCase());
    await sql`insert into providers (name, provider_type, rate_limit_per_hour)
      select ${provider.displayName}, 'registration', ${provider.defaults.callsPerHour}
      where not exists (select 1 from providers where lower(name) = any(${names}))`.execute(tx);
  }
}
