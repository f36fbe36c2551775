/** doctor on a real database against the sandbox: what it finds, what it ends with, and that it changes nothing. */
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCredentialsAdd } from '../../src/commands/credentials.ts';
import { runDiscover } from '../../src/commands/discover.ts';
import { runDoctor } from '../../src/commands/doctor.ts';
import { runMigrate } from '../../src/commands/migrate.ts';
import { runTick } from '../../src/commands/tick.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { cloneDatabase, freshDatabase, type TestDatabase, templateDatabase } from '../database/databases.ts';
import { inProcess } from '../e2e/in-process.ts';
import { addCredentials, encryptionKey, hour } from '../e2e/installation.ts';
import { run } from '../e2e/program.ts';
import { type FakeOptions, fakeMachine } from './fake-machine.ts';

type Environment = Record<string, string>;

/** How far the providers' clocks are ahead of this machine's (ms). */
let ahead = 0;
let sandbox: Sandbox;
let close: () => Promise<void>;
let base: Environment;
let template: string;
let database: TestDatabase;
let env: Environment;

/** One partner with both providers, all discovered and synced; each test has a copy of it. The clocks are real. */
beforeAll(async () => {
  sandbox = createSandbox({ now: () => new Date(Date.now() + ahead) });
  const { world } = sandbox;
  const pine = addRace(world, { name: 'Pine Ridge' });
  addRegistrations(world, addEvent(world, pine, { startAt: new Date(Date.now() + 2 * hour) }), 3);
  const harbour = addRace(world, { provider: 'raceroster', name: 'Harbour' });
  addEvent(world, harbour, { startAt: new Date(Date.now() + 240 * hour) });
  addAccount(world, { company: 'Peak Timing', races: [pine] });
  addAccount(world, { company: 'Peak Timing', provider: 'raceroster', races: [harbour] });
  const server = await serveSandbox(sandbox, { port: 0 });
  close = server.close;
  base = {
    P88SYNC_ENCRYPTION_KEY: encryptionKey,
    P88SYNC_RUNSIGNUP_URL: `${server.url}/runsignup`,
    P88SYNC_RACEROSTER_URL: `${server.url}/raceroster/v1`,
    P88SYNC_PACE_MS: '0',
    P88SYNC_HTTP_RETRIES: '0',
    // Nobody listens there, and nobody calls.
    P88SYNC_TICK_HEARTBEAT_URL: 'http://127.0.0.1:9/ping-me',
  };
  template = await templateDatabase('doctor', async (url) => {
    const filled = { ...base, DATABASE_URL: url };
    await inProcess(runMigrate, { env: filled });
    await addCredentials(world, filled);
    await inProcess((context) => runDiscover(context, undefined, {}), { env: filled });
    await inProcess((context) => runTick(context, { maxSeconds: '50' }), { env: filled });
    // Race Roster names no zones: all its events would be a finding of every test.
    await query('update sync_events set time_zone_assumed = false', url);
  });
});
afterAll(() => close());

beforeEach(async () => {
  database = await cloneDatabase(template);
  env = { ...base, DATABASE_URL: database.url };
  ahead = 0;
  return () => database.drop();
});

const timersRun: FakeOptions = {
  answers: Object.fromEntries(
    ['tick', 'discover'].flatMap((name) => [
      [`systemctl is-active p88sync-${name}.timer`, 'active'],
      [`systemctl is-enabled p88sync-${name}.timer`, 'enabled'],
    ]),
  ),
};

interface DoctorRun {
  readonly calls?: boolean;
  readonly machine?: FakeOptions;
  readonly now?: Date;
}

/** What is not ok, as `problem schema: message`; the exit code last. */
async function doctor(options: DoctorRun = {}): Promise<(string | number)[]> {
  const machine = fakeMachine(options.machine ?? timersRun);
  const result = await inProcess(
    (context) => runDoctor({ ...context, machine: async () => machine }, { calls: options.calls ?? true }),
    { env, now: options.now },
  );
  const { findings } = result.json as { findings: { level: string; check: string; message: string }[] };
  const told = findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, check, message }) => `${level} ${check}: ${message.replace(/127\.0\.0\.1:\d+\/\w+/, 'DATABASE')}`);
  return [...told, exitCodes[result.exit].code];
}

async function query(sql: string, url = database.url): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Every row of every table and which transaction wrote it, but for what calls leave: their log, and a login's token. */
async function everything(): Promise<unknown> {
  const tables = await query(`select tablename as name from pg_tables where schemaname = 'public' order by 1`);
  const others = tables
    .map(({ name }) => String(name))
    .filter((name) => !['api_calls', 'access_tokens'].includes(name));
  return Promise.all(
    others.map(async (name) => [name, await query(`select xmin::text, t.* from ${name} t order by 2, 3`)]),
  );
}

