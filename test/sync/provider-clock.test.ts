import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ParticipantPage } from '../../src/domain/records.ts';
import { type Listed, listedAgain, listedBefore, setBackSince, timesYetToCome } from '../../src/sync/provider-clock.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld } from './sync-world.ts';

const second = 1_000;
/** A sync whose listing began at that time (ms from `now`), when the provider's clock was so far ahead of ours. */
const listing = (begun: number, clockAheadMs = 0): Listed => ({
  watermark: at(begun + Math.min(clockAheadMs, 0) - minute),
  clockAheadMs,
});

describe('a provider’s clock', () => {
  test.each<[string, readonly Listed[], number | undefined, ReturnType<typeof setBackSince>]>([
    ['is ours', [listing(-minute)], 0, undefined],
    ['is as far behind as it was', [listing(-minute, -hour)], -hour, undefined],
    ['is ahead', [listing(-minute)], hour, undefined],
    ['was set forth', [listing(-minute, -hour)], 0, undefined],
    ['is not told', [listing(-minute)], undefined, undefined],
    ['was never seen before', [], -hour, undefined],
    ['jitters', [listing(-minute)], -4 * second, undefined],
    [
      'was set back by less than the overlap: what was asked for holds all',
      [listing(-minute)],
      -30 * second,
      { byMs: 30 * second, askFrom: undefined, forgetAfter: at(-2 * minute) },
    ],
    [
      'was ahead of ours, which was not believed',
      [listing(-minute, hour)],
      0,
      { byMs: hour, askFrom: undefined, forgetAfter: at(-2 * minute) },
    ],
    [
      'was set back by an hour',
      [listing(-minute)],
      -hour,
      { byMs: hour, askFrom: at(-hour - 2 * minute), forgetAfter: at(-hour - 2 * minute) },
    ],
    [
      'was set back long ago',
      [listing(-4 * hour)],
      -hour,
      { byMs: hour, askFrom: at(-5 * hour - minute), forgetAfter: at(-5 * hour - minute) },
    ],
    [
      'was set back since the older one of two',
      [listing(-minute, -hour), listing(-4 * hour)],
      -hour,
      { byMs: hour, askFrom: at(-5 * hour - minute), forgetAfter: at(-5 * hour - minute) },
    ],
  ])('%s', (_, before, ahead, expected) => {
    const since = before.length === 0 ? undefined : new Date(Math.min(...before.map((one) => one.watermark.getTime())));
    expect(setBackSince(before, ahead, since, 60)).toEqual(expected);
  });

  test('where everybody is listed nobody has to be asked for again', () => {
    const expected = { byMs: hour, askFrom: undefined, forgetAfter: at(-hour - 2 * minute) };
    expect(setBackSince([listing(-minute)], -hour, undefined, 60)).toEqual(expected);
  });

  test.each<[string, number | undefined, readonly (number | undefined)[], number | undefined]>([
    ['none', 0, [-hour, 0, 4 * second, undefined], undefined],
    ['one', 0, [-hour, hour], 5 * second],
    ['of a clock that is behind ours', -hour, [-30 * minute], 5 * second - hour],
    ['of a clock that is not told', undefined, [hour], undefined],
  ])('times that are yet to come: %s', (_, clock, times, expected) => {
    const records = times.map((time, n) => person(n, { modifiedAt: time === undefined ? undefined : at(time) }));
    const from = timesYetToCome(records, clock === undefined ? undefined : at(clock));
    expect(from).toEqual(expected === undefined ? undefined : at(expected));
  });

  test('a sync without a watermark, or of an older program, tells nothing of it', () => {
    const completed = [
      undefined,
      { startedAt: at(0), watermark: undefined, clockAheadMs: 0 },
      { startedAt: at(0), watermark: at(0) },
      { startedAt: at(0), watermark: at(-minute), clockAheadMs: -hour },
    ];
    expect(listedBefore(completed)).toEqual([{ watermark: at(-minute), clockAheadMs: -hour }]);
  });
});

