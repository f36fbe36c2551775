/** From a row that was read to a result record. Pure. */
import type { Json } from '../../domain/json.ts';
import type { ResultRecord } from '../../domain/scoring.ts';
import type { PresetColumns, Ranking } from './columns.ts';
import type { Places } from './places.ts';
import type { ReadRow } from './read-row.ts';
import { intervalOf } from './values.ts';

export interface ResultContext {
  readonly eventId: string;
  readonly gunAt: Date | undefined;
  readonly columns: PresetColumns;
  readonly computed: Places;
}

/**
 * `total_time` is the chip time, and the official one where the preset shows no chip time; `gun_time` the official one.
 * Places are the preset's where it has a column for them, else computed. Every value is written, null too: a split, a time
 * or a place that was taken back is overwritten.
 */
export function resultRecord(row: ReadRow, context: ResultContext): ResultRecord {
  const { eventId, gunAt, columns, computed } = context;
  const place = (ranking: Ranking): number | null =>
    columns.places[ranking] === undefined ? (computed[ranking].get(row) ?? null) : row.places[ranking];
  const netMs = columns.chipFinish === undefined ? row.gunMs : row.chipMs;
  return {
    eventId,
    id: row.key,
    row: {
      event_id: eventId,
      participant_id: row.participantId,
      bib_number: row.bib,
      first_name: row.firstName,
      last_name: row.lastName,
      category: row.category,
      start_time: row.status === 'not-started' ? null : wallAt(gunAt, row.startMs ?? 0),
      finish_time: row.gunMs === null ? null : wallAt(gunAt, row.gunMs),
      total_time: intervalOf(netMs),
      split_times: row.splits.map(({ name, ms }): Json => ({ name, time_ms: ms })),
      overall_position: place('overall'),
      category_position: place('category'),
      status: row.status,
      result_key: row.key,
      gun_time: intervalOf(row.gunMs),
      gender: row.gender,
      age: row.age,
      gender_position: place('gender'),
    },
    source: row.source,
  };
}

/** UTC, as Copernico names no zone; null where it does not tell when the gun went off. */
function wallAt(gunAt: Date | undefined, ms: number): string | null {
  return gunAt === undefined ? null : new Date(gunAt.getTime() + ms).toISOString().slice(0, 23);
}