test('nothing to find: one call (and a login) with each credential, logged, and nothing else is written', async () => {
  const before = await everything();
  const calls = sandbox.calls.length;
  const [logged] = await query('select count(*)::int as n from api_calls');
  expect(await doctor()).toEqual([0]);
  expect(
    sandbox.calls
      .slice(calls)
      .map(({ provider, method }) => `${provider} ${method}`)
      .sort(),
  ).toEqual(['raceroster GET', 'raceroster POST', 'runsignup GET']);
  expect(await query('select count(*)::int as n from api_calls')).toEqual([{ n: Number(logged?.['n']) + 3 }]);
  expect(await everything()).toEqual(before);
});

test('files of the timers that every account can read', async () => {
  const [settings, key] = ['/etc/p88sync/p88sync.env', '/etc/p88sync/encryption.key'];
  const files = { [settings]: 'DATABASE_URL=…', [key]: '…' };
  const safe = { ...timersRun, files };
  expect(await doctor({ calls: false, machine: safe })).toEqual([0]);
  expect(await doctor({ calls: false, machine: { ...safe, modes: { [settings]: 0o644, [key]: 0o664 } } })).toEqual([
    `problem files: ${settings} holds secrets and can be read by every account of this machine (mode 0644)`,
    `problem files: ${key} holds secrets and can be read by every account of this machine (mode 0664)`,
    2,
  ]);
});

test('--no-calls makes none', async () => {
  const calls = sandbox.calls.length;
  expect(await doctor({ calls: false })).toEqual([0]);
  expect(sandbox.calls).toHaveLength(calls);
});

test("the providers' clocks are read from their answers", async () => {
  ahead = -90_000;
  expect(await doctor()).toEqual([
    expect.stringMatching(/^warning clock: this machine is 1 min \d+ s ahead of RunSignUp$/),
    expect.stringMatching(/^warning clock: this machine is 1 min \d+ s ahead of Race Roster$/),
    0,
  ]);
});

test('as a process: systemctl of this machine, text, exit code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-doctor-'));
  try {
    await writeFile(join(folder, 'systemctl'), '#!/bin/sh\n[ "$1" = is-active ] && echo active || echo enabled\n');
    await chmod(join(folder, 'systemctl'), 0o755);
    const well = await run(['doctor'], { env: { ...env, PATH: folder, COLUMNS: '80' } });
    expect(well.stdout).toContain('✓ Timers: p88sync-tick.timer and p88sync-discover.timer are active\n');
    expect(well.stdout).toContain('✓ Schema: up to date\n');
    expect([well.code, well.stdout.split('\n')[0]]).toEqual([0, 'All is well.']);
    const unknown = await run(['doctor', '--json', '--no-calls'], { env: { ...env, PATH: '/nonexistent' } });
    expect(unknown.json['findings'].filter((one: { level: string }) => one.level !== 'ok')).toEqual([
      expect.objectContaining({ check: 'timers', level: 'warning', exitCode: 0 }),
    ]);
    expect(unknown.code).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a refused credential ends with 5, and is not marked: that is the work of tick and credentials test', async () => {
  const [account] = sandbox.world.accounts;
  if (!account) throw new Error('the world has no account');
  await inProcess((context) => runCredentialsAdd(context, '1:runsignup', { principal: account.principal }), {
    env,
    input: 'not-the-secret',
  });
  expect(await doctor()).toEqual([expect.stringMatching(/^problem credentials: 1 Peak Timing, runsignup: /), 5]);
  expect(await query('select count(refused_at)::int as refused from partner_provider_credentials')).toEqual([
    { refused: 0 },
  ]);
});

test('a spent budget is no fault of the credential', async () => {
  env['P88SYNC_RUNSIGNUP_CALLS_PER_HOUR'] = '1';
  expect(await doctor()).toEqual([
    'warning credentials: 1 Peak Timing, runsignup: credential 1 has spent its 1 calls of this hour',
    0,
  ]);
});

test.each([
  ['no schema', 'drop table p88sync_migrations', / has no p88sync schema yet$/],
  [
    'an older one',
    "delete from p88sync_migrations where name = '0001-core'",
    / is older than this program: it lacks 0001-core$/,
  ],
  [
    'a newer one',
    "insert into p88sync_migrations (name) values ('0099-later')",
    / is newer than this program: 0099-later$/,
  ],
])('%s is a finding', async (_, change, message) => {
  await query(change);
  expect(await doctor()).toEqual([expect.stringMatching(message), 3]);
});

test('an empty database, and none at all', async () => {
  const empty = await freshDatabase();
  env['DATABASE_URL'] = empty.url;
  expect(await doctor()).toEqual([expect.stringContaining('problem schema: '), 3]);
  await empty.drop();
  expect(await doctor()).toEqual(['problem database: the database (postgresql DATABASE) has no such database', 3]);
  env['DATABASE_URL'] = 'postgresql://p88@127.0.0.1:1/p88';
  expect(await doctor()).toEqual(['problem database: the database (postgresql DATABASE) refuses connections', 3]);
});