test('the pages of a listing that is asked for again are those of the second one', async () => {
  const asked: (Date | undefined)[] = [];
  const closed: string[] = [];
  async function* list(since: Date | undefined): AsyncGenerator<ParticipantPage> {
    asked.push(since);
    try {
      yield page([], { last: false, resume: asked.length });
      yield page([], { resume: asked.length });
    } finally {
      closed.push(`listing ${asked.length}`);
    }
  }
  const read = async (earlier: Date | undefined) => {
    const pages: unknown[] = [];
    for await (const one of listedAgain(list, at(0), async () => earlier)) pages.push(one.resume);
    return pages;
  };
  expect(await read(undefined)).toEqual([1, 1]);
  expect(await read(at(-hour))).toEqual([3, 3]);
  expect(asked).toEqual([at(0), at(0), at(-hour)]);
  expect(closed).toEqual(['listing 1', 'listing 2', 'listing 3']);
});

describe('in a unit', () => {
  let store: OpenPostgresStore;
  beforeAll(async () => {
    store = await openOnPostgres();
  });
  afterAll(() => store.close());

  test('whose provider’s clock was set back: asked for again, stored though it looks older, and noted', async () => {
    const world = await syncWorld(store.database, runsignup);
    world.script.participants = [page([person(1, { modifiedAt: at(-second) })], { providerTime: at(0) })];
    await world.sync(world.unit(['100']));
    world.setClock(10 * minute);
    const [known] = world.unit(['100']).events;
    if (!known) throw new Error('the unit has no event');
    const changed = person(1, { row: { bib_num: '77' }, modifiedAt: at(5 * minute - hour) });
    world.script.participants = [page([changed], { providerTime: at(10 * minute - hour) })];
    const lastCompleted = { startedAt: at(0), watermark: at(-minute), clockAheadMs: 0 };
    const outcome = await world.sync(
      world.unit(['100'], { kind: 'incremental', since: at(-minute), events: [{ ...known, lastCompleted }] }),
    );
    expect(outcome).toMatchObject({ status: 'completed', counts: { updated: 1 } });
    expect(world.asked.map(({ since }) => since)).toEqual([undefined, at(-minute), at(-hour - minute)]);
    const [, row] = await world.history();
    expect(row).toMatchObject({ since: at(-hour - minute), watermark: at(9 * minute - hour) });
    expect(row).toMatchObject({ provider_ahead_ms: -hour });
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('who was taken back while a listing ran stays, though the older notice comes again', async () => {
    const world = await syncWorld(store.database, runsignup);
    const notice = person(1, {
      kind: 'removal-notice',
      modifiedAt: at(-20 * second),
      removal: { reason: 'removed', at: at(-20 * second) },
    });
    const back = person(1, { modifiedAt: at(second) });
    world.script.participants = [page([back, notice], { providerTime: at(2 * second) })];
    await world.sync(world.unit(['100']));
    const [known] = world.unit(['100']).events;
    if (!known) throw new Error('the unit has no event');
    const lastCompleted = { startedAt: at(0), watermark: at(-minute), clockAheadMs: 0 };
    for (const n of [1, 2]) {
      world.setClock(n * minute);
      world.script.participants = [page([back, notice], { providerTime: at(n * minute) })];
      await world.sync(
        world.unit(['100'], { kind: 'incremental', since: at(-minute), events: [{ ...known, lastCompleted }] }),
      );
    }
    expect((await world.people())['1']).toMatchObject({ removed_at: null, removed_reason: null });
  });

  test('who was changed by a clock that was set back since: the time that is yet to come is forgotten', async () => {
    const world = await syncWorld(store.database, runsignup);
    world.script.participants = [page([person(1, { modifiedAt: at(hour) })], { providerTime: at(0) })];
    await world.sync(world.unit(['100']));
    expect((await world.people())['1']).toMatchObject({ source_modified_at: null });
  });
});
