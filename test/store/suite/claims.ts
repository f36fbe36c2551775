/** Part of the store's suite: one run at a time per event, fenced, resumable, and never unlocked by hand. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClaimLost } from '../../../src/domain/errors.ts';
import { noCounts } from '../../../src/domain/outcomes.ts';
import {
  abandonDeadClaims,
  addCounts,
  type Checkpoint,
  type Claim,
  type ClaimRequest,
  claimEvents,
  completeClaim,
  endClaim,
  extendClaim,
  type RunIdentity,
} from '../../../src/store/claims.ts';
import { claimDiscovery, endDiscovery } from '../../../src/store/discovery-claims.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { addHistory, at, historyOf, hour, identity, minute, newOwner, now, type Opened } from '../store-world.ts';

const me = identity();
const checkpoint: Checkpoint = {
  series: randomUUID(),
  since: null,
  watermark: at(-minute).toISOString(),
  resume: { page: 3 },
  fetched: 120,
  events: ['1', '2'],
};

export function claimTests(opened: Opened): void {
  const claim = (owner: Owner, changes: Partial<ClaimRequest> = {}, by: RunIdentity = me): Promise<Claim | undefined> =>
    claimEvents(opened.db, by, {
      owner,
      unitId: randomUUID(),
      eventIds: ['1', '2'],
      kind: 'full',
      since: undefined,
      leaseSeconds: 60,
      now,
      ...changes,
    });
  const held = async (owner: Owner, changes: Partial<ClaimRequest> = {}): Promise<Claim> => {
    const got = await claim(owner, changes);
    if (!got) throw new Error('the claim was not given');
    return got;
  };
  const extend = (one: Claim, progress: { now?: Date; checkpoint?: Checkpoint | null } = {}) =>
    extendClaim(opened.db, one, { now, leaseSeconds: 60, checkpoint: null, ...progress });
  const end = async (one: Claim, status: 'failed' | 'failed_permanent' | 'abandoned', failures = 0) => {
    for (const eventId of one.eventIds) {
      const error = { kind: 'ProviderUnavailable', message: 'it is down', hint: null };
      const fields = { reason: 'it is down', error, retryAt: undefined, apiCalls: 3 };
      await endClaim(opened.db, one, eventId, { now: at(30_000), status, failures, ...fields });
    }
  };
  /** What was abandoned of this owner; tests share the database. */
  const abandon = async (owner: Owner, when: Date, alive: boolean | undefined = true, host = 'host-a') => {
    const before = await historyOf(opened.db, owner);
    await abandonDeadClaims(opened.db, host, () => alive, when);
    const after = await historyOf(opened.db, owner);
    return after.flatMap((row, index) =>
      row['status'] === 'abandoned' && before[index]?.['status'] === 'running' ? [row['event_id']] : [],
    );
  };
  const statuses = async (owner: Owner) => (await historyOf(opened.db, owner)).map((row) => row['status']);

  test('the claim is its running rows, one per event', async () => {
    const owner = await newOwner(opened.db);
    const request = { unitId: randomUUID(), kind: 'incremental', since: at(-hour) } as const;
    expect(await claim(owner, request)).toEqual({
      owner,
      unitId: request.unitId,
      eventIds: ['1', '2'],
      checkpoint: undefined,
      failures: new Map(),
    });
    const row = {
      operation_type: 'incremental_sync',
      sync_direction: 'pull',
      status: 'running',
      run_id: me.runId,
      unit_id: request.unitId,
      partner_provider_credential_id: owner.credentialId,
      host: 'host-a',
      process: '1:100:5000',
      started_at: now,
      lease_until: at(minute),
      since: at(-hour),
    };
    expect(await historyOf(opened.db, owner)).toMatchObject([
      { ...row, event_id: '1' },
      { ...row, event_id: '2' },
    ]);
  });

  test('only what nobody else holds is claimed', async () => {
    const [owner, neighbour] = [await newOwner(opened.db), await newOwner(opened.db)];
    await held(owner, { eventIds: ['2'] });
    expect((await held(owner, { eventIds: ['1', '2', '3'] })).eventIds).toEqual(['1', '3']);
    expect(await claim(owner, { eventIds: ['3', '2'] })).toBeUndefined();
    expect((await held(neighbour, { eventIds: ['2'] })).eventIds).toEqual(['2']);
  });

  test('a lease that ran out is taken over, an extended one is not', async () => {
    const owner = await newOwner(opened.db);
    const [one] = [await held(owner, { eventIds: ['1'] }), await held(owner, { eventIds: ['2'] })];
    await extend(one, { now: at(40_000) });
    expect(await abandon(owner, at(60_000))).toEqual([]);
    expect(await abandon(owner, at(60_001))).toEqual(['2']);
    expect(await claim(owner, { eventIds: ['1', '2'], now: at(60_001) })).toMatchObject({ eventIds: ['2'] });
    const [, gone] = await historyOf(opened.db, owner);
    expect(gone).toMatchObject({ finished_at: at(60_001), reason: expect.stringContaining('lease ran out') });
  });

  test.each<[string, boolean | undefined, string, string[]]>([
    ['a dead process of this host at once', false, 'host-a', ['1', '2']],
    ['a living one not', true, 'host-a', []],
    ['one that cannot be looked at from here not', undefined, 'host-a', []],
    ['one of another host not', false, 'host-b', []],
  ])('before the lease ends: %s', async (_, alive, host, abandoned) => {
    const owner = await newOwner(opened.db);
    await held(owner);
    expect(await abandon(owner, at(1), alive, host)).toEqual(abandoned);
    expect(await abandon(owner, at(60_001), alive, host)).toEqual(abandoned.length > 0 ? [] : ['1', '2']);
  });

  test('claims of a rehearsal in the future do not hold anything back, whatever the lease', async () => {
    const owner = await newOwner(opened.db);
    await held(owner, { eventIds: ['1'], now: at(72 * hour) });
    await held(owner, { eventIds: ['2'], leaseSeconds: 3_600 });
    expect(await abandon(owner, now)).toEqual(['1']);
  });

  test('a discovery keeps its claim, however long the lease and whichever clock looks', async () => {
    const owner = await newOwner(opened.db);
    const options = { now, leaseSeconds: 3_600, unitId: randomUUID(), includePast: false };
    expect(await claimDiscovery(opened.db, me, owner, options)).toBeDefined();
    await abandon(owner, at(-50));
    expect(await statuses(owner)).toEqual(['running']);
    await abandon(owner, at(-50), false);
    expect(await statuses(owner)).toEqual(['abandoned']);
  });

  test('a writer whose claim was taken over is refused and changes nothing', async () => {
    const owner = await newOwner(opened.db);
    const old = await held(owner);
    await abandon(owner, at(2 * minute));
    const next = await held(owner, { now: at(2 * minute) });
    const before = await historyOf(opened.db, owner);
    await expect(extend(old)).rejects.toThrow(ClaimLost);
    await expect(extend(old)).rejects.toThrow('another run took over 1, 2; this one stops');
    await end(old, 'failed', 1);
    await completeClaim(opened.db, old, {
      now,
      listing: { watermark: now, calls: 1, series: old.unitId },
      apiCalls: 1,
    });
    expect(await historyOf(opened.db, owner)).toEqual(before);
    await expect(extend(next)).resolves.toBeUndefined();
  });

  test('losing one of the events is losing the claim', async () => {
    const owner = await newOwner(opened.db);
    const one = await held(owner);
    await endClaim(opened.db, one, '2', {
      now,
      status: 'abandoned',
      reason: '',
      error: null,
      failures: 0,
      retryAt: undefined,
      apiCalls: 0,
    });
    await expect(extend(one)).rejects.toThrow(ClaimLost);
  });

  test('a completed claim says what it did', async () => {
    const owner = await newOwner(opened.db);
    const one = await held(owner);
    const counts = { fetched: 10, inserted: 4, updated: 3, unchanged: 1, removed: 2, failed: 2 };
    await addCounts(
      opened.db,
      one,
      new Map([
        ['1', counts],
        ['9', counts],
      ]),
    );
    await addCounts(
      opened.db,
      one,
      new Map([
        ['1', counts],
        ['2', { ...noCounts, fetched: 1, unchanged: 1 }],
      ]),
    );
    await completeClaim(opened.db, one, {
      now: at(90_400),
      listing: { watermark: at(-minute), calls: 1, series: one.unitId },
      apiCalls: 7,
    });
    const done = {
      status: 'completed',
      finished_at: at(90_400),
      watermark: at(-minute),
      duration_seconds: 90,
      failures: 0,
    };
    expect(await historyOf(opened.db, owner)).toMatchObject([
      {
        ...done,
        api_calls: 7,
        fetched: 20,
        inserted: 8,
        updated: 6,
        unchanged: 2,
        removed: 4,
        num_of_synced_records: 20,
        entries_success: 16,
        entries_failed: 4,
      },
      {
        ...done,
        api_calls: 0,
        fetched: 1,
        unchanged: 1,
        num_of_synced_records: 1,
        entries_success: 1,
        entries_failed: 0,
      },
    ]);
    expect((await claim(owner))?.eventIds).toEqual(['1', '2']);
  });

  test('a failed claim says why, and its failures are counted on, event by event', async () => {
    const owner = await newOwner(opened.db);
    const one = await held(owner);
    const error = { kind: 'UnknownAnswer', message: 'an HTML page', hint: 'look' };
    const failed = { now: at(minute), status: 'failed', reason: 'an HTML page', error, apiCalls: 2 } as const;
    await endClaim(opened.db, one, '1', { ...failed, failures: 1, retryAt: at(3 * minute) });
    await endClaim(opened.db, one, '2', { ...failed, failures: 3, retryAt: undefined, status: 'failed_permanent' });
    expect(await historyOf(opened.db, owner)).toMatchObject([
      {
        status: 'failed',
        reason: 'an HTML page',
        error_details: error,
        failures: 1,
        retry_at: at(3 * minute),
        api_calls: 2,
      },
      { status: 'failed_permanent', failures: 3, retry_at: null, api_calls: 0, duration_seconds: 60 },
    ]);
    const next = await held(owner, { eventIds: ['1', '2', '3'] });
    expect(next.failures).toEqual(
      new Map([
        ['1', 1],
        ['2', 3],
      ]),
    );
    await abandon(owner, at(hour));
    expect((await held(owner, { now: at(hour) })).failures).toEqual(
      new Map([
        ['1', 1],
        ['2', 3],
      ]),
    );
  });

  /** A run that stored a page and ended so. */
  async function interrupted(
    status: 'failed' | 'failed_permanent' | 'abandoned' | 'dead',
    changes: Partial<ClaimRequest> = {},
  ) {
    const owner = await newOwner(opened.db);
    const one = await held(owner, changes);
    await extend(one, { checkpoint: { ...checkpoint, events: one.eventIds } });
    if (status === 'dead') await abandon(owner, at(hour));
    else await end(one, status, 1);
    return owner;
  }

  test.each(['failed', 'abandoned', 'dead'] as const)(
    'the next claim goes on where a run stopped that is %s',
    async (how) => {
      const owner = await interrupted(how);
      const next = await held(owner, { eventIds: ['2', '1'] });
      expect(next.checkpoint).toEqual(checkpoint);
      await end(next, 'abandoned');
      expect((await held(owner)).checkpoint).toEqual(checkpoint);
    },
  );

  test('also when the next one is killed before its first page', async () => {
    const owner = await interrupted('abandoned');
    await held(owner);
    await abandon(owner, at(hour));
    expect((await held(owner, { now: at(hour) })).checkpoint).toEqual(checkpoint);
  });

  test('a resumed incremental goes on with its own lower bound', async () => {
    const owner = await newOwner(opened.db);
    const one = await held(owner, { kind: 'incremental', since: at(-hour) });
    await extend(one, { checkpoint: { ...checkpoint, since: at(-hour).toISOString() } });
    await end(one, 'failed', 1);
    await held(owner, { kind: 'incremental', since: at(-minute) });
    expect((await historyOf(opened.db, owner)).map((row) => row['since'])).toEqual(Array(4).fill(at(-hour)));
  });

  test.each<[string, Partial<ClaimRequest>]>([
    ['another kind', { kind: 'incremental' }],
    ['some of the events', { eventIds: ['1'] }],
    ['more events', { eventIds: ['1', '2', '3'] }],
    ['another event', { eventIds: ['1', '3'] }],
  ])('a claim of %s begins anew', async (_, request) => {
    expect((await held(await interrupted('abandoned'), request)).checkpoint).toBeUndefined();
  });

  test('a claim that got some of its events only begins anew', async () => {
    const owner = await interrupted('abandoned');
    await held(owner, { eventIds: ['2'] });
    expect(await held(owner)).toMatchObject({ eventIds: ['1'], checkpoint: undefined });
  });

  test('events of which one was tried alone since begin anew', async () => {
    const owner = await interrupted('abandoned');
    const alone = await held(owner, { eventIds: ['2'] });
    await extend(alone, { checkpoint: { ...checkpoint, events: ['2'] } });
    await end(alone, 'abandoned');
    expect((await held(owner)).checkpoint).toBeUndefined();
  });

  test('after a success there is nothing to continue', async () => {
    const owner = await interrupted('abandoned');
    const one = await held(owner);
    await completeClaim(opened.db, one, {
      now,
      listing: { watermark: now, calls: 1, series: one.unitId },
      apiCalls: 1,
    });
    expect((await held(owner)).checkpoint).toBeUndefined();
  });

  test('after the last retry it begins anew: from that page on it will never do', async () => {
    expect((await held(await interrupted('failed_permanent'))).checkpoint).toBeUndefined();
  });

  test('neither page nor failures of a rehearsal in the future count', async () => {
    const owner = await interrupted('failed', { now: at(72 * hour) });
    expect(await held(owner)).toMatchObject({ checkpoint: undefined, failures: new Map() });
  });

  test('a row of an older program is no obstacle', async () => {
    const owner = await newOwner(opened.db);
    await addHistory(opened.db, owner, { event_id: '1', operation_type: 'full_sync', status: 'running' });
    await addHistory(opened.db, owner, { event_id: '1', operation_type: 'full_sync', status: 'success' });
    expect(await held(owner)).toMatchObject({
      eventIds: ['1', '2'],
      checkpoint: undefined,
      failures: new Map([['1', 0]]),
    });
  });

  test('one discovery at a time per credential', async () => {
    const owner = await newOwner(opened.db);
    const claimIt = (one: Owner) =>
      claimDiscovery(opened.db, me, one, { now, leaseSeconds: 60, unitId: randomUUID(), includePast: false });
    const first = await claimIt(owner);
    expect(await claimIt(owner)).toBeUndefined();
    expect(await claimIt(await newOwner(opened.db))).toBeDefined();
    if (!first) throw new Error('the first claim was not given');
    const counts = { races: 2, events: 9, newEvents: 4, changedEvents: 3, failed: 1 };
    await endDiscovery(opened.db, first, {
      now: at(2_000),
      status: 'completed',
      counts,
      apiCalls: 2,
      error: undefined,
    });
    expect(await historyOf(opened.db, owner)).toMatchObject([
      {
        operation_type: 'events',
        status: 'completed',
        finished_at: at(2_000),
        duration_seconds: 2,
        api_calls: 2,
        fetched: 10,
        inserted: 4,
        updated: 3,
        unchanged: 2,
        num_of_synced_records: 9,
        entries_failed: 1,
        error_details: null,
      },
    ]);
    expect(await claimIt(owner)).toBeDefined();
  });
}
