/** What an operator may get wrong: each ends with its exit code and a line that says what and what to do, and no more. */
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { freshDatabase } from '../database/databases.ts';
import { encryptionKey, hour, type Installation, install, migratedDatabase, saturday } from './installation.ts';
import { run } from './program.ts';

let here: Installation;
const secret = 'do-not-show-me-4711';
const secretFile = join(tmpdir(), `p88sync-secret-${process.pid}`);
beforeAll(async () => {
  here = await install((world) => {
    const race = addRace(world, { id: '85001' });
    addRegistrations(
      world,
      addEvent(world, race, { id: '661001', startAt: new Date(saturday.getTime() + 2 * hour) }),
      3,
    );
    addAccount(world, { company: 'Peak Timing', races: [race], secret });
  });
  await here.run('discover');
  await writeFile(secretFile, `{"secret": "${secret}", `);
});
afterAll(async () => {
  await here.close();
  await rm(secretFile);
});

interface Case {
  readonly args: string;
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
  readonly says: RegExp;
  readonly code?: number;
}

/** Arguments are separated by blanks; a tilde stands for a blank inside one. */
async function expectRefusal({ args, env, input, says, code = 2 }: Case): Promise<void> {
  const argv = args
    .split(' ')
    .filter(Boolean)
    .map((arg) => arg.replaceAll('~', ' '));
  const ended = await run(argv, {
    env: { ...here.env, P88SYNC_LOG_LEVEL: 'error', ...env },
    ...(input !== undefined && { input }),
  });
  expect({ code: ended.code, stdout: ended.stdout, stderr: ended.stderr }).toMatchObject({ code, stdout: '' });
  // In brackets are the parser's suggestions.
  const lines = ended.stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('('));
  expect(lines.length, ended.stderr).toBeLessThanOrEqual(2);
  expect(ended.stderr).toMatch(says);
  expectNoSecret(ended.stderr);
}

function expectNoSecret(text: string): void {
  for (const hidden of [secret, encryptionKey, new URL(here.databaseUrl).password, '    at ']) {
    expect(text).not.toContain(hidden);
  }
}

