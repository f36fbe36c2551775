/** Opens databases for the store's tests: a copy of a migrated PostgreSQL, or an embedded one in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { providers } from '../../src/providers/registry.ts';
import type { Database, PostgresConnection } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { cloneDatabase, freshDatabase, templateDatabase } from '../database/databases.ts';

export interface OpenStore {
  readonly database: Database;
  close(): Promise<void>;
}

export interface OpenPostgresStore extends OpenStore {
  /** For more connections to the same database. */
  readonly url: string;
}

/** A migrated PostgreSQL database of its own. */
export async function openOnPostgres(): Promise<OpenPostgresStore> {
  const template = await templateDatabase('store', async (url) => {
    const database = connectTo(url);
    await migrate(database, providers);
    await database.close();
  });
  return opened(await cloneDatabase(template));
}

export async function openEmptyPostgres(): Promise<OpenPostgresStore> {
  return opened(await freshDatabase());
}

function opened(copy: { readonly url: string; drop(): Promise<void> }): OpenPostgresStore {
  const database = connectTo(copy.url);
  return {
    database,
    url: copy.url,
    close: async () => {
      await database.close();
      await copy.drop();
    },
  };
}

/** Another pool on the same database, as another process has it. */
export function connectTo(url: string, changes: Partial<PostgresConnection> = {}): Database {
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) };
  return openPostgres({ ...connection, ...changes }, `${hostname}${pathname}`, { command: 'test', busyWaitMs: 0 });
}

export async function openOnEmbedded(): Promise<OpenStore> {
  const store = await openEmptyEmbedded();
  await migrate(store.database, providers);
  return store;
}

export async function openEmptyEmbedded(): Promise<OpenStore> {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-store-'));
  const database = await openEmbedded(folder, { command: 'test', busyWaitMs: 0 });
  return {
    database,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
