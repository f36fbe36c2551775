/**
 * TLS to a PostgreSQL that takes it and nothing else (`hostssl`): what is documented as checked is checked, by the program
 * as a process, and nothing in the environment weakens it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startServer, type TestServer } from '../database/server.ts';
import { inProcess } from '../e2e/in-process.ts';
import { type Ended, run } from '../e2e/program.ts';
import { type Authority, makeAuthority, type Signed } from './certificates.ts';

/** Everybody with password and TLS; who is called `certified` with a certificate of that name. */
const loginRules = `hostssl all certified 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 scram-sha-256
`;

let folder: string;
let good: TestServer;
let expired: TestServer;
const path = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'p88sync-tls-'));
  const [ours, other] = await Promise.all([makeAuthority('Ours'), makeAuthority('Other')]);
  // By its name alone: to connect by the address is to connect by a wrong name.
  const [server, old, mine] = await Promise.all([
    ours.sign('localhost', ['localhost']),
    ours.sign('localhost', ['localhost'], { expired: true }),
    ours.sign('certified', []),
  ]);
  const files = { 'ca.pem': ours.certificate, 'other.pem': other.certificate, 'me.pem': mine.certificate };
  for (const [name, text] of Object.entries(files)) await writeFile(path(name), text);
  await writeFile(path('me.key'), mine.key, { mode: 0o600 });
  [good, expired] = await Promise.all([startWithTls(ours, server), startWithTls(ours, old)]);
  const admin = new pg.Client({
    connectionString: good.adminUrl,
    ssl: { ca: ours.certificate, servername: 'localhost' },
  });
  await admin.connect();
  await admin.query('create role certified login');
  await admin.end();
});
afterAll(async () => {
  await Promise.all([good.stop(), expired.stop()]);
  await rm(folder, { recursive: true });
});

function startWithTls(authority: Authority, { certificate, key }: Signed): Promise<TestServer> {
  return startServer({
    settings: { ssl: 'on', ssl_ca_file: 'root.crt' },
    addData: async (data) => {
      await writeFile(join(data, 'server.crt'), certificate);
      await writeFile(join(data, 'server.key'), key, { mode: 0o600 });
      await writeFile(join(data, 'root.crt'), authority.certificate);
      await writeFile(join(data, 'pg_hba.conf'), loginRules);
    },
  });
}

interface Try {
  readonly host?: string;
  readonly query?: string;
  readonly server?: TestServer;
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `doctor` connects, and tells how: `reached`, or the problem it found. */
async function attempt({ host = 'localhost', query = '', server = good, user, env = {} }: Try): Promise<string> {
  const url = new URL(server.adminUrl);
  url.hostname = host;
  url.search = query.replaceAll('~', `${folder}/`);
  if (user) {
    url.username = user;
    url.password = '';
  }
  const ended = await run(['doctor', '--no-calls', '--json'], { env: { DATABASE_URL: url.href, ...env } });
  return told(ended);
}

function told({ code, json }: Ended): string {
  if (code === 2) return json['error'].message;
  const findings = json['findings'] as { check: string; message: string }[];
  const database = findings.find(({ check }) => check === 'database')?.message ?? 'nothing';
  return /PostgreSQL \d+\.\d+$/.test(database) ? 'reached' : database.replace(/ \(.+:\d+\/\w+\)/, '');
}

const untrusted = 'the database shows a certificate that is not trusted';

test.each<[string, Try, string]>([
  ['verify-full with the authority', { query: 'sslmode=verify-full&sslrootcert=~ca.pem' }, 'reached'],
  ['verify-full with another authority', { query: 'sslmode=verify-full&sslrootcert=~other.pem' }, untrusted],
  ["verify-full with Node's list of authorities", { query: 'sslmode=verify-full' }, untrusted],
  ['an authority and no mode', { query: 'sslrootcert=~ca.pem' }, 'reached'],
  ['another authority and no mode', { query: 'sslrootcert=~other.pem' }, untrusted],
  ['verify-full by another name', { host: '127.0.0.1', query: 'sslmode=verify-full&sslrootcert=~ca.pem' }, untrusted],
  ['require checks the authority', { query: 'sslmode=require&sslrootcert=~other.pem' }, untrusted],
  ['require checks the name', { host: '127.0.0.1', query: 'sslmode=require&sslrootcert=~ca.pem' }, untrusted],
  ['require as documented', { query: 'sslmode=require&sslrootcert=~ca.pem' }, 'reached'],
  ['verify-ca by another name', { host: '127.0.0.1', query: 'sslmode=verify-ca&sslrootcert=~ca.pem' }, 'reached'],
  ['verify-ca with another authority', { query: 'sslmode=verify-ca&sslrootcert=~other.pem' }, untrusted],
  ['no-verify', { host: '127.0.0.1', query: 'sslmode=no-verify&sslrootcert=~other.pem' }, 'reached'],
  ['the older ssl=true', { query: 'ssl=true&sslrootcert=~other.pem' }, untrusted],
])('%s', async (_, given, expected) => {
  expect(await attempt(given)).toBe(expected);
});

test('an expired certificate', async () => {
  const server = expired;
  expect(await attempt({ server, query: 'sslmode=verify-full&sslrootcert=~ca.pem' })).toBe(untrusted);
  expect(await attempt({ server, query: 'sslmode=verify-ca&sslrootcert=~ca.pem' })).toBe(untrusted);
  expect(await attempt({ server, query: 'sslmode=no-verify' })).toBe('reached');
});

test('without TLS: this server refuses, and where one offers none nothing is sent to it', async () => {
  expect(await attempt({})).toBe('the database refuses this user');
  expect(await attempt({ query: 'sslmode=disable' })).toBe('the database refuses this user');
  const url = new URL(inject('adminUrl'));
  url.search = 'sslmode=require';
  const plain = await run(['doctor', '--no-calls', '--json'], { env: { DATABASE_URL: url.href } });
  expect(told(plain)).toBe('the database does not offer TLS');
});

test('who is in between and says that there is no TLS learns neither user nor password', async () => {
  const heard: Buffer[] = [];
  const between = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard.push(data);
      socket.write('N');
    });
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const { port } = between.address() as { port: number };
  const url = `postgresql://somebody:hush@localhost:${port}/p88?sslmode=verify-full`;
  const ended = await run(['doctor', '--no-calls', '--json'], { env: { DATABASE_URL: url } });
  await new Promise((resolve) => between.close(resolve));
  expect(told(ended)).toBe('the database does not offer TLS');
  // PostgreSQL's SSLRequest, again and again, and not a byte more.
  expect(new Set(heard.map((data) => data.toString('hex')))).toEqual(new Set(['0000000804d2162f']));
});