describe('arguments', () => {
  test.each<[string, Case]>(
    [
      { args: 'sync-event nobody:runsignup:661001', says: /no timing partner "nobody".*\n.*Known: 1 Peak Timing/ },
      { args: 'sync-event 1:runsinup:661001', says: /no provider "runsinup".*\n.*runsignup, raceroster/ },
      { args: 'sync-event 1:runsignup:999', says: /Peak Timing has no upcoming event 999 at RunSignUp/ },
      {
        args: 'sync-event 1:raceroster:999',
        says: /Peak Timing has no credential for Race Roster\n.*p88sync credentials add 1:raceroster /,
      },
      { args: 'sync-event 661001', says: /"661001" is not an event: expected PARTNER:PROVIDER:EVENT/ },
      { args: 'sync-event 1:runsignup:', says: /is not an event/ },
      { args: 'sync-event 1:runsignup:661001 --max-seconds 0', says: /--max-seconds 0: expected whole seconds/ },
      { args: 'sync-event', says: /missing required argument.*\n\(p88sync sync-event --help says what it takes\)/ },
      { args: 'link', says: /missing required argument 'EVENT'/ },
      { args: 'link 1:runsignup:661001', says: /missing required argument 'SCORING-EVENT'/ },
      {
        args: 'link 1:runsignup:661001 1:raceroster:5',
        says: /neither RunSignUp nor Race Roster is a scoring system.*\n.*p88sync link 1:runsignup/,
      },
      { args: 'link add 1:runsignup:661001 1:runsignup:661001', says: /cannot be linked to itself/ },
      { args: 'link list nobody', says: /no timing partner "nobody"/ },
      { args: 'link remove 1:runsignup:661001', says: /1:runsignup:661001 is not linked to anything/ },
      { args: 'push-participants 1:raceroster:5', says: /Race Roster takes no participants/ },
      { args: 'pull-results 1:runsignup:661001', says: /RunSignUp gives no results\n.*`p88sync link list`/ },
      { args: 'full-sync 1:', says: /"1:" is not a partner/ },
      { args: 'full-sync 1:raceroster', says: /no credential of 1:raceroster/ },
      { args: 'full-sync --summary /nowhere/summary.json', says: /\/nowhere\/summary.json/ },
      { args: 'discover nobody', says: /no timing partner "nobody"/ },
      { args: 'status --partner 7', says: /no timing partner "7"/ },
      { args: 'status --event 999', says: /no upcoming event 999/ },
      {
        args: 'tick --now tomorrow',
        says: /--now tomorrow: expected an instant with its zone\n.*2026-09-13T10:30:00Z/,
      },
      { args: 'tick --now 2026-09-13T10:30:00', says: /expected an instant with its zone/ },
      { args: 'tick --now 2026-13-41T10:30:00Z', says: /expected an instant with its zone/ },
      { args: 'tick --max-seconds soon', says: /--max-seconds soon: expected whole seconds from 1/ },
      { args: 'tick --max-seconds=-5', says: /--max-seconds -5/ },
      { args: 'tick 1', says: /too many arguments/ },
      { args: 'tick --now 2026-02-30T10:00:00Z', says: /there is no such day\n.*2026-02 has no day 30/ },
      { args: 'tick --dry', says: /unknown option '--dry'.*[\s\S]*\n\(p88sync tick --help / },
      { args: 'tock', says: /unknown command 'tock'[\s\S]*\n\(p88sync --help lists the commands\)/ },
      { args: 'partners ad', says: /unknown command 'ad'[\s\S]*\n\(p88sync partners --help lists its commands\)/ },
      { args: 'credentials test 1 2', says: /too many arguments.*\n\(p88sync credentials test --help / },
      { args: 'partners add ~', says: /needs a name/ },
      { args: 'partners add Peak~Timing', says: /timing partner 1 is already there/ },
      { args: 'partners add New --id 0', says: /--id 0: expected a whole number from 1/ },
      { args: 'partners add New --id one', says: /--id one: expected a whole number/ },
      { args: 'partners add New --id 1', says: /timing partner 1 is already there: Peak Timing/ },
      { args: 'partners remove 1', says: /still has credentials, events or history/ },
      { args: 'credentials add 1 --principal K', says: /names no provider/, input: secret },
      { args: 'credentials add 1:runsignup', says: /required option '--principal/, input: secret },
      { args: 'credentials add 1:runsignup --principal ~', says: /--principal is blank/, input: secret },
      { args: 'credentials add 1:runsignup --principal K', says: /no secret was given/, input: ' \n' },
      { args: `credentials add 1:runsignup --principal K --secret ${secret}`, says: /unknown option '--secret'/ },
      { args: `credentials add 1:runsignup --principal K ${secret}`, says: /too many arguments/ },
      {
        args: `credentials add 1:runsignup --principal K --secret-file ${secretFile}`,
        says: /secret is not valid JSON\n.*\{"secret":"…","additional_config":\{…\}\}/,
      },
      {
        args: 'credentials add 1:runsignup --principal K --secret-file /nowhere',
        says: /cannot read \/nowhere: there is no such file or folder \(ENOENT\)/,
      },
      {
        args: 'credentials add 1:runsignup --principal K --secret-file /tmp',
        says: /cannot read \/tmp: it is a folder \(EISDIR\)/,
      },
      { args: `credentials add 1:runsignup --principal K`, says: /unknown keys: pass/, input: `{"pass":"${secret}"}` },
      {
        args: 'credentials add 1:runsignup --principal K --config x',
        says: /--config is not valid JSON/,
        input: secret,
      },
      {
        args: 'credentials add 1:runsignup --principal K --config []',
        says: /--config is not a JSON object/,
        input: secret,
      },
      {
        args: 'credentials add 1:runsignup --principal K --config {"key_style":"v3"}',
        says: /key_style/,
        input: secret,
      },
      { args: 'credentials add 1:raceroster --principal K', says: /lacks username.*password/, input: secret },
      {
        args: `credentials add 1:raceroster --principal K --config {"username":"${secret}","password":"${secret}"}`,
        says: /--config holds what is secret.*: username, password\n.*"additional_config":\{"username".*--secret-file/,
        input: secret,
      },
      {
        args: `credentials add 1:haku --principal K --config {"client_secret":"${secret}"}`,
        says: /--config holds what is secret.*: client_secret\n/,
        input: secret,
      },
      { args: 'credentials test 99', says: /no credential 99/ },
      { args: 'credentials remove x', says: /no credential x/ },
      { args: 'prune --keep-days 1', says: /--keep-days 1: expected whole days from 2/ },
      { args: 'sandbox --port x', says: /--port x: expected a port/ },
      { args: 'sandbox --port 65536', says: /--port 65536: expected a port/ },
    ].map((one): [string, Case] => [one.args, one]),
  )('%s', (_, one) => expectRefusal(one));
});

describe('environment', () => {
  test.each<[string, Case]>(
    [
      { args: 'tick', env: { P88SYNC_PACE_MS: 'fast' }, says: /P88SYNC_PACE_MS: expected a whole number.*"fast"/ },
      { args: 'tick', env: { P88SYNC_HIGH_FROM_HOURS: '40' }, says: /P88SYNC_MEDIUM_FROM_HOURS: expected more than/ },
      { args: 'tick', env: { P88SYNC_LOG_LEVEL: 'loud' }, says: /P88SYNC_LOG_LEVEL: expected one of debug/ },
      {
        args: 'tick',
        env: { P88SYNC_RUNSIGNUP_URL: 'http://runsignup.com/rest' },
        says: /P88SYNC_RUNSIGNUP_URL:.*http/,
      },
      {
        args: 'tick',
        env: { P88SYNC_RUNSIGNUP_URL: `https://me:${secret}@runsignup.com` },
        says: /P88SYNC_RUNSIGNUP_URL/,
      },
      { args: 'tick', env: { P88SYNC_RUNSIGNUP_URL: 'runsignup' }, says: /P88SYNC_RUNSIGNUP_URL: is not an address/ },
      { args: 'tick', env: { P88SYNC_ENCRYPTION_KEY: secret }, says: /P88SYNC_ENCRYPTION_KEY: expected 32 bytes/ },
      {
        args: 'credentials add 1:runsignup --principal K',
        env: { P88SYNC_ENCRYPTION_KEY: undefined },
        says: /P88SYNC_ENCRYPTION_KEY/,
        input: secret,
      },
      {
        args: 'tick',
        env: { DATABASE_URL: `mysql://me:${secret}@db/p88` },
        says: /DATABASE_URL: expected postgresql:/,
      },
      {
        args: 'tick',
        env: { P88SYNC_ALERT_EMAIL_TO: 'ann@example.org' },
        says: /P88SYNC_ALERT_EMAIL_FROM: missing.*is set; P88SYNC_SMTP_URL: missing/,
      },
      { args: 'tick', env: { DATABASE_URL: undefined, DB_HOST: 'db' }, says: /DB_NAME, DB_USER: missing/ },
      {
        args: 'tick',
        env: { DATABASE_URL: undefined, P88SYNC_DATA_DIR: 'data' },
        says: /P88SYNC_DATA_DIR: expected an absolute path/,
      },
      {
        args: 'tick',
        env: { DATABASE_URL: undefined, P88SYNC_DATA_DIR: secretFile },
        says: /P88SYNC_DATA_DIR: .* cannot be the folder of the embedded database: it is a file \(EEXIST\)\n.*Set P88SYNC_DATA_DIR/,
      },
      {
        args: 'tick',
        env: { DATABASE_URL: undefined, P88SYNC_DATA_DIR: '/sys/p88sync' },
        says: /P88SYNC_DATA_DIR: \/sys\/p88sync cannot be the folder of the embedded database: .*\(E[A-Z]+\)/,
      },
    ].map((one): [string, Case] => [JSON.stringify(one.env), one]),
  )('%s', (_, one) => expectRefusal(one));
});

test.each([
  ['no encryption key', undefined],
  ['another encryption key', Buffer.alloc(32, 1).toString('base64')],
])('a tick with %s calls nobody, names the variable and needs a person', async (_, key) => {
  const args = ['tick', '--now', here.now().toISOString(), '--json'];
  here.newCalls();
  const { code, stdout, stderr, json } = await run(args, { env: { ...here.env, P88SYNC_ENCRYPTION_KEY: key } });
  expect(code).toBe(2);
  expect(json['units'][0]).toMatchObject({
    status: 'failed',
    failure: { kind: 'UsageError', exit: 'usage', hint: expect.stringContaining('P88SYNC_ENCRYPTION_KEY') },
  });
  expect(here.newCalls()).toEqual([]);
  expectNoSecret(stdout + stderr);
});

describe('database', () => {
  test.each<Case & { change: Partial<URL> }>([
    {
      args: 'tick',
      change: { port: '1' },
      says: /127.0.0.1:1\/.* refuses connections\n.*Is PostgreSQL running/,
    },
    {
      args: 'status',
      change: { password: secret },
      says: /refuses the password\n.*Check user and password/,
    },
    { args: 'tick', change: { username: 'nobody' }, says: /refuses the (password|user)/ },
    { args: 'tick', change: { pathname: '/no_such' }, says: /has no such database\n.*Create it/ },
  ])('$says', async ({ change, ...one }) => {
    const url = Object.assign(new URL(here.databaseUrl), change);
    await expectRefusal({ ...one, code: 3, env: { DATABASE_URL: url.href } });
  });

  test('without a schema, with an older and with a newer one', async () => {
    const empty = await freshDatabase();
    const other = await migratedDatabase();
    const client = new pg.Client({ connectionString: other.url });
    await client.connect();
    try {
      await expectRefusal({
        args: 'tick',
        code: 3,
        env: { DATABASE_URL: empty.url },
        says: /no p88sync schema yet\n.*p88sync migrate/,
      });
      const on = { code: 3, env: { DATABASE_URL: other.url } };
      await client.query("insert into p88sync_migrations (name) values ('9999-future')");
      const newer = /is newer than this program: 9999-future\n.*Install the newer p88sync/;
      await expectRefusal({ ...on, args: 'status', says: newer });
      await expectRefusal({ ...on, args: 'migrate', says: newer });
      await client.query("delete from p88sync_migrations where name in ('9999-future', 'raceroster-0001-tables')");
      await expectRefusal({
        ...on,
        args: 'tick',
        says: /is older than this program: it lacks raceroster-0001-tables\n.*p88sync migrate/,
      });
    } finally {
      await client.end();
      await Promise.all([empty.drop(), other.drop()]);
    }
  });
});

test.each([
  ['sync-event 1:runsinup:1', 2, 'UsageError'],
  ['tick --now tomorrow', 2, 'UsageError'],
])('--json: %s is told as one object too', async (args, code, kind) => {
  const ended = await run([...args.split(' '), '--json'], { env: here.env });
  expect(ended.code).toBe(code);
  expect(ended.json).toEqual({
    error: { kind, message: expect.any(String), hint: expect.any(String), exit: { name: 'usage', code } },
  });
});
