/** What the plan believes of an event's history. Rows from the future are left by a rehearsal with `--now`. Pure. */
import type { CompletedSync, EventState, FailedSync } from '../domain/planning.ts';

/** Hosts that write history differ by seconds at most (the clock is the database's); more than this is a rehearsal. */
const toleranceMs = 60_000;

function isPast(at: Date, now: Date): boolean {
  return at.getTime() <= now.getTime() + toleranceMs;
}

/** The last completed sync; undefined: never, or only in the future. */
export function lastCompletedOf(event: EventState, now: Date): CompletedSync | undefined {
  const last = event.lastCompleted;
  return last !== undefined && isPast(last.startedAt, now) ? last : undefined;
}

/** Start of the last completed full sync; undefined: never, or only in the future. */
export function lastFullOf(event: EventState, now: Date): Date | undefined {
  return event.lastFullAt !== undefined && isPast(event.lastFullAt, now) ? event.lastFullAt : undefined;
}

/** The failure that is newer than the last completed sync; undefined: none, or only in the future. */
export function lastFailureOf(event: EventState, now: Date): FailedSync | undefined {
  const failure = event.lastFailure;
  return failure !== undefined && isPast(failure.startedAt, now) ? failure : undefined;
}

/** From when on an incremental sync of all the events must ask for changes; undefined where none has a watermark. */
export function oldestWatermark(events: readonly EventState[], now: Date): Date | undefined {
  let oldest: Date | undefined;
  for (const event of events) {
    const watermark = lastCompletedOf(event, now)?.watermark;
    if (watermark !== undefined && (oldest === undefined || watermark < oldest)) oldest = watermark;
  }
  return oldest;
}
