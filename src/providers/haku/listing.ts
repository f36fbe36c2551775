/** From Haku's lists to pages of records and outlines: which rows are wanted, and what a finished listing may conclude. */
import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { EventQuery, ParticipantQuery } from '../../domain/provider.ts';
import type { EventPage, Listing, ParticipantPage } from '../../domain/records.ts';
import type { HakuCalls } from './calls.ts';
import { mapEvent } from './map-event.ts';
import { isPast, orderAfter, unseen } from './newest-first.ts';
import { type Moved, movedSince, newestOf } from './newest-rows.ts';
import { hashOf, mapRow } from './outline.ts';
import { pageSeries, type SeriesPage, type Slice } from './page-series.ts';
import { eventIdOf, numberOf, rowsOf } from './wire.ts';

export interface ListingTools {
  readonly calls: HakuCalls;
  readonly pageSize: number;
  /** The credential's `time_zone`. */
  readonly timeZone: string | undefined;
}

/** All events of the organisation are read, tens of them: no filter is known. */
export async function* eventPages(query: EventQuery, tools: ListingTools): AsyncGenerator<EventPage, void, void> {
  const series = pageSeries({
    what: 'events',
    from: { page: 1, perPage: tools.pageSize },
    read: (slice) => tools.calls.events(slice),
    rowsOf: (answer) => rowsOf(answer, 'events'),
    keyOf: (row) => eventIdOf(row) ?? hashOf(row),
  });
  const { startsFrom, eventId } = query;
  for await (const { rows, last } of series) {
    const wanted = rows.filter((row) => eventId === undefined || eventIdOf(row) === eventId);
    const mapped = wanted.map((row) => mapEvent(row, tools.timeZone));
    const events = mapped.flatMap((event) => ('record' in event ? [event.record] : []));
    yield {
      races: [],
      events: events.filter(({ startAt }) => startsFrom === undefined || startAt >= startsFrom),
      rejected: mapped.flatMap((event) => ('rejected' in event ? [event.rejected] : [])),
      last,
    };
  }
}

/** Where a listing goes on, and what is known of it up to there; `resume` of a page holds it. */
const wireProgress = z.object({
  page: z.int().min(1),
  perPage: z.int().min(1),
  /** The first rows of the list when it was begun. */
  newest: z.array(z.string()),
  /** The most rows of one page that had come before: they moved by so many places. */
  repeats: z.int().min(0),
  /** False: the rows are not sorted by the time of their change. */
  descends: z.boolean(),
  /** What the rows of the page before are known by; none at the beginning. */
  before: z.array(z.string()),
});
type Progress = z.infer<typeof wireProgress>;

/** What `resume` holds; anything else (none, another version's) begins anew, which only costs calls. */
function progressIn(resume: Json | undefined, perPage: number): Progress {
  const anew: Progress = { page: 1, perPage, newest: [], repeats: 0, descends: true, before: [] };
  return wireProgress.safeParse(resume).data ?? anew;
}

/** Who is registered for one event, as outlines: those who cancelled too, as far as Haku still lists them. */
export async function* participantPages(
  query: ParticipantQuery,
  tools: ListingTools,
): AsyncGenerator<ParticipantPage, void, void> {
  const [event, ...others] = query.events;
  if (event === undefined || others.length > 0) throw new Error('a Haku unit is one event');
  const { eventId } = event;
  const since = query.since && wholeSecond(query.since);
  const begun = progressIn(query.resume, tools.pageSize);
  let { newest, repeats } = begun;
  let order = { ...unseen, descends: begun.descends };
  const read = (slice: Slice) => tools.calls.participants(eventId, slice, since);

  const series = pageSeries({
    what: `participants of event ${eventId}`,
    from: { page: begun.page, perPage: begun.perPage },
    before: begun.before,
    read,
    rowsOf: (answer) => rowsOf(answer, 'participants'),
    keyOf: (row) => numberOf(row) ?? hashOf(row),
    isEnough: (rows) => {
      order = orderAfter(order, rows);
      return since !== undefined && isPast(rows, order, since);
    },
  });
  for await (const page of series) {
    if (page.number === begun.page && isPageBefore(page, begun)) {
      yield* participantPages({ ...query, resume: undefined }, tools);
      return;
    }
    if (page.number === 1) newest = newestOf(page.rows);
    repeats = Math.max(repeats, page.repeats);
    // Rows of a list of one page cannot move between its pages; a listing of changes concludes nothing about the others.
    const mayHaveMoved = page.last && since === undefined && page.number > 2;
    const moved = mayHaveMoved ? await readMoved(newest, page.next.perPage) : nothingMoved;
    const mapped = [...page.rows, ...moved.rows].map((row) => mapRow(row, eventId));
    yield {
      records: [],
      outlines: mapped.flatMap((row) => ('outline' in row ? [row.outline] : [])),
      rejected: mapped.flatMap((row) => ('rejected' in row ? [row.rejected] : [])),
      last: page.last,
      providerTime: page.date,
      resume: { ...page.next, newest, repeats, descends: order.descends, before: [...page.keys] },
      listing: listingOf(since, moved, repeats),
    };
  }

  async function readMoved(before: readonly string[], perPage: number): Promise<Moved> {
    const answer = await read({ page: 1, perPage });
    return movedSince(before, rowsOf(answer.json(), 'participants'));
  }
}

/**
 * True where a series that goes on behind an earlier run's page gets that page again: a page's worth of rows may have moved
 * since, the list may end there, or a cache answers. Whoever is on the page that was asked for must not be passed over, so
 * it begins anew.
 */
function isPageBefore({ repeats }: SeriesPage, { before }: Progress): boolean {
  return before.length > 0 && repeats === before.length;
}

const nothingMoved: Moved = { rows: [], lost: false };

/**
 * `partial` with a `since` even where everybody came: a server that honours it and does not say when rows changed looks
 * the same. Whoever moves to the front pushes the others down by one place: where more rows of a page had come before, the
 * order is not the one that was asked for, or the page is not.
 */
function listingOf(since: Date | undefined, moved: Moved, repeats: number): Listing {
  if (since !== undefined) return 'partial';
  return moved.lost || repeats > moved.rows.length ? 'unstable' : 'complete';
}

/** Haku's times have whole seconds, so a change may be written earlier than it was. */
function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}
