/** Secrets, tokens and people's data: in no output, no log, no bookkeeping table, no argument, --debug or not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { expectNoCanary, watchArguments } from '../faults/lab/canary.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { run } from './program.ts';

const secrets = {
  v2: 'canary-v2-secret',
  classic: 'canary-classic-secret',
  client: 'canary-client-secret',
  password: 'canary-password',
  registration: 'sandbox-registration',
};
const principals = ['canary-v2-key', 'canary-classic-key', 'canary-client-id'];
/** Begin the access and refresh tokens that the stand-in of Race Roster hands out: those of earlier logins too. */
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

const said: string[] = [];
async function say(...args: string[]): Promise<void> {
  const { stdout, stderr } = await here.run(...args);
  said.push(stdout, stderr);
}

async function expectNothingSaid(): Promise<void> {
  await expectNoCanary(here, said);
  for (const text of [...tokens, person.firstName, 'example.org']) expect(said.join('\n')).not.toContain(text);
}

test('in what commands say when all is well', async () => {
  await say('discover', '--debug');
  await say('tick', '--debug');
  await say('credentials', 'list');
  await say('credentials', 'test', '--debug');
  await say('status', '--debug');
  await expectNothingSaid();
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
  await expectNothingSaid();
});

test('in what the database keeps beside the data', async () => {
  for (const table of ['api_calls', 'sync_history', 'partner_provider_credentials', 'access_tokens', 'sync_events']) {
    expect((await here.query(`select 1 from ${table} limit 1`)).length, table).toBe(1);
  }
  const calls = JSON.stringify(await here.query('select * from api_calls'));
  for (const principal of principals) expect(calls).not.toContain(principal);
});

test('in what they say of credentials that are refused', async () => {
  for (const account of here.world.accounts) account.enabled = false;
  here.pass(hour);
  await say('tick', '--debug');
  await say('tick', '--json');
  await say('credentials', 'test', '--debug', '--json');
  await say('status');
  await expectNothingSaid();
  expect(said.join('\n')).toContain('CredentialRefused');
});

test('in the list of processes', async () => {
  const watch = watchArguments();
  const input = JSON.stringify({ secret: secrets.v2 });
  const env = { ...here.env, P88SYNC_LOG_LEVEL: 'error' };
  const added = await run(['credentials', 'add', '1:runsignup', '--principal', 'canary-v2-key'], { env, input });
  expect(added.code).toBe(0);
  await here.run('tick');
  const seen = watch.stop();
  expect(seen.join('\n')).toMatch(/ credentials add .* tick /s);
  await expectNoCanary(here, [], seen);
});
