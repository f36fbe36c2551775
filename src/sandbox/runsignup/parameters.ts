/** Reads the query parameters of RunSignUp; what cannot be read is named by its error code. */
import { eastern, wallDate } from '../wall-clock.ts';
import type { Race, RaceEvent } from '../world.ts';
import type { ErrorCode } from './errors.ts';

/** A parameter that is refused. */
export interface BadParameter {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface Paging {
  readonly page: number;
  readonly size: number;
}

/** More rows than `maximum` are not given, whatever is asked for. */
export function pagingOf(query: URLSearchParams, fallback: number, maximum: number): Paging | BadParameter {
  const page = integerOf(query, 'page', 1);
  const size = integerOf(query, 'results_per_page', fallback);
  if (page === undefined || page < 1) return { code: 3, message: 'Invalid page.' };
  if (size === undefined || size < 1) return { code: 3, message: 'Invalid results_per_page.' };
  return { page, size: Math.min(size, maximum) };
}

/** A whole number, `fallback` where it is missing, undefined where it is none. */
export function integerOf(query: URLSearchParams, name: string, fallback: number): number | undefined {
  const text = query.get(name);
  if (text === null) return fallback;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A date (`YYYY-MM-DD`, unix seconds, `today`, `tomorrow`) as `YYYY-MM-DD`; undefined where it is none. */
export function dateOf(text: string, now: number): string | undefined {
  if (text === 'today') return wallDate(now, eastern);
  if (text === 'tomorrow') return wallDate(now + 86_400_000, eastern);
  if (/^\d{9,11}$/.test(text)) return wallDate(Number(text) * 1000, eastern);
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
  return isDate ? text : undefined;
}

/** The events of a comma-separated `event_id`; every one must be the race's. */
export function eventsOf(race: Race, ids: string): readonly RaceEvent[] | BadParameter {
  const events: RaceEvent[] = [];
  for (const id of new Set(ids.split(',').map((part) => part.trim()))) {
    if (!/^\d+$/.test(id)) return { code: 15, message: 'Invalid event_id.' };
    const event = race.events.find((candidate) => candidate.id === id);
    if (event === undefined) return { code: 301, message: 'Event not found.' };
    events.push(event);
  }
  return events;
}

export function isBad(value: object): value is BadParameter {
  return 'code' in value;
}
