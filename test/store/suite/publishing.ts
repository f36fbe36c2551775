/** Part of the store's suite: claims for publishing beside those for syncing, and what is remembered of a publication. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClaimLost } from '../../../src/domain/errors.ts';
import { providers } from '../../../src/providers/registry.ts';
import { type Claim, claimEvents, completeClaim, endClaim, keepClaim } from '../../../src/store/claims.ts';
import { readEventStates } from '../../../src/store/due.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import { readResultSet, rememberPublished, rememberResultSet } from '../../../src/store/published-sets.ts';
import {
  addEvents,
  at,
  historyOf,
  hour,
  identity,
  minute,
  newCredential,
  newOwner,
  now,
  type Opened,
  runsignup,
} from '../store-world.ts';

const kind = 'publish' as const;

export function publishingTests(opened: Opened): void {
  const claim = (owner: Owner, changes: object = {}): Promise<Claim | undefined> =>
    claimEvents(opened.db, identity(), {
      owner,
      unitId: randomUUID(),
      eventIds: ['1'],
      kind: 'full',
      since: undefined,
      leaseSeconds: 60,
      now,
      ...changes,
    });
  const held = async (owner: Owner, changes: object = {}): Promise<Claim> => {
    const got = await claim(owner, changes);
    if (!got) throw new Error('the claim was not given');
    return got;
  };
  const fail = (one: Claim, failures: number) =>
    endClaim(opened.db, one, '1', {
      now: at(30_000),
      status: 'failed',
      reason: 'no',
      error: { kind: 'CallRefused', message: 'no', hint: null },
      failures,
      retryAt: at(hour),
      apiCalls: 1,
    });
  const stateOf = async (owner: Owner, when: Date) => {
    const { byId } = await readProviderIds(opened.db, providers);
    const [state] = await readEventStates(opened.db, byId, { partnerId: owner.partnerId, startsFrom: undefined }, when);
    return state;
  };

  test('an event is synced while it is published, and published once at a time', async () => {
    const owner = await newOwner(opened.db);
    const publishing = await held(owner, { kind });
    expect(await claim(owner, { kind })).toBeUndefined();
    await held(owner);
    await keepClaim(opened.db, publishing, { now: at(minute), leaseSeconds: 60 });
    const rows = await historyOf(opened.db, owner);
    expect(rows.map((row) => [row['claim_key'], row['operation_type'], row['sync_direction']])).toEqual([
      ['publish:1', 'results', 'push'],
      ['event:1', 'full_sync', 'pull'],
    ]);
  });

  test('failures of one are not counted for the other', async () => {
    const owner = await newOwner(opened.db);
    await fail(await held(owner, { kind }), 3);
    expect((await held(owner, { now: at(minute) })).failures.get('1') ?? 0).toBe(0);
    expect((await held(owner, { kind, now: at(minute) })).failures.get('1')).toBe(3);
  });

  test('what is due knows nothing of it, running or failed', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['1']);
    const sync = await held(owner);
    await completeClaim(opened.db, sync, {
      now: at(1_000),
      listing: { watermark: now, calls: 2, series: sync.unitId },
      apiCalls: 2,
    });
    const before = await stateOf(owner, at(2 * minute));
    expect(before?.lastCompleted?.startedAt).toEqual(now);
    const publishing = await held(owner, { kind, now: at(minute) });
    expect(await stateOf(owner, at(2 * minute))).toEqual(before);
    await fail(publishing, 1);
    expect(await stateOf(owner, at(2 * minute))).toEqual(before);
    const again = await held(owner, { kind, now: at(minute) });
    await completeClaim(opened.db, again, { now: at(minute), listing: undefined, apiCalls: 2 });
    expect(await stateOf(owner, at(2 * minute))).toEqual(before);
    await expect(keepClaim(opened.db, again, { now, leaseSeconds: 60 })).rejects.toBeInstanceOf(ClaimLost);
  });

  test('a refused publication does not hand the event to another credential', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['1']);
    const other = await newCredential(opened.db, owner.partnerId);
    await fail(await held(owner, { kind }), 1);
    await addEvents(opened.db, other, runsignup, ['1']);
    expect((await stateOf(owner, now))?.credentialId).toBe(owner.credentialId);
    await fail(await held(owner), 1);
    await addEvents(opened.db, other, runsignup, ['1']);
    expect((await stateOf(owner, now))?.credentialId).toBe(other.credentialId);
  });

  test('the set that is made, filled, and changed again', async () => {
    const { partnerId, providerId } = await newOwner(opened.db);
    const event = { partnerId, providerId, eventId: '1' };
    const options = { isPublic: false, isPreliminary: true, notify: false };
    const read = () => readResultSet(opened.db, event);
    expect(await read()).toBeUndefined();
    await rememberResultSet(opened.db, event, { resultSetId: undefined, name: 'Half', options });
    const begun = { name: 'Half', options, splits: {}, publishedAt: undefined, fingerprint: undefined };
    expect(await read()).toEqual({ ...begun, resultSetId: undefined });
    await rememberResultSet(opened.db, event, { resultSetId: '501', name: 'Half', options });
    expect(await read()).toEqual({ ...begun, resultSetId: '501' });
    await rememberPublished(opened.db, event, { at: now, rows: 3, fingerprint: 'f', splits: { '5K': '41' } });
    const done = { ...begun, resultSetId: '501', splits: { '5K': '41' }, publishedAt: now, fingerprint: 'f' };
    expect(await read()).toEqual(done);
    // Somebody else's set from now on: how it was made is not known, and what is in it neither.
    await rememberResultSet(opened.db, event, { resultSetId: '7', name: 'All', options: undefined });
    expect(await read()).toEqual({
      ...done,
      resultSetId: '7',
      name: 'All',
      options: undefined,
      fingerprint: undefined,
    });
    expect(await readResultSet(opened.db, { ...event, eventId: '2' })).toBeUndefined();
  });
}
