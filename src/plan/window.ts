/** First step of the plan: how near an event is decides how often it is synced (the table of windows). Pure. */
import type { Priority, Settings } from '../domain/settings.ts';

const hourMs = 3_600_000;

/** The instants (UTC, ms) between which an event has a priority, both inclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * More than 24 h before the start low, more than 4 h medium, then high until an hour after the start, inclusive;
 * `ended` afterwards. The hours are settings. Both times are instants: the race's time zone has been dealt with.
 */
export function priorityOf(startAt: Date, now: Date, settings: Settings): Priority | 'ended' {
  const toStart = startAt.getTime() - now.getTime();
  if (toStart < -settings.stopAfterHours * hourMs) return 'ended';
  if (toStart <= settings.highFromHours * hourMs) return 'high';
  if (toStart <= settings.mediumFromHours * hourMs) return 'medium';
  return 'low';
}

/** When `priorityOf` answers `priority` for an event that starts at `startAt`; empty (`from > to`) where it never does. */
export function windowOf(startAt: Date, priority: Priority, settings: Settings): Window {
  const start = startAt.getTime();
  const highFrom = start - settings.highFromHours * hourMs;
  const mediumFrom = Math.min(start - settings.mediumFromHours * hourMs, highFrom);
  switch (priority) {
    case 'high':
      return { from: highFrom, to: start + settings.stopAfterHours * hourMs };
    case 'medium':
      return { from: mediumFrom, to: highFrom - 1 };
    case 'low':
      return { from: Number.NEGATIVE_INFINITY, to: mediumFrom - 1 };
  }
}

/** Links whose events all started earlier (UTC) ask for nothing more: neither a push nor results. */
export function linksFrom(now: Date, { stopAfterHours, scoring }: Settings): Date {
  return new Date(now.getTime() - Math.max(stopAfterHours, scoring.resultsUntilHours) * hourMs);
}
