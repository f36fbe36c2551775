/** ISO times as providers write them, with and without offset, and the zone of an event that may name none. Pure. */
import { Temporal } from 'temporal-polyfill';
import { dayOf } from './calendar-day.ts';
import type { Json } from './json.ts';
import { instantOfWallTime, isWritable } from './wall-time.ts';

/** Hour 24, which ISO 8601 has for the end of a day, is no time that a provider is known to write. */
const isoTime = /^(\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d(?::\d\d)?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i;

/** When and where an event starts. */
export interface EventStart {
  readonly startAt: Date;
  /** The local wall time of the event, `YYYY-MM-DDTHH:MM:SS`. */
  readonly wall: string;
  readonly timeZone: string;
  readonly assumed: boolean;
}

/**
 * The instant of an ISO time; without an offset it counts as UTC. Undefined: none, not readable, or on a day that does not
 * exist, of which Date would make another one (February 30 is March 2 to it).
 */
export function instantOf(text: string | null): Date | undefined {
  const match = text === null ? null : isoTime.exec(text);
  if (!match) return undefined;
  const [, wall = '', fraction = '', offset = 'Z'] = match;
  if (dayOf(wall) === null) return undefined;
  const instant = new Date(`${wall}${fraction}${offset}`);
  return isWritable(instant) ? instant : undefined;
}

/** An instant as PostgreSQL's `timestamp` takes it, in UTC: `2026-02-11T15:04:05`. */
export function utcWall(instant: Date): string {
  return instant.toISOString().slice(0, 19);
}

/** The zone, where the value is the name of one (`America/Toronto`); `-04:00` is an offset and no zone. */
export function knownZone(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value).timeZoneId;
  } catch {
    return undefined;
  }
}

/**
 * Start and zone of an event. Where a provider does not name the zone, it comes from, in this order: the event, the
 * credential's `time_zone` (where it has the offset of the start: a partner may hold races in several zones), the offset
 * itself. All but the first are assumptions. The instant never depends on them, only the wall time that screens show.
 * Undefined where `text` is no time, or has neither offset nor zone.
 */
export function eventStart(
  text: string | null,
  named: string | undefined,
  fallback: string | undefined,
): EventStart | undefined {
  const match = text === null ? null : isoTime.exec(text);
  if (!match) return undefined;
  const [, wall = '', , offset] = match;
  const zone = named ?? fallback;
  if (offset === undefined) return zone === undefined ? undefined : startInZone(wall, zone);
  const startAt = instantOf(text);
  if (startAt === undefined) return undefined;
  const minutes = minutesOf(offset);
  // An offset of zero also is what a program writes that knows only UTC: then the zone tells the wall time.
  const local = minutes === 0 && zone !== undefined ? wallIn(zone, startAt) : shifted(startAt, minutes);
  if (named !== undefined) return { startAt, wall: local, timeZone: named, assumed: false };
  const fits = fallback !== undefined && (minutes === 0 || wallIn(fallback, startAt) === local);
  // A zone that the operator set and that agrees with the offset is known, not assumed.
  return { startAt, wall: local, timeZone: fits ? fallback : zoneOfOffset(minutes), assumed: !fits };
}

function startInZone(wall: string, timeZone: string): EventStart | undefined {
  try {
    const startAt = instantOfWallTime(wall, timeZone);
    return { startAt, wall: wallIn(timeZone, startAt), timeZone, assumed: false };
  } catch {
    return undefined;
  }
}

/** `Etc/GMT+4` is four hours BEHIND Greenwich (POSIX signs); offsets such as -03:30 have no such zone, UTC stands in. */
function zoneOfOffset(minutes: number): string {
  const hours = minutes / 60;
  if (hours === 0 || !Number.isInteger(hours) || hours < -12 || hours > 14) return 'UTC';
  return `Etc/GMT${hours < 0 ? '+' : '-'}${Math.abs(hours)}`;
}

function minutesOf(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2)));
}

function shifted(instant: Date, minutes: number): string {
  return utcWall(new Date(instant.getTime() + minutes * 60_000));
}

function wallIn(timeZone: string, instant: Date): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' });
}
