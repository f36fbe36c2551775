/**
 * One or more of Let's Do This' lists, read one after the other as one series. They page by cursors of which neither
 * order nor lifetime is documented: a refused cursor begins its list again, and a row that comes twice is noted.
 */
import * as z from 'zod';
import { CallRefused, ProviderUnavailable } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer } from '../../domain/provider.ts';
import { notEmptyTwice } from '../../http/empty-page.ts';
import { pages } from '../../http/pages.ts';
import { id, isObject } from '../../http/wire-fields.ts';
import type { ListName } from './calls.ts';
import { listOf } from './wire.ts';

/** Where a page starts, and what is known of the series up to there; `resume` of a participant page holds it. */
export type Position = {
  /** `end`: nothing follows. */
  list: ListName | 'end';
  /** The cursor; null: the beginning of the list. */
  after: string | null;
  /** The id of the last row before it; null: none, or not readable. */
  lastId: string | null;
  /** A row of the page before came again: rows move while they are read, so somebody may have been passed over. */
  unsure: boolean;
};

const wirePosition = z.object({
  list: z.enum(['events', 'applications', 'participants', 'end']),
  after: z.string().nullable(),
  lastId: z.string().nullable(),
  unsure: z.boolean(),
});

/** The position that `resume` holds; anything else (none, another version's) begins anew, which only costs calls. */
export function positionIn(resume: Json | undefined): Position | undefined {
  return wirePosition.safeParse(resume).data;
}

export interface CursorPage {
  readonly list: ListName;
  readonly rows: readonly Json[];
  /** Of the whole series. */
  readonly last: boolean;
  /** Where to go on behind this page, with the doubts of all pages up to it. */
  readonly position: Position;
  /** The provider's clock (UTC), where it says. */
  readonly date: Date | undefined;
}

export interface CursorSeries {
  readonly lists: readonly [ListName, ...ListName[]];
  readonly from: (Position & { list: ListName }) | undefined;
  read(list: ListName, after: string | null): Promise<ApiAnswer>;
  /** A list that the provider may not have (404): told, then passed over. */
  readonly optional?: { readonly list: ListName; missing(): void };
  /** A list begins again because its cursor was refused. */
  restarted(list: ListName): void;
}

/** Statuses with which a cursor that has run out may be refused; without a cursor they mean what they say. */
const refusedCursor: readonly (number | undefined)[] = [400, 404, 410, 422];

/** A list that is too long for its cursors' lifetime does not end by trying; two more times cover a bad moment. */
const mostRestarts = 2;

/** What the page loop tells positions apart by: a list read again has other cursors, and counts as another list. */
type Cursor = { list: ListName; after: string | null; pass: number };

/**
 * The pages of the lists. Behind a restart the list comes from its beginning: people seen before are seen again, which
 * changes nothing, and nobody is passed over. Within a pass the page loop's rules hold, so the series ends.
 * @throws ProviderUnavailable where cursors are refused a third time.
 */
export function cursorPages(series: CursorSeries): AsyncGenerator<CursorPage, unknown, void> {
  const from = series.from ?? { list: series.lists[0], after: null, lastId: null, unsure: false };
  let { lastId, unsure } = from;
  let pass = 0;

  /** The answer, and the cursor that it belongs to; undefined: there is no such list. */
  async function ask(cursor: Cursor): Promise<{ at: Cursor; answer: ApiAnswer | undefined }> {
    for (let at = cursor; ; ) {
      try {
        return { at, answer: await series.read(at.list, at.after) };
      } catch (error) {
        if (!(error instanceof CallRefused)) throw error;
        if (at.after === null) {
          if (error.status !== 404 || at.list !== series.optional?.list) throw error;
          series.optional.missing();
          return { at, answer: undefined };
        }
        if (!refusedCursor.includes(error.status)) throw error;
        if (pass === mostRestarts) throw endless(at.list, error);
        pass += 1;
        lastId = null;
        series.restarted(at.list);
        at = { list: at.list, after: null, pass };
      }
    }
  }

  return pages<CursorPage, Cursor>({
    what: series.lists.join(' and '),
    first: { list: from.list, after: from.after, pass },
    repeatedPage: 'fail',
    async fetch(cursor) {
      const read = async () => {
        const { at, answer } = await ask(cursor);
        const list = answer === undefined ? { rows: [], next: undefined } : listOf(answer.json(), at.list);
        return { ...list, at, answer };
      };
      // A cursor led here: if nothing is here and nothing follows, the page before was the last one, or this one is wrong.
      const { rows, next, at, answer } = await notEmptyTwice(
        read,
        (page) => page.at.after !== null && page.rows.length === 0 && page.next === undefined,
      );
      const ids = rows.map(idOf);
      if (lastId !== null && ids.includes(lastId)) unsure = true;
      if (ids.length > 0) lastId = ids.at(-1) ?? null;
      const following = next === undefined ? series.lists[series.lists.indexOf(at.list) + 1] : at.list;
      if (following !== at.list) lastId = null;
      const position: Position = { list: following ?? 'end', after: next ?? null, lastId, unsure };
      return {
        page: { list: at.list, rows, last: following === undefined, position, date: answer?.date },
        next: following === undefined ? undefined : { list: following, after: next ?? null, pass: at.pass },
        fingerprint: rows.length === 0 ? '' : fingerprint(at, rows, ids),
      };
    },
  });
}

function idOf(row: Json): string | null {
  return (isObject(row) ? id.safeParse(row['id']).data : undefined) ?? null;
}

function fingerprint({ list, pass }: Cursor, rows: readonly Json[], ids: readonly (string | null)[]): string {
  return [list, pass, ...rows.map((row, index) => ids[index] ?? JSON.stringify(row))].join(' ');
}

function endless(list: ListName, cause: CallRefused): ProviderUnavailable {
  return new ProviderUnavailable(
    `Let's Do This refused the cursor of its ${list} ${mostRestarts + 1} times, each time in the middle of the list`,
    {
      hint: 'Cursors seem to run out before the list is read: P88SYNC_LETSDOTHIS_PAGE_SIZE with a larger number makes it fewer calls.',
      cause,
    },
  );
}
