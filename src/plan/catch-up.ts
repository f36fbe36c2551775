/**
 * While registrations of an event wait to be read, one by one and for hours, its list is asked more often than its window
 * says: what changes meanwhile is announced there, and is read before the backlog. Pure.
 */
import type { CredentialState, EventState } from '../domain/planning.ts';
import type { Priority } from '../domain/settings.ts';
import { listingRate } from './budget.ts';
import { lastFailureOf } from './history.ts';
import { costOf, usualKind } from './series.ts';

/** A change made during a backfill shall be in the database within 15 minutes: ten to be listed, the rest to be read. */
const catchUpMinutes = 10;

/**
 * Minutes between the listings of a credential's events that have a backlog, by credential id; one that is missing has
 * none. Longer where the lists are so long that they would take the calls which the registrations need.
 */
export function catchUpsOf(
  events: readonly EventState[],
  credentials: Iterable<CredentialState>,
): ReadonlyMap<number, number> {
  const waiting = new Map<number, EventState[]>();
  for (const event of events) {
    if (event.backlog === 0) continue;
    const own = waiting.get(event.credentialId);
    if (own === undefined) waiting.set(event.credentialId, [event]);
    else own.push(event);
  }
  const minutes = new Map<number, number>();
  if (waiting.size === 0) return minutes;
  for (const credential of credentials) {
    const own = waiting.get(credential.credentialId) ?? [];
    if (own.length === 0) continue;
    const round = own.reduce((sum, event) => sum + costOf(usualKind(credential), [event], credential), 0);
    minutes.set(credential.credentialId, Math.max(catchUpMinutes, round / listingRate(credential)));
  }
  return minutes;
}

/**
 * The interval (minutes) of an event whose class has the given one. Not of one that fails: its retries are enough; nor of the
 * high class, which is listed every minute or as often as the hour holds.
 */
export function withCatchUp(
  every: number,
  event: EventState,
  priority: Priority,
  catchUp: number | undefined,
  now: Date,
): number {
  if (event.backlog === 0 || priority === 'high' || lastFailureOf(event, now) !== undefined) return every;
  return Math.min(every, catchUp ?? catchUpMinutes);
}
