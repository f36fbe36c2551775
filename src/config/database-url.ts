/** DATABASE_URL taken apart, so that node-postgres gets plain options and reads no variable or file behind our back. */
import type { Reader } from './reader.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly parameters: URLSearchParams;
}

/** libpq takes a list and looks for the primary; node-postgres takes one, and would look for a host of that name. */
export const severalHosts =
  'names several hosts; expected one that leads to the primary: PgBouncer, HAProxy, or a name or address that moves with it';

const name = 'DATABASE_URL';
const form = 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE';

/** Understood here or in tls.ts; `application_name` and `connect_timeout` are p88sync's own business. */
const knownParameters = new Set([
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'channel_binding',
  'options',
  'application_name',
  'connect_timeout',
]);

/** Undefined where it was refused. No part of it is repeated in a message: it holds the password. */
export function parseDatabaseUrl(reader: Reader, text: string): DatabaseAddress | undefined {
  const authority = /^\w+:\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  if (authority.slice(authority.lastIndexOf('@') + 1).includes(',')) return refuse(reader, severalHosts);
  // WHATWG knows no user without a host (`postgresql://me@/p88?host=/run/postgresql`), libpq does.
  const hostless = /^\w+:\/\/[^/?#]*@\//.test(text);
  const complete = hostless ? text.replace('@/', '@localhost/') : text;
  const url = URL.canParse(complete) ? new URL(complete) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    return refuse(reader, `expected ${form}; signs such as @ : / # in user or password are written as %40 %3A %2F %23`);
  }
  if (url.hash !== '') return refuse(reader, 'a # in the password is written as %23');
  try {
    return addressOf(reader, url);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return refuse(reader, 'a % in the password is written as %25');
  }
}

function addressOf(reader: Reader, url: URL): DatabaseAddress | undefined {
  const { searchParams: parameters } = url;
  const unknown = [...new Set(parameters.keys())].filter((parameter) => !knownParameters.has(parameter));
  if (unknown.length > 0) reader.note(`${name}: ${unknown.join(', ')} has no meaning here and is ignored`);

  const host = parameters.get('host') || decodeURIComponent(url.hostname.replace(/^\[(.+)\]$/, '$1')) || 'localhost';
  const port = Number(parameters.get('port') || url.port || 5432);
  const database = parameters.get('dbname') || decodeURIComponent(url.pathname.slice(1));
  if (host.includes(',')) return refuse(reader, severalHosts);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return refuse(reader, 'expected a port from 1 to 65535');
  if (database === '') return refuse(reader, `names no database; expected ${form}`);
  return {
    host,
    port,
    database,
    user: parameters.get('user') || decodeURIComponent(url.username) || undefined,
    password: parameters.get('password') || decodeURIComponent(url.password) || undefined,
    parameters,
  };
}

function refuse(reader: Reader, problem: string): undefined {
  reader.refuse(`${name}: ${problem}`);
}
