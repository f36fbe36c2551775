/** Secrets, tokens and people's data: in no output, no log, no bookkeeping table, no argument, --debug or not. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { encryptionKey, hour, type Installation, install, minute, saturday } from './installation.ts';
import { run, start } from './program.ts';

const secrets = {
  v2: 'canary-v2-secret',
  classic: 'canary-classic-secret',
  client: 'canary-client-secret',
  password: 'canary-password',
  registration: 'sandbox-registration',
};
const principals = ['canary-v2-key', 'canary-classic-key', 'canary-client-id'];
/** Begin the access and refresh tokens that the stand-in of Race Roster hands out. */
const tokens = [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), 'refresh-1-'];
const person = { firstName: 'Canaria', lastName: 'Serinus' };

let here: Installation;
beforeAll(async () => {
  here = await install((world) => {
    const startAt = new Date(saturday.getTime() + 2 * hour);
    const races = (['runsignup', 'runsignup', 'raceroster'] as const).map((provider) => {
      const race = addRace(world, { provider });
      addRegistrations(world, addEvent(world, race, { startAt }), 5, () => ({ person }));
      return race;
    });
    const [first, second, third] = races.map((race) => ({ company: 'Peak Timing', races: [race] }));
    addAccount(world, { ...first, principal: 'canary-v2-key', secret: secrets.v2 });
    const classic = { secret: secrets.classic, additionalConfig: { key_style: 'classic' } };
    addAccount(world, { ...second, ...classic, principal: 'canary-classic-key' });
    const login = { username: 'canary-user@example.com', password: secrets.password };
    const client = { principal: 'canary-client-id', secret: secrets.client, additionalConfig: login };
    addAccount(world, { ...third, provider: 'raceroster', ...client });
  });
  Object.assign(here.env, {
    P88SYNC_RUNSIGNUP_REG_ID: 'p88sync-sandbox',
    P88SYNC_RUNSIGNUP_REG_SECRET: secrets.registration,
  });
});
afterAll(() => here.close());

function hidden(): string[] {
  return [...Object.values(secrets), ...tokens, encryptionKey, new URL(here.databaseUrl).password];
}

const said: string[] = [];
async function say(...args: string[]): Promise<void> {
  const { stdout, stderr } = await here.run(...args);
  said.push(stdout, stderr);
}

function expectNothingSaid(): void {
  const all = said.join('\n');
  for (const text of [...hidden(), person.firstName, person.lastName, 'example.org']) expect(all).not.toContain(text);
}

test('in what commands say when all is well', async () => {
  await say('discover', '--debug');
  await say('tick', '--debug');
  await say('credentials', 'list');
  await say('credentials', 'test', '--debug');
  await say('status', '--debug');
  expectNothingSaid();
  // The log does hold what it should: every call with its path, every statement.
  const all = said.join('\n');
  for (const path of ['/participants?event_id=', '/removed-participants?event_id=', '/oauth/authorize']) {
    expect(all).toContain(path);
  }
  expect(all).toContain('insert into sync_history');
});

test('in what they say when providers fail, refuse and send what cannot be stored', async () => {
  for (const kind of ['html', 'reset', 'nul-name', 'missing-id'] as const) {
    here.pass(minute);
    here.sandbox.fail({ kind, pathIncludes: 'participants', times: 3 });
    await say('full-sync', '--debug', '--json');
  }
  const { stderr } = await run(['credentials', 'add', '1:runsignup', '--principal', 'new', '--debug'], {
    env: here.env,
    input: `{"secret": "${secrets.v2}"`,
  });
  said.push(stderr);
  expectNothingSaid();
});

test('in what the database keeps beside the data', async () => {
  const tables = ['api_calls', 'sync_history', 'partner_provider_credentials', 'access_tokens', 'sync_events'];
  for (const table of tables) {
    const rows = await here.query<{ text: string }>(`select t::text as text from ${table} t`);
    expect(rows.length, table).toBeGreaterThan(0);
    const text = rows.map((row) => row.text).join('\n');
    for (const secret of hidden()) expect(text, table).not.toContain(secret);
    if (table === 'api_calls') for (const principal of principals) expect(text).not.toContain(principal);
  }
});

test('in what they say of credentials that are refused', async () => {
  for (const account of here.world.accounts) account.enabled = false;
  here.pass(hour);
  await say('tick', '--debug');
  await say('tick', '--json');
  await say('credentials', 'test', '--debug', '--json');
  await say('status');
  expectNothingSaid();
  expect(said.join('\n')).toContain('CredentialRefused');
});

test('in the list of processes', async () => {
  here.sandbox.fail({ kind: 'delay', times: 9, delayMs: 500 });
  const input = JSON.stringify({ secret: secrets.v2 });
  const adding = start(['credentials', 'add', '1:runsignup', '--principal', 'canary-v2-key'], { env: here.env, input });
  const seen = readFileSync(`/proc/${adding.pid}/cmdline`, 'utf8');
  expect((await adding.ended).code).toBe(0);
  const tick = here.start('tick');
  const also = readFileSync(`/proc/${tick.pid}/cmdline`, 'utf8');
  await tick.ended;
  expect(seen + also).toContain('credentials\0add');
  for (const secret of hidden()) expect(seen + also).not.toContain(secret);
});
