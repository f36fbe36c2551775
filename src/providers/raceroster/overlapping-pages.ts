/**
 * Race Roster pages by offset and limit, so rows move between two calls when somebody joins or leaves. Every page but the
 * first therefore begins with the last row of the page before: where another row stands there, the list has moved and
 * somebody may have been passed over: the rows before are read again. Used for events and participants alike, above the page loop of src/http.
 */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer } from '../../domain/provider.ts';
import { pages } from '../../http/pages.ts';
import type { Slice } from './calls.ts';
import { idOf, rowsOf } from './wire.ts';

/** Where a page starts, and what is known of the series up to there; `resume` of a participant page holds it. */
export type Position = {
  offset: number;
  /** The row that must stand at `offset`; null: none was read there. */
  lastId: string | null;
  /** Rows moved, came twice, or could not be told apart: the series does not prove who is missing. */
  unsure: boolean;
};

/** Pages that are read again where rows came forward: three hold more than leave while a page is fetched. */
const stepsBack = 3;

export const start: Position = { offset: 0, lastId: null, unsure: false };

const wirePosition = z.object({ offset: z.int().min(0), lastId: z.string().nullable(), unsure: z.boolean() });

/** The position that `resume` holds; anything else (none, another version's) begins anew, which only costs calls. */
export function positionIn(resume: Json | undefined): Position {
  return wirePosition.safeParse(resume).data ?? start;
}

export interface OverlappingPage {
  /** Without the row that the page before ended with. */
  readonly rows: readonly Json[];
  readonly last: boolean;
  /** Where to go on behind this page, with the doubts of all pages up to it. */
  readonly position: Position;
  /** The provider's clock (UTC), where it says. */
  readonly date: Date | undefined;
}

export interface OverlappingSeries {
  /** For messages: `participants of event 17`. */
  readonly what: string;
  readonly key: 'participantId' | 'eventId';
  readonly from: Position;
  readonly pageSize: number;
  read(slice: Slice): Promise<ApiAnswer>;
}

/**
 * The pages from a position on. The last one is the one that brings nothing new, never a short one: Race Roster may cap
 * `limit` lower than we ask, and no cap is documented. So a list with rows costs one call more than its pages.
 */
export function overlappingPages(series: OverlappingSeries): AsyncGenerator<OverlappingPage, unknown, void> {
  // A page of one row would hold nothing but the overlap.
  const limit = Math.max(2, series.pageSize);
  // About 60 bytes for each person; the largest races have some 50,000. Those read before a resume are not in it.
  const seen = new Set<string>(series.from.lastId === null ? [] : [series.from.lastId]);

  let longest = 0;

  async function read(offset: number) {
    const answer = await series.read({ offset, limit });
    const found = rowsOf(answer.json(), series.what);
    longest = Math.max(longest, found.length);
    return { found, ids: found.map((row) => idOf(row, series.key)), date: answer.date };
  }

  /**
   * Rows that came forward to where the list had been read already, as people before them left.
   * @throws UnknownAnswer where nothing has moved: the row that the page should have begun with stands where it stood.
   */
  async function passedOver(offset: number, lastId: string): Promise<Json[]> {
    const missed: Json[] = [];
    let from = offset;
    for (let step = 0; step < stepsBack && from > 0; step += 1) {
      from = Math.max(0, from - Math.max(1, longest - 1));
      const { found, ids } = await read(from);
      if (ids[offset - from] === lastId) throw notThere(series.what, offset);
      const isKnown = seen.has(ids[0] ?? '');
      for (const [at, row] of found.entries()) {
        const id = ids[at] ?? null;
        if (id === null || seen.has(id)) continue;
        seen.add(id);
        missed.push(row);
      }
      if (isKnown) break;
    }
    return missed;
  }

  return pages<OverlappingPage, Position>({
    what: series.what,
    first: series.from,
    repeatedPage: 'fail',
    async fetch(at) {
      const { found, ids, date } = await read(at.offset);
      const overlaps = at.lastId !== null && ids[0] === at.lastId;
      const newIds = overlaps ? ids.slice(1) : ids;
      const behind = overlaps ? found.slice(1) : found;
      const moved = at.offset > 0 && !overlaps && !isPlainEnd(at, behind);
      const doubtful = addsDoubt(newIds, seen);
      const missed =
        moved && at.lastId !== null && !ids.includes(at.lastId) ? await passedOver(at.offset, at.lastId) : [];
      const rows = [...missed, ...behind];
      const unsure = at.unsure || moved || doubtful;
      const last = rows.length === 0;
      const position = last ? { ...at, unsure } : { ...positionBehind(at.offset, ids), unsure };
      return {
        page: { rows, last, position, date },
        next: last ? undefined : position,
        fingerprint: rows.map((row) => idOf(row, series.key) ?? JSON.stringify(row)).join(' '),
      };
    },
  });
}

function notThere(what: string, offset: number): UnknownAnswer {
  return new UnknownAnswer(
    `${what}: the page from row ${offset + 1} on does not begin with it, and nothing has moved`,
    {
      hint: 'Race Roster left rows out of a page; it is tried again and nobody is marked as removed.',
    },
  );
}

/** Nothing behind a row that could not be asked for again: the end, as it should be. */
function isPlainEnd(at: Position, rows: readonly Json[]): boolean {
  return at.lastId === null && rows.length === 0;
}

/** Notes the ids; true where one came before (its row moved, so another may have moved the other way) or has no id. */
function addsDoubt(ids: readonly (string | null)[], seen: Set<string>): boolean {
  let doubt = false;
  for (const id of ids) {
    if (id === null || seen.has(id)) doubt = true;
    else seen.add(id);
  }
  return doubt;
}

/** At the last row again; behind it where it has no id to be known by, or would be the whole page once more. */
function positionBehind(offset: number, ids: readonly (string | null)[]): { offset: number; lastId: string | null } {
  const lastId = ids.at(-1) ?? null;
  if (lastId === null || ids.length === 1) return { offset: offset + ids.length, lastId: null };
  return { offset: offset + ids.length - 1, lastId };
}
