import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BudgetSpent,
  CredentialRefused,
  DatabaseUnavailable,
  Interrupted,
  ProviderThrottled,
  ProviderUnavailable,
  UsageError,
} from '../../src/domain/errors.ts';
import type { EventPage, EventRecord } from '../../src/domain/records.ts';
import { listCredentials, markRefused } from '../../src/store/credentials.ts';
import { claimDiscovery } from '../../src/store/discovery-claims.ts';
import { discoverCredential, undiscovered } from '../../src/sync/discover.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, eventRecord, historyOf, hour, identity, minute, newOwner, now, runsignup } from '../store/store-world.ts';
import { syncWorld, type World, type WorldChanges } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

/** A credential that has discovered nothing yet. */
const newWorld = async (changes: WorldChanges = {}) =>
  syncWorld(store.database, runsignup, { owner: await newOwner(store.database.db), ...changes });
const discover = (world: World, options: { includePast?: boolean; eventId?: string } = {}) =>
  discoverCredential(world.context, world.run, { includePast: false, ...options });
const page = (events: readonly EventRecord[], changes: Partial<EventPage> = {}): EventPage => ({
  races: [],
  events,
  rejected: [],
  last: true,
  ...changes,
});
const event = (id: string, changes: Partial<EventRecord> = {}) => eventRecord(runsignup, id, changes);
const eventsOf = async (world: World) =>
  (
    await sql<{ id: string }>`select event_id as id from sync_events
      where timing_partner_id = ${world.owner.partnerId} order by 1`.execute(store.database.db)
  ).rows.map((row) => row.id);
const credentialOf = async (world: World) =>
  (await listCredentials(store.database.db)).find((one) => one.credentialId === world.owner.credentialId);
const nothing = { races: 0, events: 0, newEvents: 0, changedEvents: 0, failed: 0 };

