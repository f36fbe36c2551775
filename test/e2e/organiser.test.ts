/** An organiser's events in one series of calls: what is split into events, what is left alone, and what goes wrong in it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import {
  changePerson,
  deferral,
  personToPersonTransfer,
  refund,
  register,
  setBib,
  transfer,
  vanish,
} from '../../src/sandbox/changes.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { expectSame, rowVersions, storedRows, wantedRows } from './compare.ts';
import { day, hour, type Installation, install, minute, type Row, saturday } from './installation.ts';

let here: Installation;
/** In two hours, in ten, in five days; and one of another organiser. */
let soon: RaceEvent;
let tonight: RaceEvent;
let later: RaceEvent;
let other: RaceEvent;

beforeEach(async () => {
  here = await install(fill);
  here.env['P88SYNC_LETSDOTHIS_PAGE_SIZE'] = '10';
  await here.discover();
  here.newCalls();
});
afterEach(() => here.close());

function fill(world: World): void {
  const event = (name: string, ms: number) =>
    addEvent(world, addRace(world, { provider: 'letsdothis', name, timeZone: 'Europe/London' }), {
      startAt: new Date(saturday.getTime() + ms),
    });
  soon = event('City 10K', 2 * hour);
  tonight = event('Night Mile', 10 * hour);
  later = event('Lake Half', 5 * day);
  const past = event('Spring 5K', -3 * hour);
  other = event('Moor Marathon', 3 * hour);
  for (const one of [soon, tonight, later, past]) addRegistrations(world, one, 12);
  addRegistrations(world, other, 5);
  const races = [soon, tonight, later, past].map(({ race }) => race);
  addAccount(world, { company: 'Peak Timing', provider: 'letsdothis', principal: 'City Runs', secret: 'key-1', races });
  const moor = { provider: 'letsdothis', principal: 'Moor Runs', secret: 'key-2', races: [other.race] } as const;
  addAccount(world, { company: 'Coast Timing', ...moor });
}

const idAt = (event: RaceEvent, index: number) => event.registrations[index]?.id ?? 0;

/** The newest row of each event in the history, by the event's name. */
async function history(): Promise<Record<string, Row>> {
  const rows = await here.query(`select distinct on (e.event_id) e.name, h.operation_type as kind, h.status, h.unit_id,
      h.api_calls, h.fetched, h.inserted, h.updated, h.removed
    from sync_events e join sync_history h using (timing_partner_id, provider_id, event_id)
    order by e.event_id, h.sync_history_id desc`);
  return Object.fromEntries(rows.map(({ name, ...row }) => [String(name), row]));
}

/** The clock on, and a tick in which everything went well. */
async function tickAfter(ms: number) {
  here.pass(ms);
  const { code, json } = await here.tick();
  expect(code).toBe(0);
  return json;
}

test('the first sync is one series for all events, with a row of history for each', async () => {
  const json = await tickAfter(0);
  // 48 applications of four events (the past one comes along, and is left out), 10 to a page; then their participants.
  const calls = here.newCalls();
  expect(calls.filter((call) => call.startsWith('GET /applications'))).toHaveLength(5 + 1);
  expect(calls.filter((call) => call.startsWith('GET /participants'))).toHaveLength(5 + 1);
  expect(calls).toHaveLength(12);
  expect(json['units']).toHaveLength(2);
  const rows = await history();
  const whole = {
    kind: 'full_sync',
    status: 'completed',
    fetched: 12,
    inserted: 12,
    removed: 0,
  };
  expect(rows).toMatchObject({ 'City 10K': whole, 'Night Mile': whole, 'Lake Half': whole });
  const own = ['City 10K', 'Night Mile', 'Lake Half'].map((name) => rows[name]);
  expect(new Set(own.map((row) => row?.['unit_id'])).size).toBe(1);
  expect(own.map((row) => row?.['api_calls']).sort()).toEqual([0, 0, 10]);
  await expectSame(here);
});

test('an organiser of whom nothing changed costs two calls, and no row is written', async () => {
  await tickAfter(0);
  await tickAfter(4 * hour - 5 * minute);
  const before = await rowVersions(here);
  here.newCalls();
  const json = await tickAfter(5 * minute);
  expect(json['units']).toHaveLength(1);
  const calls = here.newCalls();
  expect(calls).toEqual([
    expect.stringMatching(/^GET \/applications\?.*updatedAt/),
    expect.stringMatching(/^GET \/participants\?.*updatedAt/),
  ]);
  expect(await rowVersions(here)).toEqual(before);
});

