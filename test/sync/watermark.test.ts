import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../../src/domain/errors.ts';
import { watermarkOf } from '../../src/sync/watermark.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld } from './sync-world.ts';

describe('the watermark', () => {
  const call = { begun: at(0), ended: at(3_000), overlapSeconds: 60, since: undefined, before: [] };

  test.each<[string, Partial<Parameters<typeof watermarkOf>[0]>, Date]>([
    ['the provider’s clock is ours: when the call began', { providerTime: at(3_000) }, at(-minute)],
    ['it is behind: its time', { providerTime: at(-2 * minute) }, at(-2 * minute - 3_000 - minute)],
    ['it is ahead: ours', { providerTime: at(10 * minute) }, at(-minute)],
    ['it is unknown: ours', { providerTime: undefined }, at(-minute)],
    [
      'it is unknown, and was an hour behind: still is',
      { before: [{ startedAt: at(-minute), watermark: at(-hour - 2 * minute) }] },
      at(-hour - minute),
    ],
    [
      'it is unknown, and was ours, though the sync before waited for its first call',
      { before: [{ startedAt: at(-minute), watermark: at(-minute - 20_000) }] },
      at(-minute),
    ],
    ['another overlap', { providerTime: undefined, overlapSeconds: 0 }, at(0)],
    ['never back', { providerTime: at(-2 * hour), since: at(-minute) }, at(-minute)],
    ['on from the last one', { providerTime: at(0), since: at(-hour) }, at(-minute - 3_000)],
    ['a clock that was set back during the call', { providerTime: at(0), ended: at(-5_000) }, at(-minute)],
  ])('%s', (_, changes, expected) => {
    expect(watermarkOf({ ...call, providerTime: undefined, ...changes })).toEqual(expected);
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
