/** Part of the store's suite: the times by the server's clock that prove who held a claim when, and what tells of a prune. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { ClaimLost } from '../../../src/domain/errors.ts';
import {
  abandonDeadClaims,
  type Claim,
  claimEvents,
  completeClaim,
  endClaim,
  extendClaim,
  keepClaim,
} from '../../../src/store/claims.ts';
import { claimDiscovery, endDiscovery } from '../../../src/store/discovery-claims.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { prune } from '../../../src/store/prune.ts';
import { at, historyOf, hour, identity, minute, newOwner, now, type Opened } from '../store-world.ts';

export function claimTimeTests(opened: Opened): void {
  const claimed = async (owner: Owner, when = now): Promise<Claim> => {
    const request = {
      owner,
      unitId: randomUUID(),
      eventIds: ['1', '2'],
      since: undefined,
      leaseSeconds: 60,
      now: when,
    };
    const claim = await claimEvents(opened.db, identity(), { ...request, kind: 'full' });
    if (!claim) throw new Error('the claim was not given');
    return claim;
  };
  /** By the server's clock, which no `now` moves. */
  const times = async (owner: Owner) =>
    (await historyOf(opened.db, owner)).map((row) => ({
      claimed: row['claimed_at'] as Date,
      page: row['last_page_at'] as Date | null,
      released: row['released_at'] as Date | null,
    }));
  const serverTime = async () =>
    (await sql<{ now: Date }>`select clock_timestamp() as now`.execute(opened.db)).rows[0]?.now ?? now;
  const extend = (claim: Claim) => extendClaim(opened.db, claim, { now, leaseSeconds: 60, checkpoint: null });

  test('a claim, its pages and its end are noted by the server, whatever the clock of the run says', async () => {
    const owner = await newOwner(opened.db);
    const before = await serverTime();
    const claim = await claimed(owner);
    const [afterClaim] = await times(owner);
    expect(afterClaim).toMatchObject({ page: null, released: null });
    await extend(claim);
    const [afterPage] = await times(owner);
    await keepClaim(opened.db, claim, { now, leaseSeconds: 60 });
    await completeClaim(opened.db, claim, {
      now,
      listing: { watermark: now, calls: 1, series: claim.unitId },
      apiCalls: 1,
    });
    const rows = await times(owner);
    expect(rows).toHaveLength(2);
    const [one] = rows;
    const order = [before, one?.claimed, afterPage?.page, one?.page, one?.released, await serverTime()];
    const values = order.map((time) => time?.getTime() ?? Number.NaN);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(afterPage?.page?.getTime()).toBeLessThanOrEqual(one?.page?.getTime() ?? 0);
  });

  test('the series that a listing belongs to is kept with its watermark, and only there', async () => {
    const owner = await newOwner(opened.db);
    const series = randomUUID();
    await completeClaim(opened.db, await claimed(owner), {
      now,
      listing: { watermark: now, calls: 3, series },
      apiCalls: 1,
    });
    await completeClaim(opened.db, await claimed(owner, at(minute)), { now, listing: undefined, apiCalls: 1 });
    expect((await historyOf(opened.db, owner)).map((row) => row['series'])).toEqual([series, series, null, null]);
  });

  test('whoever ends a claim notes when: its run, one that takes over, a discovery', async () => {
    const owner = await newOwner(opened.db);
    const failed = await claimed(owner);
    const end = { now, reason: 'down', error: null, failures: 1, retryAt: undefined, apiCalls: 0 };
    for (const eventId of failed.eventIds) await endClaim(opened.db, failed, eventId, { ...end, status: 'failed' });
    const lost = await claimed(owner, at(minute));
    await abandonDeadClaims(opened.db, 'another', () => true, at(hour));
    await expect(extend(lost)).rejects.toThrow(ClaimLost);
    const options = { now: at(2 * minute), leaseSeconds: 60, unitId: randomUUID(), includePast: false };
    const discovery = await claimDiscovery(opened.db, identity(), owner, options);
    if (!discovery) throw new Error('the claim was not given');
    const counts = { races: 0, events: 0, newEvents: 0, changedEvents: 0, failed: 0 };
    await endDiscovery(opened.db, discovery, { now, status: 'completed', counts, apiCalls: 0, error: undefined });
    const rows = await times(owner);
    expect(rows).toHaveLength(5);
    for (const { claimed: began, page, released } of rows) {
      expect(released?.getTime()).toBeGreaterThanOrEqual(began.getTime());
      expect(page).toBeNull();
    }
  });

  test('a prune says up to when the history is gone, before it deletes anything', async () => {
    const notes = async () =>
      (
        await sql<Record<string, unknown>>`select status, reason, finished_at from sync_history
          where operation_type = 'prune' and since = ${at(-40 * 24 * hour)}::timestamptz order by sync_history_id`.execute(
          opened.db,
        )
      ).rows;
    await prune(opened.db, at(-40 * 24 * hour), AbortSignal.abort(), now);
    const killed = { status: 'abandoned', reason: 'it ended before all old rows were deleted', finished_at: null };
    expect(await notes()).toEqual([killed]);
    await prune(opened.db, at(-40 * 24 * hour), new AbortController().signal, now);
    expect(await notes()).toEqual([killed, { status: 'completed', reason: null, finished_at: now }]);
  });
}
