/** Registrations that a list only announces: which are read, when reading ends, and what is set aside. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BudgetSpent,
  CallRefused,
  CredentialRefused,
  Interrupted,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../src/domain/errors.ts';
import type { Registration } from '../../src/domain/records.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, category, haku, hour, minute } from '../store/store-world.ts';
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
  unread,
} from './details-world.ts';
import { type Step, syncWorld } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

describe('a listing', () => {
  test('is read behind as far as its share goes; what is left is backlog, and no failure', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(['a', 'b', 'c'], { last: false }), announcing(['d', 'e', 'f'])];
    const outcome = await world.sync(listing(world, 4));
    expect(outcome).toMatchObject({
      status: 'completed',
      kind: 'full',
      counts: { fetched: 4, inserted: 4, unchanged: 0, failed: 0 },
      unread: 2,
      apiCalls: 6,
    });
    expect(await lastRow(world)).toMatchObject({
      status: 'completed',
      operation_type: 'full_sync',
      fetched: 4,
      inserted: 4,
      api_calls: 6,
      listing_calls: 2,
      watermark: at(-minute),
      checkpoint: null,
    });
    expect(await unread(world)).toEqual(['e', 'f']);
  });

  test('asks only for who is new or has changed, the newest first', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(['a', 'b', 'c', 'd'])];
    await world.sync(listing(world, 2));
    world.setClock(10 * minute);
    world.script.registrations = { ...world.script.registrations, b: registration('b', 'Di') };
    world.script.participants = [announcing(['a', 'b-v2', 'c', 'd', 'e'])];
    const outcome = await world.sync(listing(world, 3));
    expect(world.askedDetails).toEqual(['a', 'b', 'b', 'e', 'c']);
    expect(outcome).toMatchObject({
      counts: { fetched: 4, inserted: 2, updated: 1, unchanged: 1 },
      unread: 1,
    });
    expect((await world.people())['b:5K']?.['first_name']).toBe('Di');
  });

  test('of which nothing has changed makes no other call', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(everybody)];
    await world.sync(listing(world, all));
    world.setClock(hour);
    const outcome = await world.sync(listing(world, all, { kind: 'incremental' }));
    expect(outcome).toMatchObject({ counts: { fetched: 6, unchanged: 6, updated: 0 }, unread: 0, apiCalls: 1 });
  });

  test('that cannot be believed is not read behind: a safety stop comes first', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(everybody)];
    await world.sync(listing(world, all));
    world.setClock(hour);
    world.script.participants = [announcing(['new'])];
    expect(await world.sync(listing(world, all))).toMatchObject({ status: 'failed', failure: { kind: 'SafetyStop' } });
    expect(world.askedDetails).toEqual(everybody);
    expect(await unread(world)).toEqual(['new']);
    expect(await lastRow(world)).toMatchObject({ checkpoint: null });
  });

  test('that lacks somebody marks all rows of the person, and reads again who comes back', async () => {
    const world = await detailsWorld(store.database);
    const both = { records: [category('a:5K'), category('a:10K')], rejected: [] };
    world.script.registrations = { ...world.script.registrations, a: both };
    world.script.participants = [announcing(everybody)];
    await world.sync(listing(world, all));
    const gone = async () => {
      const people = await world.people();
      return Object.keys(people).filter((id) => people[id]?.['removed_reason'] === 'absent');
    };
    world.script.participants = [announcing(everybody.slice(1))];
    expect((await world.sync(listing(world, all))).counts).toMatchObject({ removed: 2 });
    expect((await gone()).sort()).toEqual(['a:10K', 'a:5K']);
    world.script.participants = [announcing(everybody)];
    expect(await world.sync(listing(world, all))).toMatchObject({ counts: { updated: 2, unchanged: 5 }, unread: 0 });
    expect(await gone()).toEqual([]);
  });

  test('keeps rows that cannot be read, and those of registrations apart', async () => {
    const world = await detailsWorld(store.database);
    const row = { id: 'a', eventId: 'e1', error: 'the row makes no sense', source: {} };
    world.script.registrations = { ...world.script.registrations, b: new CallRefused('gone') };
    world.script.participants = [announcing(['b', 'c'], { rejected: [row] })];
    const outcome = await world.sync(listing(world, all));
    expect(outcome).toMatchObject({ status: 'completed', counts: { fetched: 3, inserted: 1, failed: 2 } });
    const rejected = async () => {
      const { rows } = await store.database.db
        .selectFrom('rejected_rows')
        .selectAll()
        .execute()
        .then((found) => ({
          rows: found.filter((one) => one.timing_partner_id === world.owner.partnerId),
        }));
      return rows.map((one) => [one.row_key, one.error]).sort();
    };
    expect(await rejected()).toEqual([
      ['id:a', 'the row makes no sense'],
      ['id:b', 'gone'],
    ]);
    // The list has both of them in order now; what reading b told still stands.
    world.setClock(minute);
    world.script.participants = [announcing(['a', 'b', 'c'])];
    expect(await world.sync(listing(world, all))).toMatchObject({ counts: { inserted: 1, unchanged: 2, failed: 0 } });
    expect(await rejected()).toEqual([['id:b', 'gone']]);
    // A day later it is asked for once more.
    world.setClock(26 * hour);
    world.script.registrations = { ...world.script.registrations, b: registration('b') };
    expect(await world.sync(listing(world, all))).toMatchObject({ counts: { inserted: 1 } });
    expect(await rejected()).toEqual([]);
  });
});

describe('a unit that only reads', () => {
  test('lists nothing, leaves the watermark alone, and goes on with the backlog', async () => {
    const world = await announced(store.database);
    world.setClock(minute);
    const outcome = await world.sync(details(world, 4));
    expect(outcome).toMatchObject({
      status: 'completed',
      kind: 'details',
      counts: { inserted: 4 },
      unread: 2,
      apiCalls: 4,
    });
    expect(world.asked).toHaveLength(1);
    expect(await lastRow(world)).toMatchObject({
      operation_type: 'details',
      status: 'completed',
      watermark: null,
      api_calls: 4,
      listing_calls: null,
      inserted: 4,
    });
    expect(await world.sync(details(world, 4))).toMatchObject({ counts: { inserted: 2 }, unread: 0, apiCalls: 2 });
    expect(await world.sync(details(world, 4))).toMatchObject({ status: 'completed', unread: 0, apiCalls: 0 });
  });

  test('is left to another run that has read since the plan', async () => {
    const world = await announced(store.database);
    world.setClock(minute);
    const other = await syncWorld(store.database, haku, { owner: world.owner });
    other.script.registrations = world.script.registrations;
    other.setClock(minute + 1_000);
    await other.sync(details(other, 1));
    world.setClock(minute + 20_000);
    const planned = { plannedAt: at(minute) };
    expect(await world.sync(details(world, 1), planned)).toMatchObject({ deferredBecause: 'claimed-elsewhere' });
    world.setClock(2 * minute);
    expect(await world.sync(details(world, 1), { plannedAt: at(2 * minute) })).toMatchObject({ status: 'completed' });
  });
});

describe('reading ends quietly', () => {
  test.each<[string, Error]>([
    ['when the hour is spent', new BudgetSpent('spent', { freeAt: at(hour) })],
    ['when the call is broken off', new Interrupted('told to end')],
  ])('%s', async (_, error) => {
    const world = await announced(store.database);
    world.script.registrations = { ...world.script.registrations, c: error };
    expect(await world.sync(details(world, 5))).toMatchObject({
      status: 'completed',
      counts: { inserted: 2 },
      unread: 4,
    });
  });

  test('when the run is told to end', async () => {
    const world = await announced(store.database);
    const stop = () => {
      world.stop();
      return registration('b');
    };
    world.script.registrations = { ...world.script.registrations, b: stop };
    expect(await world.sync(details(world, 5))).toMatchObject({
      status: 'completed',
      counts: { inserted: 2 },
      unread: 4,
    });
    expect(world.askedDetails).toEqual(['a', 'b']);
  });

  test('for who asked for all of it as well where the hour is spent', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(everybody)];
    world.script.registrations = { ...world.script.registrations, c: new BudgetSpent('spent', { freeAt: at(hour) }) };
    expect(await world.sync(listing(world, all))).toMatchObject({ status: 'completed', unread: 4 });
  });

  test('but who asked for all of it and is told to end is not done, and goes on without listing again', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(everybody)];
    const stop = () => {
      world.stop();
      return registration('b');
    };
    world.script.registrations = { ...world.script.registrations, b: stop };
    expect(await world.sync(listing(world, all))).toMatchObject({ status: 'deferred', deferredBecause: 'run-ended' });
    const next = await syncWorld(store.database, haku, { owner: world.owner });
    next.script.registrations = Object.fromEntries(everybody.map((id) => [id, registration(id)]));
    next.setClock(hour);
    expect(await next.sync(listing(next, all))).toMatchObject({ status: 'completed', unread: 0, apiCalls: 4 });
    expect(next.asked).toEqual([]);
    expect(await lastRow(next)).toMatchObject({ listing_calls: 1, watermark: at(-minute) });
  });
});

describe('a registration that is not given', () => {
  test('is set aside, and the others go on', async () => {
    const world = await announced(store.database);
    world.script.registrations = { ...world.script.registrations, b: new CallRefused('gone') };
    expect(await world.sync(details(world, 6))).toMatchObject({
      status: 'completed',
      counts: { fetched: 6, inserted: 5, failed: 1 },
      unread: 0,
    });
    expect(await world.sync(details(world, 6))).toMatchObject({ apiCalls: 0 });
  });

  test('is set aside with others, until none of many could be read', async () => {
    const world = await announced(store.database);
    const bad: Step<Registration> = {
      records: [],
      rejected: [{ eventId: 'e1', error: 'participant: missing', source: {} }],
    };
    world.script.registrations = Object.fromEntries(everybody.map((id) => [id, bad]));
    expect(await world.sync(details(world, 6))).toMatchObject({
      status: 'failed',
      counts: { fetched: 5, failed: 5 },
      failure: { kind: 'UnknownAnswer', message: 'none of 5 registrations could be read: participant: missing' },
    });
    expect(await unread(world)).toEqual(['f']);
  });

  test.each<[string, Error]>([
    ['an answer that nobody knows', new UnknownAnswer('HTML')],
    ['a provider that is down', new ProviderUnavailable('502')],
  ])(
    'fails the unit with %s, lets the others go first, and is set aside when they do get answers',
    async (_, error) => {
      const world = await announced(store.database);
      world.script.registrations = { ...world.script.registrations, a: error };
      expect(await world.sync(details(world, 2))).toMatchObject({
        status: 'failed',
        failure: { message: error.message },
      });
      expect(await unread(world)).toEqual(['b', 'c', 'd', 'e', 'f', 'a']);
      expect(await world.sync(details(world, 6))).toMatchObject({ status: 'failed', counts: { inserted: 5 } });
      world.setClock(minute);
      world.script.participants = [announcing([...everybody, 'g'])];
      world.script.registrations = { ...world.script.registrations, g: registration('g') };
      expect(await world.sync(listing(world, 6))).toMatchObject({
        status: 'completed',
        counts: { inserted: 1, failed: 1 },
      });
      expect(world.askedDetails).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'a', 'g', 'a']);
      expect(await unread(world)).toEqual([]);
    },
  );

  test('is not set aside while nobody gets an answer', async () => {
    const world = await detailsWorld(store.database);
    world.script.participants = [announcing(['a'])];
    world.script.registrations = { a: new ProviderUnavailable('502') };
    await world.sync(listing(world, 0));
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await world.sync(details(world, 2))).toMatchObject({ failure: { message: '502' } });
    }
    expect(await unread(world)).toEqual(['a']);
  });

  test('comes empty: that is no answer', async () => {
    const world = await announced(store.database);
    world.script.registrations = { a: { records: [], rejected: [] } };
    expect(await world.sync(details(world, 1))).toMatchObject({ failure: { kind: 'UnknownAnswer' } });
    expect(await unread(world)).toContain('a');
  });

  test.each<[string, Error, string]>([
    ['a refused credential', new CredentialRefused('401'), 'abandoned'],
    ['a throttle', new ProviderThrottled('slow down', { retryAt: at(hour) }), 'failed'],
  ])('stops the unit with %s', async (_, error, status) => {
    const world = await announced(store.database);
    world.script.check = () => Promise.reject(error);
    world.script.registrations = { ...world.script.registrations, b: error };
    expect(await world.sync(details(world, 6))).toMatchObject({ status: 'failed', counts: { inserted: 1 } });
    expect(await lastRow(world)).toMatchObject({ operation_type: 'details', status, inserted: 1 });
    expect(await unread(world)).toEqual(['b', 'c', 'd', 'e', 'f']);
  });
});
