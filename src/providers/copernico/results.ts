/** From the rows of a preset to pages of results: one call, so the listing is whole or it failed. */
import type { SessionTools } from '../../domain/provider.ts';
import type { RejectedRow } from '../../domain/records.ts';
import type { ResultPage, ResultRecord } from '../../domain/scoring.ts';
import { columnsOf } from './columns.ts';
import { resultRecord } from './map-result.ts';
import { computePlaces } from './places.ts';
import { isObject, type Preset } from './preset.ts';
import { type ReadRow, readRow } from './read-row.ts';

export interface ReadResults {
  readonly records: readonly ResultRecord[];
  readonly rejected: readonly RejectedRow[];
  /** Words in the status column that are not known, each once. */
  readonly unknownStatuses: readonly string[];
}

/** Pure. Everybody in the preset has a record, who has not started too. */
export function readResults(eventId: string, { rows, gunAt }: Preset): ReadResults {
  const columns = columnsOf(rows.filter(isObject));
  const read = new Map<string, ReadRow>();
  const rejected: RejectedRow[] = [];
  for (const source of rows) {
    const row = isObject(source) ? readRow(source, columns) : { error: 'not an object' };
    if ('error' in row) rejected.push({ eventId, ...row, source });
    else if (read.has(row.key)) rejected.push({ eventId, id: row.key, error: 'its id came before', source });
    else read.set(row.key, row);
  }
  const all = [...read.values()];
  const computed = computePlaces(all);
  return {
    records: all.map((row) => resultRecord(row, { eventId, gunAt, columns, computed })),
    rejected,
    unknownStatuses: [...new Set(all.flatMap((row) => row.unknownStatus ?? []))],
  };
}

/** Cut into pages, so that each is stored in a transaction of a usual size. */
export function* resultPages(results: ReadResults, pageSize: number): Generator<ResultPage, void, void> {
  const { records, rejected } = results;
  let start = 0;
  do {
    const end = start + pageSize;
    yield {
      records: records.slice(start, end),
      rejected: start === 0 ? rejected : [],
      last: end >= records.length,
      listing: 'complete',
    };
    start = end;
  } while (start < records.length);
}

export function warnOfStatuses(words: readonly string[], eventId: string, warn: SessionTools['warn']): void {
  if (words.length === 0) return;
  warn('Copernico names a status that p88sync does not know; such results are stored without one', {
    eventId,
    statuses: words.slice(0, 5),
  });
}
