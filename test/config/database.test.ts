import { describe, expect, test } from 'vitest';
import type { PostgresConnection } from '../../src/config/database.ts';
import { read, refused } from './reading.ts';

const postgres = { POSTGRES_HOST: 'db', POSTGRES_DB: 'p88', POSTGRES_USER: 'sync', POSTGRES_PASSWORD: 'hush' };

/** The connection options of an address. */
function connection(
  url: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): PostgresConnection {
  const { database } = read({ DATABASE_URL: url, ...env }, files);
  if (database.kind !== 'postgresql') throw new Error('embedded');
  return database.connection;
}

describe('which database', () => {
  test('DATABASE_URL', () => {
    expect(read({ DATABASE_URL: 'postgresql://sync:h%40sh@db.example.org:6432/p88' }).database).toEqual({
      kind: 'postgresql',
      source: 'DATABASE_URL',
      shown: 'db.example.org:6432/p88',
      connection: { host: 'db.example.org', port: 6432, database: 'p88', user: 'sync', password: 'h@sh', ssl: false },
    });
  });

  test.each([
    [postgres, 'POSTGRES_*'],
    [{ DB_HOST: 'db', DB_NAME: 'p88', DB_USER: 'sync', DB_PASSWORD: 'hush' }, 'DB_*'],
    [{ PGHOST: 'db', PGDATABASE: 'p88', PGUSER: 'sync', PGPASSWORD: 'hush' }, 'PG*'],
  ])('%o', (env, source) => {
    expect(read(env).database).toEqual({
      kind: 'postgresql',
      source,
      shown: 'db:5432/p88',
      connection: { host: 'db', port: 5432, database: 'p88', user: 'sync', password: 'hush', ssl: false },
    });
  });

  test('a socket folder, without user and password', () => {
    expect(
      read({ PGHOST: '/run/postgresql', PGDATABASE: 'p88', PGPORT: '5433', PGSSLMODE: 'require' }).database,
    ).toEqual({
      kind: 'postgresql',
      source: 'PG*',
      shown: '/run/postgresql:5433/p88',
      connection: { host: '/run/postgresql', port: 5433, database: 'p88', ssl: false },
    });
  });

  test.each([
    [{ P88SYNC_DATA_DIR: '/data', STATE_DIRECTORY: '/s', XDG_STATE_HOME: '/x' }, '/data', 'P88SYNC_DATA_DIR'],
    [
      { STATE_DIRECTORY: '/var/lib/p88sync:/var/lib/more', XDG_STATE_HOME: '/x' },
      '/var/lib/p88sync',
      'STATE_DIRECTORY',
    ],
    [{ XDG_STATE_HOME: '/x' }, '/x/p88sync', 'XDG_STATE_HOME'],
    [{ DATABASE_URL: '' }, '/home/me/.local/state/p88sync', 'HOME'],
  ])('embedded: %o', (env, dataDir, source) => {
    expect(read(env).database).toEqual({ kind: 'embedded', dataDir, source });
  });
});