test.each<[string, Try, string]>([
  ['PGSSLMODE and PGSSLROOTCERT', { env: { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '~ca.pem' } }, 'reached'],
  ['PGSSLROOTCERT alone', { env: { PGSSLROOTCERT: '~other.pem' } }, untrusted],
  [
    'PGSSLMODE, weaker than the address',
    { query: 'sslmode=verify-full&sslrootcert=~other.pem', env: { PGSSLMODE: 'no-verify' } },
    untrusted,
  ],
  ['PGSSLMODE=require, which node-postgres itself would not check', { env: { PGSSLMODE: 'require' } }, untrusted],
  [
    'NODE_TLS_REJECT_UNAUTHORIZED',
    { query: 'sslmode=verify-full&sslrootcert=~ca.pem', env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
    'NODE_TLS_REJECT_UNAUTHORIZED: 0 would accept any certificate; unset it, and name an authority of your own in NODE_EXTRA_CA_CERTS',
  ],
  [
    'NODE_EXTRA_CA_CERTS adds an authority',
    { query: 'sslmode=require', env: { NODE_EXTRA_CA_CERTS: '~ca.pem' } },
    'reached',
  ],
  [
    'NODE_EXTRA_CA_CERTS beside an authority that is named',
    { query: 'sslmode=require&sslrootcert=~other.pem', env: { NODE_EXTRA_CA_CERTS: '~ca.pem' } },
    untrusted,
  ],
])('the environment: %s', async (_, { env = {}, ...given }, expected) => {
  const files = Object.entries(env).map(([name, value]) => [name, value.replace('~', `${folder}/`)]);
  expect(await attempt({ ...given, env: Object.fromEntries(files) })).toBe(expected);
});

test('a certificate of our own, in place of a password', async () => {
  const user = 'certified';
  const query = 'sslmode=verify-full&sslrootcert=~ca.pem';
  expect(await attempt({ user, query })).toBe('the database refuses this user');
  expect(await attempt({ user, query: `${query}&sslcert=~me.pem&sslkey=~me.key` })).toBe('reached');
});

test('PostgreSQL itself says that the connection is encrypted', async () => {
  const env = { DATABASE_URL: good.adminUrl.replace('127.0.0.1', 'localhost'), PGSSLROOTCERT: path('ca.pem') };
  const state = await inProcess(
    async (context) => {
      const { db } = await context.openDatabase();
      return sql`select ssl, version from pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
    },
    { env },
  );
  expect(state.rows).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
});
