/** From Race Roster's lists to pages of records: which rows are wanted, and what a finished listing allows to conclude. */
import type { EventQuery, ParticipantQuery, SessionTools } from '../../domain/provider.ts';
import type { EventPage, Listing, ParticipantPage } from '../../domain/records.ts';
import type { RaceRosterCalls } from './calls.ts';
import { type MappedEvent, mapEvent } from './map-event.ts';
import { mapParticipant } from './map-participant.ts';
import { overlappingPages, positionIn, start } from './overlapping-pages.ts';
import { objectOf } from './wire.ts';

export interface ListingTools {
  readonly calls: RaceRosterCalls;
  readonly pageSize: number;
  readonly warn: SessionTools['warn'];
  /** The credential's `time_zone`. */
  readonly timeZone: string | undefined;
}

/** The account's events; of one id where the query names one. */
export async function* eventPages(query: EventQuery, tools: ListingTools): AsyncGenerator<EventPage, void, void> {
  if (query.eventId !== undefined) {
    const answer = await tools.calls.event(query.eventId);
    yield eventPage([mapEvent(objectOf(answer.json(), 'one event'), tools.timeZone)], query, true);
    return;
  }
  const series = overlappingPages({
    what: 'events',
    key: 'eventId',
    from: start,
    pageSize: tools.pageSize,
    read: (slice) => tools.calls.events(slice, query.startsFrom),
  });
  for await (const { rows, last, position } of series) {
    if (last && position.unsure) {
      tools.warn('Events came or went while Race Roster was listing them; one may be missing until the next discovery');
    }
    yield eventPage(
      rows.map((row) => mapEvent(row, tools.timeZone)),
      query,
      last,
    );
  }
}

/** `startsFrom` is checked here too: where the filter is ignored, events of the past are still not touched. */
function eventPage(mapped: readonly MappedEvent[], { startsFrom }: EventQuery, last: boolean): EventPage {
  const events = mapped.flatMap((event) => ('record' in event ? [event.record] : []));
  return {
    races: [],
    events: events.filter((event) => startsFrom === undefined || event.startAt >= startsFrom),
    rejected: mapped.flatMap((event) => ('rejected' in event ? [event.rejected] : [])),
    last,
  };
}

/** The registrations of one event, those who left among them as far as Race Roster still shows them. */
export async function* participantPages(
  query: ParticipantQuery,
  tools: ListingTools,
): AsyncGenerator<ParticipantPage, void, void> {
  const [event, ...others] = query.events;
  if (event === undefined || others.length > 0) throw new Error('a Race Roster unit is one event');
  const { eventId } = event;
  const series = overlappingPages({
    what: `participants of event ${eventId}`,
    key: 'participantId',
    from: positionIn(query.resume),
    pageSize: tools.pageSize,
    read: (slice) => tools.calls.participants(eventId, slice, query.since),
  });
  for await (const { rows, last, position, date } of series) {
    const mapped = rows.map((row) => mapParticipant(row, eventId));
    yield {
      records: mapped.flatMap((row) => ('record' in row ? [row.record] : [])),
      rejected: mapped.flatMap((row) => ('rejected' in row ? [row.rejected] : [])),
      last,
      providerTime: date,
      resume: position,
      listing: listingOf(position.unsure, query.since),
    };
  }
}

/** `unstable` wins over `partial`: in a filtered listing too somebody may have been passed over. */
function listingOf(unsure: boolean, since: Date | undefined): Listing {
  if (unsure) return 'unstable';
  return since === undefined ? 'complete' : 'partial';
}
