/** Single values as a preset holds them. Pure. */

import type { Json } from '../../domain/json.ts';
import type { ResultStatus } from '../../domain/scoring.ts';
import { wordIn } from '../../domain/word-table.ts';
import { repairText } from './double-encoded.ts';

/** Text, with numbers written out; blank, absent and anything else are null. */
export function textOf(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? repairText(value).trim() || null : null;
}

/** A place in a ranking; 0 and less are none. */
export function placeOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number > 0 && number < 2 ** 31 ? number : null;
}

/** No event takes longer; a larger number is a time of day or an instant. */
const longestMs = 30 * 86_400_000;

/**
 * Milliseconds since the start; 0 means no time, as null, blank and absent do (a start before the gun is less).
 * Undefined: something else than that, which is not to be taken for "no time".
 */
export function timeMs(value: Json | undefined): number | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  const number = numberOf(value);
  if (number === undefined || number > longestMs) return undefined;
  return number > 0 ? Math.round(number) : null;
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** `0:42:11.000` as PostgreSQL's `interval` takes it. */
export function intervalOf(ms: number | null): string | null {
  if (ms === null) return null;
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms / 1000) % 60];
  return `${hours}:${String(minutes).padStart(2, '0')}:${seconds.toFixed(3).padStart(6, '0')}`;
}

const genders: Readonly<Record<string, string>> = {
  male: 'M',
  m: 'M',
  masculino: 'M',
  hombre: 'M',
  female: 'F',
  f: 'F',
  femenino: 'F',
  mujer: 'F',
  mixed: 'X',
  mixto: 'X',
  x: 'X',
};

export function genderOf(text: string | null): string | null {
  return wordIn(genders, text) ?? null;
}

/** The six words that several clients know, and those that single ones have met. */
const statuses: Readonly<Record<string, ResultStatus>> = {
  notstarted: 'not-started',
  dns: 'not-started',
  started: 'started',
  running: 'started',
  finished: 'finished',
  dnf: 'dnf',
  retired: 'dnf',
  abandoned: 'dnf',
  dsq: 'dsq',
  disqualified: 'dsq',
  withdrawn: 'withdrawn',
};

/** Undefined: a word that is not known. */
export function statusOf(word: string): ResultStatus | undefined {
  return wordIn(statuses, word);
}
