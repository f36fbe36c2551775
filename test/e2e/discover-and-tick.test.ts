/** Discovery and ticks against the sandbox: what changed at the provider, and exactly that, arrives with the next tick. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import {
  clear,
  deferral,
  moveStart,
  personToPersonTransfer,
  refund,
  register,
  renameEvent,
  setBib,
  transfer,
  vanish,
} from '../../src/sandbox/changes.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { expectSame, rowVersions, storedRows, wantedRows } from './compare.ts';
import { day, hour, type Installation, install, minute, saturday } from './installation.ts';

const at = (ms: number) => new Date(saturday.getTime() + ms);

interface Events {
  half: RaceEvent;
  tenK: RaceEvent;
  fiveK: RaceEvent;
  shared: RaceEvent;
  harbour: RaceEvent;
  tomorrow: RaceEvent;
}
let events: Events;
let here: Installation;

/** All that ticks by the minute starts within two hours; two partners, one race of both, both providers, odd neighbours. */
function fill(world: World): void {
  const pine = addRace(world, { name: 'Pine Ridge', timeZone: 'America/Denver' });
  const half = addEvent(world, pine, { name: 'Half', startAt: at(1 * hour) });
  const tenK = addEvent(world, pine, { name: '10K', startAt: at(1.5 * hour) });
  const fiveK = addEvent(world, pine, { name: '5K', startAt: at(2 * hour) });
  addEvent(world, pine, { name: 'Helpers', startAt: at(hour), volunteer: true });
  addEvent(world, pine, { name: 'Half', startAt: at(-364 * day), edition: 1 });
  const bridge = addRace(world, { name: "Harbor Bridge Run 'n' Walk", timeZone: 'America/New_York' });
  const shared = addEvent(world, bridge, { name: '10 Miler', startAt: at(2 * hour) });
  const overRace = addRace(world, { name: 'Over', timeZone: 'America/Chicago' });
  const over = addEvent(world, overRace, { startAt: at(-3 * hour) });
  const foreignRace = addRace(world, { name: 'Of nobody here' });
  const foreign = addEvent(world, foreignRace, { startAt: at(2 * hour) });
  const solstice = addRace(world, { name: 'Solstice ☀', timeZone: 'America/Anchorage' });
  const tomorrow = addEvent(world, solstice, { name: 'Marathon', startAt: at(20 * hour) });
  const halifax = addRace(world, { provider: 'raceroster', name: 'Halifax Harbour', timeZone: 'America/Halifax' });
  const harbour = addEvent(world, halifax, { startAt: at(1 * hour) });
  for (const [event, count] of [
    [half, 60],
    [tenK, 30],
    [fiveK, 20],
    [shared, 25],
    [over, 5],
    [foreign, 5],
    [tomorrow, 8],
    [harbour, 70],
  ] as const) {
    addRegistrations(world, event, count);
  }
  addAccount(world, { company: 'Peak Timing', races: [pine, bridge, overRace] });
  addAccount(world, { company: 'Coast Timing', races: [bridge, solstice], additionalConfig: { key_style: 'classic' } });
  addAccount(world, { company: 'Coast Timing', provider: 'raceroster', races: [halifax] });
  events = { half, tenK, fiveK, shared, harbour, tomorrow };
}

const idAt = (event: RaceEvent, position: number) => event.registrations[position]?.id ?? 0;
const totals = { fetched: 0, inserted: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 };

beforeAll(async () => {
  here = await install(fill);
});
afterAll(() => here.close());

test('discover finds the upcoming events of every partner and no other; nobody is there yet', async () => {
  const { code, json } = await here.run('discover', '--json');
  expect(code).toBe(0);
  expect(json['credentials'].map((one: { newEvents: number }) => one.newEvents).sort()).toEqual([1, 2, 4]);
  const wanted = wantedRows(here.world);
  expect(wanted.events).toHaveLength(7);
  expect(await storedRows(here)).toEqual({ ...wanted, people: [] });
});

test('the first tick brings everybody in, of both partners where they share a race', async () => {
  const { code, json } = await here.run('tick', '--json');
  expect(code).toBe(0);
  expect(json['totals']['counts']).toEqual({ ...totals, fetched: 238, inserted: 238 });
  await expectSame(here);
});

test('a second discovery and a tick with nothing changed write no row', async () => {
  const before = await rowVersions(here);
  here.pass(minute);
  expect((await here.run('discover')).code).toBe(0);
  const { json } = await here.run('tick', '--json');
  expect(json['totals']).toMatchObject({ completed: 4, failed: 0 });
  expect(json['totals']['counts']).toMatchObject({ inserted: 0, updated: 0, removed: 0, failed: 0 });
  expect(await rowVersions(here)).toEqual(before);
});