test('an embedded database that is not there is not made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-doctor-'));
  try {
    const { DATABASE_URL: _, ...others } = env;
    env = { ...others, P88SYNC_DATA_DIR: join(folder, 'data') };
    expect(await doctor()).toEqual([expect.stringMatching(/^problem database: there is no embedded database in /), 3]);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('rights that are missing are named, and nothing is tried without them', async () => {
  const role = `p88test_reader_${process.pid}`;
  await query(`create role ${role} login password 'test-only'; grant select on all tables in schema public to ${role};
    grant insert, update on sync_history, api_calls to ${role}`);
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = 'test-only';
    env['DATABASE_URL'] = url.href;
    const calls = sandbox.calls.length;
    const [rights, exit] = await doctor();
    expect(rights).toContain(`problem rights: ${role} lacks DELETE on access_tokens, `);
    expect(rights).toContain('USAGE on public.sync_history_sync_history_id_seq');
    for (const right of ['DELETE on sync_history', 'UPDATE on sync_queue']) expect(rights).toContain(right);
    expect(rights).not.toContain('INSERT on sync_history,');
    expect(exit).toBe(3);
    expect(sandbox.calls).toHaveLength(calls);
  } finally {
    await query(`drop owned by ${role}; drop role ${role}`);
  }
});

test('whether anybody is told when something goes wrong, without the addresses', async () => {
  const { P88SYNC_TICK_HEARTBEAT_URL: _, ...silent } = env;
  env = silent;
  expect(await doctor()).toEqual([
    'warning alerts: the timers run, and nobody is told when something goes wrong or they stop',
    0,
  ]);
  env = {
    ...silent,
    P88SYNC_DISCOVER_HEARTBEAT_URL: 'http://127.0.0.1:9/canary-path',
    P88SYNC_ALERT_WEBHOOK_URL: 'https://hooks.example.org/canary-path',
    P88SYNC_ALERT_EMAIL_TO: 'ann@example.org',
    P88SYNC_ALERT_EMAIL_FROM: 'p88sync@example.org',
    P88SYNC_SMTP_URL: 'smtps://canary-user:canary-password@mail.example.org',
  };
  const result = await inProcess((context) => runDoctor(context, { calls: false }), { env });
  const said = JSON.stringify(result);
  expect(said).toContain('by webhook and e-mail; heartbeat of discover');
  for (const hidden of ['canary', 'ann@', 'hooks.example.org']) expect(said).not.toContain(hidden);
});

test('the key: missing, another one, and secrets in clear', async () => {
  const { P88SYNC_ENCRYPTION_KEY: _, ...keyless } = env;
  env = keyless;
  expect(await doctor()).toEqual(['problem encryptionKey: none is set, and 2 credentials are encrypted with one', 2]);
  env['P88SYNC_ENCRYPTION_KEY'] = Buffer.alloc(32, 9).toString('base64');
  const other = await doctor();
  expect(other).toEqual([
    expect.stringMatching(
      /^problem credentials: 1 Peak Timing, runsignup: a stored secret was encrypted with the key /,
    ),
    expect.stringMatching(
      /^problem credentials: 2 Peak Timing, raceroster: a stored secret was encrypted with the key /,
    ),
    2,
  ]);
  const [runsignup, raceroster] = sandbox.world.accounts;
  await query(`update partner_provider_credentials set secret = '${runsignup?.secret}', additional_config = null where partner_provider_credential_id = 1;
    update partner_provider_credentials set secret = '${raceroster?.secret}',
      additional_config = '${JSON.stringify(raceroster?.additionalConfig)}' where partner_provider_credential_id = 2`);
  expect(await doctor({ calls: false })).toEqual([
    'warning credentials: 1 Peak Timing, runsignup: secret lies in the database in clear text',
    'warning credentials: 2 Peak Timing, raceroster: secret, password lie in the database in clear text',
    0,
  ]);
});

test('what the database tells of the work', async () => {
  await query(`update sync_history set started_at = started_at - interval '10 minutes';
    update sync_events set time_zone_assumed = true where provider_id = 2;
    insert into rejected_rows select timing_partner_id, provider_id, event_id, 'id:1', 'no name', '{}', now(), now() from sync_events;
    insert into sync_history (timing_partner_id, provider_id, event_id, operation_type, status, started_at, failures, reason)
      select timing_partner_id, provider_id, event_id, 'incremental_sync', 'failed_permanent', now(), 4, 'HTTP 500'
      from sync_events where provider_id = 3`);
  const [{ event_id: near } = {}] = await query('select event_id from sync_events where provider_id = 2');
  const [{ event_id: far } = {}] = await query('select event_id from sync_events where provider_id = 3');
  expect(await doctor({ machine: {}, now: new Date(Date.now() + 1000) })).toEqual([
    'warning timers: nothing on this machine starts p88sync; the last run was 10 min ago',
    `problem highEvents: 1 of 1 event near the start is more than 3 min behind: 1:runsignup:${near} (10 min)`,
    `problem failures: 1 event failed for good: 1:raceroster:${far} (HTTP 500)`,
    'warning rejectedRows: 2 rows of providers could not be stored',
    expect.stringMatching(`^warning timeZones: assumed for 1 upcoming event: 1:runsignup:${near} `),
    1,
  ]);
  const tomorrow = await doctor({ now: new Date(Date.now() + 14 * hour) });
  expect(tomorrow).toContain('problem discovery: no new event was looked for within 13 h: 1:runsignup, 1:raceroster');
});
