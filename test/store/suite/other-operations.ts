/** Part of the store's suite: rows of details, results and pushes beside an event's syncs, and what each of them counts for. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { EventState } from '../../../src/domain/planning.ts';
import { providers } from '../../../src/providers/registry.ts';
import { type ClaimRequest, claimEvents, completeClaim } from '../../../src/store/claims.ts';
import { readEventStates } from '../../../src/store/due.ts';
import { storeOutlines } from '../../../src/store/outlines.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import { prune } from '../../../src/store/prune.ts';
import { readLastSyncs } from '../../../src/store/status-reads.ts';
import {
  addEvents,
  addHistory,
  at,
  eventRecord,
  haku,
  historyOf,
  hour,
  identity,
  minute,
  newCredential,
  newOwner,
  now,
  type Opened,
  outline,
} from '../store-world.ts';

export function otherOperationTests(opened: Opened): void {
  const ownerWith = async (...history: Record<string, unknown>[]) => {
    const owner = await newOwner(opened.db, haku);
    await addEvents(opened.db, owner, haku, [eventRecord(haku, 'e1', { startAt: at(72 * hour) })]);
    for (const row of history) await addHistory(opened.db, owner, { event_id: 'e1', claim_key: 'event:e1', ...row });
    return owner;
  };
  const statesOf = async (owner: Owner, settled?: { startsAfter: Date; syncedAfter: Date }) => {
    const { byId } = await readProviderIds(opened.db, providers);
    const filter = { startsFrom: at(-hour), partnerId: owner.partnerId, ...(settled && { settled }) };
    return readEventStates(opened.db, byId, filter, now);
  };
  const stateAfter = async (...history: Record<string, unknown>[]): Promise<EventState> => {
    const [state] = await statesOf(await ownerWith(...history));
    if (!state) throw new Error('the event is not there');
    return state;
  };
  const row = (operation: string, status: string, ago: number, changes: Record<string, unknown> = {}) => ({
    operation_type: operation,
    status,
    started_at: at(-ago),
    watermark: status === 'completed' && operation !== 'details' ? at(-ago - minute) : null,
    ...changes,
  });
  const listed = row('incremental_sync', 'completed', hour, { api_calls: 9, listing_calls: 2 });
  const synced = { startedAt: at(-hour), watermark: at(-hour - minute) };

  test('a listing costs its own calls; those for details, and none of an older program, do not count', async () => {
    expect((await stateAfter(listed)).calls).toEqual({ incremental: 2 });
    expect((await stateAfter({ ...listed, listing_calls: null })).calls).toEqual({ incremental: 9 });
  });

  test.each<[string, Record<string, unknown>[], Partial<EventState>]>([
    ['that read details is no sync', [listed, row('details', 'completed', minute)], { lastFailure: undefined }],
    [
      'that read details does not hide a failure',
      [listed, row('full_sync', 'failed', 5 * minute, { reason: 'down' }), row('details', 'completed', minute)],
      { lastFailure: expect.objectContaining({ status: 'failed', startedAt: at(-5 * minute) }) },
    ],
    ['that was killed at details is none', [listed, row('details', 'abandoned', minute)], { lastFailure: undefined }],
    [
      'that reads details is running',
      [listed, row('details', 'running', 10_000, { lease_until: at(minute), host: 'a', process: 'x:7:1' })],
      { running: { host: 'a', pid: 7, startedAt: at(-10_000) } },
    ],
    [
      'that died at details leaves nothing to make up for',
      [listed, row('details', 'running', 5 * minute, { lease_until: at(-minute) })],
      { running: undefined, lastFailure: undefined },
    ],
    [
      'whose details failed is a failure',
      [listed, row('details', 'failed', minute, { reason: 'down', failures: 1, retry_at: at(minute) })],
      { lastFailure: expect.objectContaining({ status: 'failed', failures: 1, retryAt: at(minute) }) },
    ],
    ['of results is none', [listed, row('results', 'failed', minute)], { lastFailure: undefined }],
    [
      'that pushed is none',
      [listed, row('participants', 'completed', minute, { sync_direction: 'push' })],
      { lastFailure: undefined },
    ],
    [
      'that failed to push is none',
      [listed, row('participants', 'failed', minute, { sync_direction: 'push' })],
      { lastFailure: undefined },
    ],
  ])('a run %s', async (_, history, expected) => {
    expect(await stateAfter(...history)).toMatchObject({
      lastCompleted: synced,
      running: undefined,
      calls: { incremental: 2 },
      ...expected,
    });
  });

  test.each([
    ['abandoned', { kind: 'full', calls: 40 }],
    ['failed_permanent', undefined],
  ])('a listing that was left half-way tells what is stored of it: %s', async (status, expected) => {
    const left = row('full_sync', status, minute, { checkpoint: JSON.stringify({ calls: 40 }) });
    expect((await stateAfter(left)).lastFailure?.listed).toEqual(expected);
  });

  test('registrations that wait are counted, and keep a settled event in sight', async () => {
    const [owner, idle] = [await ownerWith(listed), await ownerWith(listed)];
    await storeOutlines(opened.db, owner, [outline('a'), outline('b'), outline('c', 'v1', 'e2')], now);
    const settled = { startsAfter: at(24 * hour), syncedAfter: at(-2 * hour) };
    expect((await statesOf(owner, settled)).map((one) => [one.eventId, one.backlog])).toEqual([['e1', 2]]);
    expect(await statesOf(idle, settled)).toEqual([]);
    expect((await statesOf(idle)).map((one) => one.backlog)).toEqual([0]);
  });

  test('the last sync on the screen is one of registrations', async () => {
    const push = row('participants', 'completed', minute, { sync_direction: 'push', fetched: 5 });
    const owner = await ownerWith({ ...listed, fetched: 3 }, row('details', 'completed', minute), push);
    const [last] = (await readLastSyncs(opened.db, await statesOf(owner))).values();
    expect(last).toMatchObject({ at: at(-hour), kind: 'incremental', counts: { fetched: 3 } });
  });

  const claim = (owner: Owner, changes: Partial<ClaimRequest> = {}) =>
    claimEvents(opened.db, identity(), {
      owner,
      unitId: randomUUID(),
      eventIds: ['e1'],
      kind: 'incremental',
      since: undefined,
      leaseSeconds: 60,
      now,
      ...changes,
    });

  test.each<[string, Record<string, unknown>]>([
    ['details', row('details', 'completed', minute)],
    ['results', row('results', 'failed', minute, { failures: 7 })],
    ['a push', row('participants', 'failed', minute, { sync_direction: 'push', failures: 7 })],
  ])('a claim looks past %s to the listing that it continues', async (_, between) => {
    const checkpoint = { series: randomUUID(), events: ['e1'], since: null, watermark: '', resume: 3, fetched: 9 };
    const left = row('incremental_sync', 'abandoned', hour, { checkpoint: JSON.stringify(checkpoint), failures: 2 });
    const owner = await ownerWith({ ...left, unit_id: randomUUID() }, { run_id: randomUUID(), ...between });
    const got = await claim(owner, { newestKnown: new Map([['e1', at(-hour)]]) });
    expect([got?.checkpoint, got?.failures]).toEqual([checkpoint, new Map([['e1', 2]])]);
    expect((await historyOf(opened.db, owner)).at(-1)).toMatchObject({ failures: 2, status: 'running' });
  });

  test.each([
    ['since the plan is not claimed again', 10_000, undefined],
    ['before it is', 2 * minute, ['e1']],
  ])('what another run read %s', async (_, ago, expected) => {
    const other = { run_id: randomUUID() };
    const owner = await ownerWith(listed, row('details', 'completed', ago, other));
    const got = await claim(owner, { kind: 'details', newestKnown: new Map([['e1', at(-minute)]]) });
    expect(got?.eventIds).toEqual(expected);
  });

  test('a claim that listed nothing leaves no watermark and no cost of a listing', async () => {
    const owner = await ownerWith(listed);
    const got = await claim(owner, { kind: 'details' });
    if (!got) throw new Error('the claim was not given');
    await completeClaim(opened.db, got, { now: at(8_000), listing: undefined, apiCalls: 8 });
    expect((await historyOf(opened.db, owner)).at(-1)).toMatchObject({
      operation_type: 'details',
      status: 'completed',
      watermark: null,
      api_calls: 8,
      listing_calls: null,
    });
    expect((await statesOf(owner))[0]).toMatchObject({ lastCompleted: synced, calls: { incremental: 2 } });
  });

  test('an event whose push was refused stays with its credential', async () => {
    const refused = { sync_direction: 'push', error_details: JSON.stringify({ kind: 'CallRefused' }) };
    const owner = await ownerWith(listed, row('participants', 'failed', minute, refused));
    const other = await newCredential(opened.db, owner.partnerId, haku);
    await addEvents(opened.db, other, haku, ['e1']);
    expect((await statesOf(owner))[0]?.credentialId).toBe(owner.credentialId);
    await addHistory(opened.db, owner, {
      event_id: 'e1',
      ...row('full_sync', 'failed', 0),
      ...refused,
      sync_direction: 'pull',
    });
    await addEvents(opened.db, other, haku, ['e1']);
    expect((await statesOf(owner))[0]?.credentialId).toBe(other.credentialId);
  });

  test('retention keeps the newest row of each direction', async () => {
    const days = 24 * hour;
    const pull = row('participants', 'completed', 100 * days, { sync_direction: 'pull' });
    const owner = await ownerWith(pull, row('participants', 'completed', 50 * days, { sync_direction: 'push' }));
    await prune(opened.db, at(-days), new AbortController().signal, now);
    expect((await historyOf(opened.db, owner)).map((one) => one['sync_direction'])).toEqual(['pull', 'push']);
  });
}
