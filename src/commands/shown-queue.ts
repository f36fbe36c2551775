/** The queue as `status` and `tick --dry-run` show it. */
import type { StatusQueueItem } from '../domain/queue.ts';
import { queueWords } from '../plan/queue-request.ts';
import { readQueue } from '../store/queue.ts';
import type { Workspace } from './context.ts';

/** Failures older than a day have been seen, or will not be. */
const failuresShownMs = 24 * 3_600_000;

/** What waits, runs, or failed of late; of one partner or event where it is named. */
export async function shownQueue(
  { database, providerIds }: Workspace,
  { partnerId, eventId, now }: { partnerId?: number | undefined; eventId?: string | undefined; now: Date },
): Promise<readonly StatusQueueItem[]> {
  const items = await readQueue(database.db, new Date(now.getTime() - failuresShownMs));
  return items
    .filter((one) => partnerId === undefined || one.partnerId === partnerId)
    .filter((one) => eventId === undefined || one.eventId === eventId)
    .map(({ id, status, priority, scheduledAt, createdAt, retries, reason, ...item }) => ({
      id,
      what: queueWords(item, (providerId) => providerIds.byId.get(providerId)?.name),
      status,
      priority,
      scheduledAt,
      createdAt,
      retries,
      reason,
    }));
}
