/**
 * TLS to PostgreSQL, from libpq's words. They are turned into options here because node-postgres reads PGSSLMODE itself,
 * warns at every start about `require`, and means to weaken it in its next major version.
 */
import { isLoopback } from '../http/address.ts';
import type { Reader } from './reader.ts';

export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Set for `verify-ca`, which by its meaning does not compare the server's name. */
  readonly checkServerIdentity?: () => undefined;
}

/** A setting and the name under which the operator gave it. */
interface Given {
  readonly name: string;
  readonly text: string;
}

const modes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;

/**
 * `require` checks certificate and name like `verify-full`: less than libpq's meaning would be no protection against
 * somebody in between. `prefer` and `allow` are refused: node-postgres has no second try without or with TLS.
 * @param parameters of the address, which come before the PGSSL… variables.
 */
export function readTls(reader: Reader, parameters: URLSearchParams, host: string): false | TlsOptions {
  const given = (parameter: string): Given | undefined => {
    const own = parameters.get(parameter);
    if (own) return { name: `DATABASE_URL: ${parameter}`, text: own };
    const name = `PG${parameter.toUpperCase()}`;
    const text = reader.text(name);
    return text === undefined ? undefined : { name: `${name}:`, text };
  };
  const content = (file: Given | undefined) => file && reader.file(file.name.replace(/:$/, ''), file.text);

  const root = given('sslrootcert');
  const mode = given('sslmode') ?? switchOf(parameters) ?? (root && { name: root.name, text: 'verify-full' });
  if (mode === undefined) {
    if (!isLocal(host)) {
      reader.note(
        `the connection to the database on ${host} is not encrypted: sslmode=verify-full in DATABASE_URL, or PGSSLMODE, encrypts it; disable says that it is meant so`,
      );
    }
    return false;
  }
  if (mode.text === 'disable') return false;
  if (!modes.some((known) => known === mode.text)) {
    reader.refuse(`${mode.name} expected one of ${modes.join(', ')}, not "${mode.text}"`);
    return false;
  }
  // As libpq does: a socket of this machine needs no TLS, and the server offers none on it.
  if (host.startsWith('/')) return false;

  const ca = root?.text === 'system' ? undefined : content(root);
  const cert = content(given('sslcert'));
  const own = given('sslkey');
  const key = own && reader.secretFile(own.name.replace(/:$/, ''), own.text, 'root-only');
  if (mode.text === 'verify-ca' && ca === undefined) {
    reader.refuse(
      `${mode.name} verify-ca needs sslrootcert (PGSSLROOTCERT), the certificate to check against; or use verify-full`,
    );
  }
  if (mode.text === 'no-verify') {
    reader.note(`${mode.name} no-verify: the certificate of the database is not checked`);
  }
  return {
    rejectUnauthorized: mode.text !== 'no-verify',
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(mode.text === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

/** A socket of this machine, or its loopback interface: nobody is in between. */
function isLocal(host: string): boolean {
  return host.startsWith('/') || host === '::1' || isLoopback(host);
}

/** node-postgres' own `ssl=true`, seen in addresses made for it. */
function switchOf(parameters: URLSearchParams): Given | undefined {
  const text = parameters.get('ssl');
  if (!text) return undefined;
  const meanings: Readonly<Record<string, string>> = {
    true: 'verify-full',
    1: 'verify-full',
    false: 'disable',
    0: 'disable',
  };
  return { name: 'DATABASE_URL: ssl', text: meanings[text] ?? text };
}
