import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../../src/domain/errors.ts';
import { timesOf } from '../../src/sync/watermark.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld } from './sync-world.ts';

describe('what a listing leaves', () => {
  const behind = (ms: number) => ({ watermark: at(-hour), clockAheadMs: -ms });
  interface Case {
    readonly told?: Date;
    readonly ended?: Date;
    readonly since?: Date;
    readonly before?: Parameters<typeof timesOf>[2];
    readonly overlap?: number;
  }

  test.each<[string, Case, ReturnType<typeof timesOf>]>([
    ['the provider’s clock is ours', { told: at(3_000) }, { watermark: at(-minute), clockAheadMs: 0 }],
    [
      'it is behind: its time',
      { told: at(-2 * minute) },
      { watermark: at(-3 * minute - 3_000), clockAheadMs: -2 * minute - 3_000 },
    ],
    ['it is ahead: ours', { told: at(10 * minute) }, { watermark: at(-minute), clockAheadMs: 10 * minute - 3_000 }],
    ['it was never told: ours', {}, { watermark: at(-minute), clockAheadMs: undefined }],
    [
      'it is not told, and was an hour behind: still is',
      { before: [behind(0), behind(hour)] },
      { watermark: at(-hour - minute), clockAheadMs: -hour },
    ],
    ['another overlap', { overlap: 0 }, { watermark: at(0), clockAheadMs: undefined }],
    [
      'never back',
      { told: at(-2 * hour), since: at(-minute) },
      { watermark: at(-minute), clockAheadMs: -2 * hour - 3_000 },
    ],
    [
      'on from the last one',
      { told: at(0), since: at(-hour) },
      { watermark: at(-minute - 3_000), clockAheadMs: -3_000 },
    ],
    [
      'a clock of ours that was set back during the call',
      { told: at(0), ended: at(-5_000) },
      { watermark: at(-minute), clockAheadMs: 5_000 },
    ],
  ])('%s', (_, { told, ended = at(3_000), since, before = [], overlap = 60 }, expected) => {
    expect(timesOf({ begun: at(0), ended, providerTime: told }, since, before, overlap)).toEqual(expected);
  });
});

describe('in a unit', () => {
  let store: OpenPostgresStore;
  beforeAll(async () => {
    store = await openOnPostgres();
  });
  afterAll(() => store.close());

  test('it is that of the first page, however long the series takes', async () => {
    const world = await syncWorld(store.database, runsignup);
    world.script.participants = [
      page([person(1)], { last: false, providerTime: at(0) }),
      () => {
        world.setClock(20_000);
        return page([person(2)], { providerTime: at(20_000) });
      },
    ];
    await world.sync(world.unit(['100']));
    expect((await world.history()).map((row) => row['watermark'])).toEqual([at(-minute)]);
  });

  test('it is the time when the first call began, not when its page was stored', async () => {
    const world = await syncWorld(store.database, runsignup);
    world.script.participants = [
      () => {
        world.setClock(20_000);
        return page([person(1)]);
      },
    ];
    await world.sync(world.unit(['100']));
    expect((await world.history()).map((row) => row['watermark'])).toEqual([at(-minute)]);
  });

  test('it comes with the last page only', async () => {
    const world = await syncWorld(store.database, runsignup);
    const seen: unknown[] = [];
    world.script.participants = [
      page([person(1)], { last: false }),
      async () => {
        seen.push(...(await world.history()).map((row) => row['watermark']));
        return page([person(2)]);
      },
    ];
    await world.sync(world.unit(['100']));
    expect(seen).toEqual([null]);
  });

  test('a resumed series keeps that of its first run', async () => {
    const world = await syncWorld(store.database, runsignup);
    world.script.participants = [
      page([person(1)], { last: false, providerTime: at(0) }),
      new ProviderUnavailable('down'),
    ];
    await world.sync(world.unit(['100'], { kind: 'incremental', since: at(-hour) }));
    world.setClock(hour);
    world.script.participants = [page([]), page([person(2)], { providerTime: at(hour) })];
    await world.sync(world.unit(['100'], { kind: 'incremental', since: at(-30 * minute) }));
    expect(world.asked.map(({ since, resume }) => [since, resume])).toEqual([
      [at(-hour), undefined],
      [at(-hour), 1],
    ]);
    expect((await world.history()).map((row) => row['watermark'])).toEqual([null, at(-minute)]);
  });
});
