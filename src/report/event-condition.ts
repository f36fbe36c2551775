/** What an operator must know first about an event: one word, used by the screen and by `status --json` alike. */
import type { StatusEvent } from '../domain/status.ts';

/**
 * `failed`: its newest sync failed and none has completed since. `late`: overdue. `new`: never synced.
 * `running`: being synced now. `due`: taken by the next tick. `waiting`: synced, and not due yet. `ended`: no more syncs.
 * `no-credential`: its credential was removed, so nothing syncs it and nothing of it is late.
 */
export type EventCondition = 'failed' | 'late' | 'new' | 'running' | 'due' | 'waiting' | 'ended' | 'no-credential';

/** A beat of the one-minute timer and its slack: an event that is due for less is only waiting for the next tick. */
const beatMs = 90_000;

/** The condition of an event; late is more than 90 s and more than a tenth of its interval behind. */
export function conditionOf(event: StatusEvent, now: Date): EventCondition {
  if (event.credentialId === undefined) return 'no-credential';
  if (event.failure !== undefined && event.failure.status !== 'abandoned') return 'failed';
  if (event.running) return 'running';
  if (event.pace.priority === 'ended') return 'ended';
  if (event.lastSync === undefined) return 'new';
  const overdue = overdueMs(event, now);
  if (overdue > Math.max(beatMs, (event.pace.everyMinutes ?? 0) * 6_000)) return 'late';
  return overdue >= 0 ? 'due' : 'waiting';
}

/** How long it has been due (ms); negative: due in the future. */
export function overdueMs(event: StatusEvent, now: Date): number {
  return event.pace.dueAt === undefined ? Number.NEGATIVE_INFINITY : now.getTime() - event.pace.dueAt.getTime();
}

/** An event together with its condition. */
export interface JudgedEvent {
  readonly event: StatusEvent;
  readonly condition: EventCondition;
}

/** Whether a person should look at it before the others. A new event far from its start may take its time. */
export function needsAttention({ event, condition }: JudgedEvent): boolean {
  return condition === 'failed' || condition === 'late' || (condition === 'new' && event.pace.priority === 'high');
}

/** Those that need attention first, those that nothing syncs last; each group by start, then by name. */
export function judgeEvents(events: readonly StatusEvent[], now: Date): JudgedEvent[] {
  return events
    .map((event) => ({ event, condition: conditionOf(event, now) }))
    .sort(
      (a, b) =>
        place(a) - place(b) ||
        a.event.startAt.getTime() - b.event.startAt.getTime() ||
        compare(a.event.name, b.event.name) ||
        compare(a.event.eventId, b.event.eventId),
    );
}

function place(judged: JudgedEvent): number {
  if (judged.condition === 'no-credential') return 2;
  return needsAttention(judged) ? 0 : 1;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What an operator types for it: `1:runsignup:974559`. */
export function specOf(event: { partnerId: number; provider: string; eventId: string }): string {
  return `${event.partnerId}:${event.provider}:${event.eventId}`;
}
