/** Tells what a database failure means, by SQLSTATE and error code, never by its text. */
import { DatabaseUnavailable, P88Error, StatementGivenUp } from '../domain/errors.ts';

/** SQLSTATE or system code of an error, where it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/**
 * True for errors that one row's values cause: data exceptions (class 22), violated constraints (class 23), what exceeds
 * a limit of PostgreSQL (class 54), and two rows of one statement with the same key (21000).
 */
export function isRowError(error: unknown): boolean {
  return /^(2[23]|54|21000)/.test(codeOf(error) ?? '');
}

/** Of a connection that is gone; class 08, and what PostgreSQL says when it ends a session. */
const lostCodes = /^(08...|57P0[1235]|25P03|ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|EHOSTUNREACH|ENETUNREACH)$/;

/** node-postgres' own words for it, which have no code. */
const lostTexts = /^(Connection terminated|Client has encountered a connection error|Client was closed)/;

/** True where the connection is gone, and nothing more will be heard of what was said on it. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return lostCodes.test(code);
  return error instanceof Error && lostTexts.test(error.message);
}

/** True where not even all of the statement's bytes were taken: without its end PostgreSQL carries nothing out. */
export function wasNeverSent(error: unknown): boolean {
  const { syscall } = (error ?? {}) as { syscall?: unknown };
  return syscall === 'write' || (error instanceof Error && /is not queryable$/.test(error.message));
}

/** Connections are all taken, or the server is just starting: seconds may do. */
const soonCodes = /^(53300|57P03)$/;

/** What a server that is restarted answers meanwhile, too; a folder without its socket among it. */
const restartCodes = /^(ECONNREFUSED|ENOENT|EAI_AGAIN)$/;

/**
 * Whether it makes sense to connect again at once.
 * @param wasThere this run has reached the database before: then it is restarted more likely than not there.
 */
export function mayConnectSoon(error: unknown, wasThere: boolean): boolean {
  const code = codeOf(error instanceof AggregateError ? error.errors[0] : error) ?? '';
  return soonCodes.test(code) || (wasThere && (restartCodes.test(code) || isConnectionLost(error)));
}

const heldByOthers = 'The next run tries again. If it lasts, look what else changes these tables (pg_stat_activity).';

const explanations: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ECONNREFUSED: ['refuses connections', 'Is PostgreSQL running there, and are host and port right?'],
  ENOTFOUND: ['has a host name that cannot be resolved', 'Check the host in the database settings.'],
  EAI_AGAIN: ['has a host name that cannot be resolved now', 'Check the name servers and the host.'],
  ENOENT: ['has no socket there', 'Is PostgreSQL running, and is the socket folder right?'],
  EHOSTUNREACH: ['cannot be reached from here', 'Check the network and the firewall between here and the database.'],
  ENETUNREACH: ['cannot be reached from here', 'Check the network and the firewall between here and the database.'],
  EACCES: ['denies access', 'Check the rights of the data folder, or of the socket folder of PostgreSQL.'],
  ENOTDIR: ['is not in a folder', 'Check the path of the data folder.'],
  ENOSPC: ['has no disk space left', 'Free some where the data folder is.'],
  EROFS: ['is read-only', 'Choose a data folder that can be written.'],
  ETIMEDOUT: ['does not answer', 'Check the network and the firewall between here and the database.'],
  ECONNRESET: ['closed the connection', 'The next run connects again; see the log of PostgreSQL if it lasts.'],
  EPIPE: ['closed the connection', 'The next run connects again; see the log of PostgreSQL if it lasts.'],
  '08P01': [
    'refuses what the connection asks for',
    'PgBouncer takes no options= in DATABASE_URL: alter role … set search_path = … does the same. Else see its log.',
  ],
  '28P01': ['refuses the password', 'Check user and password in the database settings.'],
  '28000': ['refuses this user', 'Check the user, and pg_hba.conf on the server.'],
  '3D000': ['has no such database', 'Create it (`createdb p88`), or check the name.'],
  '42501': ['denies a right that is needed', 'Grant the rights named in the README, or use the owner of the tables.'],
  '42P01': ['lacks a table', 'Run `p88sync migrate`.'],
  '42703': ['lacks a column', 'Run `p88sync migrate`.'],
  '53300': ['has too many connections', 'Raise max_connections, or put PgBouncer in front.'],
  '53100': ['has no disk space left', 'Free some on the database server.'],
  '25006': ['is read-only', 'Is this a standby? Point p88sync at the primary.'],
  '57014': [
    'ended a statement that took longer than it allows',
    'Set statement_timeout higher for this user, or to 0 while `p88sync migrate` runs (alter role … set statement_timeout = 0).',
  ],
  '40P01': ['ended a statement that waited in a circle with another program', heldByOthers],
  '40001': ['ended a statement that met a change of another program', heldByOthers],
  '55P03': ['ended a statement that waited too long for a lock', heldByOthers],
  '57P01': ['ended the connection', 'It was restarted or an administrator ended it; the next run connects again.'],
  '57P03': ['is starting up or shutting down', 'The next run tries again.'],
  '58P01': ['misses a file', 'See the log of PostgreSQL.'],
};

/** node-postgres gives these no code; they are the only ones told by their text, which is its own. */
const driverTexts: readonly (readonly [text: RegExp, what: string, hint: string])[] = [
  [
    /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|timeout exceeded when trying to connect)/,
    'does not answer or closed the connection',
    'The next run connects again; check the network and the log of PostgreSQL if it lasts.',
  ],
  [
    /^The server does not support SSL/,
    'does not offer TLS',
    'Turn TLS on in PostgreSQL (ssl = on). Only where nobody can be in between, turn it off here: sslmode=disable.',
  ],
  // It asked for a password, and none is set.
  [/^SASL: .*client password must be/, 'refuses the password', 'Check user and password in the database settings.'],
];

/** Of one statement, behind which the database is as well as before. */
const givenUpCodes = /^(57014|40P01|40001|55P03)$/;

/** Network and server states by prefix: class 08 connection, 57 operator, 53 resources. */
const lostClasses = /^(08|57|53)/;
/** What Node says of a certificate; OpenSSL's own names, of which there are two dozen. */
const certificateCodes =
  /^(ERR_TLS_CERT_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|INVALID_CA$)/;

/**
 * An error of the driver as one the operator understands; ours and unknown ones come back as they are.
 * @param shown the database, without password.
 */
export function explainDatabaseError(error: unknown, shown: string): unknown {
  if (error instanceof P88Error) return error;
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(inner);
  const known = code === undefined ? undefined : explanations[code];
  const Explained = givenUpCodes.test(code ?? '') ? StatementGivenUp : DatabaseUnavailable;
  if (known) return new Explained(`the database (${shown}) ${known[0]}`, { hint: known[1], cause: error });
  if (code !== undefined && lostClasses.test(code)) {
    return new DatabaseUnavailable(`the database (${shown}) is not available (${code})`, { cause: error });
  }
  if (code !== undefined && certificateCodes.test(code)) {
    return new DatabaseUnavailable(`the database (${shown}) shows a certificate that is not trusted`, {
      hint: `Name the authority that signed it in the database settings, or use the host name it was made for (${code}).`,
      cause: error,
    });
  }
  const told = inner instanceof Error ? driverTexts.find(([text]) => text.test(inner.message)) : undefined;
  if (!told) return error;
  return new DatabaseUnavailable(`the database (${shown}) ${told[1]}`, { hint: told[2], cause: error });
}
