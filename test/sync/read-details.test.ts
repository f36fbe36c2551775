/** Registrations that a list only announces: what is read, when it ends, and what a killed run leaves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BudgetSpent,
  CallRefused,
  CredentialRefused,
  DatabaseUnavailable,
  Interrupted,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../src/domain/errors.ts';
import type { PlannedUnit } from '../../src/domain/planning.ts';
import type { ParticipantPage, Registration } from '../../src/domain/records.ts';
import { readUnread } from '../../src/store/outlines.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, category, haku, hour, minute, now, outline } from '../store/store-world.ts';
import { afterTheLease, page, type Step, syncWorld, type World } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

const died = new DatabaseUnavailable('the process died here');
const everybody = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A registration of one category. */
const registration = (id: string, firstName = 'Cy'): Registration => ({
  records: [category(`${id}:5K`, { row: { first_name: firstName } })],
  rejected: [],
});

/** A page of a list; a version behind a dash: `a-v2`. */
function announcing(ids: readonly string[], changes: Partial<ParticipantPage> = {}): ParticipantPage {
  const outlines = ids.map((text) => {
    const [id = '', fingerprint = 'v1'] = text.split('-');
    return outline(id, fingerprint);
  });
  return page([], { outlines, ...changes });
}

async function newWorld(changes: Parameters<typeof syncWorld>[2] = {}): Promise<World> {
  const world = await syncWorld(store.database, haku, changes);
  world.script.registrations = Object.fromEntries(everybody.map((id) => [id, registration(id)]));
  return world;
}

const all = Number.POSITIVE_INFINITY;
const listing = (world: World, detailCalls: number, changes: Partial<PlannedUnit> = {}) =>
  world.unit(['e1'], { detailCalls, ...changes });
const details = (world: World, detailCalls: number) => listing(world, detailCalls, { kind: 'details' });
const unread = async (world: World) =>
  (await readUnread(store.database.db, world.owner, ['e1'], 100)).map((one) => one.registrationId);
const stored = async (world: World) => Object.keys(await world.people()).sort();
const lastRow = async (world: World) => (await world.history()).at(-1);
/** A world in which all six are announced, and none is read. */
async function announced(): Promise<World> {
  const world = await newWorld();
  world.script.participants = [announcing(everybody)];
  await world.sync(listing(world, 0));
  return world;
}

describe('a listing', () => {
  test('is read behind as far as its share goes; what is left is backlog, and no failure', async () => {
    const world = await newWorld();
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
    const world = await newWorld();
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
    const world = await newWorld();
    world.script.participants = [announcing(everybody)];
    await world.sync(listing(world, all));
    world.setClock(hour);
    const outcome = await world.sync(listing(world, all, { kind: 'incremental' }));
    expect(outcome).toMatchObject({ counts: { fetched: 6, unchanged: 6, updated: 0 }, unread: 0, apiCalls: 1 });
  });

  test('that cannot be believed is not read behind: a safety stop comes first', async () => {
    const world = await newWorld();
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
    const world = await newWorld();
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
    const world = await newWorld();
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
    const world = await announced();
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
    const world = await announced();
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
    const world = await announced();
    world.script.registrations = { ...world.script.registrations, c: error };
    expect(await world.sync(details(world, 5))).toMatchObject({
      status: 'completed',
      counts: { inserted: 2 },
      unread: 4,
    });
  });

  test('when the run is told to end', async () => {
    const world = await announced();
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
    const world = await newWorld();
    world.script.participants = [announcing(everybody)];
    world.script.registrations = { ...world.script.registrations, c: new BudgetSpent('spent', { freeAt: at(hour) }) };
    expect(await world.sync(listing(world, all))).toMatchObject({ status: 'completed', unread: 4 });
  });

  test('but who asked for all of it and is told to end is not done, and goes on without listing again', async () => {
    const world = await newWorld();
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
    const world = await announced();
    world.script.registrations = { ...world.script.registrations, b: new CallRefused('gone') };
    expect(await world.sync(details(world, 6))).toMatchObject({
      status: 'completed',
      counts: { fetched: 6, inserted: 5, failed: 1 },
      unread: 0,
    });
    expect(await world.sync(details(world, 6))).toMatchObject({ apiCalls: 0 });
  });

  test('is set aside with others, until none of many could be read', async () => {
    const world = await announced();
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
      const world = await announced();
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
    const world = await newWorld();
    world.script.participants = [announcing(['a'])];
    world.script.registrations = { a: new ProviderUnavailable('502') };
    await world.sync(listing(world, 0));
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await world.sync(details(world, 2))).toMatchObject({ failure: { message: '502' } });
    }
    expect(await unread(world)).toEqual(['a']);
  });

  test('comes empty: that is no answer', async () => {
    const world = await announced();
    world.script.registrations = { a: { records: [], rejected: [] } };
    expect(await world.sync(details(world, 1))).toMatchObject({ failure: { kind: 'UnknownAnswer' } });
    expect(await unread(world)).toContain('a');
  });

  test.each<[string, Error, string]>([
    ['a refused credential', new CredentialRefused('401'), 'abandoned'],
    ['a throttle', new ProviderThrottled('slow down', { retryAt: at(hour) }), 'failed'],
  ])('stops the unit with %s', async (_, error, status) => {
    const world = await announced();
    world.script.check = () => Promise.reject(error);
    world.script.registrations = { ...world.script.registrations, b: error };
    expect(await world.sync(details(world, 6))).toMatchObject({ status: 'failed', counts: { inserted: 1 } });
    expect(await lastRow(world)).toMatchObject({ operation_type: 'details', status, inserted: 1 });
    expect(await unread(world)).toEqual(['b', 'c', 'd', 'e', 'f']);
  });
});

describe('a run that dies', () => {
  test.each(everybody.map((_, index) => index))('at registration %i loses the call in hand', async (index) => {
    const world = await newWorld();
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
    const world = await newWorld();
    world.script.participants = [announcing(['a', 'b', 'c'], { last: false }), died];
    await expect(world.sync(listing(world, all))).rejects.toBe(died);
    await afterTheLease(world, hour);
    world.script.participants = [announcing(['a', 'b', 'c'], { last: false }), announcing(['d', 'e', 'f'])];
    expect(await world.sync(listing(world, all))).toMatchObject({ counts: { inserted: 6 }, apiCalls: 7 });
    expect(world.asked.map((query) => query.resume)).toEqual([undefined, 1]);
    expect(await stored(world)).toEqual(everybody.map((id) => `${id}:5K`));
  });

  test('whose claim was taken over meanwhile stores nothing any more', async () => {
    const world = await announced();
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
    const world = await announced();
    world.script.registrations = { ...world.script.registrations, c: died };
    await expect(world.sync(details(world, 6))).rejects.toBe(died);
    await afterTheLease(world, hour);
    world.script.registrations = { ...world.script.registrations, c: registration('c') };
    expect(await world.sync(details(world, 6))).toMatchObject({ counts: { inserted: 4 }, unread: 0 });
    expect(world.askedDetails).toEqual(['a', 'b', 'c', 'c', 'd', 'e', 'f']);
  });

  test('at a unit that only reads is made up for by the listing as if it had not been', async () => {
    const world = await announced();
    world.script.registrations = { ...world.script.registrations, a: died };
    await expect(world.sync(details(world, 6))).rejects.toBe(died);
    await afterTheLease(world, hour);
    world.script.registrations = { ...world.script.registrations, a: registration('a') };
    expect(await world.sync(listing(world, all, { since: now }))).toMatchObject({ counts: { inserted: 6 }, unread: 0 });
    expect(world.asked).toHaveLength(2);
  });
});
