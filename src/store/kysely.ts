/** Kysely over anything that looks like node-postgres' pool; both databases go through it, so both run the same SQL. */
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type { Db } from './database.ts';
import type { Tables } from './tables.ts';

export function kyselyOn(pool: PostgresPool, onQuery?: (sql: string, durationMs: number) => void): Db {
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    ...(onQuery && {
      log: (event) => onQuery(event.query.sql, event.queryDurationMillis),
    }),
  });
}
