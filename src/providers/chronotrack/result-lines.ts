/**
 * One row of a list of results: a person at one interval of one race, ranked in what was asked for. Pure. Lists differ
 * only in what they were asked for, so all of them are read here.
 */
import * as z from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { RejectedRow } from '../../domain/records.ts';
import { guess, isObject, problemsOf, text } from '../../http/wire-fields.ts';
import { genderOf, integerOf } from './field-values.ts';
import { intervalOf, msOf } from './result-times.ts';

const wireResult = z.object({
  results_entry_id: text,
  results_bib: text,
  results_race_id: text,
  results_race_name: text,
  results_interval_name: text,
  results_time: text,
  results_gun_time: text,
  results_rank: text,
  results_bracket_name: text,
  results_primary_bracket_name: text,
  results_first_name: text,
  results_last_name: text,
  results_sex: text,
  results_age: text,
  results_hometown: text,
  results_state_code: guess,
  results_postal_code: guess,
  results_country_code: guess,
  results_pace: guess,
  results_gun_pace: guess,
  // No source shows it as a fact; where it is there, it may hold the word for a disqualification.
  results_status: guess,
});

/** What every list is joined by. */
export interface Line {
  readonly entryId: string | null;
  readonly bib: string | null;
  readonly raceId: string | null;
  readonly raceName: string | null;
  /** `Full Course`, `Finish` or blank at the end of the course; else the name of a split. */
  readonly intervalName: string | null;
  readonly timeMs: number | null;
  readonly gunMs: number | null;
  readonly rank: number | null;
  /** The bracket that `rank` is a rank in, where the row says. */
  readonly bracketName: string | null;
  readonly primaryBracketName: string | null;
}

/** A line with all that is stored of a result. */
export interface FullLine extends Line {
  /** Words in which a status may be hidden. */
  readonly words: readonly (string | null)[];
  readonly columns: {
    readonly results_first_name: string | null;
    readonly results_last_name: string | null;
    readonly results_sex: string | null;
    readonly results_age: number | null;
    readonly results_hometown: string | null;
    readonly results_state_code: string | null;
    readonly results_postal_code: string | null;
    readonly results_country_code: string | null;
    readonly results_pace: string | null;
    readonly results_gun_pace: string | null;
  };
  readonly source: JsonObject;
}

export function readLine(
  source: Json,
  eventId: string,
): { readonly line: FullLine } | { readonly rejected: RejectedRow } {
  const parsed = wireResult.safeParse(source);
  if (!parsed.success || !isObject(source)) {
    const error = parsed.error ? problemsOf(parsed.error) : 'not an object';
    return { rejected: { eventId, error: `result: ${error}`, source } };
  }
  const wire = parsed.data;
  if (wire.results_entry_id === null && wire.results_bib === null) {
    return { rejected: { eventId, error: 'result: neither results_entry_id nor results_bib', source } };
  }
  return {
    line: {
      entryId: wire.results_entry_id,
      bib: wire.results_bib,
      raceId: wire.results_race_id,
      raceName: wire.results_race_name,
      intervalName: wire.results_interval_name,
      timeMs: msOf(wire.results_time),
      gunMs: msOf(wire.results_gun_time),
      rank: integerOf(wire.results_rank),
      bracketName: wire.results_bracket_name,
      primaryBracketName: wire.results_primary_bracket_name,
      words: [wire.results_status, wire.results_time],
      columns: {
        results_first_name: wire.results_first_name,
        results_last_name: wire.results_last_name,
        results_sex: genderOf(wire.results_sex),
        results_age: integerOf(wire.results_age),
        results_hometown: wire.results_hometown,
        results_state_code: wire.results_state_code,
        results_postal_code: wire.results_postal_code,
        results_country_code: wire.results_country_code,
        results_pace: intervalOf(msOf(wire.results_pace)),
        results_gun_pace: intervalOf(msOf(wire.results_gun_pace)),
      },
      source,
    },
  };
}

/** What is kept of a line that only carries a split or a rank: a tenth of the whole, and most lines are such. */
export function lean(line: FullLine): Line {
  const { entryId, bib, raceId, raceName, intervalName, timeMs, gunMs, rank, bracketName, primaryBracketName } = line;
  return { entryId, bib, raceId, raceName, intervalName, timeMs, gunMs, rank, bracketName, primaryBracketName };
}
