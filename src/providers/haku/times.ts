/**
 * Times as Haku writes them: `2026-01-20 13:00:05`, ISO 8601 with or without zone and fraction, a date alone. Of which
 * zone the plain form is, is unknown: it is stored as written and never shifted. Pure.
 */
import { dayOf } from '../../domain/calendar-day.ts';
import { type EventStart, eventStart, instantOf } from '../../domain/event-time.ts';

const written = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)? ?(Z|UTC|[+-]\d\d:?\d\d)?)?$/i;

const hour = 3_600_000;

/** The zone furthest behind UTC: a plain time is at most so much later than the same time in UTC. */
const furthestBehind = 12 * hour;

/**
 * Stands in for the time of a start that is only a date. Races start between 6 and 10; from 9, the hours of high priority
 * (4 before, 1 behind) cover them, while midnight would end the sync before anybody runs.
 */
const assumedStart = '09:00:00';

interface Written {
  readonly day: string;
  readonly time: string | undefined;
  readonly fraction: string;
  readonly offset: string | undefined;
}

function partsOf(text: string | null): Written | undefined {
  const match = written.exec(text?.trim() ?? '');
  const day = dayOf(match?.[1] ?? null);
  if (!match || day === null) return undefined;
  const [, , time, fraction = '', zone] = match;
  return { day, time, fraction, offset: zone?.toUpperCase() === 'UTC' ? 'Z' : zone };
}

function isoOf({ day, time = '00:00:00', fraction }: Written, offset: string): string {
  return `${day}T${time}${fraction}${offset}`;
}

/** The wall time for a `timestamp` column, as written; null where it is none that exists. */
export function wallOf(text: string | null): string | null {
  const parts = partsOf(text);
  if (parts === undefined || instantOf(isoOf(parts, 'Z')) === undefined) return null;
  return isoOf({ ...parts, fraction: '' }, '');
}

/** The instant, where the text itself says of which zone it is. */
export function exactInstant(text: string | null): Date | undefined {
  const parts = partsOf(text);
  return parts?.offset === undefined ? undefined : instantOf(isoOf(parts, parts.offset));
}

/** A number to tell older from newer in one list, all of whose rows are written alike (ms). */
export function orderOf(text: string | null): number | undefined {
  const parts = partsOf(text);
  return parts && instantOf(isoOf(parts, parts.offset ?? 'Z'))?.getTime();
}

/** The latest instant (ms UTC) that the text can mean, whatever zone it is of. */
export function latestOf(text: string | null): number | undefined {
  const parts = partsOf(text);
  const instant = parts && instantOf(isoOf(parts, parts.offset ?? 'Z'))?.getTime();
  if (parts === undefined || instant === undefined || parts.offset !== undefined) return instant;
  return instant + furthestBehind + (parts.time === undefined ? 24 * hour : 0);
}

/**
 * Start and zone of an event. Without an offset it is a wall time of, in this order, the zone that the event names, the
 * credential's `fallback`, UTC; the last is an assumption. A date alone, or a plain midnight, is no time of a start.
 * Undefined where `text` is no time.
 */
export function startOf(
  text: string | null,
  named: string | undefined,
  fallback: string | undefined,
): EventStart | undefined {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  if (parts.offset !== undefined) return eventStart(isoOf(parts, parts.offset), named, fallback);
  const isDateOnly = parts.time === undefined || /^00:00(:00)?$/.test(parts.time);
  const start = eventStart(
    isoOf(isDateOnly ? { ...parts, time: assumedStart, fraction: '' } : parts, ''),
    named,
    fallback ?? 'UTC',
  );
  return start && { ...start, assumed: named === undefined && fallback === undefined };
}