describe('refused', () => {
  test.each([
    [
      { POSTGRES_DB: 'p88', POSTGRES_USER: 'me' },
      'POSTGRES_HOST: missing, while others of POSTGRES_* are set; set it too, or unset the others',
    ],
    [
      { DB_HOST: 'db', DB_NAME: 'p88' },
      'DB_USER: missing, while others of DB_* are set; set it too, or unset the others',
    ],
    [
      { PGPASSWORD: 'hush' },
      'PGHOST, PGDATABASE: missing, while others of PG* are set; set them too, or unset the others',
    ],
    [{ ...postgres, POSTGRES_PORT: '0' }, 'POSTGRES_PORT: expected a whole number from 1 to 65535, not "0"'],
    [
      { PGHOST: 'a,b', PGDATABASE: 'p88' },
      'PGHOST: names several hosts; expected one that leads to the primary: PgBouncer, HAProxy, or a name or address that moves with it',
    ],
    [{ PGSERVICE: 'p88' }, 'PGSERVICE: is not supported; set PGHOST and PGDATABASE instead'],
    [{ P88SYNC_DATA_DIR: 'data' }, 'P88SYNC_DATA_DIR: expected an absolute path, not "data"'],
    [
      { HOME: undefined },
      'DATABASE_URL: missing, and there is no folder for the embedded database: set P88SYNC_DATA_DIR',
    ],
  ])('%o', (env, line) => {
    expect(refused(env)).toBe(line);
  });

  test.each([
    ['mysql://sync:hush@db/p88', /expected postgresql:/],
    ['postgresql://sync:hush@db', /names no database/],
    ['postgresql://sync:hush#1@db/p88', /%23/],
    ['postgresql://sync:hu%sh@db/p88', /%25/],
    ['postgresql://sync:hush@/p88?host=a,b', /several hosts/],
    ['postgresql://sync:hush@a,b/p88', /several hosts/],
    ['postgresql://sync:hush@a:5432,b:5433/p88?target_session_attrs=read-write', /several hosts/],
    ['postgresql://sync:hush@db/p88?port=x', /port/],
    ['hush', /expected postgresql:/],
  ])('the address %s, without repeating it', (url, reason) => {
    const message = refused({ DATABASE_URL: url });
    expect(message).toMatch(/^DATABASE_URL: /);
    expect(message).toMatch(reason);
    expect(message).not.toMatch(/hush|hu%sh/);
  });
});

describe('two sets at once', () => {
  const url = 'postgresql://sync@db/p88?sslmode=require';
  test('a lone password does not contradict another port', () => {
    const env = { DATABASE_URL: 'postgresql://sync@db:6432/p88?sslmode=require', PGPASSWORD: 'x' };
    expect(read(env).notes).toEqual([]);
  });

  test.each([
    [{ DATABASE_URL: url, ...postgres }, []],
    [{ DATABASE_URL: url, PGPASSWORD: 'x', PGUSER: 'other' }, []],
    [
      { DATABASE_URL: url, ...postgres, POSTGRES_DB: 'old' },
      ['DATABASE_URL names the database; POSTGRES_* is set too, says otherwise, and is ignored'],
    ],
    [
      { ...postgres, DB_HOST: 'old', PGHOST: 'db', PGPORT: '6432', PGSSLMODE: 'disable' },
      [
        'POSTGRES_* names the database; DB_* is set too, says otherwise, and is ignored',
        'POSTGRES_* names the database; PG* is set too, says otherwise, and is ignored',
      ],
    ],
    [
      { DATABASE_URL: url, P88SYNC_DATA_DIR: '/data' },
      ['P88SYNC_DATA_DIR is ignored: DATABASE_URL names the database'],
    ],
  ])('%o', (env, notes) => {
    const config = read(env);
    expect(config.notes).toEqual(notes);
    expect(config.database).toMatchObject({ kind: 'postgresql', shown: 'db:5432/p88' });
  });
});

describe('forms of DATABASE_URL', () => {
  test.each([
    ['postgres://db/p88', { host: 'db', port: 5432, database: 'p88', ssl: false }],
    ['postgresql:///p88', { host: 'localhost', port: 5432, database: 'p88', ssl: false }],
    ['postgresql://[::1]:6000/p88', { host: '::1', port: 6000, database: 'p88', ssl: false }],
    ['postgresql://me@/p88?host=/run/pg', { host: '/run/pg', port: 5432, database: 'p88', user: 'me', ssl: false }],
    ['postgresql://%2Frun%2Fpg/p88', { host: '/run/pg', port: 5432, database: 'p88', ssl: false }],
    [
      'postgresql://db/p88?options=-c%20search_path%3Dp88&channel_binding=require',
      {
        host: 'db',
        port: 5432,
        database: 'p88',
        ssl: false,
        options: '-c search_path=p88',
        enableChannelBinding: true,
      },
    ],
  ])('%s', (url, expected) => {
    expect(connection(url)).toEqual(expected);
  });

  test('a parameter that means nothing here is named in the notes', () => {
    expect(read({ DATABASE_URL: 'postgresql://localhost/p88?schema=public&connect_timeout=3' }).notes).toEqual([
      'DATABASE_URL: schema has no meaning here and is ignored',
    ]);
  });
});

