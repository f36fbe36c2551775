/** A PostgreSQL of the test's own, to be restarted, filled up and turned into a standby. */
import pg from 'pg';
import { runMigrate } from '../../../src/commands/migrate.ts';
import { startServer, type TestServer } from '../../database/server.ts';
import { inProcess } from '../../e2e/in-process.ts';
import type { Place } from '../../e2e/installation.ts';

export interface OwnServer {
  readonly server: TestServer;
  /** A database on it, with the schema; where it is dropped, the server ends. */
  readonly place: Place;
  /** As superuser, on a connection of its own. */
  admin(sql: string): Promise<void>;
}

export async function startOwnServer(): Promise<OwnServer> {
  // What is committed has to outlast a crash here.
  const server = await startServer({ settings: { synchronous_commit: 'on', fsync: 'on', full_page_writes: 'on' } });
  const url = new URL(server.adminUrl);
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: server.adminUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await admin('create database p88');
  url.pathname = '/p88';
  await inProcess(runMigrate, { env: { DATABASE_URL: url.href } });
  return { server, admin, place: { database: { url: url.href, drop: server.stop }, programUrl: url.href } };
}
