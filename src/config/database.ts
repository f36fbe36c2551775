/** Which database the run works on: the first of DATABASE_URL, POSTGRES_*, DB_* and PG* that is set, else the embedded one. */
import { type DatabaseAddress, parseDatabaseUrl, severalHosts } from './database-url.ts';
import { databaseSets, type VariableSet } from './database-variables.ts';
import { absolutePath, wholeNumber } from './kinds.ts';
import type { Reader } from './reader.ts';
import { readTls, type TlsOptions } from './tls.ts';

/** Options of node-postgres. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Undefined: node-postgres takes PGUSER, then the account's name, as libpq does. */
  readonly user?: string;
  /** Undefined: node-postgres takes PGPASSWORD, then ~/.pgpass. */
  readonly password?: string;
  readonly ssl: false | TlsOptions;
  /** Command-line options for the session (`-c search_path=p88`). */
  readonly options?: string;
  readonly enableChannelBinding?: boolean;
}

export type DatabaseConfig =
  | {
      readonly kind: 'postgresql';
      readonly connection: PostgresConnection;
      /** The variables it comes from: `DATABASE_URL`, `POSTGRES_*`. */
      readonly source: string;
      /** `host:port/database`, for logs and screens. */
      readonly shown: string;
    }
  | { readonly kind: 'embedded'; readonly dataDir: string; readonly source: string };

/** libpq's other ways to name a server, which node-postgres does not know. */
const unsupported = ['PGSERVICE', 'PGHOSTADDR'];

type Found = Partial<DatabaseAddress> & { readonly source: string; readonly missing: readonly string[] };

/** Undefined where it was refused. */
export function readDatabase(reader: Reader): DatabaseConfig | undefined {
  const url = reader.secret('DATABASE_URL');
  const found = databaseSets.map((set) => readSet(reader, set)).filter((set) => set !== undefined);
  if (url !== undefined) {
    const address = parseDatabaseUrl(reader, url);
    return address && postgresql(reader, { ...address, source: 'DATABASE_URL', missing: [] }, found);
  }
  for (const name of unsupported.filter(
    (name) => reader.text(name) !== undefined && found.every((set) => set.source === 'PG*'),
  )) {
    reader.refuse(`${name}: is not supported; set PGHOST and PGDATABASE instead`);
  }
  const [first, ...rest] = found;
  return first ? postgresql(reader, first, rest) : embedded(reader);
}

function readSet(reader: Reader, set: VariableSet): Found | undefined {
  const host = reader.text(set.host);
  const port = reader.text(set.port);
  const database = reader.text(set.database);
  const user = reader.text(set.user);
  const password = reader.secret(set.password);
  if ([host, port, database, user, password].every((value) => value === undefined)) return undefined;
  const missing = [
    ...(host === undefined ? [set.host] : []),
    ...(database === undefined ? [set.database] : []),
    ...(user === undefined && set.userNeeded ? [set.user] : []),
  ];
  return {
    source: set.source,
    missing,
    port: reader.value(set.port, wholeNumber(1, 65_535)) ?? 5432,
    ...(host !== undefined && { host }),
    ...(database !== undefined && { database }),
    user,
    password,
  };
}

function postgresql(reader: Reader, chosen: Found, others: readonly Found[]): DatabaseConfig | undefined {
  const { source, host, port = 5432, database, user, password, parameters = new URLSearchParams() } = chosen;
  if (host === undefined || database === undefined || chosen.missing.length > 0) {
    const them = chosen.missing.length === 1 ? 'it' : 'them';
    reader.refuse(
      `${chosen.missing.join(', ')}: missing, while others of ${source} are set; set ${them} too, or unset the others`,
    );
    return undefined;
  }
  if (host.includes(',')) {
    reader.refuse(`${hostVariableOf(source)}: ${severalHosts}`);
    return undefined;
  }
  const ssl = readTls(reader, parameters, host);
  const options = parameters.get('options');
  const binding = parameters.get('channel_binding');
  for (const other of others.filter((other) => disagrees(chosen, other))) {
    reader.note(`${source} names the database; ${other.source} is set too, says otherwise, and is ignored`);
  }
  if (reader.text('P88SYNC_DATA_DIR') !== undefined) {
    reader.note(`P88SYNC_DATA_DIR is ignored: ${source} names the database`);
  }
  return {
    kind: 'postgresql',
    source,
    shown: `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`,
    connection: {
      host,
      port,
      database,
      ssl,
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(options && { options }),
      ...((binding === 'prefer' || binding === 'require') && { enableChannelBinding: true }),
    },
  };
}

function hostVariableOf(source: string): string {
  return databaseSets.find((set) => set.source === source)?.host ?? source;
}

/** Only what the other one says counts: a lone PGPASSWORD does not contradict. */
function disagrees(chosen: Found, other: Found): boolean {
  const differs = (key: 'host' | 'port' | 'database') => other[key] !== undefined && other[key] !== chosen[key];
  return differs('host') || differs('database') || (other.host !== undefined && differs('port'));
}

function embedded(reader: Reader): DatabaseConfig | undefined {
  const problems = reader.problems.length;
  const own = reader.value('P88SYNC_DATA_DIR', absolutePath);
  if (own !== undefined) return { kind: 'embedded', dataDir: own, source: 'P88SYNC_DATA_DIR' };
  // systemd lists several folders with colons between them; the first is the unit's own.
  const state = reader.text('STATE_DIRECTORY')?.split(':')[0];
  if (state) return { kind: 'embedded', dataDir: state, source: 'STATE_DIRECTORY' };
  const xdg = reader.value('XDG_STATE_HOME', absolutePath);
  if (xdg !== undefined) return { kind: 'embedded', dataDir: `${xdg}/p88sync`, source: 'XDG_STATE_HOME' };
  const home = reader.value('HOME', absolutePath);
  if (home !== undefined) return { kind: 'embedded', dataDir: `${home}/.local/state/p88sync`, source: 'HOME' };
  if (reader.problems.length === problems) {
    reader.refuse('DATABASE_URL: missing, and there is no folder for the embedded database: set P88SYNC_DATA_DIR');
  }
  return undefined;
}
