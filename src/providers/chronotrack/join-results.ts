/**
 * From the lists of an event to one result per entry and race. Pure. Everything is in memory at once: ChronoTrack ranks
 * and times one person in several lists that share no order. 10,000 finishers with 4 splits took 54 MB.
 */
import type { Json } from '../../domain/json.ts';
import type { ParticipantRecord } from '../../domain/records.ts';
import type { ResultRecord, ResultStatus } from '../../domain/scoring.ts';
import type { Courses } from './course.ts';
import { removalOf } from './map-entry.ts';
import type { FullLine, Line } from './result-lines.ts';
import { intervalOf } from './result-times.ts';

/** What of an entry a result may need. */
export interface Starter {
  readonly entryId: string;
  readonly bib: string | null;
  readonly status: string | null;
  readonly raceId: string | null;
  readonly raceName: string | null;
  readonly bracketName: string | null;
  readonly firstName: Json;
  readonly lastName: Json;
  readonly sex: Json;
  readonly age: Json;
}

export interface JoinInput {
  readonly eventId: string;
  /** The list that asked for no interval: final results, with ranks over all. */
  readonly finals: readonly FullLine[];
  /** Splits and finals of everybody. */
  readonly mixed: readonly Line[];
  readonly courses: Courses;
  readonly starters: readonly Starter[];
  readonly sexRanks: ReadonlyMap<string, number>;
  readonly ageRanks: ReadonlyMap<string, number>;
  /** Names of brackets that are of a sex or an age: a rank in one of them is none over all. */
  readonly narrowBrackets: ReadonlySet<string>;
  /** Whether the event is over, so that who has not finished by now did not. */
  readonly isOver: boolean;
  /** False: some row could not be read and may be anybody's, so nobody is said not to have finished. */
  readonly allRead: boolean;
}

export function starterOf({ row }: ParticipantRecord): Starter {
  const word = (column: string) => {
    const value = row[column];
    return typeof value === 'string' ? value : null;
  };
  return {
    entryId: word('entry_id') ?? '',
    bib: word('entry_bib'),
    status: word('entry_status'),
    raceId: word('race_id'),
    raceName: word('race_name'),
    bracketName: word('bracket_name'),
    firstName: row['athlete_first_name'] ?? null,
    lastName: row['athlete_last_name'] ?? null,
    sex: row['athlete_sex'] ?? null,
    age: row['entry_race_age'] ?? null,
  };
}

/** The key of a line: its entry (found by the bib where the line names none) and its race. */
export function keyer(starters: readonly Starter[]): (line: Line) => string {
  const byBib = new Map<string, string | null>();
  for (const { bib, entryId, status } of starters) {
    // Who has left may have handed the bib on; one that two of the others have tells nobody apart.
    if (bib !== null && removalOf(status) === undefined) byBib.set(bib, byBib.has(bib) ? null : entryId);
  }
  return ({ entryId, bib, raceId }) => {
    const person = entryId ?? byBib.get(bib ?? '') ?? `bib-${bib}`;
    return raceId === null ? person : `${person}:${raceId}`;
  };
}

export function joinResults(input: JoinInput): readonly ResultRecord[] {
  const keyOf = keyer(input.starters);
  const people = peopleOf(input, keyOf);
  const starters = new Map(input.starters.map((starter) => [starter.entryId, starter]));
  const records = [...people].map(([key, person]) => {
    const entryId = entryIdOf(key);
    return recordOf(input, key, person, entryId === undefined ? undefined : starters.get(entryId), entryId ?? null);
  });
  if (!input.allRead)
    return records.filter(({ row }) => row['results_time'] !== null || row['results_gun_time'] !== null);
  const present = new Set([...people.keys()].map(entryIdOf));
  const missing = input.starters.filter(
    ({ entryId, status }) => !present.has(entryId) && removalOf(status) === undefined,
  );
  return [
    ...records,
    ...missing.map((starter) => recordOf(input, keyOf(lineOf(starter)), {}, starter, starter.entryId)),
  ];
}

interface Person {
  final?: FullLine | Line;
  times?: Map<string, number | null>;
  any?: Line;
}

