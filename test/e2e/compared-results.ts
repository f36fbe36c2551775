/** Results as they are stored and as the sandbox has them, in one form for both scoring systems. Times in ms. */
import { expectedResults } from '../../src/sandbox/finishes.ts';
import type { RaceEvent, Registration } from '../../src/sandbox/world.ts';
import type { Row } from './installation.ts';

export const splitNames = ['5K', '10K', '15K'] as const;

export interface ComparedResults {
  /** Yields rows as `expected` has them. */
  readonly sql: string;
  /** What ought to be stored of an event that was run with `splitNames`. */
  readonly expected: (event: RaceEvent) => readonly Row[];
}

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::int`;

export const comparedResults: Readonly<Record<'copernico' | 'chronotrack', ComparedResults>> = {
  copernico: {
    sql: `select result_key as id, bib_number as bib, first_name as "firstName", last_name as "lastName", gender, status,
      ${milliseconds('total_time')} as "chipMs", ${milliseconds('gun_time')} as "gunMs", overall_position as "overallPlace",
      gender_position as "genderPlace", split_times as splits, removed_at is not null as removed from copernico_results`,
    // A preset shows everybody, with or without a result.
    expected: (event) =>
      everybody(
        event,
        ({ externalId, id }) => externalId ?? String(id),
        (one) => one,
      ),
  },
  chronotrack: {
    sql: `select result_key as id, results_bib as bib, results_first_name as "firstName", results_last_name as "lastName",
      results_sex as gender, status, ${milliseconds('results_time')} as "chipMs", ${milliseconds('results_gun_time')} as "gunMs",
      overall_rank as "overallPlace", sex_rank as "genderPlace", split_times as splits, removed_at is not null as removed
      from ct_results`,
    // It tells who finished. A disqualification is a result that is gone: dropped out where a split was passed.
    expected: (event) =>
      everybody(
        event,
        ({ id, subEventId }) => `${id}:${subEventId}`,
        (one) => {
          if (one['status'] === 'finished') return one;
          const passed = (one['splits'] as { time_ms: number | null }[]).some(({ time_ms: ms }) => ms !== null);
          return { ...one, status: passed ? 'dnf' : 'not-started', chipMs: null, gunMs: null };
        },
      ),
  },
};

function everybody(
  event: RaceEvent,
  idOf: (registration: Registration) => string,
  shown: (one: Row) => Row,
): readonly Row[] {
  const results = new Map(expectedResults(event).map((result) => [result.registrationId, result]));
  return event.registrations
    .filter(({ removal }) => removal === null)
    .map((registration) => {
      const { person, bib, id } = registration;
      const result = results.get(id);
      const splits = result?.splits ?? splitNames.map((name) => ({ name, ms: null }));
      return shown({
        id: idOf(registration),
        bib,
        firstName: person.firstName,
        lastName: person.lastName,
        gender: person.gender,
        status: result?.status ?? 'not-started',
        chipMs: result?.chipMs ?? null,
        gunMs: result?.gunMs ?? null,
        overallPlace: result?.overallPlace ?? null,
        genderPlace: result?.genderPlace ?? null,
        splits: splits.map(({ name, ms }) => ({ name, time_ms: ms })),
        removed: false,
      });
    });
}