describe('TLS', () => {
  const url = 'postgresql://db/p88';
  const checked = { rejectUnauthorized: true };
  test.each([
    ['', {}, false],
    ['?sslmode=disable', { PGSSLMODE: 'verify-full' }, false],
    ['?sslmode=require', {}, checked],
    ['?sslmode=verify-full', {}, checked],
    ['?sslmode=verify-full&sslrootcert=system', {}, checked],
    ['?sslrootcert=/ca.pem', {}, { ...checked, ca: 'CA' }],
    ['?ssl=true', {}, checked],
    ['?ssl=0', {}, false],
    ['', { PGSSLMODE: 'require' }, checked],
    ['?sslmode=require', { PGSSLMODE: 'disable' }, checked],
    [
      '',
      { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca.pem', PGSSLCERT: '/me.pem', PGSSLKEY: '/me.key' },
      { ...checked, ca: 'CA', cert: 'ME', key: 'KEY' },
    ],
    ['?sslmode=verify-ca&sslrootcert=/ca.pem', {}, { ...checked, ca: 'CA', checkServerIdentity: expect.any(Function) }],
    ['?sslmode=no-verify', {}, { rejectUnauthorized: false }],
  ])('"%s" with %o', (query, env, ssl) => {
    const files = { '/ca.pem': 'CA\n', '/me.pem': 'ME', '/me.key': 'KEY' };
    expect(connection(`${url}${query}`, env, files).ssl).toEqual(ssl);
  });

  test.each([
    [
      '?sslmode=prefer',
      {},
      'DATABASE_URL: sslmode expected one of disable, require, verify-ca, verify-full, no-verify, not "prefer"',
    ],
    [
      '',
      { PGSSLMODE: 'allow' },
      'PGSSLMODE: expected one of disable, require, verify-ca, verify-full, no-verify, not "allow"',
    ],
    [
      '?ssl=maybe',
      {},
      'DATABASE_URL: ssl expected one of disable, require, verify-ca, verify-full, no-verify, not "maybe"',
    ],
    [
      '?sslmode=verify-ca',
      {},
      'DATABASE_URL: sslmode verify-ca needs sslrootcert (PGSSLROOTCERT), the certificate to check against; or use verify-full',
    ],
    [
      '',
      { PGSSLROOTCERT: '/gone.pem' },
      'PGSSLROOTCERT: /gone.pem cannot be read: there is no such file or folder (ENOENT)',
    ],
  ])('refused: "%s" with %o', (query, env, line) => {
    expect(refused({ DATABASE_URL: `${url}${query}`, ...env })).toBe(line);
  });

  const unencrypted =
    'the connection to the database on db is not encrypted: sslmode=verify-full in DATABASE_URL, or PGSSLMODE, encrypts it; disable says that it is meant so';
  test.each([
    [url, {}, [unencrypted]],
    [url, { PGSSLMODE: 'disable' }, []],
    [`${url}?sslmode=disable`, {}, []],
    [`${url}?sslmode=require`, {}, []],
    ['postgresql://localhost/p88', {}, []],
    ['postgresql://127.0.0.1/p88', {}, []],
    ['postgresql://[::1]/p88', {}, []],
    ['postgresql:///p88?host=/run/postgresql', {}, []],
  ])('notes of %s with %o', (address, env, notes) => {
    expect(read({ DATABASE_URL: address, ...env }).notes).toEqual(notes);
  });

  test('an unchecked certificate is named in the notes', () => {
    expect(read({ DATABASE_URL: `${url}?sslmode=no-verify` }).notes).toEqual([
      'DATABASE_URL: sslmode no-verify: the certificate of the database is not checked',
    ]);
  });
});
