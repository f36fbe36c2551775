/**
 * `sync_queue`, which other programs fill. Its columns without time zone hold times of the database session's zone, as those
 * programs write them. A row that a tick works on has status `processing` and a lease; one that other programs set to
 * `processing` has none and is theirs.
 */
import { sql } from 'kysely';
import type { Json } from '../domain/json.ts';
import type { QueuedItem } from '../domain/queue.ts';
import type { RunIdentity } from './claims.ts';
import type { Db } from './database.ts';

interface QueueRow {
  readonly id: number;
  readonly partner_id: number | null;
  readonly provider_id: number | null;
  readonly event_id: string | null;
  readonly operation_type: string;
  readonly sync_direction: string | null;
  readonly payload: Json;
  readonly retry_count: number | null;
  readonly max_retries: number | null;
  readonly taken_at: Date | null;
}

const columns = sql`q.sync_queue_id as id, q.timing_partner_id as partner_id, q.provider_id, q.event_id, q.operation_type,
  q.sync_direction, q.payload, q.retry_count, q.max_retries, q.started_at::timestamptz as taken_at`;

/** Tries behind the first one where the row says nothing. */
const usualRetries = 3;

/**
 * Takes what is due, priority 1 first; rows that another tick is taking are passed over.
 * @param until end of the lease (UTC).
 */
export async function takeQueued(
  db: Db,
  identity: RunIdentity,
  { now, until, limit }: { readonly now: Date; readonly until: Date; readonly limit: number },
): Promise<readonly QueuedItem[]> {
  const taken = await sql<QueueRow & { priority: number | null }>`
    update sync_queue q set status = 'processing', completed_at = null,
      -- Of what was put off, with the reason, the try goes on; a row that had ended, or that others reset, begins anew.
      started_at = coalesce(case when q.completed_at is null and q.reason is not null then q.started_at end, ${now}::timestamptz),
      lease_until = ${until}::timestamptz, host = ${identity.host}, process = ${identity.process}
    from (select sync_queue_id from sync_queue
      where status = 'pending' and (scheduled_time is null or scheduled_time::timestamptz <= ${now}::timestamptz)
      order by priority, sync_queue_id limit ${limit} for update skip locked) due
    where q.sync_queue_id = due.sync_queue_id
    returning ${columns}, q.priority`.execute(db);
  const order = (row: { priority: number | null; id: number }) =>
    [row.priority ?? Number.POSITIVE_INFINITY, row.id] as const;
  return taken.rows
    .toSorted((a, b) => {
      const [one, other] = [order(a), order(b)];
      return one[0] === other[0] ? one[1] - other[1] : one[0] - other[0];
    })
    .map(itemOf);
}

/** Extends the lease of whatever that process works on. */
export async function extendQueued(db: Db, process: string, until: Date): Promise<void> {
  await sql`update sync_queue set lease_until = ${until}::timestamptz
    where status = 'processing' and lease_until is not null and process = ${process}`.execute(db);
}

/**
 * Rows whose run is dead: its lease ran out, or its process is gone from this host. They stay `processing` until the caller
 * has ended them (`endQueued`).
 * @param isAlive tells of a process of this host; undefined where it cannot know.
 * @param options `judgeLeases` false: a rehearsal's clock says nothing about the leases of others.
 */
export async function deadQueued(
  db: Db,
  host: string,
  isAlive: (process: string) => boolean | undefined,
  now: Date,
  options: { readonly judgeLeases: boolean },
): Promise<readonly (QueuedItem & { readonly process: string })[]> {
  const running = await sql<QueueRow & { host: string | null; process: string | null; over: boolean }>`
    select ${columns}, q.host, q.process, q.lease_until < ${now}::timestamptz as over from sync_queue q
    where q.status = 'processing' and q.lease_until is not null order by q.sync_queue_id`.execute(db);
  return running.rows
    .filter((row) => (options.judgeLeases && row.over) || (row.host === host && isAlive(row.process ?? '') === false))
    .map((row) => ({ ...itemOf(row), process: row.process ?? '' }));
}

/** How a try ended. `pending`: it is tried again at `retryAt`. */
export interface QueueEnd {
  readonly status: 'completed' | 'failed' | 'pending';
  readonly now: Date;
  readonly reason: string | undefined;
  readonly retries: number;
  readonly retryAt: Date | undefined;
  /** Of `pending`: the try is not over, it was only put off. */
  readonly goesOn: boolean;
}

/** @returns false where the row is no longer that process's: another run took it over, and its word counts. */
export async function endQueued(db: Db, id: number, process: string, end: QueueEnd): Promise<boolean> {
  const result =
    await sql`update sync_queue set status = ${end.status}, reason = ${end.reason ?? null}, retry_count = ${end.retries}::int,
      started_at = case when ${end.status === 'pending' && !end.goesOn}::boolean then null else started_at end,
      scheduled_time = coalesce(${end.retryAt ?? null}::timestamptz, scheduled_time),
      completed_at = ${end.status === 'pending' ? null : end.now}::timestamptz, lease_until = null, host = null, process = null
    where sync_queue_id = ${id} and status = 'processing' and process = ${process} returning 1`.execute(db);
  return result.rows.length > 0;
}

/** What waits, runs, or failed since `failedSince` (UTC); the next one to be taken first. */
export async function readQueue(db: Db, failedSince: Date) {
  const result = await sql<
    QueueRow & {
      status: string;
      priority: number | null;
      scheduled_at: Date | null;
      created_at: Date | null;
      reason: string | null;
    }
  >`
    select ${columns}, q.status, q.priority, q.scheduled_time::timestamptz as scheduled_at,
      q.created_at::timestamptz as created_at, q.reason from sync_queue q
    where q.status in ('pending', 'processing') or (q.status = 'failed' and q.completed_at::timestamptz >= ${failedSince}::timestamptz)
    order by q.priority, q.sync_queue_id`.execute(db);
  return result.rows.map((row) => ({
    ...itemOf(row),
    status: row.status,
    priority: row.priority ?? undefined,
    scheduledAt: row.scheduled_at ?? undefined,
    createdAt: row.created_at ?? undefined,
    reason: row.reason ?? undefined,
  }));
}

function itemOf(row: QueueRow): QueuedItem {
  return {
    id: row.id,
    partnerId: row.partner_id ?? undefined,
    providerId: row.provider_id ?? undefined,
    eventId: row.event_id?.trim() || undefined,
    operation: row.operation_type,
    direction: row.sync_direction ?? undefined,
    payload: row.payload,
    takenAt: row.taken_at ?? new Date(0),
    retries: row.retry_count ?? 0,
    maxRetries: row.max_retries ?? usualRetries,
  };
}
