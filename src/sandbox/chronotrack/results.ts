/** Results in ChronoTrack's wire form: a row for each person and interval, ranked in the bracket that was asked for. */
import type { Finish, RaceEvent, Registration, SubEvent } from '../world.ts';
import type { ChronoTrackBehaviour } from './behaviour.ts';
import { ageBracketOf, ageOf, raceOf, type WireRow } from './shapes.ts';

export interface Bracket {
  readonly id: string;
  readonly name: string;
  readonly type: 'SEX' | 'AGE' | 'OTHER';
  readonly race: SubEvent;
}

const sexNames = { F: 'Female', M: 'Male', X: 'Non-Binary' } as const;

/** By race: one for all, one for each sex, and those of an age that somebody is in. */
export function bracketsOf(event: RaceEvent): readonly Bracket[] {
  return event.subEvents.flatMap((race) => {
    const ages = event.registrations.flatMap((registration) =>
      raceOf(registration) === race ? (ageBracketOf(registration) ?? []) : [],
    );
    const named = [
      { name: 'Overall', type: 'OTHER' } as const,
      ...Object.values(sexNames).map((name) => ({ name, type: 'SEX' }) as const),
      ...[...new Set(ages)].sort().map((name) => ({ name, type: 'AGE' }) as const),
    ];
    return named.map((bracket, position) => ({ ...bracket, id: `${race.id}${two(position + 1)}`, race }));
  });
}

export function bracketShape({ id, name, type, race }: Bracket): WireRow {
  return {
    bracket_id: id,
    bracket_name: name,
    bracket_type: type,
    bracket_tag: type === 'SEX' ? name.slice(0, 1) : '',
    bracket_wants_leaderboard: '1',
    race_id: race.id,
  };
}

/** Names of the splits that anybody of a race has, in the order of the course. */
function splitNames(event: RaceEvent, race: SubEvent): readonly string[] {
  const names = event.registrations.flatMap((registration) =>
    raceOf(registration) === race ? (event.finishes.get(registration.id)?.splits ?? []).map(({ name }) => name) : [],
  );
  return [...new Set(names)];
}

/** The course cut evenly. They are listed from the finish backwards: nothing says that ChronoTrack sorts them. */
export function intervalShapes(event: RaceEvent, { finishName }: ChronoTrackBehaviour): readonly WireRow[] {
  return event.subEvents.flatMap((race) => {
    const names = [...splitNames(event, race), finishName];
    const shapes = names.map((name, position) => ({
      interval_id: `${race.id}${two(position + 51)}`,
      interval_name: name,
      interval_iv_distance_m: String(Math.round((Number(race.meters) * (position + 1)) / names.length)),
      race_id: race.id,
      race_name: race.name,
    }));
    return shapes.reverse();
  });
}

/** A row before it is written out: most of a list is not on the page that is asked for. */
export interface Line {
  readonly registration: Registration;
  readonly race: SubEvent;
  readonly interval: string;
  readonly chipMs: number;
  readonly gunMs: number;
  readonly rank: number;
  readonly bracket: string;
}

export interface LinesOf {
  readonly event: RaceEvent;
  /** Splits too. */
  readonly allIntervals: boolean;
  /** Ranked in the brackets of this type. */
  readonly type?: 'SEX' | 'AGE';
  /** Only of this one. */
  readonly only?: Bracket;
  readonly behaviour: ChronoTrackBehaviour;
}

/** Lists of an event as it is now: ordering 10,000 people and their splits anew for each page took longer than the page. */
const ordered = new WeakMap<RaceEvent, { readonly state: string; readonly lists: Map<string, readonly Line[]> }>();

/** By race, interval and bracket the fastest first, equal ones by id. */
export function resultLines(of: LinesOf): readonly Line[] {
  const { event, allIntervals, type, only, behaviour } = of;
  const state = `${event.version} ${event.startAt}`;
  const known = ordered.get(event);
  const lists = known?.state === state ? known.lists : new Map<string, readonly Line[]>();
  ordered.set(event, { state, lists });
  const key = `${allIntervals} ${type} ${only?.id} ${behaviour.finishName}`;
  const lines = lists.get(key) ?? inOrder(of);
  lists.set(key, lines);
  return lines;
}

