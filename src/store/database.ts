/** Opens the database an invocation works on: a PostgreSQL server, or the embedded one. The rest of the store sees only Kysely. */
import type { Kysely } from 'kysely';
import type { PoolConfig } from 'pg';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;

export interface Database {
  readonly db: Db;
  readonly kind: 'postgresql' | 'embedded';
  /** For logs and screens, without password: `postgresql db.example.org:5432/p88`. */
  readonly shown: string;
  close(): Promise<void>;
}

/** Where the database is, as the configuration names it. */
export type DatabaseTarget =
  | { readonly kind: 'postgresql'; readonly connection: PostgresConnection; readonly shown: string }
  | { readonly kind: 'embedded'; readonly dataDir: string };

/** The part of node-postgres' options that the configuration sets. */
export type PostgresConnection = Readonly<
  Pick<PoolConfig, 'host' | 'port' | 'database' | 'user' | 'password' | 'ssl' | 'options' | 'enableChannelBinding'>
>;

export interface OpenOptions {
  /** Shown to others who wait for the embedded database: `tick`. */
  readonly command: string;
  /** Every statement with its duration (ms), for `--debug`. */
  readonly onQuery?: (sql: string, durationMs: number) => void;
  /** How long to wait for the embedded database (ms). */
  readonly busyWaitMs: number;
}

/**
 * The driver is loaded on demand: an invocation on PostgreSQL never pays for PGlite, nor the other way round.
 * @throws EmbeddedDatabaseBusy where another process holds the data folder.
 */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions): Promise<Database> {
  if (target.kind === 'embedded') {
    const { openEmbedded } = await import('./embedded.ts');
    return openEmbedded(target.dataDir, options);
  }
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(target.connection, target.shown, options);
}
