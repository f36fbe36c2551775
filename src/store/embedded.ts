/** The embedded database: PGlite (PostgreSQL in this process) in a data folder, held by one process at a time. */
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { UsageError } from '../domain/errors.ts';
import { reasonOf } from '../domain/system-errors.ts';
import type { Database, OpenOptions } from './database.ts';
import { holdDataDir } from './embedded-lock.ts';
import { kyselyOn } from './kysely.ts';
import { textTypes } from './value-types.ts';

/**
 * @param source the variable that names the folder.
 * @throws EmbeddedDatabaseBusy where another process holds the folder for longer than `busyWaitMs`, UsageError where the
 * folder cannot be made.
 */
export async function openEmbedded(
  dataDir: string,
  options: OpenOptions,
  source = 'P88SYNC_DATA_DIR',
): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    // A full disk is nothing that was set wrong.
    if (cause.code === 'ENOSPC') throw cause;
    const why = cause.code === 'EEXIST' ? 'it is a file (EEXIST)' : reasonOf(cause);
    throw new UsageError(`${source}: ${dataDir} cannot be the folder of the embedded database: ${why}`, {
      hint: 'Set P88SYNC_DATA_DIR to a folder that this account may write to, or name a PostgreSQL in DATABASE_URL.',
      cause,
    });
  });
  const lock = await holdDataDir(dataDir, { command: options.command, waitMs: options.busyWaitMs });
  try {
    const engine = await PGlite.create(`${dataDir}/pglite`, { parsers: { ...textTypes } });
    const db = kyselyOn(poolOf(engine), options.onQuery);
    return {
      db,
      kind: 'embedded',
      shown: `embedded ${dataDir}`,
      close: async () => {
        await db.destroy();
        if (!engine.closed) await engine.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** PGlite has one connection: a transaction must have it alone, so callers get it in turn. */
function poolOf(engine: PGlite): PostgresPool {
  let last: Promise<void> = Promise.resolve();
  return {
    connect: async () => {
      const before = last;
      let free = () => {};
      last = new Promise((resolve) => {
        free = resolve;
      });
      await before;
      const query = (text: string, values: readonly unknown[]) => run(engine, text, values);
      return { query: query as PostgresPoolClient['query'], release: free };
    },
    end: () => engine.close(),
  };
}

async function run(engine: PGlite, text: string, values: readonly unknown[]): Promise<PostgresQueryResult<unknown>> {
  const result = await engine.query(text, [...values]);
  const command = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() as PostgresQueryResult<unknown>['command'];
  return { command, rowCount: result.affectedRows ?? result.rows.length, rows: result.rows };
}
