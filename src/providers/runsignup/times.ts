/**
 * RunSignUp's times: wall times in several spellings and unix seconds. Event starts and ends are in the race's own zone,
 * everything else is Eastern (official datatypes page). Wall times stay wall times, in the spelling of PostgreSQL.
 */
import { Temporal } from 'temporal-polyfill';
import type { Json } from '../../domain/json.ts';
import { instantOfWallTime } from '../../domain/wall-time.ts';

export const easternZone = 'America/New_York';

const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const dashed = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

/**
 * `9/13/2026 06:30`, `09/13/2026`, `2026-03-01 18:22:10` or `1988-04-09` as `YYYY-MM-DD HH:MM:SS`. Null for blanks, for
 * what is no date, and for dates that do not exist (`0000-00-00`, `2/30/2026`).
 */
export function wallText(value: Json | undefined): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const slash = slashed.exec(text);
  const [year, month, day, hour, minute, second] = slash
    ? [slash[3], slash[1], slash[2], slash[4], slash[5], slash[6]]
    : (dashed.exec(text)?.slice(1) ?? []);
  if (year === undefined || month === undefined || day === undefined) return null;
  if (!isCalendarDate(Number(year), Number(month), Number(day))) return null;
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return `${date} ${(hour ?? '00').padStart(2, '0')}:${minute ?? '00'}:${second ?? '00'}`;
}

/** The date part of `wallText`: `YYYY-MM-DD` or null. */
export function dateText(value: Json | undefined): string | null {
  return wallText(value)?.slice(0, 10) ?? null;
}

/** Undefined for an unknown zone, and at the ends of the years that can be stored. */
export function instantOf(wall: string, timeZone: string): Date | undefined {
  try {
    return instantOfWallTime(wall.replace(' ', 'T'), timeZone);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Unix seconds, as a number or a digit string. */
export function instantOfSeconds(value: Json | undefined): Date | undefined {
  const seconds = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  // Up to the year 9999: what is beyond is no time in seconds.
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 253_402_300_800)) return undefined;
  return new Date(Math.floor(seconds) * 1000);
}

const hourMs = 3_600_000;
/** By hour, since no Eastern offset changes inside one: a page of 2,500 rows falls into few, and Temporal is slow. */
const offsets = new Map<number, number>();

/** The Eastern wall time of an instant, as `YYYY-MM-DD HH:MM:SS`. */
export function easternText(instant: Date): string {
  const hour = Math.floor(instant.getTime() / hourMs);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(hour * hourMs).toZonedDateTimeISO(easternZone);
    offset = zoned.offsetNanoseconds / 1_000_000;
    offsets.set(hour, offset);
  }
  return new Date(instant.getTime() + offset).toISOString().slice(0, 19).replace('T', ' ');
}

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function isCalendarDate(year: number, month: number, day: number): boolean {
  const days = month === 2 && isLeapYear(year) ? 29 : daysInMonth[month - 1];
  return year >= 1 && day >= 1 && days !== undefined && day <= days;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
