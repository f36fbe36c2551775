/**
 * Haku's backfill, minute by minute in this process until all are read: a list of 60 pages, then a call for each
 * registration, while people register, change and leave, and ticks are killed. Three tenths of 5,000 registrations and of
 * 500 calls an hour: as many hours, with a third of the work. The plan's own test has the whole numbers.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations, addSubEvent } from '../../src/sandbox/build-world.ts';
import { addCategory, dropCategory } from '../../src/sandbox/categories.ts';
import { changePerson, refund, register, vanish } from '../../src/sandbox/changes.ts';
import { expectedOf } from '../../src/sandbox/expected.ts';
import { registrationNumber } from '../../src/sandbox/haku/registration-number.ts';
import type { RaceEvent, Registration, World } from '../../src/sandbox/world.ts';
import { day, hour, type Installation, install, minute, type Row, saturday } from './installation.ts';
import { until } from './program.ts';
import { busiestHour, straightTo } from './simulated-day.ts';

const people = 1_500;
const perHour = 150;

let here: Installation;
afterEach(async () => {
  vi.unstubAllGlobals();
  await here.close();
});

/** Every fiftieth runs both distances, every hundredth has cancelled. */
function fill(world: World): void {
  const race = addRace(world, { provider: 'haku', name: 'Bay Half' });
  const distances = [addSubEvent(world, 'Half Marathon'), addSubEvent(world, '5K')];
  const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + 5 * day), subEvents: distances });
  const [half, short] = distances.map(({ id }) => id);
  addRegistrations(world, event, people, (index) =>
    index % 50 === 0 && half && short
      ? { subEventId: half, categories: [{ subEventId: short, bib: `B${index}` }] }
      : {},
  );
  for (const { id } of event.registrations.filter((_, index) => index % 100 === 0)) refund(world, id);
  addAccount(world, { company: 'Peak Timing', provider: 'haku', races: [race] });
}

test('a backfill keeps to the hour, lets changes pass, and loses a call to a killed tick at most', async () => {
  here = await install(fill);
  here.env['P88SYNC_HAKU_CALLS_PER_HOUR'] = `${perHour}`;
  await here.discover();
  const [event] = here.world.events.values();
  if (!event) throw new Error('the event is not there');
  vi.stubGlobal('fetch', straightTo(here.sandbox));
  const changed = new Map<string, number>();
  const minutesUntilStored = new Map<string, number>();
  let killed = 0;
  let beat = 0;
  for (; beat < 15 * 60; beat += 1, here.pass(minute)) {
    if (beat % 90 === 50) changed.set(await change(here.world, event, beat), beat);
    if (beat === 200) {
      await killedTick();
      killed += 1;
    } else if (beat % 150 === 75) {
      await terminatedTick(Math.floor(beat / 150) % 2);
      killed += 1;
    } else expect((await here.tick()).code).toBe(0);
    if (beat === 300) await expectToldBy(event);
    for (const [name, since] of changed) {
      if (!minutesUntilStored.has(name) && (await isStored(name))) minutesUntilStored.set(name, beat - since);
    }
    if (beat > hour / minute && minutesUntilStored.size === changed.size && (await unread()) === 0) break;
  }

  expect(await stored()).toEqual(wanted(event));
  expect(await busiestHour(here)).toBeLessThanOrEqual(perHour);
  expect(changed.size).toBeGreaterThanOrEqual(7);
  expect(Math.max(...minutesUntilStored.values())).toBeLessThanOrEqual(15);
  const calls = here.sandbox.calls.map(({ path }) => path);
  // No hour lay idle: 95 in 100 calls are planned with.
  expect(calls.length / ((beat / 60) * perHour)).toBeGreaterThan(0.9);
  const details = calls.filter((path) => path.includes('/registrations/')).length;
  expect(details).toBeLessThanOrEqual(people + changed.size + killed);
  expect(calls.filter((path) => /\/participants\?.*\bpage=50\b/.test(path))).toHaveLength(1);

  // A day later the list is read whole again, and one who is in it no more is missed.
  vanish(here.world, event.registrations[7]?.id ?? 0);
  here.pass(day);
  expect((await here.tick()).code).toBe(0);
  expect(await stored()).toEqual(wanted(event));
  // Each minute has its tick, and each tick connections of its own: a minute of a machine that does nothing else.
}, 300_000);

test('by hand: what the hour does not hold is left and said; with room, a full sync reads all', async () => {
  here = await install((world) => {
    const race = addRace(world, { provider: 'haku', name: 'Bay Half' });
    addRegistrations(world, addEvent(world, race, { startAt: new Date(saturday.getTime() + 5 * day) }), 30);
    addAccount(world, { company: 'Peak Timing', provider: 'haku', races: [race] });
  });
  await here.discover();
  const [event] = here.world.events.values();
  if (!event) throw new Error('the event is not there');
  here.env['P88SYNC_HAKU_CALLS_PER_HOUR'] = '20';
  const first = await here.run('sync-event', `1:haku:${event.id}`);
  expect({ code: first.code, left: await unread() }).toEqual({ code: 0, left: 30 - (await readSoFar()) });
  expect(first.stdout).toContain(`${await unread()} registrations wait for the hourly budget; ticks go on.`);
  expect(await unread()).toBeGreaterThan(10);
  here.env['P88SYNC_HAKU_CALLS_PER_HOUR'] = '500';
  here.pass(minute);
  const all = await here.run('full-sync', '--json');
  expect(all.json).toMatchObject({ exitCode: 0, left: 0, totals: { events: 1, fetched: 30 } });
  expect(await stored()).toEqual(wanted(event));
});

