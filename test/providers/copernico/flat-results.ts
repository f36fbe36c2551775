/** Results as the tests compare them: what a record says, and what it should say. */
import type { ResultRecord, ResultStatus } from '../../../src/domain/scoring.ts';
import { expectedResults } from '../../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../../src/sandbox/world.ts';
import type { FlatResult } from '../scoring-conformance.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const number = (value: unknown) => (typeof value === 'number' ? value : null);

function msOf(interval: unknown): number | null {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d\.\d{3})$/.exec(String(interval)) ?? [];
  if (interval === null) return null;
  if (hours === undefined) throw new Error(`not an interval as it should be: ${interval}`);
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

export function flatOf({ id, row }: ResultRecord): FlatResult {
  const splits = row['split_times'] as { name: string; time_ms: number | null }[];
  return {
    id,
    bib: text(row['bib_number']),
    firstName: text(row['first_name']),
    lastName: text(row['last_name']),
    gender: text(row['gender']),
    status: row['status'] as ResultStatus,
    chipMs: msOf(row['total_time']),
    gunMs: msOf(row['gun_time']),
    overallPlace: number(row['overall_position']),
    genderPlace: number(row['gender_position']),
    splits: splits.map((split) => ({ name: split.name, ms: split.time_ms })),
  };
}

/** Everybody who is still in the event: a preset shows those too who have no result (yet, or any more). */
export function expectedFlat(event: RaceEvent): readonly FlatResult[] {
  const results = new Map(expectedResults(event).map((result) => [result.registrationId, result]));
  const names = [...new Set([...event.finishes.values()].flatMap((finish) => finish.splits.map(({ name }) => name)))];
  return event.registrations
    .filter((registration) => registration.removal === null)
    .map(({ id, externalId, bib, person }) => {
      const result = results.get(id);
      return {
        id: externalId ?? String(id),
        bib,
        firstName: person.firstName,
        lastName: person.lastName,
        gender: person.gender,
        status: result?.status ?? 'not-started',
        chipMs: result?.chipMs ?? null,
        gunMs: result?.gunMs ?? null,
        overallPlace: result?.overallPlace ?? null,
        genderPlace: result?.genderPlace ?? null,
        splits: result?.splits ?? names.map((name) => ({ name, ms: null })),
      };
    });
}
