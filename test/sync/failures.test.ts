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
import { listCredentials, rest } from '../../src/store/credentials.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld, type World, type WorldChanges } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());
const newWorld = (changes?: WorldChanges) => syncWorld(store.database, runsignup, changes);

const credentialOf = async (world: World) =>
  (await listCredentials(store.database.db)).find((one) => one.credentialId === world.owner.credentialId);
const fine = { refusedAt: undefined, refusedReason: undefined, refusals: 0, notBefore: undefined, throttles: 0 };

async function failing(error: Error, changes: { priority?: 'high' | 'medium' } = {}): Promise<World> {
  const world = await newWorld();
  world.script.participants = [page([person(1)], { last: false }), error];
  await world.sync(world.unit(['100', '200'], changes));
  return world;
}

describe('a failed unit', () => {
  test.each([
    ['ProviderUnavailable', new ProviderUnavailable('it is down', { hint: 'wait' }), 'someFailed'],
    ['UnknownAnswer', new UnknownAnswer('an HTML page'), 'someFailed'],
    ['TypeError', new TypeError('a bug'), 'bug'],
  ])('%s: says why, and is tried again in 2 minutes', async (kind, error, exit) => {
    const world = await newWorld();
    world.script.participants = [page([person(1)], { last: false }), error];
    const hint = 'hint' in error ? error.hint : undefined;
    expect(await world.sync(world.unit(['100', '200']))).toMatchObject({
      status: 'failed',
      counts: { inserted: 1 },
      apiCalls: 2,
      failure: { kind, message: error.message, hint, exit },
    });
    const row = {
      status: 'failed',
      reason: error.message,
      error_details: { kind, message: error.message, hint: hint ?? null },
      failures: 1,
      retry_at: at(2 * minute),
      watermark: null,
    };
    expect(await world.history()).toMatchObject([
      { ...row, event_id: '100', inserted: 1, api_calls: 2 },
      { ...row, event_id: '200', inserted: 0, api_calls: 0 },
    ]);
    expect(await credentialOf(world)).toMatchObject(fine);
  });

  test('is tried again after 2, 4 and 8 minutes; then it failed for good, with one alert', async () => {
    const world = await newWorld();
    world.script.participants = [new ProviderUnavailable('it is down')];
    const ends: unknown[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const outcome = await world.sync(world.unit(['100']));
      const row = (await world.history()).at(-1);
      ends.push([outcome.status, row?.['status'], row?.['failures'], row?.['retry_at']]);
    }
    expect(ends).toEqual([
      ['failed', 'failed', 1, at(2 * minute)],
      ['failed', 'failed', 2, at(4 * minute)],
      ['failed', 'failed', 3, at(8 * minute)],
      ['failed_permanent', 'failed_permanent', 4, null],
      ['failed_permanent', 'failed_permanent', 5, null],
      ['failed_permanent', 'failed_permanent', 6, null],
    ]);
    const alerts = world.log.filter((line) => line.level === 'error');
    expect(alerts).toMatchObject([{ fields: { event: '100', failures: 4, error: 'it is down' } }]);
    world.script.participants = [page([person(1)])];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ status: 'completed' });
    world.script.participants = [new ProviderUnavailable('it is down')];
    await world.sync(world.unit(['100']));
    expect((await world.history()).at(-1)).toMatchObject({ status: 'failed', failures: 1 });
  });

  test.each([
    ['57014', 'ended a statement that took longer than it allows'],
    ['40P01', 'ended a statement that waited in a circle with another program'],
    ['40001', 'ended a statement that met a change of another program'],
    ['55P03', 'ended a statement that waited too long for a lock'],
  ])('whose statement the database gave up (%s): the run goes on, and it is retried', async (code, what) => {
    const world = await newWorld();
    world.script.participants = [page([person(1)], { last: false }), Object.assign(new Error('no'), { code })];
    expect(await world.sync(world.unit(['100']))).toMatchObject({
      status: 'failed',
      counts: { inserted: 1 },
      failure: { kind: 'StatementGivenUp', message: expect.stringContaining(what), exit: 'someFailed' },
    });
    expect(await world.history()).toMatchObject([{ status: 'failed', failures: 1, retry_at: at(2 * minute) }]);
  });

  test('is not tried later than its own interval', async () => {
    const world = await failing(new ProviderUnavailable('it is down'), { priority: 'high' });
    expect((await world.history())[0]).toMatchObject({ retry_at: at(minute) });
  });

  test('events count their failures one by one', async () => {
    const world = await newWorld();
    world.script.participants = [new ProviderUnavailable('it is down')];
    await world.sync(world.unit(['100']));
    await world.sync(world.unit(['100', '200']));
    const rows = (await world.history()).slice(1);
    expect(rows.map((row) => [row['event_id'], row['failures'], row['retry_at']])).toEqual([
      ['100', 2, at(4 * minute)],
      ['200', 1, at(2 * minute)],
    ]);
  });

  test('Retry-After wins over the waits, and pauses the credential', async () => {
    const retryAt = at(20 * minute);
    const world = await failing(new ProviderThrottled('slow down', { retryAt }), { priority: 'high' });
    expect(await world.history()).toMatchObject([{ retry_at: retryAt }, { retry_at: retryAt }]);
    expect(await credentialOf(world)).toMatchObject({ ...fine, notBefore: retryAt, throttles: 1 });
  });

  test.each([
    ['in the first place', 0, 1],
    ['for the third time', 2, 4],
    ['again and again', 40, 60],
  ])('without Retry-After the credential rests all the same, throttled %s', async (_, throttles, minutes) => {
    const world = await newWorld({ throttles });
    await rest(store.database.db, world.owner.credentialId, { throttles, notBefore: undefined });
    world.script.participants = [new ProviderThrottled('slow down')];
    await world.sync(world.unit(['100', '200']));
    const until = at(minutes * minute);
    expect(await world.history()).toMatchObject([{ retry_at: until }, { retry_at: until }]);
    expect(await credentialOf(world)).toMatchObject({ ...fine, notBefore: until, throttles: throttles + 1 });
  });

  test('a success ends the row of throttles', async () => {
    const world = await newWorld({ throttles: 3 });
    await rest(store.database.db, world.owner.credentialId, { throttles: 3, notBefore: at(-minute) });
    world.script.participants = [page([person(1)])];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ status: 'completed' });
    expect(await credentialOf(world)).toMatchObject(fine);
  });

  test('a lost database is thrown: nothing can be recorded, the lease will run out', async () => {
    const world = await newWorld();
    const lost = new DatabaseUnavailable('the database went away');
    world.script.participants = [lost];
    await expect(world.sync(world.unit(['100']))).rejects.toBe(lost);
    expect(await world.history()).toMatchObject([{ status: 'running', lease_until: at(minute) }]);
  });
});

