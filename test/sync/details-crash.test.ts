/** A process that dies while it reads registrations: the call in hand is lost, and no other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/domain/errors.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, now } from '../store/store-world.ts';
import {
  all,
  announced,
  announcing,
  details,
  detailsWorld,
  everybody,
  lastRow,
  listing,
  registration,
  stored,
  unread,
} from './details-world.ts';
import { afterTheLease } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

/** Nothing can be recorded when the database is lost: to the next run this is a process that died. */
const died = new DatabaseUnavailable('the process died here');

describe('a run that dies', () => {
  test.each(everybody.map((_, index) => index))('at registration %i loses the call in hand', async (index) => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(everybody.slice(0, 3), { last: false }), announcing(everybody.slice(3))];
    const victim = everybody[index] ?? '';
    world.script.registrations = { ...world.script.registrations, [victim]: died };
    await expect(world.sync(listing(world, all))).rejects.toBe(died);
    expect(await stored(world)).toEqual(everybody.slice(0, index).map((id) => `${id}:5K`));
    await afterTheLease(world, hour);

    world.script.registrations = { ...world.script.registrations, [victim]: registration(victim) };
    expect(await world.sync(listing(world, all))).toMatchObject({
      status: 'completed',
      counts: { inserted: 6 - index, fetched: 6 - index },
      apiCalls: 6 - index,
    });
    expect(world.asked).toHaveLength(1);
    expect(world.askedDetails).toHaveLength(7);
    expect(await stored(world)).toEqual(everybody.map((id) => `${id}:5K`));
    // The listing of the first run stands: its watermark, and what it cost.
    expect(await lastRow(world)).toMatchObject({ watermark: at(-minute), listing_calls: 2, status: 'completed' });
  });

  test('between two pages goes on behind the first, and reads what it announced', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(['a', 'b', 'c'], { last: false }), died];
    await expect(world.sync(listing(world, all))).rejects.toBe(died);
    await afterTheLease(world, hour);
    world.script.participants = [announcing(['a', 'b', 'c'], { last: false }), announcing(['d', 'e', 'f'])];
    expect(await world.sync(listing(world, all))).toMatchObject({ counts: { inserted: 6 }, apiCalls: 7 });
    expect(world.asked.map((query) => query.resume)).toEqual([undefined, 1]);
    expect(await stored(world)).toEqual(everybody.map((id) => `${id}:5K`));
  });

  test('whose claim was taken over meanwhile stores nothing any more', async () => {
    const world = await announced(store.database);
    const overtaken = async () => {
      await afterTheLease(world, hour);
      return registration('b');
    };
    world.script.registrations = { ...world.script.registrations, b: overtaken };
    expect(await world.sync(details(world, 6))).toMatchObject({
      status: 'deferred',
      deferredBecause: 'claimed-elsewhere',
    });
    expect(await stored(world)).toEqual(['a:5K']);
    expect(await unread(world)).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(world.askedDetails).toEqual(['a', 'b']);
  });

  test('at a unit that only reads leaves the next one to go on with the rest', async () => {
    const world = await announced(store.database);
    world.script.registrations = { ...world.script.registrations, c: died };
    await expect(world.sync(details(world, 6))).rejects.toBe(died);
    await afterTheLease(world, hour);
    world.script.registrations = { ...world.script.registrations, c: registration('c') };
    expect(await world.sync(details(world, 6))).toMatchObject({ counts: { inserted: 4 }, unread: 0 });
    expect(world.askedDetails).toEqual(['a', 'b', 'c', 'c', 'd', 'e', 'f']);
  });

  test('at a unit that only reads is made up for by the listing as if it had not been', async () => {
    const world = await announced(store.database);
    world.script.registrations = { ...world.script.registrations, a: died };
    await expect(world.sync(details(world, 6))).rejects.toBe(died);
    await afterTheLease(world, hour);
    world.script.registrations = { ...world.script.registrations, a: registration('a') };
    expect(await world.sync(listing(world, all, { since: now }))).toMatchObject({ counts: { inserted: 6 }, unread: 0 });
    expect(world.asked).toHaveLength(2);
  });
});
