/**
 * A race day, minute by minute: 26 hours of ticks in this process (1,560 processes would take minutes), each with its own
 * wiring and its own `--now`, on a real PostgreSQL, calls and all; only the sockets to the provider are left out.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund, register, setBib, transfer } from '../../src/sandbox/changes.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { expectSame } from './compare.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { busiestHour, straightTo } from './simulated-day.ts';

/** The gun of the first event; the day begins 25 hours earlier and ends an hour later. */
const gun = new Date(saturday.getTime() + 25 * hour);
const ticks = 26 * 60 + 1;
const perHour = 1000;

let here: Installation;
afterEach(async () => {
  vi.unstubAllGlobals();
  await here.close();
});

/** Six races of five events each, a quarter of an hour apart, with two credentials. */
function fill(world: World): void {
  const races = [0, 0.5, 72, 2, 20, 120].map((hours, number) => {
    const race = addRace(world, { name: `Race ${number}`, timeZone: 'America/Denver' });
    for (let wave = 0; wave < 5; wave += 1) {
      const startAt = new Date(gun.getTime() + hours * hour + wave * 15 * minute);
      addRegistrations(world, addEvent(world, race, { name: `Wave ${wave}`, startAt }), 8);
    }
    return race;
  });
  addAccount(world, { company: 'Peak Timing', races: races.slice(0, 3) });
  addAccount(world, { company: 'Coast Timing', races: races.slice(3) });
}

test('every event is synced at the minutes of the table, within the budget, and all that changed is there', async () => {
  here = await install(fill);
  vi.stubGlobal('fetch', straightTo(here.sandbox));
  const events = [...here.world.events.values()];
  const instants: Date[] = [];
  await here.discover();
  for (let beat = 0; beat < ticks; beat += 1) {
    const now = new Date(saturday.getTime() + beat * minute + jitterMs(beat));
    here.pass(now.getTime() - here.now().getTime());
    instants.push(now);
    if (beat % 7 === 3) change(here.world, events, beat);
    expect((await here.tick()).code).toBe(0);
  }

  await expectBeats(instants);
  expect(await busiestHour(here)).toBeLessThanOrEqual(perHour);
  await expectSame(here);
  // A minute where the machine is busy with other tests: 1,561 ticks, each with connections of its own.
}, 300_000);

test('the same with a process for each tick, two hours before the gun', async () => {
  here = await install(fill);
  here.pass(23 * hour);
  await here.discover();
  const instants: Date[] = [];
  for (let beat = 0; beat < 5; beat += 1) {
    here.pass(beat === 0 ? 0 : minute + jitterMs(beat) - jitterMs(beat - 1));
    instants.push(here.now());
    const { code, stderr } = await here.run('tick');
    expect(code, stderr).toBe(0);
  }
  await expectBeats(instants);
  await expectSame(here);
});

/** Every event was synced at the ticks of the table, and at no other. */
async function expectBeats(instants: readonly Date[]): Promise<void> {
  const synced = await syncsByEvent(here, instants);
  for (const event of here.world.events.values()) {
    const name = `${event.race.name}, ${event.name}`;
    expect({ name, at: synced.get(event.id) }).toEqual({ name, at: beatsOf(event, instants) });
  }
}

/** Timers are late by some seconds, and not always by the same. */
function jitterMs(beat: number): number {
  return (beat * 7919) % 12_000;
}

/** Something happens to somebody; not in the last hours of slow events, whose next sync would be tomorrow. */
function change(world: World, events: readonly RaceEvent[], beat: number): void {
  const left = ticks - beat;
  const open = events.filter((event) => {
    const before = event.startAt - world.clock().getTime();
    return before > -30 * minute && left > (before > 24 * hour ? 245 : before > 4 * hour ? 20 : 2);
  });
  const event = open[(beat * 31) % open.length];
  const kind = beat % 4;
  // Who gets a bib does not leave: a slow sync would see only the second of the two, and keeps the bib it knows.
  const active = event?.registrations.filter((one) => one.removal === null && one.id % 2 === kind % 2) ?? [];
  const person = active[(beat * 17) % active.length];
  if (!event || !person) return;
  if (kind === 3) register(world, event);
  if (kind === 1) setBib(world, person.id, String(1000 + beat));
  if (kind === 2) refund(world, person.id);
  if (kind === 0) transfer(world, person.id, event.race.events[0] ?? event);
}

/**
 * The table of design section 5, written once more and without the program: more than 24 h before the start every 240
 * minutes, more than 4 h every 15, then every minute until an hour after it. Half a minute early counts as due.
 */
function beatsOf(event: RaceEvent, instants: readonly Date[]): number[] {
  const beats: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const [beat, now] of instants.entries()) {
    const toStart = event.startAt - now.getTime();
    if (toStart < -hour) continue;
    const every = toStart > 24 * hour ? 240 : toStart > 4 * hour ? 15 : 1;
    if (now.getTime() - last < every * minute - 30_000) continue;
    beats.push(beat);
    last = now.getTime();
  }
  return beats;
}

/** Event → the beats in which a sync of it was completed. */
async function syncsByEvent({ query }: Installation, instants: readonly Date[]): Promise<Map<string, number[]>> {
  const rows = await query<{ event_id: string; started_at: Date; status: string }>(
    'select event_id, started_at, status from sync_history where event_id is not null order by sync_history_id',
  );
  expect(new Set(rows.map((row) => row.status))).toEqual(new Set(['completed']));
  const beats = new Map<string, number[]>();
  for (const { event_id: id, started_at: at } of rows) {
    const beat = instants.findLastIndex((instant) => instant <= at);
    beats.set(id, [...(beats.get(id) ?? []), beat]);
  }
  return beats;
}
