/** Part of the store's suite: a claim of what was planned a while ago leaves out what others have done since. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClaimLost } from '../../../src/domain/errors.ts';
import { abandonDeadClaims, claimEvents, keepClaim, type RunIdentity } from '../../../src/store/claims.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { addHistory, at, historyOf, hour, identity, minute, newOwner, now, type Opened } from '../store-world.ts';

export function stillDueTests(opened: Opened): void {
  const me = identity();
  const claim = (owner: Owner, newestKnown: ReadonlyMap<string, Date | undefined> | undefined, by: RunIdentity = me) =>
    claimEvents(opened.db, by, {
      owner,
      unitId: randomUUID(),
      eventIds: ['1', '2', '3'],
      kind: 'incremental',
      since: at(-hour),
      leaseSeconds: 60,
      now,
      ...(newestKnown && { newestKnown }),
    });
  const ran = (owner: Owner, eventId: string, ago: number, changes: Record<string, unknown> = {}) =>
    addHistory(opened.db, owner, {
      event_id: eventId,
      operation_type: 'incremental_sync',
      status: 'completed',
      claim_key: `event:${eventId}`,
      run_id: randomUUID(),
      started_at: at(-ago),
      ...changes,
    });

  test('what another run has ended since is not claimed, and leaves no row', async () => {
    const owner = await newOwner(opened.db);
    for (const eventId of ['1', '2', '3']) await ran(owner, eventId, hour);
    await ran(owner, '2', minute);
    const known = new Map(['1', '2', '3'].map((eventId) => [eventId, at(-hour)]));
    expect((await claim(owner, known))?.eventIds).toEqual(['1', '3']);
    expect((await historyOf(opened.db, owner)).filter((row) => row['status'] === 'running')).toHaveLength(2);
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ['a failed run is news', { status: 'failed' }, false],
    ['an abandoned one is none', { status: 'abandoned' }, true],
    ['one of the same run is none', { run_id: me.runId }, true],
    ['a rehearsal of the future is none', { started_at: at(72 * hour) }, true],
    ['a row of an older program is none', { started_at: null, run_id: null, status: 'success' }, true],
  ])('%s', async (_, changes, claimed) => {
    const owner = await newOwner(opened.db);
    await ran(owner, '1', minute, changes);
    const got = await claim(owner, new Map([['1', undefined]]));
    expect(got?.eventIds.includes('1')).toBe(claimed);
  });

  test('who does not say what it knew gets all', async () => {
    const owner = await newOwner(opened.db);
    await ran(owner, '1', minute);
    expect((await claim(owner, undefined))?.eventIds).toEqual(['1', '2', '3']);
  });

  test('all of it done by others is nothing to claim', async () => {
    const owner = await newOwner(opened.db);
    for (const eventId of ['1', '2', '3']) await ran(owner, eventId, minute);
    expect(await claim(owner, new Map())).toBeUndefined();
    expect((await historyOf(opened.db, owner)).filter((row) => row['status'] === 'running')).toEqual([]);
  });

  test('a claim is kept while a call waits, until it is lost', async () => {
    const owner = await newOwner(opened.db);
    const held = await claim(owner, undefined);
    if (!held) throw new Error('the claim was not given');
    await keepClaim(opened.db, held, { now: at(50_000), leaseSeconds: 60 });
    expect((await historyOf(opened.db, owner)).map((row) => row['lease_until'])).toEqual(Array(3).fill(at(110_000)));
    await abandonDeadClaims(opened.db, 'host-b', () => true, at(110_001));
    await expect(keepClaim(opened.db, held, { now: at(110_001), leaseSeconds: 60 })).rejects.toThrow(ClaimLost);
  });

  test('a rehearsal does not judge leases, only processes of its own host', async () => {
    const owner = await newOwner(opened.db);
    await claim(owner, undefined);
    const judge = async (alive: boolean) => {
      await abandonDeadClaims(opened.db, 'host-a', () => alive, at(72 * hour), { judgeLeases: false });
      return new Set((await historyOf(opened.db, owner)).map((row) => row['status']));
    };
    expect(await judge(true)).toEqual(new Set(['running']));
    expect(await judge(false)).toEqual(new Set(['abandoned']));
  });
}
