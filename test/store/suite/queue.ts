/** Part of the store's suite: the queue that other programs fill. */
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { readErrands } from '../../../src/store/errands.ts';
import { addLink, removeLinks } from '../../../src/store/links.ts';
import { deadQueued, endQueued, readQueue, takeQueued } from '../../../src/store/queue.ts';
import { addEvents, at, hour, identity, minute, newOwner, now, type Opened, runsignup } from '../store-world.ts';

export function queueTests(opened: Opened): void {
  const me = identity();
  let owner: Awaited<ReturnType<typeof newOwner>>;
  beforeEach(async () => {
    owner = await newOwner(opened.db);
    await sql`delete from sync_queue`.execute(opened.db);
  });

  /** As another program inserts it: wall times of the session's zone. */
  async function insert(changes: { priority?: number | null; scheduled?: Date; status?: string; created?: Date } = {}) {
    const { priority = 5, scheduled = null, status = 'pending', created = now } = changes;
    const result = await sql<{ id: number }>`insert into sync_queue
      (timing_partner_id, provider_id, event_id, operation_type, sync_direction, priority, scheduled_time, status, created_at)
      values (${owner.partnerId}, ${owner.providerId}, '7', 'participants', 'pull', ${priority}, ${scheduled}::timestamptz, ${status},
        ${created}::timestamptz) returning sync_queue_id as id`.execute(opened.db);
    return result.rows[0]?.id ?? 0;
  }
  const take = (options: { limit?: number; by?: typeof me; at?: Date } = {}) =>
    takeQueued(opened.db, options.by ?? me, {
      now: options.at ?? now,
      until: at(2 * minute),
      limit: options.limit ?? 10,
    });
  const rowOf = async (id: number) =>
    (
      await sql<Record<string, unknown>>`select status, retry_count, reason, scheduled_time::timestamptz as scheduled,
        started_at::timestamptz as started, completed_at::timestamptz as completed, lease_until, host, process
        from sync_queue where sync_queue_id = ${id}`.execute(opened.db)
    ).rows[0];

  test('a tick is told of what waits and of what was taken under a lease, of nothing else', async () => {
    const isQueued = async () => (await readErrands(opened.db, at(10_000 * hour))).queued;
    for (const status of ['processing', 'completed', 'failed', 'cancelled']) await insert({ status });
    expect(await isQueued()).toBe(false);
    const id = await insert();
    expect(await isQueued()).toBe(true);
    await take();
    expect(await isQueued()).toBe(true);
    const process = String((await rowOf(id))?.['process']);
    await endQueued(opened.db, id, process, {
      status: 'completed',
      now,
      reason: undefined,
      retries: 0,
      retryAt: undefined,
      goesOn: false,
    });
    expect(await isQueued()).toBe(false);
  });

  test('a tick is told of links of events that are not over', async () => {
    await addEvents(opened.db, owner, runsignup, ['100']);
    const isLinked = async (from: Date) => (await readErrands(opened.db, from)).linked;
    const far = at(10_000 * hour);
    await sql`update sync_events set start_at = ${far} where timing_partner_id = ${owner.partnerId}`.execute(opened.db);
    expect(await isLinked(far)).toBe(false);
    const link = { ...owner, eventId: '100', scoringProviderId: owner.providerId, scoringEventId: 'RACE' };
    await addLink(opened.db, link, owner.credentialId, now);
    expect(await isLinked(far)).toBe(true);
    expect(await isLinked(new Date(far.getTime() + 1))).toBe(false);
    await removeLinks(opened.db, [link]);
  });

  test('priority 1 first, then the order of arrival, those without one last', async () => {
    const ids = [await insert(), await insert({ priority: 1 }), await insert({ priority: null }), await insert()];
    expect((await take()).map((one) => one.id)).toEqual([ids[1], ids[0], ids[3], ids[2]]);
    expect(await take()).toEqual([]);
  });

  test('the scheduled time is respected, and other states are left alone', async () => {
    await insert({ scheduled: at(minute) });
    for (const status of ['processing', 'completed', 'failed', 'cancelled']) await insert({ status });
    const due = await insert({ scheduled: at(-minute) });
    expect((await take()).map((one) => one.id)).toEqual([due]);
    expect(await take({ at: at(minute) })).toHaveLength(1);
  });

  test('a limit takes the most urgent; what is taken has a lease', async () => {
    await insert();
    const urgent = await insert({ priority: 2 });
    expect(await take({ limit: 1 })).toMatchObject([
      { id: urgent, partnerId: owner.partnerId, providerId: owner.providerId, eventId: '7', retries: 0, maxRetries: 3 },
    ]);
    expect(await rowOf(urgent)).toMatchObject({
      status: 'processing',
      started: now,
      lease_until: at(2 * minute),
      host: me.host,
      process: me.process,
    });
  });

  test('ends as its run says, unless another run took it over', async () => {
    const id = await insert();
    await take();
    const end = { now: at(minute), reason: 'the provider answered 502', retries: 1, goesOn: false };
    const wait = { ...end, status: 'pending' as const, retryAt: at(3 * minute) };
    expect(await endQueued(opened.db, id, 'somebody else', wait)).toBe(false);
    expect(await endQueued(opened.db, id, me.process, wait)).toBe(true);
    expect(await rowOf(id)).toMatchObject({
      status: 'pending',
      retry_count: 1,
      reason: end.reason,
      scheduled: at(3 * minute),
      completed: null,
      lease_until: null,
    });
    expect(await take({ at: at(2 * minute) })).toEqual([]);
    expect(await take({ at: at(3 * minute) })).toMatchObject([{ id, retries: 1 }]);
    await endQueued(opened.db, id, me.process, { ...end, status: 'completed', reason: undefined, retryAt: undefined });
    expect(await rowOf(id)).toMatchObject({ status: 'completed', reason: null, completed: at(minute), host: null });
  });

  test('a try that was put off goes on with its beginning; one after a failure or an end begins anew', async () => {
    const id = await insert();
    const end = { now: at(minute), reason: 'put off', retries: 0, retryAt: now };
    const began = async (when: Date) => (await take({ at: when }))[0]?.takenAt;
    expect(await began(now)).toEqual(now);
    await endQueued(opened.db, id, me.process, { ...end, status: 'pending', goesOn: true });
    expect(await began(at(minute))).toEqual(now);
    await endQueued(opened.db, id, me.process, { ...end, status: 'pending', goesOn: false });
    expect(await began(at(2 * minute))).toEqual(at(2 * minute));
    await endQueued(opened.db, id, me.process, { ...end, status: 'failed', goesOn: false });
    // The other program asks once more, after an end and in the middle.
    await sql`update sync_queue set status = 'pending' where sync_queue_id = ${id}`.execute(opened.db);
    expect(await began(at(hour))).toEqual(at(hour));
    const other = await insert();
    await take();
    await sql`update sync_queue set status = 'pending' where sync_queue_id = ${other}`.execute(opened.db);
    expect(await began(at(2 * hour))).toEqual(at(2 * hour));
  });

  test('a dead run is known by its process here and by its lease elsewhere; other programs’ rows are theirs', async () => {
    const id = await insert();
    await insert({ status: 'processing' });
    await take();
    const dead = async (host: string, alive: boolean | undefined, when = now, judgeLeases = true) =>
      (await deadQueued(opened.db, host, () => alive, when, { judgeLeases })).map((one) => one.id);
    expect(await dead(me.host, true)).toEqual([]);
    expect(await dead(me.host, false)).toEqual([id]);
    expect(await dead('host-b', false)).toEqual([]);
    expect(await dead('host-b', false, at(hour))).toEqual([id]);
    expect(await dead('host-b', false, at(hour), false)).toEqual([]);
  });

  test('what waits is told, and what failed of late', async () => {
    const ids = [await insert({ created: at(-hour) }), await insert({ priority: 1 }), await insert()];
    await take({ limit: 1 });
    for (const [position, id] of ids.slice(1).entries()) {
      await sql`update sync_queue set status = 'processing', process = ${me.process} where sync_queue_id = ${id}`.execute(
        opened.db,
      );
      const end = {
        status: 'failed' as const,
        now: at(-position * 25 * hour),
        reason: 'no',
        retries: 3,
        retryAt: undefined,
        goesOn: false,
      };
      await endQueued(opened.db, id, me.process, end);
    }
    expect(await readQueue(opened.db, at(-24 * hour))).toMatchObject([
      { id: ids[1], status: 'failed', reason: 'no', retries: 3, priority: 1 },
      { id: ids[0], status: 'pending', createdAt: at(-hour), scheduledAt: undefined },
    ]);
  });
}
