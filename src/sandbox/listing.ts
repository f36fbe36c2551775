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

/** Positions passed while reading a listing, by what the listing is. */
export type PageMemo = Map<string, Checkpoint[]>;

interface Checkpoint {
  /** Rows of the listing before it. */
  readonly skip: number;
  /** The position in each of the events. */
  readonly heads: readonly number[];
}

/** Enough for the readers of one test or demo; the oldest go first. */
const rememberedListings = 200;
const rememberedPages = 40;

/** The rows of one page. Its end is remembered: the next page begins there, an overlapping one a page before. */
export function readPage(query: ListingQuery, memo: PageMemo): Registration[] {
  const { events, descending, afterId } = query;
  const lists = events.map((event) => event.registrations);
  const checkpoints = checkpointsOf(memo, query);
  const near = nearestBefore(checkpoints, query.skip);
  const heads =
    near?.heads.slice() ?? lists.map((list) => (descending ? list.length - 1 : positionAfter(list, afterId)));
  const ends = lists.map((list) => (descending ? positionAfter(list, afterId) - 1 : list.length));
  let passed = near?.skip ?? 0;
  const rows: Registration[] = [];
  while (rows.length < query.limit) {
    const list = nextList(lists, heads, ends, descending);
    if (list === undefined) break;
    const at = heads[list] ?? 0;
    const row = lists[list]?.[at];
    if (row !== undefined && query.keep(row)) {
      if (passed < query.skip) passed++;
      else rows.push(row);
    }
    heads[list] = at + (descending ? -1 : 1);
  }
  if (rows.length > 0) remember(checkpoints, query.skip + rows.length, heads);
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

function checkpointsOf(memo: PageMemo, query: ListingQuery): Checkpoint[] {
  const events = query.events.map((event) => `${event.race.provider}${event.id}@${event.version}`).join(',');
  const key = `${events}|${query.filter}|${query.descending}|${query.afterId}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const fresh: Checkpoint[] = [];
  memo.set(key, fresh);
  const oldest = memo.keys().next();
  if (memo.size > rememberedListings && !oldest.done) memo.delete(oldest.value);
  return fresh;
}

function nearestBefore(checkpoints: readonly Checkpoint[], skip: number): Checkpoint | undefined {
  let nearest: Checkpoint | undefined;
  for (const checkpoint of checkpoints) {
    if (checkpoint.skip <= skip && checkpoint.skip > (nearest?.skip ?? -1)) nearest = checkpoint;
  }
  return nearest;
}

function remember(checkpoints: Checkpoint[], skip: number, heads: readonly number[]): void {
  if (checkpoints.some((checkpoint) => checkpoint.skip === skip)) return;
  checkpoints.push({ skip, heads: heads.slice() });
  if (checkpoints.length > rememberedPages) checkpoints.shift();
}
