/**
 * Haku's lists page by `page` and `per_page`. How many rows a page holds at most is disputed (25, 500), and what stands
 * behind the last page is unknown. So the end is never told by a page's length: it is a page without rows or one that
 * brings nothing new, and is shown to be the last (`endBehind`).
 */
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer } from '../../domain/provider.ts';
import { pages } from '../../http/pages.ts';

/** A page to ask for, counted from 1. */
export type Slice = { page: number; perPage: number };

export interface SeriesPage {
  readonly number: number;
  readonly rows: readonly Json[];
  /** What its rows are known by; given back as `before` in a series that goes on behind it. */
  readonly keys: readonly string[];
  /** Rows of it that came on an earlier page: the list has moved. */
  readonly repeats: number;
  readonly last: boolean;
  /** What to ask for behind it. */
  readonly next: Slice;
  /** The provider's clock (UTC), where it says. */
  readonly date: Date | undefined;
}

export interface Series {
  /** For messages: `participants of event 17`. */
  readonly what: string;
  readonly from: Slice;
  /** Keys of the page before `from`, where that was read by an earlier run. */
  readonly before?: readonly string[];
  read(slice: Slice): Promise<ApiAnswer>;
  /** @throws UnknownAnswer where the answer is no list. */
  rowsOf(answer: Json): readonly Json[];
  /** What a row is known by on whatever page it stands. */
  keyOf(row: Json): string;
  /** True where the rows behind this page are not wanted. */
  isEnough?(rows: readonly Json[]): boolean;
}

/** The fewest rows that a page is said to hold at most: one with fewer has nothing behind it. */
const smallestCap = 25;

/** The last page that brought something new. */
interface Tail {
  readonly at: Slice;
  readonly keys: readonly string[];
  readonly date: Date | undefined;
}

/** The pages from a position on; the last of them is marked. @throws UnknownAnswer where they go round in circles. */
export async function* pageSeries(series: Series): AsyncGenerator<SeriesPage, void, void> {
  // About 60 bytes for each person. Of those read before a resume only the last page is in it.
  const seen = new Set<string>(series.before);
  const reached: { tail: Tail | undefined } = { tail: undefined };
  /** The first page was one that a server fills: more may stand behind it. */
  let isFilled = series.from.page > 1;

  const end = yield* pages<SeriesPage, Slice>({
    what: series.what,
    first: series.from,
    repeatedPage: 'end',
    async fetch(at) {
      const answer = await series.read(at);
      const rows = series.rowsOf(answer.json());
      const keys = rows.map((row) => series.keyOf(row));
      const known = keys.filter((key) => seen.has(key)).length;
      const bringsNews = known < keys.length;
      if (bringsNews || reached.tail === undefined) reached.tail = { at, keys, date: answer.date };
      for (const key of keys) seen.add(key);
      if (at.page === 1) isFilled = rows.length >= Math.min(at.perPage, smallestCap);
      if (rows.length === 0 && isFilled && reached.tail) await expectEnd(series, reached.tail, seen);
      const last = rows.length === 0 || (bringsNews && series.isEnough?.(rows) === true);
      const next = rows.length === 0 ? at : sliceBehind(at, rows.length);
      return {
        page: { number: at.page, rows, keys, repeats: known, last, next, date: answer.date },
        next: last ? undefined : next,
        // Nothing new is the same page again, in whatever order or from wherever it comes.
        fingerprint: rows.length === 0 ? '' : (reached.tail?.keys.join(' ') ?? ''),
      };
    },
  });
  if (end === 'repeated' && reached.tail) yield await endBehind(series, reached.tail);
}

/**
 * Where the first page is shorter than asked, the server may have a cap, and may count the pages behind it by its own
 * length or by ours. Asked for as many rows as it gave, it counts the same either way, and nobody is passed over.
 */
function sliceBehind({ page, perPage }: Slice, length: number): Slice {
  return { page: page + 1, perPage: page === 1 ? length : perPage };
}

/**
 * A page came again. That is the end where the server answers its last page for ever, and a fault where it ignores
 * `page` or a cache stands between. One row, asked for right behind the end, tells: it is the last row again, which
 * neither the fault nor a list that goes on would answer.
 */
async function endBehind(series: Series, { at, keys, date }: Tail): Promise<SeriesPage> {
  const found = await rowBehind(series, { at, keys });
  const isLastRow = found.at(-1) === keys.at(-1);
  // The whole page once more would be what a stuck cache answers to anything.
  const isAnswer = found.length < keys.length || keys.length === 1;
  if (found.length > 0 && !(isLastRow && isAnswer)) {
    throw noEnd(
      `${series.what}: page ${at.page + 1} only repeats what came before, and nothing shows that it is the end`,
    );
  }
  const number = at.page + 1;
  return { number, rows: [], keys: [], repeats: 0, last: true, next: sliceBehind(at, keys.length), date };
}

/**
 * A page is empty: the end, or a bad moment of the server. The row right behind the end tells: there is none, or, where rows
 * have moved down meanwhile, one that came before.
 */
async function expectEnd(series: Series, tail: Tail, seen: ReadonlySet<string>): Promise<void> {
  const found = await rowBehind(series, tail);
  if (found.every((key) => seen.has(key))) return;
  throw noEnd(`${series.what}: page ${tail.at.page + 1} is empty, and more stands behind it`);
}

/** What is found where the row behind the tail would stand. */
async function rowBehind(series: Series, { at, keys }: Pick<Tail, 'at' | 'keys'>): Promise<readonly string[]> {
  const behind = (at.page - 1) * at.perPage + keys.length + 1;
  const answer = await series.read({ page: behind, perPage: 1 });
  return series.rowsOf(answer.json()).map((row) => series.keyOf(row));
}

function noEnd(message: string): UnknownAnswer {
  return new UnknownAnswer(message, {
    hint: "A page's worth of rows changed in that moment, or Haku's paging does not work as known; it is tried again and nobody is marked as removed.",
  });
}
