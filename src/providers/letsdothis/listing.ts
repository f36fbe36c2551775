/** From Let's Do This' lists to pages of records: which rows are wanted, and what a finished listing allows to conclude. */
import { CallRefused } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { EventQuery, ParticipantQuery, SessionTools } from '../../domain/provider.ts';
import type { EventPage, Listing, ParticipantPage } from '../../domain/records.ts';
import type { LetsDoThisCalls, ListName } from './calls.ts';
import { type CursorPage, cursorPages, positionIn } from './cursor-pages.ts';
import { type MappedEvent, mapEvent } from './map-event.ts';
import { mapApplication, mapParticipant } from './map-person.ts';
import { eventIdOf, eventOf } from './wire.ts';

export interface ListingTools {
  readonly calls: LetsDoThisCalls;
  readonly pageSize: number;
  readonly warn: SessionTools['warn'];
  /** The credential's `time_zone`. */
  readonly timeZone: string | undefined;
  /** Told when there is no list of participants. */
  noParticipants(): void;
}

/** The organiser's events; of one id where the query names one. */
export async function* eventPages(query: EventQuery, tools: ListingTools): AsyncGenerator<EventPage, void, void> {
  if (query.eventId !== undefined) {
    yield eventPage([await oneEvent(query.eventId, tools)], query, true);
    return;
  }
  for await (const { rows, last, position } of eventSeries(tools)) {
    if (last && position.unsure) {
      tools.warn("Events moved while Let's Do This was listing them; one may be missing until the next discovery");
    }
    yield eventPage(
      rows.map((row) => mapEvent(row, tools.timeZone)),
      query,
      last,
    );
  }
}

/** Whether one event can be asked for is not known, so a refusal sends us through the list. @throws CallRefused */
async function oneEvent(eventId: string, tools: ListingTools): Promise<MappedEvent> {
  try {
    return mapEvent(eventOf((await tools.calls.event(eventId)).json()), tools.timeZone);
  } catch (refused) {
    if (!(refused instanceof CallRefused)) throw refused;
    for await (const { rows } of eventSeries(tools)) {
      for (const row of rows) {
        const mapped = mapEvent(row, tools.timeZone);
        const found = 'record' in mapped ? mapped.record : mapped.rejected;
        if (found.eventId === eventId) return mapped;
      }
    }
    throw refused;
  }
}

function eventSeries({ calls, pageSize, warn }: ListingTools): AsyncGenerator<CursorPage, unknown, void> {
  return cursorPages({
    lists: ['events'],
    from: undefined,
    read: (list, after) => calls.list(list, { size: pageSize, after }),
    restarted: restartWarning(warn),
  });
}

/** No filter for the start is known, so events of the past are left out here. */
function eventPage(mapped: readonly MappedEvent[], { startsFrom }: EventQuery, last: boolean): EventPage {
  const events = mapped.flatMap((event) => ('record' in event ? [event.record] : []));
  return {
    races: [],
    events: events.filter((event) => startsFrom === undefined || event.startAt >= startsFrom),
    rejected: mapped.flatMap((event) => ('rejected' in event ? [event.rejected] : [])),
    last,
  };
}

/** Applications, then participants, of the organiser; rows of events that nobody asked for are left out. */
export async function* participantPages(
  query: ParticipantQuery,
  tools: ListingTools,
): AsyncGenerator<ParticipantPage, void, void> {
  const wanted = new Set(query.events.map((event) => event.eventId));
  const resumed = positionIn(query.resume);
  if (resumed?.list === 'end') {
    const listing = listingOf(resumed.unsure, query.since);
    yield { records: [], rejected: [], last: true, providerTime: undefined, resume: resumed, listing };
    return;
  }
  const series = cursorPages({
    lists: ['applications', 'participants'],
    from: resumed && { ...resumed, list: resumed.list },
    read: (list, after) => tools.calls.list(list, { size: tools.pageSize, after, since: query.since }),
    optional: { list: 'participants', missing: tools.noParticipants },
    restarted: restartWarning(tools.warn),
  });
  for await (const { list, rows, last, position, date } of series) {
    const mapped = rows
      .filter((row) => isWanted(row, wanted))
      .map(list === 'participants' ? mapParticipant : mapApplication);
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

/** A row that names no event may be of one that was asked for: it is mapped, which rejects it. */
function isWanted(row: Json, wanted: ReadonlySet<string>): boolean {
  const eventId = eventIdOf(row);
  return eventId === undefined || wanted.has(eventId);
}

/**
 * Without a filter both lists were read to their ends. Somebody who changed meanwhile and was passed over for it is not
 * gone for long: the next incremental sync, which asks from the beginning of this one, brings the row back.
 */
function listingOf(unsure: boolean, since: Date | undefined): Listing {
  if (unsure) return 'unstable';
  return since === undefined ? 'complete' : 'partial';
}

function restartWarning(warn: SessionTools['warn']): (list: ListName) => void {
  return (list) =>
    warn(`Let's Do This no longer takes the cursor of its ${list}; that list is read from its beginning`);
}
