/**
 * Where the hour's budget of a credential does not hold its high class: one longer interval for all of its events, so
 * that what does not fit is spread evenly instead of the first minutes eating the hour. Pure.
 */
import type { CredentialState, EventState } from '../domain/planning.ts';
import type { Settings } from '../domain/settings.ts';
import { listingRate, roomByMinute } from './budget.ts';
import { lastCompletedOf } from './history.ts';
import { bySeries, costOf, usualKind } from './series.ts';
import { priorityOf } from './window.ts';

/** Why a credential's high class runs slower than set. */
export interface Stretch {
  /** On the interval, > 1. */
  readonly factor: number;
  /** High events that share the budget. */
  readonly events: number;
  /** Calls an hour that they need at the interval that is set. */
  readonly callsNeeded: number;
  readonly callsPerHour: number;
  /**
   * Calls that one tick may start with. Timers tick in whole minutes: intervals of 1.4 min would run as 1 and eat the
   * hour early, and 60 calls a second apart would fill the minute that the other credentials need too.
   */
  readonly callsPerTick: number;
}

/** The stretched credentials by id; one that is missing holds its high class. */
export function stretchesOf(
  events: readonly EventState[],
  credentials: readonly CredentialState[],
  now: Date,
  settings: Settings,
): ReadonlyMap<number, Stretch> {
  const high = new Map<number, EventState[]>(credentials.map((credential) => [credential.credentialId, []]));
  for (const event of events) {
    if (priorityOf(event.startAt, now, settings) === 'high') high.get(event.credentialId)?.push(event);
  }
  const stretches = new Map<number, Stretch>();
  for (const credential of credentials) {
    const stretch = stretchOf(credential, high.get(credential.credentialId) ?? [], now, settings);
    if (stretch !== undefined) stretches.set(credential.credentialId, stretch);
  }
  return stretches;
}

function stretchOf(
  credential: CredentialState,
  high: readonly EventState[],
  now: Date,
  settings: Settings,
): Stretch | undefined {
  if (high.length === 0) return undefined;
  const series = bySeries(high, credential);
  const costs = series.map((together) => costOf(usualKind(credential), together, credential));
  const round = costs.reduce((sum, cost) => sum + cost, 0);
  const perMinute = round / settings.cadence.high.everyMinutes;
  const rate = evenRate(
    credential,
    costs.reduce((largest, cost) => Math.max(largest, cost), 0),
  );
  if (perMinute <= rate) return undefined;
  return {
    factor: perMinute / rate,
    events: high.length,
    callsNeeded: perMinute * 60,
    callsPerHour: credential.callsPerHour,
    callsPerTick: rate * sinceLastTick(high, now),
  };
}

/** Minutes since a tick last served the class, at least 1: what a late or missed tick left over is not lost. */
function sinceLastTick(high: readonly EventState[], now: Date): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const event of high) newest = Math.max(newest, lastCompletedOf(event, now)?.startedAt.getTime() ?? newest);
  return Number.isFinite(newest) ? Math.max(1, Math.round((now.getTime() - newest) / 60_000)) : 1;
}

/**
 * Calls a minute that the credential can keep up for the coming hour. Beside its planned share, what the log leaves free
 * counts: after a burst (a full sync by hand, intervals rounded down to whole ticks) the rest is spread as well. The
 * largest unit is tolerated on top, since its calls come in a lump: at 100 calls every 6 minutes the hour is full just
 * before the oldest hundred leaves it.
 */
function evenRate(credential: CredentialState, largest: number): number {
  let rate = listingRate(credential);
  roomByMinute(credential).forEach((free, minute) => {
    rate = Math.min(rate, (Math.max(0, free) + largest) / (minute + 1));
  });
  return rate;
}