describe('discovery', () => {
  test('stores page by page, and says what was new', async () => {
    const world = await newWorld();
    world.script.events = [
      page([event('1'), event('2')], { last: false }),
      page([event('3')], { rejected: [{ eventId: '4', id: '4', error: 'no start', source: {} }] }),
    ];
    const outcome = await discover(world);
    expect(outcome).toEqual({
      status: 'completed',
      partnerId: world.owner.partnerId,
      provider: 'runsignup',
      credentialId: world.owner.credentialId,
      counts: { races: 0, events: 3, newEvents: 3, changedEvents: 0, failed: 1 },
      apiCalls: 2,
      durationMs: 0,
      failure: undefined,
    });
    expect(world.askedEvents).toEqual([{ startsFrom: at(-hour) }]);
    expect(await eventsOf(world)).toEqual(['1', '2', '3']);
    expect(await historyOf(store.database.db, world.owner)).toMatchObject([
      { operation_type: 'events', status: 'completed', inserted: 3, entries_failed: 1, api_calls: 2, reason: null },
    ]);
    world.script.events = [page([event('1'), event('2', { name: 'Renamed' }), event('3')])];
    expect((await discover(world)).counts).toEqual({ ...nothing, events: 3, changedEvents: 1 });
  });

  test('with the past, or for one event', async () => {
    const world = await newWorld();
    world.script.events = [page([event('1', { startAt: at(-48 * hour) })])];
    await discover(world);
    expect(await eventsOf(world)).toEqual([]);
    await discover(world, { includePast: true });
    expect(await eventsOf(world)).toEqual(['1']);
    await discover(world, { eventId: '7' });
    expect(world.askedEvents).toEqual([
      { startsFrom: at(-hour) },
      { startsFrom: undefined },
      { startsFrom: at(-hour), eventId: '7' },
    ]);
    const rows = await historyOf(store.database.db, world.owner);
    expect(rows.map((row) => [row['operation_type'], row['reason']])).toEqual([
      ['events', null],
      ['events', 'past included'],
      ['event_lookup', null],
    ]);
  });

  test('one at a time per credential', async () => {
    const world = await newWorld();
    const options = { now, leaseSeconds: 60, unitId: crypto.randomUUID(), includePast: false };
    await claimDiscovery(store.database.db, identity(), world.owner, options);
    expect(await discover(world)).toMatchObject({ status: 'deferred', counts: nothing, apiCalls: 0 });
    expect(world.askedEvents).toEqual([]);
  });

  test.each<[string, Error, string, string, string | undefined]>([
    ['a failure', new ProviderUnavailable('it is down', { hint: 'wait' }), 'failed', 'failed', 'ProviderUnavailable'],
    ['a bug', new TypeError('a bug'), 'failed', 'failed', 'TypeError'],
    ['a spent hour', new BudgetSpent('spent', { freeAt: at(hour) }), 'failed', 'failed', 'BudgetSpent'],
    ['a signal', new Interrupted('told to end'), 'deferred', 'abandoned', undefined],
  ])('%s behind a page: that page stays', async (_, error, status, row, kind) => {
    const world = await newWorld();
    world.script.events = [page([event('1')], { last: false }), error];
    const outcome = await discover(world);
    expect(outcome).toMatchObject({ status, counts: { newEvents: 1 }, apiCalls: 2 });
    expect(outcome.failure?.kind).toBe(kind);
    expect(await eventsOf(world)).toEqual(['1']);
    expect(await historyOf(store.database.db, world.owner)).toMatchObject([
      { status: row, reason: error.message, error_details: { kind: error.name, message: error.message } },
    ]);
    world.script.events = [page([event('1')])];
    expect(await discover(world)).toMatchObject({ status: 'completed' });
  });

  test('a listing without its last page is a failure', async () => {
    const world = await newWorld();
    world.script.events = [page([event('1')], { last: false })];
    expect(await discover(world)).toMatchObject({ status: 'failed', failure: { kind: 'UnknownAnswer' } });
  });

  test('a refused credential is marked with its next probe; a success takes that back', async () => {
    const world = await newWorld({ refusals: 1 });
    world.script.events = [new CredentialRefused('key is not valid')];
    expect(await discover(world)).toMatchObject({ status: 'failed', failure: { exit: 'credentialRefused' } });
    const refused = { refusedAt: now, refusedReason: 'key is not valid', refusals: 2, notBefore: at(4 * minute) };
    expect(await credentialOf(world)).toMatchObject(refused);
    world.script.events = [page([])];
    expect(await discover(world)).toMatchObject({ status: 'completed' });
    expect(await credentialOf(world)).toMatchObject({ refusedAt: undefined, refusals: 0, notBefore: undefined });
  });

  test('Retry-After pauses the credential, for syncs too', async () => {
    const world = await newWorld();
    const retryAt = at(20 * minute);
    world.script.events = [new ProviderThrottled('slow down', { retryAt })];
    expect(await discover(world)).toMatchObject({ status: 'failed', failure: { kind: 'ProviderThrottled' } });
    expect(await credentialOf(world)).toMatchObject({ refusedAt: undefined, notBefore: retryAt });
    world.script.events = [new ProviderThrottled('slow down')];
    await discover(world);
    // The rest that is under way stays, and is not counted twice.
    expect(await credentialOf(world)).toMatchObject({ throttles: 1, notBefore: retryAt });
  });

  test('a failure of another kind says nothing about the credential', async () => {
    const world = await newWorld();
    await markRefused(store.database.db, world.owner.credentialId, {
      at: now,
      reason: 'no',
      refusals: 1,
      probeAt: at(minute),
    });
    world.script.events = [new ProviderUnavailable('it is down')];
    await discover(world);
    expect(await credentialOf(world)).toMatchObject({ refusedReason: 'no', refusals: 1, notBefore: at(minute) });
  });

  test('a lost database is thrown, and the claim will run out', async () => {
    const world = await newWorld();
    const lost = new DatabaseUnavailable('the database went away');
    world.script.events = [lost];
    await expect(discover(world)).rejects.toBe(lost);
    expect(await historyOf(store.database.db, world.owner)).toMatchObject([{ status: 'running' }]);
  });

  test('calls are made in the name of the discovery', async () => {
    const units: (string | undefined)[] = [];
    const world = await newWorld({ onCall: (unitId) => units.push(unitId) });
    world.script.events = [page([event('1')])];
    await discover(world);
    const [row] = await historyOf(store.database.db, world.owner);
    expect(units).toEqual([row?.['unit_id']]);
  });

  test('a credential that cannot be opened has an outcome too', () => {
    const credential = { partnerId: 1, credentialId: 2, provider: 'runsignup' };
    expect(undiscovered(credential, new UsageError('no key', { hint: 'set it' }))).toEqual({
      ...credential,
      status: 'failed',
      counts: nothing,
      apiCalls: 0,
      durationMs: 0,
      failure: { kind: 'UsageError', message: 'no key', hint: 'set it', exit: 'usage' },
    });
  });
});
