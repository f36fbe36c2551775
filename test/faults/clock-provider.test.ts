/**
 * Providers whose clock is an hour off, jumps, or is not told: an hour of syncs and changes in numbers, and the same through
 * the program. Two jumps between two syncs, the second of which undoes the first, nobody can see; nor a clock that an
 * answer does not tell at the very time when it has jumped.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listed, setBackSince } from '../../src/sync/provider-clock.ts';
import { clockAheadOf, timesOf } from '../../src/sync/watermark.ts';
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
  readonly jump: { readonly when: number; readonly ahead: number } | null;
  /** Who changes when in the gap (0 to 1). */
  readonly changes: readonly { readonly when: number; readonly who: number }[];
}

const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
const sync: fc.Arbitrary<Sync> = fc.record({
  gap: fc.constantFrom(minute, 15 * minute, 4 * hour),
  wait: fc.constantFrom(0, second, 20 * second),
  call: fc.constantFrom(0, 200, 10 * second),
  tellsTime: fc.boolean(),
  jump: fc.option(fc.record({ when: share, ahead: offset }), { freq: 3 }),
  changes: fc.array(fc.record({ when: share, who: fc.integer({ min: 1, max: 3 }) }), { maxLength: 4 }),
});

/** What the provider and the table hold of a person: how often they were changed, and the time that this carries. */
interface Version {
  readonly n: number;
  readonly stamp: number;
}

/** Plays the syncs as store-series.ts makes them; yields the first one behind which a person is not as the provider has it. */
function firstLost(first: number, syncs: readonly Sync[]): string | undefined {
  let now = 0;
  let ahead = first;
  const provider = new Map<number, Version>();
  const table = new Map<number, Version>();
  let before: readonly Listed[] = [];
  for (const [index, one] of syncs.entries()) {
    const jumpAt = now + one.gap * (one.jump?.when ?? 1);
    const next = one.jump?.ahead ?? ahead;
    for (const { when, who } of [...one.changes].sort((a, b) => a.when - b.when)) {
      const change = now + one.gap * when;
      const stamp = change + (change < jumpAt ? ahead : next);
      provider.set(who, { n: (provider.get(who)?.n ?? 0) + 1, stamp });
    }
    ahead = next;
    const begun = now + one.gap + one.wait;
    now = begun + one.call;
    const told = one.tellsTime || one.jump !== null || index === 0;
    // Whole seconds, cut off.
    const providerTime = told ? new Date(Math.floor((now + ahead) / second) * second) : undefined;
    let since = before[0]?.watermark;
    const setBack = setBackSince(before, clockAheadOf(providerTime, new Date(now)), since, overlapSeconds);
    since = setBack?.askFrom ?? since;
    for (const [who, { n, stamp }] of provider) {
      if (since && stamp < since.getTime()) continue;
      const stored = table.get(who);
      const isForgotten = stored && setBack && stored.stamp > setBack.forgetAfter.getTime();
      if (!stored || isForgotten || stamp >= stored.stamp) table.set(who, { n, stamp });
    }
    for (const [who, { n }] of provider) {
      if (table.get(who)?.n !== n) return `sync ${index}: person ${who} is not as changed the ${n}th time`;
    }
    const call = { begun: new Date(begun), ended: new Date(now), providerTime };
    const { watermark, clockAheadMs } = timesOf(call, since, before, overlapSeconds);
    // Times that are yet to come (`timesYetToCome`).
    for (const [who, { n, stamp }] of table) {
      if (stamp > now + (clockAheadMs ?? 0)) table.set(who, { n, stamp: Number.NEGATIVE_INFINITY });
    }
    before = clockAheadMs === undefined ? [] : [{ watermark, clockAheadMs }];
  }
  return undefined;
}

test('no change is lost, however the provider’s clock goes', () => {
  fc.assert(
    fc.property(offset, fc.array(sync, { maxLength: 12 }), (first, syncs) => {
      expect(firstLost(first, syncs)).toBeUndefined();
    }),
    runs(3_000, 200_000),
  );
});

test('while it goes on evenly it is not called set back, and the watermark stays an overlap behind it', () => {
  const gaps = fc.array(fc.constantFrom(minute, hour), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(offset, gaps, fc.constantFrom(0, 200, 4 * second), (ahead, all, call) => {
      let now = 0;
      let before: readonly Listed[] = [];
      for (const gap of [0, ...all]) {
        now += gap;
        const [begun, ended] = [new Date(now), new Date(now + call)];
        const providerTime = new Date(now + call + ahead);
        const since = before[0]?.watermark;
        expect(setBackSince(before, clockAheadOf(providerTime, ended), since, overlapSeconds)).toBeUndefined();
        const { watermark } = timesOf({ begun, ended, providerTime }, since, before, overlapSeconds);
        expect(watermark).toEqual(new Date(now + Math.min(ahead, 0) - minute));
        before = [{ watermark, clockAheadMs: ahead }];
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

  /** A sync at `ms` behind one that began at 0, when the provider's clock was so far ahead; now it says `told`. @returns the new watermark. */
  async function watermarkAfter(ms: number, told: number | undefined, clockAheadMs: number) {
    const since = Math.min(clockAheadMs, 0) - minute;
    const world = await syncWorld(store.database, runsignup);
    world.setClock(ms);
    world.script.participants = [page([person(1)], { providerTime: told === undefined ? undefined : at(told) })];
    const unit = world.unit(['100'], { kind: 'incremental', since: at(since) });
    const lastCompleted = { startedAt: at(0), watermark: at(since), clockAheadMs };
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
    expect(await watermarkAfter(ms, told, 0)).toEqual([at(expected)]);
  });

  test('not told by a provider that is known to be an hour behind', async () => {
    expect(await watermarkAfter(15 * minute, undefined, -hour)).toEqual([at(15 * minute - hour - minute)]);
  });
});
