/** Providers in trouble: nobody is lost, nobody is removed, the exit code tells, and the next ticks make it good. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { changePerson, register, vanish } from '../../src/sandbox/changes.ts';
import type { FaultOptions } from '../../src/sandbox/faults.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { expectSame, storedRows } from './compare.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';

let here: Installation;
let pine: RaceEvent;
let harbour: RaceEvent;
beforeAll(async () => {
  here = await install(fill);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
});
afterAll(() => here.close());
// Each test leaves the installation as it ought to be.
afterEach(() => expectSame(here));

function fill(world: World): void {
  const startAt = new Date(saturday.getTime() + 2 * hour);
  pine = addEvent(world, addRace(world, { name: 'Pine Ridge' }), { name: 'Half', startAt });
  harbour = addEvent(world, addRace(world, { provider: 'raceroster', name: 'Harbour' }), { startAt });
  for (const event of [pine, harbour]) addRegistrations(world, event, 40);
  addAccount(world, { company: 'Peak Timing', races: [pine.race] });
  addAccount(world, { company: 'Peak Timing', provider: 'raceroster', races: [harbour.race] });
}

const unitOf = (json: { [field: string]: unknown }, provider: string) =>
  (json['units'] as { provider: string }[]).find((unit) => unit.provider === provider);

describe.each(['runsignup', 'raceroster'] as const)('%s', (provider) => {
  const other = provider === 'runsignup' ? 'raceroster' : 'runsignup';
  const event = () => (provider === 'runsignup' ? pine : harbour);
  const syncWhole = () => here.run('sync-event', `1:${provider}:${event().id}`, '--full', '--json');
  const goWrong = (fault: FaultOptions) => here.sandbox.fail({ provider, pathIncludes: 'participants', ...fault });
  const refusedObject = provider === 'runsignup' ? 'ProviderUnavailable' : 'UnknownAnswer';

  test.each<[string, FaultOptions, string]>([
    ['an HTML page', { kind: 'html' }, 'UnknownAnswer'],
    ['JSON of an unknown form', { kind: 'unknown-envelope' }, 'UnknownAnswer'],
    ['JSON that is cut off', { kind: 'truncated' }, 'UnknownAnswer'],
    ['an error object behind status 200', { kind: 'error-object', code: 4 }, refusedObject],
    ['a torn connection', { kind: 'reset' }, 'ProviderUnavailable'],
    ['status 500', { kind: 'status', status: 500 }, 'ProviderUnavailable'],
  ])('%s fails the unit, removes nobody, and the retry makes it good', async (_, fault, kind) => {
    here.pass(minute);
    const before = await storedRows(here);
    register(here.world, pine);
    register(here.world, harbour);
    goWrong(fault);
    const { code, json, stderr } = await syncWhole();
    expect(code).toBe(1);
    expect(unitOf(json, provider)).toMatchObject({ status: 'failed', failure: { kind, exit: 'someFailed' } });
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await storedRows(here)).toEqual(before);
    // It is retried within its own interval, a minute; the other provider never noticed.
    here.pass(minute);
    const next = await here.tick();
    expect(next.code).toBe(0);
    expect(unitOf(next.json, provider)).toMatchObject({ status: 'completed' });
    expect(unitOf(next.json, other)).toMatchObject({ status: 'completed', counts: { inserted: 1 } });
  });

  test('429 with Retry-After: no call before, the plan says so, and then everything', async () => {
    here.pass(minute);
    register(here.world, event());
    goWrong({ kind: 'status', status: 429, retryAfter: 150 });
    const first = await here.tick();
    expect(first.code).toBe(1);
    expect(unitOf(first.json, provider)).toMatchObject({ failure: { kind: 'ProviderThrottled' }, apiCalls: 1 });
    for (let beat = 1; beat <= 2; beat += 1) {
      here.pass(minute);
      here.newCalls();
      const { code, json } = await here.tick();
      expect(code).toBe(0);
      expect(here.newCalls().filter((call) => call.includes(`/${event().race.id}/`))).toEqual([]);
      const why = expect.stringMatching(/^(not-before|retry-later)$/);
      expect(json['leftOut']).toEqual([expect.objectContaining({ eventId: event().id, why })]);
    }
    here.pass(minute);
    expect((await here.tick()).code).toBe(0);
  });

  test('a row without its id: the others are stored, it is kept where status shows it, and comes in later', async () => {
    here.pass(minute);
    register(here.world, event());
    const people = event().registrations.length;
    goWrong({ kind: 'missing-id' });
    const { code, json } = await syncWhole();
    expect(code).toBe(1);
    expect(unitOf(json, provider)).toMatchObject({
      status: 'completed',
      counts: { fetched: people, inserted: 1, unchanged: people - 2, removed: 0, failed: 1 },
    });
    const rejected = await here.query('select event_id, error, source_text from rejected_rows');
    expect(rejected).toEqual([
      {
        event_id: event().id,
        error: expect.stringMatching(/registration_id|participantId/),
        source_text: expect.stringContaining('example.org'),
      },
    ]);
    const { stdout } = await here.run('status');
    expect(stdout).toContain('1 row that could not be stored (table rejected_rows says why)');
    expect((await here.run('status', '--json')).json).toMatchObject({ rejectedRows: 1 });
    here.pass(minute);
    expect((await syncWhole()).code).toBe(0);
    expect(await here.query('select error from rejected_rows')).toEqual([]);
  });

  test('U+0000 in a name: that row is set aside with its error, the others are stored', async () => {
    here.pass(minute);
    const [first] = event().registrations;
    changePerson(here.world, first?.id ?? 0, { lastName: 'Changed' });
    register(here.world, event());
    goWrong({ kind: 'nul-name' });
    const { code, json } = await syncWhole();
    expect(code).toBe(1);
    expect(unitOf(json, provider)).toMatchObject({
      status: 'completed',
      counts: { inserted: 1, updated: 0, failed: 1 },
    });
    expect(await here.query('select row_key, error from rejected_rows')).toEqual([
      { row_key: `id:${first?.id}`, error: expect.stringContaining('PostgreSQL refuses it') },
    ]);
    here.pass(minute);
    expect((await syncWhole()).code).toBe(0);
    expect(await here.query('select error from rejected_rows')).toEqual([]);
  });

  test('a refused credential: exit 5, the other one works, one probe at a time, and it comes back by itself', async () => {
    here.pass(minute);
    const account = here.world.accounts.find((one) => one.provider === provider)?.name;
    await here.control('set-account', { account, enabled: false });
    const first = await here.tick();
    expect(first.code).toBe(5);
    expect(unitOf(first.json, provider)).toMatchObject({
      failure: { kind: 'CredentialRefused', exit: 'credentialRefused' },
    });
    expect(unitOf(first.json, other)).toMatchObject({ status: 'completed' });
    const probes: number[] = [];
    here.newCalls();
    for (let beat = 1; beat <= 8; beat += 1) {
      here.pass(minute);
      expect((await here.tick()).code).toBe(5);
      // RunSignUp has /race/… and /v2/…; the other one /v1/events/… and /oauth/….
      const own = here.newCalls().filter((call) => /v1|oauth/.test(call) === (provider === 'raceroster'));
      if (own.length > 0) probes.push(beat);
    }
    // At the first tick after 2 and then 4 minutes.
    expect(probes).toEqual([3, 8]);
    expect((await here.run('status')).stdout).toContain('1 credential is refused');
    await here.control('set-account', { account, enabled: true });
    here.pass(9 * minute);
    expect((await here.tick()).code).toBe(0);
    const { json } = await here.run('status', '--json');
    expect(json['verdict']).toMatchObject({ level: 'good', refusedCredentials: 0 });
  });
});

test('Race Roster: most people missing from a listing stop the sync with exit 6 until a person says so', async () => {
  here.pass(minute);
  const all = harbour.registrations.length + 1;
  for (const { id } of harbour.registrations.slice(0, 12)) vanish(here.world, id);
  register(here.world, harbour);
  const spec = `1:raceroster:${harbour.id}`;
  const { code, json } = await here.run('sync-event', spec, '--full', '--json');
  expect(code).toBe(6);
  expect(unitOf(json, 'raceroster')).toMatchObject({
    failure: {
      kind: 'SafetyStop',
      message: expect.stringContaining(`12 of ${all} people are missing`),
      hint: expect.stringContaining(`sync-event ${spec} --full --allow-mass-removal`),
    },
  });
  const stored = (await storedRows(here)).people.filter((row) => row['provider'] === 'raceroster');
  // Who came is stored all the same, and nobody is marked.
  expect(stored).toHaveLength(all);
  expect(stored.filter((row) => row['removed'])).toEqual([]);
  const { events } = (await here.run('status', '--json')).json as { events: { eventId: string; condition: string }[] };
  expect(events.find((one) => one.eventId === harbour.id)).toMatchObject({ condition: 'failed' });
  here.pass(minute);
  expect((await here.run('sync-event', spec, '--full', '--allow-mass-removal')).code).toBe(0);
});

test('one event of a race that is gone fails alone', async () => {
  here.pass(minute);
  const fiveK = addEvent(here.world, pine.race, { name: '5K', startAt: new Date(pine.startAt) });
  addRegistrations(here.world, fiveK, 5);
  await here.discover();
  await here.tick();
  register(here.world, pine);
  pine.race.events.splice(pine.race.events.indexOf(fiveK), 1);
  here.pass(minute);
  const { code, json } = await here.tick();
  expect(code).toBe(1);
  const units = (json['units'] as { provider: string; events: { eventId: string }[]; status: string }[])
    .filter((unit) => unit.provider === 'runsignup')
    .map((unit) => [unit.events.map((one) => one.eventId).join(), unit.status]);
  expect(units).toEqual([
    [pine.id, 'completed'],
    [fiveK.id, 'failed'],
  ]);
  pine.race.events.push(fiveK);
});

test('a credential that a person removed is nobody to wait for: its events are left out, and the tick is done', async () => {
  here.pass(minute);
  expect((await here.run('credentials', 'remove', '2')).code).toBe(0);
  const { code, json } = await here.tick();
  expect(code).toBe(0);
  expect(unitOf(json, 'runsignup')).toMatchObject({ status: 'completed' });
  expect(json['leftOut']).toEqual([expect.objectContaining({ eventId: harbour.id, why: 'refused' })]);
});
