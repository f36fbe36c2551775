/**
 * Providers whose clock is an hour off, jumps, or is not told: an hour of syncs and changes in numbers, and the same through
 * the program. Two jumps between two syncs, the second of which undoes the first, nobody can see; nor a clock that an
 * answer does not tell at the very time when it has jumped.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listed, setBackSince } from '../../src/sync/provider-clock.ts';
import { watermarkOf } from '../../src/sync/watermark.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld } from '../sync/sync-world.ts';
import { runs } from './data-values.ts';

const second = 1_000;
const overlapSeconds = 60;

const offset = fc.constantFrom(-hour, -10 * minute, -90 * second, -30 * second, 0, 45 * second, 10 * minute, hour);

interface Sync {
  /** Since the one before. */
  readonly gap: number;
  /** From the claim to the first call, and how long that takes. */
  readonly wait: number;
  readonly call: number;
  readonly tellsTime: boolean;
  /** The provider's clock changes somewhere in the gap. */
  readonly jump: { readonly when: number; readonly offset: number } | null;
  /** When in the gap somebody changes (0 to 1). */
  readonly changes: readonly number[];
}

const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
const sync: fc.Arbitrary<Sync> = fc.record({
  gap: fc.constantFrom(minute, 15 * minute, 4 * hour),
  wait: fc.constantFrom(0, second, 20 * second),
  call: fc.constantFrom(0, 200, 10 * second),
  tellsTime: fc.boolean(),
  jump: fc.option(fc.record({ when: share, offset }), { freq: 3 }),
  changes: fc.array(share, { maxLength: 4 }),
});

/** Plays the syncs; yields the changes that the first one to begin behind them did not bring. */
function lost(first: number, syncs: readonly Sync[]): readonly number[] {
  let now = 0;
  let behind = first;
  const missed: number[] = [];
  let before: readonly Listed[] = [];
  for (const [index, one] of syncs.entries()) {
    const jumpAt = now + one.gap * (one.jump?.when ?? 1);
    const changes = one.changes.map((part) => now + one.gap * part);
    const next = one.jump?.offset ?? behind;
    const stamped = changes.map((change) => ({ change, stamp: change + (change < jumpAt ? behind : next) }));
    behind = next;
    now += one.gap;
    const startedAt = new Date(now);
    const begun = new Date(now + one.wait);
    now += one.wait + one.call;
    const ended = new Date(now);
    const told = one.tellsTime || one.jump !== null || index === 0;
    // Whole seconds, cut off.
    const providerTime = told ? new Date(Math.floor((now + behind) / second) * second) : undefined;
    const setBack = setBackSince(before, { providerTime, ended }, overlapSeconds);
    const since = setBack?.askFrom ?? before[0]?.watermark;
    for (const { change, stamp } of stamped) if (since && stamp < since.getTime()) missed.push(change);
    before = [{ startedAt, watermark: watermarkOf({ begun, ended, providerTime, overlapSeconds, since, before }) }];
  }
  return missed;
}

test('no change is lost, however the provider’s clock goes', () => {
  fc.assert(
    fc.property(offset, fc.array(sync, { maxLength: 12 }), (first, syncs) => {
      expect(lost(first, syncs)).toEqual([]);
    }),
    runs(3_000, 200_000),
  );
});

test('while it goes on evenly it is not called set back, and the watermark stays an overlap behind it', () => {
  const gaps = fc.array(fc.constantFrom(minute, hour), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(offset, gaps, fc.constantFrom(0, 20 * second, 90 * second), (ahead, all, wait) => {
      let now = 0;
      let before: readonly Listed[] = [];
      for (const gap of [0, ...all]) {
        now += gap;
        const [startedAt, begun] = [new Date(now), new Date(now + wait)];
        const answer = { providerTime: new Date(now + wait + ahead), ended: begun };
        // A run that waited before its first call leaves a watermark that is later than its start tells.
        if (ahead >= 0 || wait === 0) expect(setBackSince(before, answer, overlapSeconds)).toBeUndefined();
        const since = before[0]?.watermark;
        const watermark = watermarkOf({ begun, ...answer, overlapSeconds, since, before });
        expect(watermark).toEqual(new Date(now + wait + Math.min(ahead, 0) - minute));
        before = [{ startedAt, watermark }];
      }
    }),
    runs(200, 5_000),
  );
});

describe('in a unit', () => {
  let store: OpenPostgresStore;
  beforeAll(async () => {
    store = await openOnPostgres();
  });
  afterAll(() => store.close());

  /** A sync at `ms` whose last one left `since` at `leftAt`; the provider's clock says `told`. @returns the new watermark. */
  async function watermarkAfter(ms: number, told: number | undefined, since: number, leftAt: number) {
    const world = await syncWorld(store.database, runsignup);
    world.setClock(ms);
    world.script.participants = [page([person(1)], { providerTime: told === undefined ? undefined : at(told) })];
    const unit = world.unit(['100'], { kind: 'incremental', since: at(since) });
    const lastCompleted = { startedAt: at(leftAt), watermark: at(since) };
    const events = unit.events.map((event) => ({ ...event, lastCompleted }));
    expect((await world.sync({ ...unit, events })).status).toBe('completed');
    return (await world.history()).map((row) => row['watermark']);
  }

  test.each<[string, number, number | undefined, number]>([
    ['on evenly', 15 * minute, 15 * minute, 14 * minute],
    ['set back by an hour: what was missed is asked for at once', 15 * minute, 15 * minute - hour, 14 * minute - hour],
    ['set back by less than the overlap: nothing was missed', 15 * minute, 15 * minute - 50_000, 14 * minute - 50_000],
    ['set ahead: not believed', 15 * minute, 15 * minute + hour, 14 * minute],
    ['not told', 15 * minute, undefined, 14 * minute],
  ])('the clock is %s', async (_, ms, told, expected) => {
    expect(await watermarkAfter(ms, told, -minute, 0)).toEqual([at(expected)]);
  });

  test('not told by a provider that is known to be an hour behind', async () => {
    expect(await watermarkAfter(15 * minute, undefined, -hour - minute, 0)).toEqual([at(15 * minute - hour - minute)]);
  });
});
