/** Instants as the providers write them: wall times of a zone, with and without offset. */
import { Temporal } from 'temporal-polyfill';
import { instantOfWallTime } from '../domain/wall-time.ts';

/** RunSignUp writes everything but event times in this zone. */
export const eastern = 'America/New_York';

const quarterHour = 900_000;
const day = 86_400_000;
/** Offsets by zone and instant: asking Temporal costs about a millisecond, a page of 2,500 rows needs 5,000 of them. */
const offsets = new Map<string, Map<number, number>>();

/** Milliseconds that the zone is ahead of UTC at an instant. */
export function offsetAt(instant: number, timeZone: string): number {
  const today = instant - modulo(instant, day);
  const offset = knownOffset(today, timeZone);
  // Zones change at most once in a day, and inside no quarter of an hour.
  if (offset === knownOffset(today + day, timeZone)) return offset;
  return knownOffset(instant - modulo(instant, quarterHour), timeZone);
}

function knownOffset(instant: number, timeZone: string): number {
  let known = offsets.get(timeZone);
  if (known === undefined) {
    known = new Map();
    offsets.set(timeZone, known);
  }
  let offset = known.get(instant);
  if (offset === undefined) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
    offset = zoned.offsetNanoseconds / 1_000_000;
    known.set(instant, offset);
  }
  return offset;
}

/** Positive also before 1970. */
function modulo(value: number, unit: number): number {
  return ((value % unit) + unit) % unit;
}

/** `2026-09-13T06:30:00`, the wall time of an instant. */
export function wallText(instant: number, timeZone: string): string {
  return new Date(instant + offsetAt(instant, timeZone)).toISOString().slice(0, 19);
}

/** `2026-09-13`. */
export function wallDate(instant: number, timeZone: string): string {
  return wallText(instant, timeZone).slice(0, 10);
}

/** `9/13/2026 06:30`, RunSignUp's usual form. */
export function slashText(instant: number, timeZone: string): string {
  const text = wallText(instant, timeZone);
  return `${Number(text.slice(5, 7))}/${Number(text.slice(8, 10))}/${text.slice(0, 4)} ${text.slice(11, 16)}`;
}

/** `09/13/2026`, RunSignUp's form of race dates. */
export function paddedDate(instant: number, timeZone: string): string {
  const text = wallText(instant, timeZone);
  return `${text.slice(5, 7)}/${text.slice(8, 10)}/${text.slice(0, 4)}`;
}

/** `2026-05-03T08:00:00-04:00`, Race Roster's form. */
export function offsetText(instant: number, timeZone: string): string {
  const minutes = offsetAt(instant, timeZone) / 60_000;
  const size = Math.abs(minutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `${wallText(instant, timeZone)}${minutes < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}

/** The nearest instant that a wall time to the minute expresses without doubt (an hour that repeats has two). */
export function expressible(instant: number, timeZone: string): number {
  return instantOfWallTime(wallText(instant, timeZone).slice(0, 16), timeZone).getTime();
}