test('what changed arrives in its event, when that is due; the others are left alone', async () => {
  const { world } = here;
  await tickAfter(0);
  here.pass(30_000);
  setBib(world, idAt(soon, 0), '777');
  setBib(world, idAt(soon, 1), null);
  refund(world, idAt(soon, 2));
  transfer(world, idAt(soon, 3), later);
  personToPersonTransfer(world, idAt(soon, 4), 'same-id', { firstName: 'Swapped', dob: null });
  setBib(world, idAt(tonight, 0), '4242');
  deferral(world, idAt(tonight, 1));
  register(world, later);
  const untouched = (await storedRows(here)).people.filter(
    (row) => row['event'] !== soon.id && row['event'] !== other.id,
  );
  const before = await history();

  const json = await tickAfter(minute);
  expect(json['units'].map((unit: { events: { eventId: string }[] }) => unit.events.map((one) => one.eventId))).toEqual(
    expect.arrayContaining([[soon.id], [other.id]]),
  );
  const wanted = wantedRows(world).people;
  const stored = (await storedRows(here)).people;
  expect(stored.filter((row) => row['event'] === soon.id)).toEqual(wanted.filter((row) => row['event'] === soon.id));
  expect(stored.filter((row) => row['event'] !== soon.id && row['event'] !== other.id)).toEqual(untouched);
  const after = await history();
  // Five applications changed; what the second list adds to three of them (a bib, its rows) counts as a change as well.
  expect(after['City 10K']).toMatchObject({ kind: 'incremental_sync', fetched: 5, inserted: 0, removed: 2 });
  expect([after['Night Mile'], after['Lake Half']]).toEqual([before['Night Mile'], before['Lake Half']]);

  // A quarter of an hour later the medium event is due too, and asks for what changed since its own last sync.
  await tickAfter(14 * minute);
  expect((await history())['Night Mile']).toMatchObject({ fetched: 2, inserted: 0, removed: 1 });
  expect((await history())['Lake Half']).toEqual(before['Lake Half']);
  await tickAfter(4 * hour);
  expect((await history())['Lake Half']).toMatchObject({ fetched: 2, inserted: 2, removed: 0 });
  await expectSame(here);
});

test('a cursor that runs out in the middle begins its list again: everybody once, nobody removed', async () => {
  for (const list of ['/applications', '/participants']) {
    here.sandbox.fail({ kind: 'status', status: 410, pathIncludes: `${list}?page%5Bsize%5D=10&page%5Bafter`, skip: 2 });
  }
  const json = await tickAfter(0);
  expect(json['totals']).toMatchObject({ failed: 0, counts: { inserted: 41, removed: 0 } });
  expect(here.newCalls()).toHaveLength(12 + 2 * 4);
  await expectSame(here);
  // The daily listing concludes from all of it.
  here.sandbox.fail({ kind: 'status', status: 404, pathIncludes: 'page%5Bafter', skip: 3 });
  vanish(here.world, idAt(later, 5));
  await tickAfter(day + minute);
  await expectSame(here);
});

test('a run that broke off goes on behind its last page; where that cursor has run out, from the beginning', async () => {
  here.world.behaviour.letsdothis.cursorSeconds = 60;
  here.sandbox.fail({ kind: 'html', pathIncludes: '/participants?page%5Bsize%5D=10&page%5Bafter', skip: 1 });
  expect((await here.tick()).code).toBe(1);
  // Without a bib, which would not have come any more.
  vanish(here.world, idAt(later, 3));
  here.newCalls();
  here.pass(2 * minute);
  expect((await here.tick()).code).toBe(0);
  const calls = here.newCalls().filter((call) => !call.includes('updatedAt'));
  expect(calls.filter((call) => call.startsWith('GET /applications'))).toEqual([]);
  expect(calls.filter((call) => call.startsWith('GET /participants'))).toHaveLength(1 + 5);
  // Whoever was seen before the break is still seen: nobody is absent, not even the one who vanished behind it.
  expect((await storedRows(here)).people.filter((row) => row['removed'])).toEqual([]);
  await tickAfter(day + minute);
  await expectSame(here);
});

test('where there is no list of participants applications come alone, and bibs when there is one', async () => {
  here.world.behaviour.letsdothis.hasParticipants = false;
  await tickAfter(0);
  const people = (await storedRows(here)).people;
  expect(people).toEqual(wantedRows(here.world).people.map((row) => ({ ...row, bib: null })));
  here.world.behaviour.letsdothis.hasParticipants = true;
  // Of the events that are still synced then.
  await tickAfter(day + minute);
  const of = (rows: readonly Row[]) => rows.filter((row) => row['event'] === later.id);
  expect(of((await storedRows(here)).people)).toEqual(of(wantedRows(here.world).people));
});

test('a team entry brings each of its people once, however often and in whatever part it is read', async () => {
  const { behaviour } = here.world;
  behaviour.letsdothis.teamEntrySize = 3;
  await tickAfter(0);
  const teams = [soon, tonight, later, other]
    .flatMap((event) => event.registrations)
    .filter((row) => row.team !== null);
  expect(teams.length).toBeGreaterThan(1);
  const ids = async () =>
    (await here.query(`select registration_id as id, application_id as entry from letsdothis_participants
      where application_id <> registration_id order by 1`)) as { id: string; entry: string }[];
  const members = teams.flatMap(({ id }) => [`${id}:par-${id}-2`, `${id}:par-${id}-3`]).sort();
  expect((await ids()).map(({ id }) => id)).toEqual(members);
  const before = await rowVersions(here);
  await tickAfter(day + minute);
  expect(await rowVersions(here)).toEqual(before);
  const entry = teams.find(({ event }) => event === later);
  changePerson(here.world, entry?.id ?? 0, { firstName: 'Renamed' });
  await tickAfter(4 * hour);
  expect((await ids()).map(({ id }) => id)).toEqual(members);
  const active = await here.query('select 1 from letsdothis_participants where removed_at is not null');
  expect(active).toEqual([]);
  const shown = await here.query('select first_name from unified_participants where registration_id = $1', [
    String(entry?.id),
  ]);
  expect(shown).toEqual([{ first_name: 'Renamed' }]);
});