describe('what is nobody’s fault', () => {
  test.each([
    ['the hour is spent', new BudgetSpent('spent', { freeAt: at(hour) }), { kind: 'BudgetSpent' }],
    ['the run was told to end', new Interrupted('told to end'), undefined],
  ])('%s: put off, without a failure', async (_, error, failure) => {
    const world = await newWorld();
    world.script.participants = [page([person(1)], { last: false }), error];
    const outcome = await world.sync(world.unit(['100']));
    expect(outcome.status).toBe('deferred');
    expect(outcome.failure?.kind).toBe(failure?.kind);
    expect(await world.history()).toMatchObject([{ status: 'abandoned', failures: 0, retry_at: null, inserted: 1 }]);
    world.script.participants = [page([]), page([person(2)])];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ status: 'completed', apiCalls: 1 });
  });
});

describe('a refused credential', () => {
  const refused = new CredentialRefused('key is not valid', { hint: 'ask the director' });

  test('is marked with the next probe; its events did nothing wrong', async () => {
    const world = await newWorld();
    world.script.check = () => Promise.reject(refused);
    world.script.participants = [refused];
    expect(await world.sync(world.unit(['100']))).toMatchObject({
      status: 'failed',
      failure: { kind: 'CredentialRefused', exit: 'credentialRefused' },
    });
    expect(await credentialOf(world)).toMatchObject({
      refusedAt: at(0),
      refusedReason: 'key is not valid',
      refusals: 1,
      notBefore: at(2 * minute),
    });
    // The call that tells a refused key from a refused race is the unit's too.
    expect(await world.history()).toMatchObject([{ status: 'abandoned', failures: 0, retry_at: null, api_calls: 2 }]);
  });

  test('is probed later each time, and recovers with the first probe that works', async () => {
    const first = await newWorld();
    const probes: unknown[] = [];
    for (let refusals = 0; refusals < 5; refusals += 1) {
      const world = await newWorld({ owner: first.owner, refusals });
      world.script.check = () => Promise.reject(refused);
      world.script.participants = [refused];
      await world.sync(world.unit(['100']));
      const credential = await credentialOf(world);
      probes.push([credential?.refusals, credential?.notBefore, credential?.refusedAt]);
    }
    expect(probes).toEqual([2, 4, 8, 15, 15].map((minutes, index) => [index + 1, at(minutes * minute), at(0)]));
    const world = await newWorld({ owner: first.owner, refusals: 5 });
    world.script.participants = [page([person(1)])];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ status: 'completed' });
    expect(await credentialOf(world)).toMatchObject(fine);
  });

  test('is not blamed where only the race is refused', async () => {
    const world = await newWorld();
    world.script.participants = [refused];
    expect(await world.sync(world.unit(['100']))).toMatchObject({
      status: 'failed',
      failure: { kind: CallRefused.name, exit: 'someFailed', message: expect.stringContaining('not for this race') },
    });
    expect(await credentialOf(world)).toMatchObject(fine);
    expect(await world.history()).toMatchObject([{ status: 'failed', failures: 1, retry_at: at(2 * minute) }]);
  });

  test('is not blamed where nobody could ask', async () => {
    const world = await newWorld();
    world.script.check = () => Promise.reject(new ProviderUnavailable('it is down'));
    world.script.participants = [refused];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ failure: { kind: 'ProviderUnavailable' } });
    expect(await credentialOf(world)).toMatchObject(fine);
  });
});