test('an unchanged race of three events costs two calls, here and in the log of calls', async () => {
  here.pass(5 * minute);
  here.newCalls();
  const { json } = await here.run('tick', '--json');
  const [pine] = json['units'].filter((unit: { events: unknown[] }) => unit.events.length === 3);
  expect(pine).toMatchObject({ apiCalls: 2, kind: 'incremental', counts: totals });
  const { race, id } = events.half;
  const made = here.newCalls().filter((call) => call.includes(`/race/${race.id}/`));
  const ids = `event_id=${id},${events.tenK.id},${events.fiveK.id}`;
  expect(made).toEqual([
    expect.stringMatching(`^GET /race/${race.id}/participants\\?${ids}&.*modified_after_timestamp=`),
    expect.stringMatching(`^GET /race/${race.id}/removed-participants\\?${ids}&.*modified_after_timestamp=`),
  ]);
  const logged = await here.query('select path, status from api_calls where path like $1 and called_at >= $2', [
    `%/race/${race.id}/%`,
    here.now(),
  ]);
  expect(logged).toHaveLength(2);
});

test('what happened at the provider arrives with the next tick, and nothing else is written', async () => {
  const { world } = here;
  const { half, tenK, fiveK, shared, harbour } = events;
  here.pass(10 * minute);
  await here.run('tick');
  const before = await rowVersions(here);
  here.pass(5 * minute);
  register(world, half, { bib: '9001' });
  register(world, half);
  setBib(world, idAt(half, 0), '777');
  setBib(world, idAt(half, 4), null);
  refund(world, idAt(half, 6));
  clear(world, idAt(half, 8));
  deferral(world, idAt(half, 10));
  transfer(world, idAt(half, 12), fiveK);
  personToPersonTransfer(world, idAt(tenK, 1), 'same-id', { firstName: 'Swapped', dob: null });
  personToPersonTransfer(world, idAt(tenK, 2), 'new-id');
  setBib(world, idAt(shared, 0), '4242');
  refund(world, idAt(harbour, 0));
  register(world, harbour);
  setBib(world, idAt(harbour, 3), 'A-17');
  here.pass(minute);

  const { code, json } = await here.run('tick', '--json');
  expect(code).toBe(0);
  const changes = Object.fromEntries(
    json['units'].map((unit: { partnerId: number; raceId: string; provider: string; counts: object }) => [
      `${unit.partnerId} ${unit.provider} ${unit.raceId}`,
      unit.counts,
    ]),
  );
  expect(changes).toEqual({
    // Registered: two, the transfer's new place and the newcomer with a new id; left: five.
    [`1 runsignup ${half.race.id}`]: { ...totals, fetched: 12, inserted: 4, updated: 8, removed: 5 },
    [`1 runsignup ${shared.race.id}`]: { ...totals, fetched: 1, updated: 1 },
    [`2 runsignup ${shared.race.id}`]: { ...totals, fetched: 1, updated: 1 },
    '2 raceroster null': { ...totals, fetched: 3, inserted: 1, updated: 2, removed: 1 },
  });
  await expectSame(here);
  const after = new Set((await rowVersions(here)).map((row) => JSON.stringify(row)));
  expect(before.filter((row) => !after.has(JSON.stringify(row)))).toHaveLength(12);
});

test('renamed, moved and new events come with the next discovery, and their people with the tick behind it', async () => {
  const { world } = here;
  here.pass(minute);
  renameEvent(world, events.tenK, '10K (new course)');
  moveStart(world, events.fiveK, at(3 * hour));
  moveStart(world, events.tomorrow, at(2 * hour));
  const added = addEvent(world, events.half.race, { name: '1 Mile', startAt: at(2.5 * hour) });
  addRegistrations(world, added, 7);

  const { json } = await here.run('discover', '--json');
  expect(json['credentials']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ partnerId: 1, newEvents: 1, changedEvents: 2, failed: 0 }),
      expect.objectContaining({ partnerId: 2, provider: 'runsignup', newEvents: 0, changedEvents: 1 }),
    ]),
  );
  const tick = await here.run('tick', '--json');
  expect(tick.code).toBe(0);
  expect(tick.json['units']).toContainEqual(
    expect.objectContaining({ kind: 'full', counts: { ...totals, fetched: 7, inserted: 7 } }),
  );
  // The marathon was due tomorrow; now it is a matter of minutes.
  expect(tick.json['units']).toContainEqual(
    expect.objectContaining({ raceId: events.tomorrow.race.id, priority: 'high' }),
  );
  await expectSame(here);
});

test('Race Roster: who is no longer listed at all is marked by a full listing only', async () => {
  const { world } = here;
  const gone = vanish(world, idAt(events.harbour, 5));
  here.pass(minute);
  await here.run('tick');
  expect(await here.query('select 1 from raceroster_participants where removed_reason = $1', ['absent'])).toEqual([]);
  here.pass(minute);
  const { code, json } = await here.run(
    'sync-event',
    `Coast Timing:raceroster:${events.harbour.id}`,
    '--full',
    '--json',
  );
  expect(code).toBe(0);
  expect(json['totals']['counts']).toMatchObject({ removed: 1, inserted: 0 });
  await expectSame(here);
  expect(gone.vanishedAt).not.toBeNull();
});

test('a tick whose time is over before anything is stored is not done', async () => {
  register(here.world, events.half);
  here.pass(minute);
  here.sandbox.fail({ kind: 'delay', delayMs: 60_000, times: 1_000 });
  const late = await here.run('tick', '--max-seconds', '2', '--json');
  expect([late.code, late.json['totals']]).toMatchObject([1, { completed: 0, failed: 0 }]);
  await here.control('clear-faults');
  here.pass(minute);
  expect((await here.tick()).code).toBe(0);
  await expectSame(here);
});
