/**
 * ChronoTrack's pages: numbered from 1, how many there are and how many rows in all stands in headers (three clients).
 * Used for every list, above the page loop of src/http.
 */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer } from '../../domain/provider.ts';
import { notEmptyTwice } from '../../http/empty-page.ts';
import { pages } from '../../http/pages.ts';
import { type EnvelopeKey, rowsOf } from './answers.ts';
import type { PageOf } from './calls.ts';

/** Where a page stands, and what is known of the series up to there; `resume` of a participant page holds it. */
export type Position = {
  page: number;
  /** Rows read before it. */
  rows: number;
  /** `X-Ctlive-Row-Count` of the pages before it; null: none said. */
  rowCount: number | null;
  /**
   * The counts do not agree, or a row came again: rows came or went while they were read, or a page came in place of another,
   * and somebody may have been passed over.
   */
  unsure: boolean;
};

export const start: Position = { page: 1, rows: 0, rowCount: null, unsure: false };

const wirePosition = z.object({
  page: z.int().min(1),
  rows: z.int().min(0),
  rowCount: z.int().min(0).nullable(),
  unsure: z.boolean(),
});

/**
 * The position that `resume` holds; anything else (none, another version's) begins anew, which only costs calls. Whoever left
 * and came between the runs may leave the count of rows as it was and move somebody onto a page that was read: what is
 * resumed is never sure.
 */
export function positionIn(resume: Json | undefined): Position {
  const position = wirePosition.safeParse(resume).data;
  return position === undefined ? start : { ...position, unsure: true };
}

export interface NumberedPage {
  readonly rows: readonly Json[];
  readonly last: boolean;
  /** Where to go on behind this page, with the doubts of all pages up to it. */
  readonly position: Position;
  /** The provider's clock (UTC), where it says. */
  readonly date: Date | undefined;
}

export interface NumberedSeries {
  /** For messages: `entries of event 17`. */
  readonly what: string;
  readonly key: EnvelopeKey;
  readonly from: Position;
  readonly size: number;
  /** What a row is known by; where it is told, a page that comes in place of another is seen without counts too. */
  idOf?(row: Json): string | null;
  read(page: PageOf): Promise<ApiAnswer>;
}

/**
 * The pages from a position on. The last one is the one that `X-Ctlive-Page-Count` says, with which all rows are read that
 * `X-Ctlive-Row-Count` says; where no header says so, or the two do not agree, the first empty one, never a short one, for
 * the server may cap `size` lower than we ask.
 */
export function numberedPages(series: NumberedSeries): AsyncGenerator<NumberedPage, unknown, void> {
  // About 60 bytes for each person.
  const seen = new Set<string>();

  return pages<NumberedPage, Position>({
    what: series.what,
    first: series.from,
    repeatedPage: 'fail',
    async fetch(at) {
      const read = async () => {
        const answer = await series.read({ page: at.page, size: series.size });
        const rows = rowsOf(answer.json(), series.key, series.what);
        return { rows, counts: countsOf(answer.headers), date: answer.date };
      };
      // Without counts an empty page is all that tells the end.
      const { rows, counts, date } = await notEmptyTwice(
        read,
        (page) => page.rows.length === 0 && page.counts.pages === null && at.rows > 0,
      );
      if (counts.page !== null && counts.page !== at.page) {
        throw new UnknownAnswer(
          `${series.what}: ChronoTrack answered page ${counts.page} when ${at.page} was asked for`,
          {
            hint: 'It is tried again by itself, and nobody is marked as removed.',
          },
        );
      }
      const sum = at.rows + rows.length;
      const isEmpty = rows.length === 0;
      if (isEmpty && counts.pages !== null && at.page <= counts.pages && (counts.rows ?? sum + 1) > sum) {
        throw new UnknownAnswer(`${series.what}: page ${at.page} of ${counts.pages} is empty`, {
          hint: 'It is tried again by itself, and nobody is marked as removed.',
        });
      }
      const isPromisedEnd = counts.pages !== null && at.page >= counts.pages;
      const last = isEmpty || (isPromisedEnd && (counts.rows === null || counts.rows === sum));
      const grew = at.rowCount !== null && counts.rows !== null && at.rowCount !== counts.rows;
      const rowCount = counts.rows ?? at.rowCount;
      const short = last && rowCount !== null && rowCount !== sum;
      const ids = rows.flatMap((row) => series.idOf?.(row) ?? []);
      const again = ids.some((id) => seen.has(id));
      for (const id of ids) seen.add(id);
      const position: Position = {
        page: at.page + 1,
        rows: sum,
        rowCount,
        unsure: at.unsure || grew || short || again,
      };
      return {
        page: { rows, last, position, date },
        next: last ? undefined : position,
        fingerprint: isEmpty ? '' : JSON.stringify(rows),
      };
    },
  });
}

/** All rows of a list that is small (races, intervals, brackets: some hundred at most). */
export async function allRows(
  series: Omit<NumberedSeries, 'from'>,
): Promise<{ rows: readonly Json[]; unsure: boolean }> {
  const rows: Json[] = [];
  let unsure = false;
  for await (const page of numberedPages({ ...series, from: start })) {
    rows.push(...page.rows);
    unsure = page.position.unsure;
  }
  return { rows, unsure };
}

function countsOf(headers: Headers): { pages: number | null; rows: number | null; page: number | null } {
  const count = (name: string) => {
    const text = headers.get(`x-ctlive-${name}`)?.trim() ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  return { pages: count('page-count'), rows: count('row-count'), page: count('current-page') };
}
