/** Runs the steps of an adoption. Each is done whole or not at all, and what is done stays: a killed run is repeated. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { DatabaseUnavailable, Interrupted } from '../../domain/errors.ts';
import type { Database, Db } from '../database.ts';
import { codeOf } from '../database-errors.ts';
import { quoted, type Step } from './steps.ts';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told, and waited for, before each step. */
  readonly onStep?: ((step: Step) => void | Promise<void>) | undefined;
}

/** What is waited for behind an exclusive lock, waits as long: rather try again than stop everybody. */
const lockTimeoutMs = 2_000;
/** Between the tries: long enough for the reports of other programs to end. */
const pausesMs = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000];

const lockNotAvailable = '55P03';
const deadlock = '40P01';

/**
 * @returns `changed` where rows came meanwhile that the plan did not know of (another duplicate): plan again; else the
 * foreign keys that old rows break, which stay not valid.
 * @throws DatabaseUnavailable where a lock cannot be had. @throws Interrupted between two steps, when told to end.
 */
export async function runSteps(
  database: Database,
  steps: readonly Step[],
  options: RunOptions,
): Promise<'changed' | readonly string[]> {
  const { db, shown } = database;
  const notValid: string[] = [];
  for (const step of steps) {
    if (options.signal?.aborted) {
      throw new Interrupted('the run was told to end; what is done stays, and the next `p88sync migrate` goes on');
    }
    await options.onStep?.(step);
    switch (step.kind) {
      case 'short':
        await shortTransaction(db, step.table, shown, (tx) => runAll(tx, step.sql));
        break;
      case 'rows':
        while ((await shortTransaction(db, step.table, shown, (tx) => runAll(tx, step.sql))) > 0);
        break;
      case 'validate':
        try {
          await shortTransaction(db, step.table, shown, (tx) => runAll(tx, step.sql));
        } catch (error) {
          if (codeOf(error) !== '23503') throw error;
          notValid.push(step.table);
        }
        break;
      case 'index':
        if (!(await buildIndex(database, step))) return 'changed';
    }
  }
  return notValid;
}

/** Takes locks for a moment only: where one is not free soon, lets everybody pass and tries again. */
export async function shortTransaction<Result>(
  db: Db,
  table: string | undefined,
  shown: string,
  work: (tx: Db) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await db.transaction().execute(async (tx) => {
        await sql`set local lock_timeout to ${sql.lit(lockTimeoutMs)}`.execute(tx);
        return work(tx);
      });
    } catch (error) {
      const code = codeOf(error);
      if (code !== lockNotAvailable && code !== deadlock) throw error;
      const pause = pausesMs[attempt];
      if (pause === undefined) throw await heldUp(db, table, shown, error);
      await sleep(pause);
    }
  }
}

/** @returns how many rows the last statement changed. */
async function runAll(tx: Db, statements: readonly string[]): Promise<number> {
  let changed = 0;
  for (const statement of statements) {
    const result = await sql.raw(statement).execute(tx);
    changed = Number(result.numAffectedRows ?? 0);
  }
  return changed;
}

/** @returns false where rows or locks of others are in the way by now: the plan is to be made again. */
async function buildIndex({ db, kind }: Database, step: Step & { kind: 'index' }): Promise<boolean> {
  // The embedded database has one connection, which nobody else waits for, and builds nothing beside it.
  const beside = (statement: string) =>
    sql.raw(kind === 'embedded' ? statement.replace(' concurrently', '') : statement);
  const drop = beside(`drop index concurrently if exists ${quoted(step.name)}`);
  try {
    // A killed run's server process may still be at it: this waits for its end.
    if (step.again) await drop.execute(db);
    await beside(step.sql[0]).execute(db);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code !== '23505' && code !== deadlock) throw error;
    if (code === '23505') await drop.execute(db);
    return false;
  }
}

async function heldUp(db: Db, table: string | undefined, shown: string, cause: unknown): Promise<DatabaseUnavailable> {
  const { rows } = await sql<{ who: string }>`
    select distinct format('process %s of %s (%s, %s)', a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'unnamed'), a.state) as who
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.granted and l.relation = to_regclass(${table ?? null}) and a.pid <> pg_backend_pid() and a.datname = current_database()
    order by 1`.execute(db);
  const who = rows.map((row) => row.who).join(', ');
  return new DatabaseUnavailable(
    `the database (${shown}) gives no lock on ${table ?? 'a table that the views read'}${who ? `: ${who} holds it` : ''}`,
    {
      hint: 'End that transaction, or wait for it, and run `p88sync migrate` again: it goes on where it stopped.',
      cause,
    },
  );
}