function inOrder({ event, allIntervals, type, only, behaviour }: LinesOf): readonly Line[] {
  return event.subEvents.flatMap((race) => {
    if (only !== undefined && only.race !== race) return [];
    const passages = event.registrations.flatMap((registration) => {
      const finish = event.finishes.get(registration.id);
      return finish === undefined || raceOf(registration) !== race ? [] : passagesOf(registration, finish, behaviour);
    });
    const wanted = passages.filter(({ interval }) => allIntervals || interval === behaviour.finishName);
    const groups = new Map<string, Line[]>();
    for (const passage of wanted.sort((a, b) => a.chipMs - b.chipMs || a.registration.id - b.registration.id)) {
      const bracket = only?.name ?? bracketName(passage.registration, type);
      if (bracket === null || (only !== undefined && !isIn(passage.registration, only))) continue;
      const key = `${passage.interval} ${bracket}`;
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push({ ...passage, race, rank: group.length + 1, bracket });
    }
    return [...groups.values()].flat();
  });
}

type Passage = Pick<Line, 'registration' | 'interval' | 'chipMs' | 'gunMs'>;

/** Who was disqualified keeps the splits and loses the result: that is all that is seen of it. */
function passagesOf(registration: Registration, finish: Finish, { finishName }: ChronoTrackBehaviour): Passage[] {
  const { chipMs, gunMs, splits, status } = finish;
  const behindGun = chipMs !== null && gunMs !== null ? gunMs - chipMs : 0;
  const passed = splits.flatMap(({ name, ms }) =>
    ms === null ? [] : [{ registration, interval: name, chipMs: ms, gunMs: ms + behindGun }],
  );
  if (status !== 'finished' || chipMs === null) return passed;
  return [...passed, { registration, interval: finishName, chipMs, gunMs: gunMs ?? chipMs }];
}

function bracketName(registration: Registration, type: LinesOf['type']): string | null {
  const { gender } = registration.person;
  if (type === 'SEX') return gender === null ? null : sexNames[gender];
  return type === 'AGE' ? ageBracketOf(registration) : 'Overall';
}

function isIn(registration: Registration, { name, type }: Bracket): boolean {
  return type === 'OTHER' || bracketName(registration, type) === name;
}

export function resultShape(line: Line, { timeDigits }: ChronoTrackBehaviour): WireRow {
  const { registration, race } = line;
  const { person } = registration;
  return {
    results_entry_id: String(registration.id),
    results_bib: registration.bib ?? '',
    results_first_name: person.firstName,
    results_last_name: person.lastName,
    results_sex: person.gender ?? '',
    results_age: String(ageOf(registration) ?? ''),
    results_hometown: `${person.place.city}, ${person.place.state}`,
    results_state_code: person.place.state,
    results_country_code: person.place.country,
    results_time: clockText(line.chipMs, timeDigits),
    results_gun_time: clockText(line.gunMs, timeDigits),
    results_pace: clockText((line.chipMs * 1609.344) / Number(race.meters), 0),
    results_pace_unit: 'min/mile',
    results_rank: String(line.rank),
    results_bracket_name: line.bracket,
    results_primary_bracket_name: ageBracketOf(registration) ?? '',
    results_race_id: race.id,
    results_race_name: race.name,
    results_interval_name: line.interval,
  };
}

/** `0:41:07.3`, and `41:07.3` where the hour would be nought and the minute even: both forms are seen. */
export function clockText(ms: number, digits: number): string {
  const all = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const fraction =
    digits === 0
      ? ''
      : `.${String(Math.floor(ms) % 1000)
          .padStart(3, '0')
          .slice(0, digits)}`;
  const short = hours === 0 && (digits === 0 || minutes % 2 === 0);
  return short ? `${minutes}:${two(seconds)}${fraction}` : `${hours}:${two(minutes)}:${two(seconds)}${fraction}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
