/**
 * Once per vitest run: a PostgreSQL server for all test files (about a second), or the one of TEST_DATABASE_URL, whose
 * user may create databases. Whatever the tests leave behind is removed at the end.
 */
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A login that may create databases. */
    adminUrl: string;
    /** Every database of this run is named `<runId>_…`. */
    runId: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runId = `p88test${process.pid}`;
  project.provide('runId', runId);
  const given = process.env['TEST_DATABASE_URL'];
  if (given) {
    await dropDatabases(given, runId);
    project.provide('adminUrl', given);
    return () => dropDatabases(given, runId);
  }
  const server = await startServer();
  project.provide('adminUrl', server.adminUrl);
  return () => server.stop();
}

async function dropDatabases(adminUrl: string, runId: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query<{ name: string }>(
      "SELECT quote_ident(datname) AS name FROM pg_database WHERE starts_with(datname, $1 || '_')",
      [runId],
    );
    for (const { name } of found.rows) {
      await client.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
      await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}
