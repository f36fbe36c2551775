/** Second step of the plan: when an event is due, from its window, its history and what the budget holds. Pure. */
import type { EventState, Pace } from '../domain/planning.ts';
import type { Settings } from '../domain/settings.ts';
import { withCatchUp } from './catch-up.ts';
import { lastCompletedOf, lastFailureOf } from './history.ts';
import { priorityOf } from './window.ts';

const minuteMs = 60_000;

/**
 * Where an event stands in its cadence at `now`; `status` shows it, the plan acts on it.
 * @param stretch factor on the interval of the high class of this event's credential (`stretchesOf`); 1: none.
 * @param catchUp minutes between the listings of an event that has a backlog (`catchUpsOf`).
 */
export function paceOf(
  event: EventState,
  stretch: number,
  now: Date,
  settings: Settings,
  catchUp: number | undefined = undefined,
): Pace {
  const priority = priorityOf(event.startAt, now, settings);
  const completed = lastCompletedOf(event, now);
  const lagMs = completed === undefined ? undefined : Math.max(0, now.getTime() - completed.startedAt.getTime());
  if (priority === 'ended') return { priority, everyMinutes: undefined, dueAt: undefined, lagMs };
  const set = settings.cadence[priority].everyMinutes * (priority === 'high' ? stretch : 1);
  const everyMinutes = withCatchUp(set, event, priority, catchUp, now);
  const dueAt = new Date(dueAtMs(event, everyMinutes, now, settings));
  return { priority, everyMinutes, dueAt, lagMs };
}

/**
 * When an event that is synced every `everyMinutes` is due (UTC, ms), its failures considered. A retry may wait longer
 * than the interval of the window that the event has entered meanwhile; the interval then counts.
 */
export function dueAtMs(event: EventState, everyMinutes: number, now: Date, settings: Settings): number {
  const beat = beatMs(everyMinutes, settings);
  const normal = normalDueAtMs(event, everyMinutes, now, settings);
  const failure = lastFailureOf(event, now);
  if (failure === undefined) return normal;
  const nextBeat = failure.startedAt.getTime() + beat;
  switch (failure.status) {
    case 'failed':
      return Math.min(failure.retryAt?.getTime() ?? now.getTime(), nextBeat);
    case 'failed_permanent':
      return nextBeat;
    case 'abandoned':
      return Math.min(normal, now.getTime());
  }
}

/** When the event would be due (UTC, ms) had nothing failed; `now` where it was never synced. */
export function normalDueAtMs(event: EventState, everyMinutes: number, now: Date, settings: Settings): number {
  const completed = lastCompletedOf(event, now);
  return completed === undefined ? now.getTime() : completed.startedAt.getTime() + beatMs(everyMinutes, settings);
}

/** Shortest time between two starts (ms): a one-minute timer jitters, without the slack every second beat is lost. */
export function beatMs(everyMinutes: number, settings: Settings): number {
  return Math.max(0, everyMinutes * minuteMs - settings.slackSeconds * 1000);
}
