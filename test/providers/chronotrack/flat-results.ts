/** A ChronoTrack result as the scoring suite compares it. */
import * as z from 'zod';
import type { ResultRecord } from '../../../src/domain/scoring.ts';
import type { FlatResult } from '../scoring-conformance.ts';

const text = z.string().nullable();
const row = z.object({
  result_key: z.string(),
  results_bib: text,
  results_first_name: text,
  results_last_name: text,
  results_sex: text,
  status: z.enum(['finished', 'started', 'not-started', 'dnf', 'dsq', 'withdrawn']),
  results_time: text,
  results_gun_time: text,
  overall_rank: z.int().nullable(),
  sex_rank: z.int().nullable(),
  split_times: z.array(z.strictObject({ name: z.string(), time_ms: z.int().nullable() })),
});

export function flatResult(record: ResultRecord): FlatResult {
  const one = row.parse(record.row);
  return {
    id: one.result_key,
    bib: one.results_bib,
    firstName: one.results_first_name,
    lastName: one.results_last_name,
    gender: one.results_sex,
    status: one.status,
    chipMs: msOf(one.results_time),
    gunMs: msOf(one.results_gun_time),
    overallPlace: one.overall_rank,
    genderPlace: one.sex_rank,
    splits: one.split_times.map(({ name, time_ms: ms }) => ({ name, ms })),
  };
}

/** `00:41:07.300` as milliseconds. */
function msOf(interval: string | null): number | null {
  if (interval === null) return null;
  const [hours = 0, minutes = 0, seconds = 0] = interval.split(':').map(Number);
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}
