/** Part of the store's suite: full syncs that go on, what the status screen reads, and retention. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Failure } from '../../../src/domain/outcomes.ts';
import { copernico } from '../../../src/providers/copernico/provider.ts';
import { providers } from '../../../src/providers/registry.ts';
import { abandonDeadClaims, type ClaimRequest, claimEvents } from '../../../src/store/claims.ts';
import { claimDiscovery, endDiscovery } from '../../../src/store/discovery-claims.ts';
import { readEventStates } from '../../../src/store/due.ts';
import { beginFullSync, discoveredSince, endFullSync, extendFullSync } from '../../../src/store/full-sync-runs.ts';
import { addLink } from '../../../src/store/links.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import { prune } from '../../../src/store/prune.ts';
import {
  assumedZones,
  countPeople,
  discoveriesByCredential,
  eventKey,
  lastCalls,
  lastDiscovery,
  readLastSyncs,
  readRunning,
} from '../../../src/store/status-reads.ts';
import {
  addEvents,
  addHistory,
  at,
  eventRecord,
  historyOf,
  hour,
  identity,
  minute,
  newCredential,
  newOwner,
  now,
  type Opened,
  person,
  runsignup,
  storePage,
} from '../store-world.ts';

const day = 24 * hour;
const running = new AbortController().signal;

export function housekeepingTests(opened: Opened): void {
  const begin = (scope: string, when = now) =>
    beginFullSync(opened.db, identity(), scope, { now: when, leaseSeconds: 60 });

  test('a full sync that left something is continued, from its own beginning, by the next of the same scope', async () => {
    const scope = randomUUID();
    const first = await begin(scope);
    expect(first).toMatchObject({ from: now, resumed: false });
    await extendFullSync(opened.db, first, { now: at(hour), leaseSeconds: 60 });
    await endFullSync(opened.db, first, 'abandoned', at(hour));
    expect(await begin(`${scope} of another`, at(2 * hour))).toMatchObject({ resumed: false });
    const second = await begin(scope, at(2 * hour));
    expect(second).toMatchObject({ from: now, resumed: true });
    await endFullSync(opened.db, second, 'abandoned', at(3 * hour));
    const third = await begin(scope, at(4 * hour));
    expect(third).toMatchObject({ from: now, resumed: true });
    await endFullSync(opened.db, third, 'completed', at(5 * hour));
    expect(await begin(scope, at(6 * hour))).toMatchObject({ from: at(6 * hour), resumed: false });
  });

  test('a killed full sync too, once its claim is seen to be dead; not a day later', async () => {
    const scope = randomUUID();
    await begin(scope);
    await abandonDeadClaims(opened.db, 'host-a', () => false, at(minute));
    expect(await begin(scope, at(2 * minute))).toMatchObject({ from: now, resumed: true });
    await abandonDeadClaims(opened.db, 'host-a', () => false, at(3 * minute));
    expect(await begin(scope, at(25 * hour))).toMatchObject({ resumed: false });
  });

  const discovery = async (owner: Owner, when: Date, changes: { includePast?: boolean; eventId?: string } = {}) => {
    const options = { now: when, leaseSeconds: 60, unitId: randomUUID(), includePast: false, ...changes };
    const claim = await claimDiscovery(opened.db, identity(), owner, options);
    if (!claim) throw new Error('the claim was not given');
    return (status: 'completed' | 'failed' | 'abandoned', error?: Failure) =>
      endDiscovery(opened.db, claim, {
        now: when,
        status,
        counts: { races: 0, events: 0, newEvents: 0, changedEvents: 0, failed: 0 },
        apiCalls: 1,
        error,
      });
  };

  test('a continued full sync lists again what was not listed since it began', async () => {
    const owners = await Promise.all(Array.from({ length: 5 }, () => newOwner(opened.db)));
    const [listed, before, failed, past, single] = owners as [Owner, Owner, Owner, Owner, Owner];
    await (await discovery(listed, at(minute)))('completed');
    await (await discovery(before, at(-minute)))('completed');
    await (await discovery(failed, at(minute)))('failed');
    await (await discovery(past, at(minute), { includePast: true }))('completed');
    // Looking for one event is no listing.
    await (await discovery(single, at(minute), { eventId: '974559' }))('completed');
    const found = async (includePast: boolean) => {
      const done = await discoveredSince(opened.db, now, includePast);
      return owners.filter((one) => done.has(one.credentialId));
    };
    expect(await found(false)).toEqual([listed, past]);
    expect(await found(true)).toEqual([past]);
  });

  test('the newest discovery of all', async () => {
    const owner = await newOwner(opened.db);
    await (await discovery(owner, at(20 * day)))('completed');
    await (await discovery(owner, at(21 * day)))('failed');
    await (await discovery(owner, at(21 * day), { eventId: '974559' }))('completed');
    const when = at(22 * day);
    await (await discovery(owner, at(23 * day)))('completed');
    expect(await lastDiscovery(opened.db, when)).toEqual(at(20 * day));
  });

  test('the newest discovery of each credential, with why it failed', async () => {
    const first = await newOwner(opened.db);
    // The same partner and provider.
    const second = await newCredential(opened.db, first.partnerId);
    const [mended, past, never] = [await newOwner(opened.db), await newOwner(opened.db), await newOwner(opened.db)];
    const error = {
      kind: 'ProviderUnavailable',
      message: 'it timed out',
      hint: undefined,
      exit: 'someFailed',
    } as const;
    await (await discovery(first, at(-2 * hour)))('completed');
    await (await discovery(first, at(-hour)))('failed', error);
    await (await discovery(second, at(-3 * hour)))('completed');
    // Neither one that was killed, nor the search for one event, nor one that still runs, nor a rehearsal's.
    await (await discovery(second, at(-2 * hour)))('abandoned', error);
    await (await discovery(second, at(-2 * hour), { eventId: '974559' }))('failed', error);
    await (await discovery(second, at(3 * day)))('failed', error);
    await discovery(second, at(-hour));
    await (await discovery(mended, at(-2 * hour)))('failed', error);
    await (await discovery(mended, at(-hour)))('completed');
    await (await discovery(past, at(-hour), { includePast: true }))('completed');
    // An older program names no credential.
    await addHistory(opened.db, never, { operation_type: 'events', status: 'completed', started_at: at(-hour) });
    const found = await discoveriesByCredential(opened.db, now);
    expect([first, second, mended, past, never].map(({ credentialId }) => found.get(credentialId))).toEqual([
      { at: at(-hour), status: 'failed', reason: 'it timed out' },
      { at: at(-3 * hour), status: 'completed', reason: undefined },
      { at: at(-hour), status: 'completed', reason: undefined },
      { at: at(-hour), status: 'completed', reason: undefined },
      undefined,
    ]);
  });

  const statesOf = async (owner: Owner, when = now) => {
    const { byId } = await readProviderIds(opened.db, providers);
    const filter = { startsFrom: undefined, partnerId: owner.partnerId };
    return { byId, states: await readEventStates(opened.db, byId, filter, when) };
  };

  test('people per event, those who left apart', async () => {
    const [owner, neighbour] = [await newOwner(opened.db), await newOwner(opened.db)];
    for (const one of [owner, neighbour]) await addEvents(opened.db, one, runsignup, ['100', '200', '300']);
    const gone = person(3, { removal: { reason: 'removed' } });
    await storePage(opened.db, owner, [person(1), person(2), gone, person(4, { eventId: '200' })]);
    await storePage(opened.db, neighbour, [person(1)]);
    const { byId, states } = await statesOf(owner);
    expect([...(await countPeople(opened.db, byId, states))].sort()).toEqual([
      [`${owner.partnerId}:${owner.providerId}:100`, { participants: 2, removed: 1 }],
      [`${owner.partnerId}:${owner.providerId}:200`, { participants: 1, removed: 0 }],
    ]);
    expect(await countPeople(opened.db, byId, [])).toEqual(new Map());
  });

  const completed = (ago: number, changes: Record<string, unknown> = {}) => ({
    event_id: '100',
    operation_type: 'incremental_sync',
    status: 'completed',
    started_at: at(-ago),
    ...changes,
  });

  test('the counts of the last completed sync, not of a failed one nor of a rehearsal', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100', '200', '300']);
    const counts = { fetched: 9, inserted: 1, updated: 2, unchanged: 3, removed: 4, entries_failed: 2 };
    await addHistory(opened.db, owner, completed(2 * hour, { operation_type: 'full_sync', fetched: 100 }));
    await addHistory(opened.db, owner, completed(hour, counts));
    await addHistory(opened.db, owner, completed(minute, { status: 'failed', fetched: 5 }));
    await addHistory(opened.db, owner, completed(-72 * hour, { fetched: 77 }));
    const older = { event_id: '200', operation_type: 'full_sync', status: 'success' };
    await addHistory(opened.db, owner, { ...older, sync_time: sql`${at(-hour)}::timestamptz + interval '0.3 ms'` });
    const syncs = await readLastSyncs(opened.db, (await statesOf(owner)).states);
    const key = (eventId: string) => eventKey({ ...owner, eventId });
    const { entries_failed, ...plain } = counts;
    const none = { fetched: 0, inserted: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 };
    expect([...syncs].sort()).toEqual([
      [key('100'), { at: at(-hour), kind: 'incremental', counts: { ...plain, failed: 2 } }],
      [key('200'), { at: at(-hour), kind: 'full', counts: none }],
    ]);
  });

  test('what runs now: events by name, discoveries by partner, nothing whose lease ran out', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100']);
    // A day of its own, on which nothing of the other tests runs.
    const when = at(-400 * day);
    const claim = { owner, unitId: randomUUID(), kind: 'full', since: undefined, leaseSeconds: 60, now: when } as const;
    await claimEvents(opened.db, identity({ process: '1:42:9' }), { ...claim, eventIds: ['100', 'unknown'] });
    await discovery(owner, new Date(when.getTime() + 1));
    await beginFullSync(opened.db, identity(), randomUUID(), { now: new Date(when.getTime() + 2), leaseSeconds: 60 });
    const shown = async (ms: number) => {
      const until = new Date(when.getTime() + ms);
      return (await readRunning(opened.db, until)).filter((one) => one.startedAt <= until);
    };
    const names = (await shown(10)).map((one) => one.what).sort();
    expect(names).toEqual([
      'Event 100 (full)',
      expect.stringMatching(/^Partner .*, discovery$/),
      'full sync',
      'unknown (full)',
    ]);
    expect((await shown(10))[0]).toMatchObject({ host: 'host-a', pid: 42, startedAt: when });
    expect(await shown(61_000)).toEqual([]);
  });

  test('what runs for scoring events: pushes, pulls and publications by their own words', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100']);
    const { idOf } = await readProviderIds(opened.db, providers);
    const scoring = { ...owner, providerId: idOf(copernico) };
    const link = { ...owner, eventId: '100', scoringProviderId: scoring.providerId, scoringEventId: 'lake/10K' };
    await addLink(opened.db, link, owner.credentialId, now);
    // A day of its own, on which nothing of the other tests runs.
    const when = at(-500 * day);
    const claim = (whose: Owner, kind: ClaimRequest['kind'], eventId: string) => {
      const request = { owner: whose, unitId: randomUUID(), since: undefined, leaseSeconds: 60, now: when };
      return claimEvents(opened.db, identity(), { ...request, kind, eventIds: [eventId] });
    };
    await claim(scoring, 'push', 'lake/10K');
    await claim(scoring, 'results', 'lake/10K');
    await claim(scoring, 'results', 'unlinked/5K');
    await claim(owner, 'publish', '100');
    await claim(owner, 'details', '100');
    const shown = (await readRunning(opened.db, when)).filter((one) => one.startedAt <= when);
    expect(shown.map((one) => one.what).sort()).toEqual([
      'Event 100 (details)',
      'Event 100 (publication)',
      'Event 100 (push)',
      'Event 100 (results)',
      'unlinked/5K (results)',
    ]);
  });

  test('the last call of each credential, and zones that nobody named', async () => {
    const owner = await newOwner(opened.db);
    const idle = await newCredential(opened.db, owner.partnerId);
    await addEvents(opened.db, owner, runsignup, [eventRecord(runsignup, '100', { timeZoneAssumed: true }), '200']);
    for (const ago of [hour, minute, 2 * hour]) await addCall(owner, ago);
    const used = await lastCalls(opened.db);
    expect([used.get(owner.credentialId), used.get(idle.credentialId)]).toEqual([at(-minute), undefined]);
    const zones = await assumedZones(opened.db);
    expect(['100', '200'].map((eventId) => zones.has(eventKey({ ...owner, eventId })))).toEqual([true, false]);
  });

  const addCall = (owner: Owner, ago: number) =>
    sql`insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at, method, path)
      values (${owner.credentialId}, ${owner.partnerId}, ${owner.providerId}, ${randomUUID()}, ${at(-ago)}, 'GET', '/')`.execute(
      opened.db,
    );

  test('pruning keeps what the plan reads: of each event the newest row of every kind and status', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100']);
    const add = (ago: number, changes: Record<string, unknown> = {}) =>
      addHistory(opened.db, owner, completed(ago, changes));
    const kept: number[] = [];
    const events = { event_id: null, operation_type: 'events' };
    await add(40 * day);
    await add(40 * day, events);
    await add(40 * day, { status: 'failed' });
    kept.push(await add(39 * day, { operation_type: 'full_sync' }));
    kept.push(await add(38 * day, { status: 'failed' }));
    kept.push(await add(38 * day));
    kept.push(await add(38 * day, { event_id: '200' }));
    await add(37 * day, events);
    kept.push(await add(37 * day, events));
    kept.push(await add(36 * day, { status: 'running' }));
    kept.push(await add(35 * day, { status: 'running' }));
    await addCall(owner, 40 * day);
    await addCall(owner, 29 * day);
    const before = (await statesOf(owner)).states;
    const pruned = await prune(opened.db, at(-30 * day), running, now);
    expect((await historyOf(opened.db, owner)).map((row) => row['sync_history_id'])).toEqual(kept);
    expect((await statesOf(owner)).states).toEqual(before);
    expect(pruned).toEqual({ historyRows: 4, apiCalls: 1 });
    expect(await prune(opened.db, at(-30 * day), running, now)).toEqual({ historyRows: 0, apiCalls: 0 });
  });

  test('old full syncs of everything go too, but for the newest', async () => {
    const add = (ago: number) =>
      sql`insert into sync_history (operation_type, status, claim_key, started_at)
        values ('full_sync_run', 'completed', 'full-sync:pruned', ${at(-ago)})`.execute(opened.db);
    for (const ago of [50, 49, 48]) await add(ago * day);
    await prune(opened.db, at(-30 * day), running, now);
    const left = await sql`select started_at from sync_history where claim_key = 'full-sync:pruned'`.execute(opened.db);
    expect(left.rows).toEqual([{ started_at: at(-48 * day) }]);
  });

  test('a prune that was told to end has deleted nothing more', async () => {
    const owner = await newOwner(opened.db);
    await addCall(owner, 40 * day);
    expect(await prune(opened.db, at(-30 * day), AbortSignal.abort(), now)).toEqual({ historyRows: 0, apiCalls: 0 });
    expect(await prune(opened.db, at(-30 * day), running, now)).toMatchObject({ apiCalls: 1 });
  });
}
