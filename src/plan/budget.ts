/**
 * The hour's budget of one credential, exact by minute buckets: what the sliding hour still holds at each minute to come,
 * and what is left of it beside what others need. Pure. The log of calls stays the judge when a call is made.
 */
import type { CredentialState } from '../domain/planning.ts';

/** The part of the hour that beats are planned with; the rest is for tokens, discovery and retries. */
export const plannedShare = 0.95;

const hourMinutes = 60;

/**
 * Minutes that the plan looks ahead, this one included. One more than the hour: the calls of a tick are made a second
 * apart, so those of its second half are still inside the hour when the tick 60 minutes later plans.
 */
export const lookAhead = hourMinutes + 1;

/** Calls a minute that beats are planned with. */
export function plannedRate(credential: CredentialState): number {
  return (Math.max(1, credential.callsPerHour) * plannedShare) / hourMinutes;
}

/**
 * The part of the planned rate that listings may take where every registration takes a call of its own. What they announce
 * has to be read too: nine events listed every minute would be all of 500 calls an hour, and nobody new would come in.
 */
const listingShare = 0.5;

/** Calls a minute that beats of listings may take over an hour. */
export function listingRate(credential: CredentialState): number {
  return plannedRate(credential) * (credential.details ? listingShare : 1);
}

/** Calls free at each minute m from now (0 ≤ m ≤ 60) if none is made until then: old calls leave the hour. */
export function roomByMinute(credential: CredentialState): Float64Array {
  const room = new Float64Array(lookAhead).fill(credential.callsPerHour);
  let inside = 0;
  for (let age = 0; age < hourMinutes; age += 1) {
    inside += credential.callsByAge[age] ?? 0;
    room[hourMinutes - 1 - age] = credential.callsPerHour - inside;
  }
  return room;
}

/**
 * Calls that a class below the highest can make now without any minute of the coming hour running short of what `needs`
 * lists, or of the share that is never planned with.
 */
export function headroom(credential: CredentialState, room: Float64Array, needs: readonly Float64Array[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let minute = 0; minute < lookAhead; minute += 1) {
    let free = room[minute] ?? 0;
    for (const need of needs) free -= need[minute] ?? 0;
    least = Math.min(least, free);
  }
  return least - unplannedCalls(credential);
}

/**
 * Calls a minute, this one's listings included, that can be kept up over the coming hour beside `needs`: after a long
 * listing what is left of the hour is spread, so that no part of it runs dry.
 */
export function evenPace(credential: CredentialState, room: Float64Array, needs: readonly Float64Array[]): number {
  let pace = plannedRate(credential);
  for (let minute = 0; minute < lookAhead; minute += 1) {
    let free = (room[minute] ?? 0) - unplannedCalls(credential);
    for (const need of needs) free -= need[minute] ?? 0;
    pace = Math.min(pace, Math.max(0, free) / (minute + 1));
  }
  return pace;
}

/** Calls of the hour that are left for tokens, retries, and the discovery at six o'clock. */
export function unplannedCalls({ callsPerHour }: CredentialState): number {
  return callsPerHour - callsPerHour * plannedShare;
}
