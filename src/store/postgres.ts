/** A PostgreSQL server through node-postgres. No session state is set, so PgBouncer in transaction mode is fine. */
import pg from 'pg';
import { timeLimits } from '../domain/time-limits.ts';
import type { Database, OpenOptions, PostgresConnection } from './database.ts';
import { kyselyOn } from './kysely.ts';
import { lastingPool } from './lasting-pool.ts';
import { textTypes } from './value-types.ts';

/** Credentials run side by side, each holding a connection only while it stores a page. */
const maxConnections = 10;

export function openPostgres(connection: PostgresConnection, shown: string, options: OpenOptions): Database {
  const settings: pg.ClientConfig = {
    ...connection,
    application_name: `p88sync ${options.command}`,
    connectionTimeoutMillis: timeLimits.connectMs,
    keepAlive: true,
    types: { getTypeParser },
  };
  const pool = new pg.Pool({
    // The pool's own limit is for the wait for a free connection as well, which may take as long as a statement.
    connectionTimeoutMillis: timeLimits.statementMs,
    Client: class extends pg.Client {
      constructor() {
        super(settings);
      }
    },
    max: maxConnections,
    // The pool would keep the process alive for its idle time after the work is done.
    allowExitOnIdle: true,
  });
  // Without a listener an error of a connection ends the process, wherever it is; the next statement reports it instead.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const lasting = lastingPool(pool, { shown, waits: options.waits, limits: timeLimits });
  // `migrate` builds indexes for minutes, and holds its lock on one connection all the while.
  const db = kyselyOn(options.patient ? pool : lasting, options.onQuery);
  return {
    db,
    kind: 'postgresql',
    shown: `postgresql ${shown}`,
    close: async () => {
      // Kysely ends a pool only once it has used it; destroy() alone would leave an unused one open.
      await db.destroy();
      if (!pool.ending) await lasting.end();
    },
  };
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  const own = textTypes[oid];
  if (own && format !== 'binary') return own;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}
