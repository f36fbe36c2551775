import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ParticipantPage } from '../../src/domain/records.ts';
import { type Listed, listedAgain, setBackSince, timesKnownUntil } from '../../src/sync/provider-clock.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, now, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld } from './sync-world.ts';

const second = 1_000;
/** A sync that began at that time (ms from `now`), whose provider's clock was so far from ours. */
const sync = (startedAt: number, clock = 0): Listed => ({
  startedAt: at(startedAt),
  watermark: at(startedAt + Math.min(clock, 0) - minute),
});

describe('a provider’s clock', () => {
  test.each<[string, readonly Listed[], number | undefined, ReturnType<typeof setBackSince>]>([
    ['is ours', [sync(-minute)], 0, undefined],
    ['is as far behind as it was', [sync(-minute, -hour)], -hour, undefined],
    ['is ahead', [sync(-minute)], hour, undefined],
    ['was set forth', [sync(-minute, -hour)], 0, undefined],
    ['is not told', [sync(-minute)], undefined, undefined],
    ['was never seen before', [], -hour, undefined],
    [
      'is ours, and the sync before waited for its first call',
      [{ startedAt: at(-10 * minute), watermark: at(-2 * minute) }],
      0,
      undefined,
    ],
    ['jitters', [sync(-minute)], -4 * second, undefined],
    [
      'was set back by less than the overlap: what was asked for holds all',
      [sync(-minute)],
      -30 * second,
      { byMs: 30 * second, askFrom: undefined },
    ],
    ['was set back by an hour', [sync(-minute)], -hour, { byMs: hour, askFrom: at(-minute - hour - minute) }],
    ['was set back long ago', [sync(-4 * hour)], -hour, { byMs: hour, askFrom: at(-4 * hour - hour - minute) }],
    [
      'was set back since the older one of two',
      [sync(-minute, -hour), sync(-4 * hour)],
      -hour,
      { byMs: hour, askFrom: at(-4 * hour - hour - minute) },
    ],
  ])('%s', (_, before, ahead, expected) => {
    const providerTime = ahead === undefined ? undefined : at(ahead);
    expect(setBackSince(before, { providerTime, ended: now }, 60)).toEqual(expected);
  });

  test('without an overlap a second of it is no step', () => {
    const before = [{ startedAt: at(-minute), watermark: at(-minute) }];
    expect(setBackSince(before, { providerTime: at(-second), ended: now }, 0)).toBeUndefined();
    expect(setBackSince(before, { providerTime: at(-minute), ended: now }, 0)).toEqual({
      byMs: minute,
      askFrom: at(-2 * minute),
    });
  });

  test('times are known until the last sync, of several the earliest', () => {
    expect(timesKnownUntil([], 60)).toBeUndefined();
    expect(timesKnownUntil([sync(-minute), sync(-hour, -hour)], 60)).toEqual(at(-2 * hour));
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
    const lastCompleted = { startedAt: at(0), watermark: at(-minute) };
    const outcome = await world.sync(
      world.unit(['100'], { kind: 'incremental', since: at(-minute), events: [{ ...known, lastCompleted }] }),
    );
    expect(outcome).toMatchObject({ status: 'completed', counts: { updated: 1 } });
    expect(world.asked.map(({ since }) => since)).toEqual([undefined, at(-minute), at(-hour - minute)]);
    const [, row] = await world.history();
    expect(row).toMatchObject({ since: at(-hour - minute), watermark: at(9 * minute - hour) });
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});
