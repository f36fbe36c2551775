import { Temporal } from 'temporal-polyfill';

/** A wall time as providers send it, without zone: `YYYY-MM-DDTHH:MM[:SS]`. */
export type WallTime = string;

/**
 * The instant (UTC) of a wall time in an IANA zone. In the hour that a spring change skips the later reading counts, in
 * the hour that an autumn change repeats the earlier one (`compatible`, as calendars do).
 * @throws RangeError for an unknown zone, a date that does not exist, and years beyond 1 to 9999.
 */
export function instantOfWallTime(wall: WallTime, timeZone: string): Date {
  const zoned = Temporal.PlainDateTime.from(wall, { overflow: 'reject' }).toZonedDateTime(timeZone, {
    disambiguation: 'compatible',
  });
  const instant = new Date(zoned.epochMilliseconds);
  if (!isWritable(instant)) throw new RangeError(`${wall} is no time of a race`);
  return instant;
}

const earliest = Date.parse('0001-01-02T00:00:00Z');
const latest = Date.parse('9999-12-31T00:00:00Z');

/** False of instants that some zone writes with a year 0 or of five digits, which PostgreSQL refuses with the whole row. */
export function isWritable(instant: Date): boolean {
  return instant.getTime() >= earliest && instant.getTime() < latest;
}