/** Everybody who is in a list, by key. Of two finals the one of the first list counts, for it has the rank. */
function peopleOf(input: JoinInput, keyOf: (line: Line) => string): ReadonlyMap<string, Person> {
  const people = new Map<string, Person>();
  for (const line of [...input.finals, ...input.mixed]) {
    const key = keyOf(line);
    const person = people.get(key) ?? {};
    people.set(key, person);
    person.any ??= line;
    if (input.courses.isFinal(line)) {
      person.final ??= line;
      continue;
    }
    person.times ??= new Map();
    const name = line.intervalName ?? '';
    person.times.set(name, person.times.get(name) ?? line.timeMs ?? line.gunMs);
  }
  return people;
}

function entryIdOf(key: string): string | undefined {
  const person = key.split(':')[0] ?? '';
  return person.startsWith('bib-') ? undefined : person;
}

function lineOf({ entryId, bib, raceId, raceName, bracketName }: Starter): Line {
  const nothing = { intervalName: null, timeMs: null, gunMs: null, rank: null, bracketName: null };
  return { entryId, bib, raceId, raceName, ...nothing, primaryBracketName: bracketName };
}

function recordOf(
  input: JoinInput,
  key: string,
  person: Person,
  starter: Starter | undefined,
  entryId: string | null,
): ResultRecord {
  const { eventId } = input;
  const line = person.final ?? person.any ?? (starter && lineOf(starter));
  const full = person.final && 'columns' in person.final ? person.final : undefined;
  const race = {
    raceId: line?.raceId ?? starter?.raceId ?? null,
    raceName: line?.raceName ?? starter?.raceName ?? null,
  };
  const splits = input.courses.splitsOf(race).map((name) => ({ name, time_ms: person.times?.get(name) ?? null }));
  const status = statusOf(person, full, starter, input.isOver);
  const ranked = status === 'finished';
  const isOverall = full !== undefined && !input.narrowBrackets.has(full.bracketName ?? '');
  const overall = ranked && isOverall ? full.rank : null;
  const row = {
    event_id: eventId,
    race_id: race.raceId,
    entry_id: entryId,
    results_bib: line?.bib ?? (person.any === undefined ? (starter?.bib ?? null) : null),
    results_first_name: full?.columns.results_first_name ?? starter?.firstName ?? null,
    results_last_name: full?.columns.results_last_name ?? starter?.lastName ?? null,
    results_sex: full?.columns.results_sex ?? starter?.sex ?? null,
    results_age: full?.columns.results_age ?? starter?.age ?? null,
    results_hometown: full?.columns.results_hometown ?? null,
    results_state_code: full?.columns.results_state_code ?? null,
    results_postal_code: full?.columns.results_postal_code ?? null,
    results_country_code: full?.columns.results_country_code ?? null,
    results_time: intervalOf(person.final?.timeMs ?? null),
    results_gun_time: intervalOf(person.final?.gunMs ?? null),
    results_pace: full?.columns.results_pace ?? null,
    results_gun_pace: full?.columns.results_gun_pace ?? null,
    results_rank: overall,
    results_bracket_name: overall === null ? null : (full?.bracketName ?? null),
    results_primary_bracket_name: line?.primaryBracketName ?? starter?.bracketName ?? null,
    result_key: key,
    status,
    race_name: race.raceName,
    split_times: splits,
    overall_rank: overall,
    sex_rank: ranked ? (input.sexRanks.get(key) ?? null) : null,
    age_rank: ranked ? (input.ageRanks.get(key) ?? null) : null,
  };
  return { eventId, id: key, row, source: full?.source ?? null };
}

const disqualified = /^(DQ|DSQ|DISQ)/i;

/**
 * ChronoTrack tells who finished. That somebody did not is derived: an entry without a final result who passed a split
 * dropped out (`started` while the event still runs), one who passed none did not start. A disqualification is told at
 * most by a word; where it is not, the person's final result is simply gone, and reads as one of the above.
 */
function statusOf(
  person: Person,
  final: FullLine | undefined,
  starter: Starter | undefined,
  isOver: boolean,
): ResultStatus {
  if ([starter?.status ?? null, ...(final?.words ?? [])].some((word) => disqualified.test(word ?? ''))) return 'dsq';
  if ((person.final?.timeMs ?? null) !== null || (person.final?.gunMs ?? null) !== null) return 'finished';
  if ([...(person.times?.values() ?? [])].some((ms) => ms !== null)) return isOver ? 'dnf' : 'started';
  return 'not-started';
}
