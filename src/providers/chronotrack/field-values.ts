/** Values as ChronoTrack writes them: everything is text, booleans `"1"` and `"0"`, instants epoch seconds. Pure. */

import { Temporal } from 'temporal-polyfill';
import type { JsonObject } from '../../domain/json.ts';
import { wordIn } from '../../domain/word-table.ts';

/** A whole number that an `integer` column holds. */
export function integerOf(value: string | null): number | null {
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/** A decimal for a `numeric` column. */
export function decimalOf(value: string | null): string | null {
  return value !== null && /^-?\d{1,20}(\.\d{1,20})?$/.test(value) ? value : null;
}

export function booleanOf(value: string | null): boolean | null {
  if (value === null) return null;
  if (/^(1|true)$/i.test(value)) return true;
  return /^(0|false)$/i.test(value) ? false : null;
}

/** The instant (UTC) of epoch seconds; undefined where it is none. 0 stands for "not set". */
export function instantOf(value: string | null): Date | undefined {
  const seconds = value !== null && /^\d{1,11}(\.\d+)?$/.test(value) ? Number(value) : 0;
  return seconds > 0 ? new Date(Math.floor(seconds) * 1000) : undefined;
}

/** The wall time of an instant in an IANA zone, as PostgreSQL's `timestamp` takes it; null for none. */
export function wallTime(instant: Date | undefined, timeZone: string): string | null {
  if (instant === undefined) return null;
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' });
}

/**
 * The day of a birth date, whose form is not documented: `1997-02-18` (seen) and `2/18/1997` are read. Null for others,
 * and for days that do not exist: the database would refuse them, and the person with them.
 */
export function dayOf(value: string | null): string | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?$/.exec(value ?? '');
  const us = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(value ?? '');
  const parts = iso ? [iso[1], iso[2], iso[3]] : us ? [us[3], us[1], us[2]] : undefined;
  if (parts === undefined) return null;
  const [year = '', month = '', day = ''] = parts;
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const instant = new Date(`${text}T00:00:00Z`);
  const exists = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
  return exists && !text.startsWith('0000') ? text : null;
}

const genders: Readonly<Record<string, 'M' | 'F' | 'X'>> = {
  m: 'M',
  male: 'M',
  f: 'F',
  female: 'F',
  x: 'X',
  nb: 'X',
  'non-binary': 'X',
  nonbinary: 'X',
};

export function genderOf(value: string | null): 'M' | 'F' | 'X' | null {
  return wordIn(genders, value) ?? null;
}

/** All `location_…` fields of a row that hold something, by the rest of their names: `{"city": …, "region": …}`. */
export function locationOf(source: JsonObject): JsonObject | null {
  const parts = Object.entries(source).flatMap(([name, value]) => {
    const part = /^location_(.+)$/.exec(name)?.[1];
    return part === undefined || part === 'time_zone' || value === null || value === '' ? [] : [[part, value] as const];
  });
  return parts.length === 0 ? null : Object.fromEntries(parts);
}
