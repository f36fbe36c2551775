/** Places where the preset has no ranking columns: from the times, as a timer would set them. Pure. */
import type { ReadRow } from './read-row.ts';

export interface Places {
  readonly overall: ReadonlyMap<ReadRow, number>;
  readonly gender: ReadonlyMap<ReadRow, number>;
  readonly category: ReadonlyMap<ReadRow, number>;
}

/**
 * Among those who finished, by official (gun) time, as Copernico's own ranking is, or by chip time where the preset shows
 * no official one for anybody. Equal times share a place, and the next one is left out (1, 1, 3).
 */
export function computePlaces(rows: readonly ReadRow[]): Places {
  const finished = rows.filter((row) => row.status === 'finished');
  const isByGun = finished.some((row) => row.gunMs !== null);
  const timeOf = (row: ReadRow) => (isByGun ? row.gunMs : row.chipMs);
  const ranked = finished
    .filter((row) => timeOf(row) !== null)
    .sort((one, other) => (timeOf(one) ?? 0) - (timeOf(other) ?? 0));
  return {
    overall: placesOf(ranked, timeOf, () => ''),
    gender: placesOf(ranked, timeOf, (row) => row.gender),
    category: placesOf(ranked, timeOf, (row) => row.category),
  };
}

/** Who has no group (no gender, no category) has no place in it. */
function placesOf(
  ranked: readonly ReadRow[],
  timeOf: (row: ReadRow) => number | null,
  groupOf: (row: ReadRow) => string | null,
): ReadonlyMap<ReadRow, number> {
  const last = new Map<string, { count: number; place: number; time: number | null }>();
  const places = new Map<ReadRow, number>();
  for (const row of ranked) {
    const group = groupOf(row);
    if (group === null) continue;
    const before = last.get(group) ?? { count: 0, place: 0, time: null };
    const count = before.count + 1;
    const time = timeOf(row);
    const place = time === before.time ? before.place : count;
    last.set(group, { count, place, time });
    places.set(row, place);
  }
  return places;
}
