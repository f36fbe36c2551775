/** A credential whose hour does not hold its race morning: what there is is spread evenly, and the plan names the rest. */
import { afterEach, expect, test, vi } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import type { World } from '../../src/sandbox/world.ts';
import { expectSame } from './compare.ts';
import { hour, type Installation, install, minute } from './installation.ts';
import { busiestHour, straightTo } from './simulated-day.ts';

const events = 30;
const perHour = 1000;
/** More than an hour, so that the sliding hour really slides. */
const ticks = 80;

let here: Installation;
afterEach(async () => {
  vi.unstubAllGlobals();
  await here.close();
});

function fill(world: World): void {
  const races = Array.from({ length: events }, (_, number) => {
    const race = addRace(world, { name: `Race ${number}` });
    addRegistrations(world, addEvent(world, race, { startAt: new Date(world.clock().getTime() + 3 * hour) }), 3);
    return race;
  });
  addAccount(world, { races });
}

test('30 races of two calls each on one credential: the hour is never exceeded and nobody is forgotten', async () => {
  here = await install(fill);
  vi.stubGlobal('fetch', straightTo(here.sandbox));
  await here.discover();
  const synced = new Map<string, number[]>();
  for (let beat = 0; beat < ticks; beat += 1) {
    const told = (await here.tick()).json as Told;
    expect(told.totals.failed).toBe(0);
    for (const unit of told.units)
      for (const { eventId } of unit.events) {
        synced.set(eventId, [...(synced.get(eventId) ?? []), beat]);
      }
    const named = [...told.units.flatMap((unit) => unit.events), ...told.leftOut].map((one) => one.eventId);
    // Who was not synced in the last 3.8 minutes (30 races × 2 calls ÷ 95 % of 1000 an hour) is due, and named.
    const due = [...synced].filter(([, beats]) => beat - (beats.at(-1) ?? 0) >= 4).map(([id]) => id);
    expect(named).toEqual(expect.arrayContaining(due));
    expect(told.leftOut.every((one) => one.why === 'budget' && one.reason.includes('1000'))).toBe(true);
    here.pass(minute);
  }
  expect(synced.size).toBe(events);
  const gaps = [...synced.values()].map((beats) => beats.slice(1).map((beat, i) => beat - (beats[i] ?? 0)));
  // Never earlier than the even pace rounded down to a tick, never later than it rounded up and one tick more.
  expect(Math.min(...gaps.flat())).toBeGreaterThanOrEqual(3);
  expect(Math.max(...gaps.flat())).toBeLessThanOrEqual(5);
  const counts = [...synced.values()].map((beats) => beats.length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  const most = await busiestHour(here);
  expect(most).toBeLessThanOrEqual(perHour);
  expect(most).toBeGreaterThan(0.9 * perHour);
  await expectSame(here);
}, 120_000);

interface Told {
  readonly totals: { readonly failed: number };
  readonly units: readonly { readonly events: readonly { readonly eventId: string }[] }[];
  readonly leftOut: readonly { readonly eventId: string; readonly why: string; readonly reason: string }[];
}
