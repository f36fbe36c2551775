/** The embedded database: PGlite (PostgreSQL in this process) in a data folder, held by one process at a time. */
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Database, OpenOptions } from './database.ts';
import { holdDataDir } from './embedded-lock.ts';
import { kyselyOn } from './kysely.ts';
import { textTypes } from './value-types.ts';

/** @throws EmbeddedDatabaseBusy where another process holds the folder for longer than `busyWaitMs`. */
export async function openEmbedded(dataDir: string, options: OpenOptions): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
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
