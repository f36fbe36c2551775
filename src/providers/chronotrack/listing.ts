/** From ChronoTrack's lists of events and entries to pages of records. */
import { CallRefused } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { EventQuery, ParticipantQuery, SessionTools } from '../../domain/provider.ts';
import type { EventPage, ParticipantPage } from '../../domain/records.ts';
import { id, isObject } from '../../http/wire-fields.ts';
import { rowsOf } from './answers.ts';
import type { ChronoTrackCalls } from './calls.ts';
import { mapEntry } from './map-entry.ts';
import { mapEvent, type ReadEvent, readEvent } from './map-event.ts';
import { numberedPages, positionIn, start } from './numbered-pages.ts';

export interface ListingTools {
  readonly calls: ChronoTrackCalls;
  readonly pageSize: number;
  /** The credential's `time_zone`. */
  readonly timeZone: string | undefined;
  readonly warn: SessionTools['warn'];
}

/**
 * The account's events; of one id where the query names one. ChronoTrack lists those of all years (12,900 at the largest
 * account seen: 13 calls); what is over is left out here.
 */
export async function* eventPages(query: EventQuery, tools: ListingTools): AsyncGenerator<EventPage, void, void> {
  const { calls, pageSize: size, timeZone } = tools;
  if (query.eventId !== undefined) {
    yield eventPage([await eventRow(query.eventId, calls)], query, timeZone, true);
    return;
  }
  const series = numberedPages({ what: 'events', key: 'event', from: start, size, read: (page) => calls.events(page) });
  for await (const { rows, last, position } of series) {
    if (last && position.rows === 0) {
      tools.warn('ChronoTrack lists no event for this account: it may have none, or its login is not accepted');
    }
    yield eventPage(rows, query, timeZone, last);
  }
}

function eventPage(rows: readonly Json[], query: EventQuery, timeZone: string | undefined, last: boolean): EventPage {
  const mapped = rows.map((row) => mapEvent(row, timeZone));
  const { startsFrom } = query;
  const events = mapped.flatMap((event) => ('record' in event ? [event.record] : []));
  return {
    races: [],
    events: events.filter((event) => startsFrom === undefined || event.startAt >= startsFrom),
    rejected: mapped.flatMap((event) => ('rejected' in event ? [event.rejected] : [])),
    last,
  };
}

/** One event, read. @throws CallRefused where there is none, or where it cannot be read. */
export async function oneEvent(eventId: string, tools: ListingTools): Promise<ReadEvent> {
  const event = readEvent(await eventRow(eventId, tools.calls), tools.timeZone);
  if ('rejected' in event)
    throw new CallRefused(`ChronoTrack's event ${eventId} cannot be read: ${event.rejected.error}`);
  return event;
}

async function eventRow(eventId: string, calls: ChronoTrackCalls) {
  const rows = rowsOf((await calls.event(eventId)).json(), 'event', `event ${eventId}`);
  const [row, ...others] = rows;
  if (row !== undefined && others.length === 0) return row;
  throw new CallRefused(`ChronoTrack answered with ${rows.length} events when event ${eventId} was asked for`, {
    hint: 'Check the event id (the number in its address at ChronoTrack Live), and whether this account may see it.',
  });
}

/** The entries of one event, those who left among them as far as ChronoTrack still shows them. */
export async function* participantPages(
  query: ParticipantQuery,
  tools: ListingTools,
): AsyncGenerator<ParticipantPage, void, void> {
  const [event, ...others] = query.events;
  if (event === undefined || others.length > 0) throw new Error('a ChronoTrack unit is one event');
  const { eventId } = event;
  const series = numberedPages({
    what: `entries of event ${eventId}`,
    key: 'event_entry',
    from: positionIn(query.resume),
    size: tools.pageSize,
    idOf: (row) => (isObject(row) ? (id.safeParse(row['entry_id']).data ?? null) : null),
    read: (page) => tools.calls.entries(eventId, page),
  });
  for await (const { rows, last, position, date } of series) {
    const mapped = rows.map((row) => mapEntry(row, eventId));
    yield {
      records: mapped.flatMap((row) => ('record' in row ? [row.record] : [])),
      rejected: mapped.flatMap((row) => ('rejected' in row ? [row.rejected] : [])),
      last,
      providerTime: date,
      resume: position,
      listing: position.unsure ? 'unstable' : 'complete',
    };
  }
}
