/** What a database is to the rest of the store: Kysely on a PostgreSQL server or on the embedded one. */
import type { Kysely } from 'kysely';
import type { PoolConfig } from 'pg';
import type { Waits } from '../domain/waits.ts';
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
  | { readonly kind: 'embedded'; readonly dataDir: string; readonly source?: string };

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
  /** Statements may take as long as they take: an index over millions of rows takes minutes. */
  readonly patient?: boolean;
  /** Told of every wait for PostgreSQL. */
  readonly waits?: Waits;
}
