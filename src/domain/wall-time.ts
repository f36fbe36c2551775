import { Temporal } from 'temporal-polyfill';

/** A wall time as providers send it, without zone: `YYYY-MM-DDTHH:MM[:SS]`. */
export type WallTime = string;

/**
 * The instant (UTC) of a wall time in an IANA zone. In the hour that a spring change skips the later reading counts, in
 * the hour that an autumn change repeats the earlier one (`compatible`, as calendars do).
 * @throws RangeError for an unknown zone or a date that does not exist.
 */
export function instantOfWallTime(wall: WallTime, timeZone: string): Date {
  const zoned = Temporal.PlainDateTime.from(wall, { overflow: 'reject' }).toZonedDateTime(timeZone, {
    disambiguation: 'compatible',
  });
  return new Date(zoned.epochMilliseconds);
}
