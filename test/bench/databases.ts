/** The PostgreSQL server of a run (TEST_DATABASE_URL, or one of its own) and databases with the schema in it. */
import pg from 'pg';
import { runMigrate } from '../../src/commands/migrate.ts';
import { startServer } from '../database/server.ts';
import { inProcess } from '../e2e/in-process.ts';

export interface BenchDatabase {
  /** What points p88sync at it. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  /** One connection, which stays. */
  readonly client: pg.Client;
  drop(): Promise<void>;
}

export interface BenchServer {
  /** A new database with the schema. */
  migrated(): Promise<BenchDatabase>;
  stop(): Promise<void>;
}

const encryptionKey = Buffer.alloc(32, 7).toString('base64');

export async function openServer(): Promise<BenchServer> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given ? { adminUrl: given, stop: async () => undefined } : await startServer();
  const admin = new pg.Client({ connectionString: server.adminUrl });
  await admin.connect();
  const open = new Set<BenchDatabase>();
  let count = 0;

  const migrated = async () => {
    count += 1;
    const name = `p88bench${process.pid}_${count}`;
    await admin.query(`create database ${name} template template0`);
    const url = new URL(server.adminUrl);
    url.pathname = `/${name}`;
    const env = { DATABASE_URL: url.href, P88SYNC_ENCRYPTION_KEY: encryptionKey };
    await inProcess(runMigrate, { env });
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    const database: BenchDatabase = {
      env,
      url: url.href,
      client,
      drop: async () => {
        open.delete(database);
        await client.end();
        await admin.query(`drop database ${name} with (force)`);
      },
    };
    open.add(database);
    return database;
  };

  return {
    migrated,
    stop: async () => {
      for (const database of [...open]) await database.drop();
      await admin.end();
      await server.stop();
    },
  };
}
