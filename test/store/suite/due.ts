/** Part of the store's suite: the facts of the plan, from rows of this program and of older ones. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { EventState } from '../../../src/domain/planning.ts';
import { providers } from '../../../src/providers/registry.ts';
import { markRefused, removeCredential } from '../../../src/store/credentials.ts';
import { type EventFilter, readCredentialStates, readEventStates } from '../../../src/store/due.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import {
  addEvents,
  addHistory,
  at,
  eventRecord,
  hour,
  minute,
  newCredential,
  newOwner,
  now,
  type Opened,
  raceroster,
  runsignup,
} from '../store-world.ts';

export function dueTests(opened: Opened): void {
  const statesOf = async (owner: Owner, filter: Partial<EventFilter> = {}) => {
    const { byId } = await readProviderIds(opened.db, providers);
    return readEventStates(opened.db, byId, { startsFrom: at(-hour), partnerId: owner.partnerId, ...filter }, now);
  };
  const ownerWith = async (...history: Record<string, unknown>[]) => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, [eventRecord(runsignup, '1', { raceId: '10' })]);
    for (const row of history) await addHistory(opened.db, owner, { event_id: '1', ...row });
    return owner;
  };
  const stateAfter = async (...history: Record<string, unknown>[]): Promise<EventState> => {
    const [state] = await statesOf(await ownerWith(...history));
    if (!state) throw new Error('the event is not there');
    return state;
  };
  /** A row of ours so long ago (ms). */
  const full = (ago: number, changes: Record<string, unknown> = {}) => ({
    operation_type: 'full_sync',
    status: 'completed',
    claim_key: 'event:1',
    started_at: at(-ago),
    watermark: at(-ago - minute),
    api_calls: 12,
    ...changes,
  });
  const incremental = (ago: number, changes: Record<string, unknown> = {}) =>
    full(ago, { operation_type: 'incremental_sync', api_calls: 2, ...changes });
  const failed = (ago: number, changes: Record<string, unknown> = {}) =>
    full(ago, { status: 'failed', failures: 2, retry_at: at(-ago + 4 * minute), reason: 'it was down', ...changes });
  const running = (ago: number, changes: Record<string, unknown> = {}) =>
    full(ago, {
      status: 'running',
      lease_until: at(-ago + minute),
      host: 'host-a',
      process: '4026531836:77:9',
      ...changes,
    });
  const never = {
    lastCompleted: undefined,
    lastFullAt: undefined,
    calls: {},
    backlog: 0,
    lastFailure: undefined,
    running: undefined,
  };

  test('an event that was never synced', async () => {
    const owner = await ownerWith();
    expect(await statesOf(owner)).toEqual([
      {
        partnerId: owner.partnerId,
        providerId: owner.providerId,
        provider: 'runsignup',
        credentialId: owner.credentialId,
        eventId: '1',
        raceId: '10',
        name: 'Event 1',
        startAt: at(24 * hour),
        timeZone: 'America/Denver',
        ...never,
      },
    ]);
  });

  const completed = (ago: number) => ({ startedAt: at(-ago), watermark: at(-ago - minute) });
  type Failed = NonNullable<EventState['lastFailure']>;
  const failure = (ago: number, changes: Partial<Failed> = {}): Failed => ({
    status: 'failed',
    startedAt: at(-ago),
    failures: 2,
    retryAt: at(-ago + 4 * minute),
    reason: 'it was down',
    ...changes,
  });
  const lease = (ago: number) => ({ host: 'host-a', pid: 77, startedAt: at(-ago) });

  test.each<[string, Record<string, unknown>[], Partial<EventState>]>([
    ['a full sync', [full(hour)], { lastCompleted: completed(hour), lastFullAt: at(-hour), calls: { full: 12 } }],
    [
      'an incremental behind a full one',
      [full(hour), incremental(minute)],
      { lastCompleted: completed(minute), lastFullAt: at(-hour), calls: { full: 12, incremental: 2 } },
    ],
    [
      'a full one behind an incremental',
      [incremental(hour), full(minute)],
      { lastCompleted: completed(minute), lastFullAt: at(-minute), calls: { full: 12, incremental: 2 } },
    ],
    [
      'a failure behind a success',
      [full(hour), failed(minute)],
      { lastCompleted: completed(hour), lastFullAt: at(-hour), calls: { full: 12 }, lastFailure: failure(minute) },
    ],
    ['a success behind a failure', [failed(hour), full(minute)], { lastFailure: undefined, lastFullAt: at(-minute) }],
    [
      'a failure for good',
      [failed(minute, { status: 'failed_permanent', failures: 4, retry_at: null })],
      { lastFailure: failure(minute, { status: 'failed_permanent', failures: 4, retryAt: undefined }) },
    ],
    [
      'an abandoned one',
      [full(hour), incremental(minute, { status: 'abandoned', failures: 0, reason: null })],
      {
        lastCompleted: completed(hour),
        lastFailure: failure(minute, {
          status: 'abandoned',
          failures: 0,
          retryAt: undefined,
          reason: 'no reason was recorded',
        }),
      },
    ],
    ['a claim that holds', [full(hour), running(30_000)], { lastFailure: undefined, running: lease(30_000) }],
    [
      'a claim whose lease ran out',
      [full(hour), running(5 * minute, { failures: 1 })],
      {
        running: undefined,
        lastFailure: {
          ...failure(5 * minute),
          status: 'abandoned',
          failures: 1,
          retryAt: undefined,
          reason: expect.stringContaining('lease ran out'),
        },
      },
    ],
  ])('%s', async (_, history, expected) => {
    expect(await stateAfter(...history)).toMatchObject(expected);
  });

  /** As an older program wrote them: no start of ours, and a time without zone. */
  const old = (operation: string, status: string, changes: Record<string, unknown> = {}) => ({
    operation_type: operation,
    status,
    sync_time: sql`${at(-hour)}::timestamptz`,
    ...changes,
  });
  test.each<[string, Record<string, unknown>[], Partial<EventState>]>([
    [
      'its full sync is one, without watermark',
      [old('full_sync', 'success')],
      { lastCompleted: { startedAt: at(-hour), watermark: undefined }, lastFullAt: at(-hour) },
    ],
    [
      'its participants are an incremental sync',
      [old('participants', 'completed')],
      { lastCompleted: { startedAt: at(-hour), watermark: undefined }, lastFullAt: undefined },
    ],
    ['its partial one is none', [old('participants', 'partial')], never],
    ['its events are none', [old('events', 'completed')], never],
    [
      'its failure is one, counted from nothing',
      [old('participants', 'failed', { reason: 'timeout' })],
      {
        ...never,
        lastFailure: { status: 'failed', startedAt: at(-hour), failures: 0, retryAt: undefined, reason: 'timeout' },
      },
    ],
    ['its running row is nobody’s claim', [old('participants', 'running')], never],
  ])('of an older program: %s', async (_, history, expected) => {
    expect(await stateAfter(...history)).toMatchObject(expected);
  });

  test('what a rehearsal left in the future does not count', async () => {
    const ahead = -72 * hour;
    expect(await stateAfter(full(hour), full(ahead), failed(ahead), running(ahead))).toMatchObject({
      lastCompleted: completed(hour),
      lastFailure: undefined,
      running: undefined,
    });
  });

  test('only what was asked for, and nothing that is over', async () => {
    const owner = await newOwner(opened.db);
    const second = await newCredential(opened.db, owner.partnerId, raceroster);
    const starts = { a: at(-2 * hour), b: at(-hour), c: at(3 * hour), d: at(2 * hour) };
    const events = Object.entries(starts).map(([id, startAt]) => eventRecord(raceroster, id, { startAt }));
    await addEvents(opened.db, second, raceroster, events);
    await addEvents(opened.db, owner, runsignup, ['7']);
    const ids = async (filter: Partial<EventFilter>) => (await statesOf(owner, filter)).map((one) => one.eventId);
    expect(await ids({})).toEqual(['b', 'd', 'c', '7']);
    expect(await ids({ startsFrom: undefined })).toEqual(['a', 'b', 'd', 'c', '7']);
    expect(await ids({ providerId: owner.providerId })).toEqual(['7']);
    expect(await ids({ eventId: 'd' })).toEqual(['d']);
    expect(await ids({ partnerId: owner.partnerId + 1_000_000 })).toEqual([]);
    await removeCredential(opened.db, second.credentialId);
    expect((await statesOf(owner, { eventId: 'd' }))[0]?.credentialId).toBe(0);
  });

  test('settled events are left out, all others stay', async () => {
    const owner = await newOwner(opened.db);
    const history: Record<string, Record<string, unknown>[]> = {
      settled: [full(hour), incremental(10 * minute)],
      longAgo: [incremental(2 * hour)],
      failing: [incremental(10 * minute), failed(minute)],
      working: [incremental(10 * minute), running(30_000)],
      older: [old('participants', 'completed')],
      fresh: [],
      soon: [incremental(10 * minute)],
    };
    const startOf = (id: string) => at(id === 'soon' ? 2 * hour : 48 * hour);
    const events = Object.keys(history).map((id) => eventRecord(raceroster, id, { startAt: startOf(id) }));
    const there = await newCredential(opened.db, owner.partnerId, raceroster);
    await addEvents(opened.db, there, raceroster, events);
    for (const [id, rows] of Object.entries(history)) {
      for (const row of rows) await addHistory(opened.db, there, { event_id: id, ...row });
    }
    const settled = { startsAfter: at(24 * hour), syncedAfter: at(-hour) };
    const left = (await statesOf(owner, { settled })).map((one) => one.eventId);
    expect(left.sort()).toEqual(['failing', 'fresh', 'longAgo', 'older', 'soon', 'working']);
  });

  test('a credential and what it may spend', async () => {
    const owner = await newOwner(opened.db);
    const idle = await newCredential(opened.db, owner.partnerId, raceroster);
    const ages = [-3 * hour, -5_000, 0, 59_999, minute, 59 * minute + 59_999, hour];
    await sql`insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at, method, path)
      select ${owner.credentialId}::int, ${owner.partnerId}::int, ${owner.providerId}::int, ${randomUUID()}::uuid, x::timestamptz, 'GET', '/'
      from jsonb_array_elements_text(${JSON.stringify(ages.map((age) => at(-age)))}::jsonb) as x`.execute(opened.db);
    await markRefused(opened.db, idle.credentialId, {
      at: at(-minute),
      reason: 'no',
      refusals: 1,
      probeAt: at(minute),
    });
    const { byId } = await readProviderIds(opened.db, providers);
    const read = async (limit: number | undefined) =>
      (await readCredentialStates(opened.db, byId, () => limit, now)).filter(
        (one) => one.partnerId === owner.partnerId,
      );
    const [spent, refused] = await read(undefined);
    expect(spent).toEqual({
      credentialId: owner.credentialId,
      partnerId: owner.partnerId,
      provider: 'runsignup',
      unit: 'race',
      incremental: true,
      removals: 'feed',
      details: false,
      minimumCalls: runsignup.minimumCalls,
      callsPerHour: 1_000,
      callsByAge: Array.from({ length: 60 }, (_, age) => ({ 0: 3, 1: 1, 59: 1 })[age] ?? 0),
      notBefore: undefined,
      refusedAt: undefined,
    });
    expect(refused).toMatchObject({
      unit: 'event',
      removals: 'absence',
      callsByAge: Array(60).fill(0),
      notBefore: at(minute),
      refusedAt: at(-minute),
    });
    expect((await read(77)).map((one) => one.callsPerHour)).toEqual([77, 77]);
  });
}
