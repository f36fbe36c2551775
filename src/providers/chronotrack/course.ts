/** The course of each race: which interval is its end, and the splits before it in their order. Pure. */
import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { guess, text } from '../../http/wire-fields.ts';
import type { Line } from './result-lines.ts';

/** Names of the interval that is the whole course (two clients); blank stands for it too. */
const finalNames = ['full course', 'finish', ''];

const wireInterval = z.object({
  interval_name: text,
  interval_iv_distance_m: guess,
  race_id: guess,
  race_name: guess,
});

interface Interval {
  readonly name: string;
  /** From the start; Infinity where ChronoTrack does not tell it. */
  readonly meters: number;
  readonly raceId: string | null;
  readonly raceName: string | null;
}

export interface Courses {
  isFinal(line: Line): boolean;
  /** Names of the splits of a race. */
  splitsOf(race: Pick<Line, 'raceId' | 'raceName'>): readonly string[];
}

/**
 * `finals`: the lines of the list that asked for no interval; `mixed`: those of all intervals. Where no line of a race
 * has a name that is known for the end, and all its finals have one and the same name (`Meta`), that is the end, unless
 * some interval of the race lies behind it.
 */
export function coursesOf(intervals: readonly Json[], finals: readonly Line[], mixed: readonly Line[]): Courses {
  const listed = intervals.flatMap((row) => readInterval(row));
  const ends = endsOf(finals, listed);
  const seen = namesByRace(mixed);
  const isFinal = (race: string, name: string) => finalNames.includes(name.toLowerCase()) || ends.get(race) === name;
  const known = new Map<string, readonly string[]>();
  return {
    isFinal: (line) => isFinal(raceKeyOf(line), line.intervalName ?? ''),
    splitsOf(race) {
      const key = raceKeyOf(race);
      const names =
        known.get(key) ?? splitsOf(race, listed, seen.get(key) ?? new Set()).filter((name) => !isFinal(key, name));
      known.set(key, names);
      return names;
    },
  };
}

/** By distance; what only the lines name comes behind, in the order in which it was seen. */
function splitsOf(
  race: Pick<Line, 'raceId' | 'raceName'>,
  listed: readonly Interval[],
  seen: ReadonlySet<string>,
): readonly string[] {
  const own = listed
    // Where it does not say whose it is: an event has several races.
    .filter((interval) => isOf(race, interval) ?? seen.has(interval.name))
    .toSorted((a, b) => (a.meters === b.meters ? 0 : a.meters - b.meters));
  return [...new Set([...own.map(({ name }) => name), ...seen])];
}

/** Undefined where the interval does not say which race it belongs to. */
function isOf(race: Pick<Line, 'raceId' | 'raceName'>, { raceId, raceName }: Interval): boolean | undefined {
  if (raceId !== null && race.raceId !== null) return raceId === race.raceId;
  if (raceName !== null && race.raceName !== null) return raceName === race.raceName;
  return undefined;
}

function readInterval(row: Json): Interval[] {
  const parsed = wireInterval.safeParse(row);
  if (!parsed.success || parsed.data.interval_name === null) return [];
  const { interval_name: name, interval_iv_distance_m: meters, race_id: raceId, race_name: raceName } = parsed.data;
  const distance = meters !== null && /^\d+(\.\d+)?$/.test(meters) ? Number(meters) : Number.POSITIVE_INFINITY;
  return [{ name, meters: distance, raceId, raceName }];
}

/** By race the one name that all its finals have, where it can be that of the end. */
function endsOf(finals: readonly Line[], listed: readonly Interval[]): ReadonlyMap<string, string> {
  const ends = new Map<string, string>();
  const samples = new Map(finals.map((line) => [raceKeyOf(line), line]));
  for (const [key, names] of namesByRace(finals)) {
    const [only, ...others] = names;
    const race = samples.get(key);
    if (only === undefined || others.length > 0 || race === undefined) continue;
    const own = listed.filter((interval) => isOf(race, interval) ?? true);
    const at = own.find(({ name }) => name === only)?.meters ?? Number.POSITIVE_INFINITY;
    if (own.every(({ meters }) => meters <= at || meters === Number.POSITIVE_INFINITY)) ends.set(key, only);
  }
  return ends;
}

function namesByRace(lines: readonly Line[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const line of lines) {
    const ofRace = names.get(raceKeyOf(line)) ?? new Set();
    ofRace.add(line.intervalName ?? '');
    names.set(raceKeyOf(line), ofRace);
  }
  return names;
}

function raceKeyOf({ raceId, raceName }: Pick<Line, 'raceId' | 'raceName'>): string {
  return raceId ?? raceName ?? '';
}
