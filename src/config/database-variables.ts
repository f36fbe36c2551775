/** The variables that name the database, in sets of the same shape. */
import type { Variable } from './reader.ts';

/** The variables of one way to name a PostgreSQL server. */
export interface VariableSet {
  readonly source: string;
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly userNeeded: boolean;
}

/** In the order they are looked at, after DATABASE_URL. */
export const databaseSets: readonly VariableSet[] = [
  {
    source: 'POSTGRES_*',
    host: 'POSTGRES_HOST',
    port: 'POSTGRES_PORT',
    database: 'POSTGRES_DB',
    user: 'POSTGRES_USER',
    password: 'POSTGRES_PASSWORD',
    userNeeded: true,
  },
  {
    source: 'DB_*',
    host: 'DB_HOST',
    port: 'DB_PORT',
    database: 'DB_NAME',
    user: 'DB_USER',
    password: 'DB_PASSWORD',
    userNeeded: true,
  },
  {
    source: 'PG*',
    host: 'PGHOST',
    port: 'PGPORT',
    database: 'PGDATABASE',
    user: 'PGUSER',
    password: 'PGPASSWORD',
    userNeeded: false,
  },
];

const variable = (name: string, meaning: string, value?: string, secret = false): Variable => ({
  name,
  meaning,
  default: value,
  secret,
});

export const databaseVariables: readonly Variable[] = [
  variable('DATABASE_URL', 'PostgreSQL as postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…', undefined, true),
  ...databaseSets.flatMap((set) => [
    variable(set.host, 'Host name of PostgreSQL, or the folder of its socket'),
    variable(set.port, 'Port of PostgreSQL', '5432'),
    variable(set.database, 'Name of the database'),
    variable(set.user, 'User of the database', set.userNeeded ? undefined : "the account's name"),
    variable(set.password, "The user's password", set.userNeeded ? undefined : 'from ~/.pgpass', true),
  ]),
  variable(
    'PGSSLMODE',
    'TLS to PostgreSQL: disable, require, verify-ca, verify-full, no-verify; require checks as verify-full does',
    'disable',
  ),
  variable('PGSSLROOTCERT', "File with the certificate that PostgreSQL's is checked against", "Node's list"),
  variable('PGSSLCERT', 'File with our own certificate'),
  variable('PGSSLKEY', 'File with the key of our own certificate'),
  variable(
    'P88SYNC_DATA_DIR',
    'Folder of the embedded database, used where no PostgreSQL is named',
    '$STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/p88sync, else ~/.local/state/p88sync',
  ),
];