test('a row of the queue lists the event even while its registrations are read, and leaves the backfill to the plan', async () => {
  here = await install((world) => {
    const race = addRace(world, { provider: 'haku', name: 'Bay Half' });
    addRegistrations(world, addEvent(world, race, { startAt: new Date(saturday.getTime() + 5 * day) }), 300);
    addAccount(world, { company: 'Peak Timing', provider: 'haku', races: [race] });
  });
  await here.discover();
  await here.tick();
  here.pass(minute);
  const [event] = here.world.events.values();
  if (!event) throw new Error('the event is not there');
  const number = registrationNumber(register(here.world, event).id);
  here.newCalls();
  await here.query(
    `insert into sync_queue (timing_partner_id, provider_id, event_id, operation_type, sync_direction)
    select 1, provider_id, $1, 'participants', 'pull' from providers where name = 'Haku'`,
    [event.id],
  );
  const { json } = await here.tick();
  expect(json['queue']).toMatchObject([{ status: 'completed' }]);
  const calls = here.newCalls();
  expect(calls.filter((call) => call.includes('/participants')).length).toBeGreaterThan(0);
  expect(calls.filter((call) => call.includes('/registrations/')).length).toBeLessThanOrEqual(10);
  expect((await stored()).filter((row) => String(row['id']).startsWith(number))).toHaveLength(1);
});

async function readSoFar(): Promise<number> {
  return (await here.query('select 1 from haku_participants')).length;
}

/** SIGTERM while a call of the tick is on its way, behind so many that were answered. */
async function terminatedTick(answered: number): Promise<void> {
  const ending = new AbortController();
  const answer = straightTo(here.sandbox);
  let calls = 0;
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    calls += 1;
    if (calls > answered) ending.abort();
    return answer(url, init);
  });
  expect((await here.tick(ending.signal)).code).toBe(143);
  vi.stubGlobal('fetch', straightTo(here.sandbox));
}

/** `kill -9` of a process while its third registration is on its way; the next process of the machine finds it dead. */
async function killedTick(): Promise<void> {
  const left = await unread();
  here.sandbox.fail({ kind: 'delay', pathIncludes: '/registrations/', skip: 2, delayMs: 60_000 });
  const tick = here.start('tick');
  const waiting = 'select 1 from api_calls where status is null and error is null';
  await until(async () => (await unread()) === left - 2 && (await here.query(waiting)).length === 1);
  tick.child.kill('SIGKILL');
  await tick.ended;
  await here.control('clear-faults');
  here.pass(minute);
  expect((await here.run('tick')).code).toBe(0);
}

/** `status` says how far it is. */
async function expectToldBy(event: RaceEvent): Promise<void> {
  const announced = event.registrations.length;
  const left = await unread();
  const [told] = (await here.run('status', '--json')).json['events'];
  expect(told).toMatchObject({ eventId: event.id, announced, unread: left, everyMinutes: 10 });
  const read = (announced - left).toLocaleString('en-US');
  expect((await here.run('status')).stdout).toContain(`Backfill ${read} of ${announced.toLocaleString('en-US')}`);
}

/** Something happens to somebody; returns the first name or bib that shows when it is in the database. */
async function change(world: World, event: RaceEvent, beat: number): Promise<string> {
  const mark = `Changed${beat}`;
  const kind = Math.floor(beat / 90) % 4;
  // A distance that was left before anybody asked is never seen.
  const stored = new Set(
    (await here.query('select registration_number as n from haku_participants')).map((row) => row['n']),
  );
  const known = event.registrations.filter(
    ({ id, removal }) => removal === null && (kind !== 3 || stored.has(registrationNumber(id))),
  );
  const person = known[(beat * 31) % known.length];
  if (!person) throw new Error('nobody is left');
  if (kind === 0) register(world, event, { person: { firstName: mark } });
  else if (kind === 3) changeDistance(world, event, person, mark);
  else changePerson(world, person.id, { firstName: mark });
  if (kind === 2) refund(world, person.id);
  return mark;
}

function changeDistance(world: World, event: RaceEvent, { id, subEventId }: Registration, bib: string): void {
  const to = event.subEvents.find((one) => one.id !== subEventId)?.id ?? '';
  addCategory(world, id, { subEventId: to, bib });
  dropCategory(world, id, subEventId ?? '');
}

async function isStored(mark: string): Promise<boolean> {
  const rows = await here.query('select 1 from haku_participants where first_name = $1 or bib_number = $1', [mark]);
  return rows.length > 0;
}

async function unread(): Promise<number> {
  const [row] = await here.query<{ n: number }>('select count(*)::int as n from registration_outlines where unread');
  return row?.n ?? 0;
}

async function stored(): Promise<readonly Row[]> {
  return here.query(`select participant_id as id, first_name, last_name, email, date_of_birth::text as dob, gender,
    bib_number as bib, removed_at is not null as removed from haku_participants order by participant_id collate "C"`);
}

function wanted(event: RaceEvent): readonly Row[] {
  const [account] = here.world.accounts;
  if (!account) throw new Error('there is no account');
  const rows = expectedOf([event], account).registrations.map((one) => ({
    id: one.id,
    first_name: one.firstName,
    last_name: one.lastName,
    email: one.email,
    dob: one.dob,
    gender: one.gender,
    bib: one.lastBib,
    removed: one.removedReason !== null || one.vanishedAt !== null,
  }));
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}
