/** The search for canaries finds them wherever they are planted. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../../src/sandbox/build-world.ts';
import { hour, type Installation, install, saturday } from '../../e2e/installation.ts';
import { start } from '../../e2e/program.ts';
import { expectNoCanary, secretsOf, sightings, watchArguments } from './canary.ts';

let here: Installation;
beforeAll(async () => {
  here = await install((world) => {
    const race = addRace(world, { provider: 'raceroster' });
    const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) });
    addRegistrations(world, event, 3, () => ({ person: { firstName: 'Canaria', lastName: 'Serinus' } }));
    const additionalConfig = { username: 'timer', password: 'p/ss "word"' };
    addAccount(world, {
      company: 'Peak',
      provider: 'raceroster',
      races: [race],
      secret: 'open sesame',
      additionalConfig,
    });
  });
  await here.discover();
  expect((await here.tick()).code).toBe(0);
});
afterAll(() => here.close());

test('a run that is well has none', async () => {
  const { stdout, stderr } = await here.run('status', '--debug');
  await expectNoCanary(here, [stdout, stderr], ['node bin/p88sync.js tick']);
});

test.each([
  ['open sesame', 'the secret of raceroster account 1'],
  ['key-1:open sesame', 'the login of raceroster account 1'],
  ['p/ss "word"', 'password of raceroster account 1'],
  ['test-only', 'DATABASE_URL'],
  [Buffer.alloc(32, 7).toString('base64'), 'P88SYNC_ENCRYPTION_KEY'],
])('%s is known, in several forms', async (text, what) => {
  const secrets = await secretsOf(here);
  const forms = [text, encodeURIComponent(text), JSON.stringify(text), Buffer.from(text).toString('base64')];
  const known = forms.filter((form) => sightings('output', `a ${form} b`, secrets).some((line) => line.includes(what)));
  // Of a login only the header of HTTP Basic is looked for.
  expect(known.length).toBeGreaterThanOrEqual(text.startsWith('key-1:') ? 1 : 4);
});

test('a token is known as well, and no report repeats what it found', async () => {
  const token = (await secretsOf(here)).find(({ what }) => what === 'the token of credential 1');
  expect(token?.text.length).toBeGreaterThan(20);
  const [line = ''] = sightings('output 1', `Authorization: Bearer ${token?.text} and more`, token ? [token] : []);
  expect(line).toBe('output 1: the token of credential 1 in: Authorization: Bearer […] and more');
});

test.each([
  ['output 2: somebody', ['all is well', 'hello Serinus'], []],
  ['arguments: the secret of raceroster account 1', [], ['node /p88sync.js --secret open sesame']],
])('%s', async (report, said, watched) => {
  await expect(expectNoCanary(here, said, watched)).rejects.toThrow(report);
});

test.each([
  [
    'table partner_provider_credentials: the secret of',
    "update partner_provider_credentials set secret = 'open sesame'",
  ],
  ['table access_tokens: the token of', "update access_tokens set token = 'open sesame'"],
  [
    'table raceroster_participants: password of',
    `update raceroster_participants set source_row = '{"a":"p/ss \\"word\\""}'`,
  ],
  ["table sync_history: somebody's name", "update sync_history set reason = 'Canaria Serinus'"],
  ["table api_calls: somebody's e-mail address", "update api_calls set path = '/x?email=runner1@example.org'"],
])('%s', async (report, plant) => {
  await here.query('begin');
  try {
    await here.query(plant);
    await expect(expectNoCanary(here, [])).rejects.toThrow(report);
  } finally {
    await here.query('rollback');
  }
});

test('processes are seen with their arguments', async () => {
  const watch = watchArguments(5);
  await start(['status', '--event', 'open-sesame'], { env: here.env }).ended;
  expect(watch.stop().some((line) => line.endsWith('status --event open-sesame '))).toBe(true);
});
