/** A PostgreSQL server through node-postgres. No session state is set, so PgBouncer in transaction mode is fine. */
import pg from 'pg';
import type { Database, OpenOptions, PostgresConnection } from './database.ts';
import { kyselyOn } from './kysely.ts';
import { textTypes } from './value-types.ts';

/** Credentials run side by side, each holding a connection only while it stores a page. */
const maxConnections = 10;

export function openPostgres(connection: PostgresConnection, shown: string, options: OpenOptions): Database {
  const pool = new pg.Pool({
    ...connection,
    application_name: `p88sync ${options.command}`,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    // A page is stored in well under a second; this only ends waits on a server that stopped answering.
    ...(!options.patient && { query_timeout: 120_000 }),
    keepAlive: true,
    // The pool would keep the process alive for its idle time after the work is done.
    allowExitOnIdle: true,
    types: { getTypeParser },
  });
  // Without a listener an error of an idle connection ends the process; the next statement reports it instead.
  pool.on('error', () => undefined);
  const db = kyselyOn(pool, options.onQuery);
  return {
    db,
    kind: 'postgresql',
    shown: `postgresql ${shown}`,
    close: async () => {
      // Kysely ends a pool only once it has used it; destroy() alone would leave an unused one open.
      await db.destroy();
      if (!pool.ended) await pool.end();
    },
  };
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  const own = textTypes[oid];
  if (own && format !== 'binary') return own;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}
