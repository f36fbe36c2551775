/**
 * Pages over the registrations of one or several events, in the order of their ids. A page costs its own length: it
 * starts where the one before ended (remembered), or at the id after which it was asked for (binary search).
 */
import type { RaceEvent, Registration } from './world.ts';

export interface ListingQuery {
  readonly events: readonly RaceEvent[];
  readonly keep: (registration: Registration) => boolean;
  /** Names `keep` and what it depends on, so that only equal listings share remembered positions. */
  readonly filter: string;
  readonly descending: boolean;
  /** Only ids greater than this one; 0: all. */
  readonly afterId: number;
  readonly skip: number;
  readonly limit: number;
}

/** Where the next page of a listing starts, in each of its events. */
export type PageMemo = Map<string, number[]>;

/** Enough for the readers of one test or demo; the oldest go first. */
const memoSize = 500;

/** The rows of one page. A position is remembered for the page that follows directly. */
export function readPage(query: ListingQuery, memo: PageMemo): Registration[] {
  const { events, descending } = query;
  const lists = events.map((event) => event.registrations);
  const ends = lists.map((list) => (descending ? positionAfter(list, query.afterId) - 1 : list.length));
  const remembered = memo.get(memoKey(query, query.skip));
  const heads =
    remembered?.slice() ?? lists.map((list) => (descending ? list.length - 1 : positionAfter(list, query.afterId)));
  let skip = remembered === undefined ? query.skip : 0;
  const rows: Registration[] = [];
  while (rows.length < query.limit) {
    const list = nextList(lists, heads, ends, descending);
    if (list === undefined) break;
    const row = lists[list]?.[heads[list] ?? 0];
    heads[list] = (heads[list] ?? 0) + (descending ? -1 : 1);
    if (row === undefined || !query.keep(row)) continue;
    if (skip > 0) skip--;
    else rows.push(row);
  }
  remember(memo, memoKey(query, query.skip + rows.length), heads);
  return rows;
}

/** The first position whose id is greater than `id`, in rows sorted by id. */
export function positionAfter(rows: readonly Registration[], id: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.id ?? Number.POSITIVE_INFINITY) > id) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of several sorted lists the one whose head comes next; undefined when all are read. */
function nextList(lists: readonly Registration[][], heads: number[], ends: number[], descending: boolean) {
  let best: number | undefined;
  let bestId = 0;
  for (let list = 0; list < lists.length; list++) {
    if (heads[list] === ends[list]) continue;
    const id = lists[list]?.[heads[list] ?? 0]?.id ?? 0;
    if (best === undefined || (descending ? id > bestId : id < bestId)) {
      best = list;
      bestId = id;
    }
  }
  return best;
}

function memoKey(query: ListingQuery, skip: number): string {
  const events = query.events.map((event) => `${event.race.provider}${event.id}@${event.version}`).join(',');
  return `${events}|${query.filter}|${query.descending}|${query.afterId}|${skip}`;
}

function remember(memo: PageMemo, key: string, heads: number[]): void {
  memo.set(key, heads);
  const oldest = memo.keys().next();
  if (memo.size > memoSize && !oldest.done) memo.delete(oldest.value);
}
