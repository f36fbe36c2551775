/** Events of everything a key may see: the listing, and for the past each race by itself. */
import { CallRefused } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { EventQuery } from '../../domain/provider.ts';
import type { EventPage, EventRecord, RaceRecord, RejectedRow } from '../../domain/records.ts';
import { type FetchedPage, pages } from '../../http/pages.ts';
import type { RunSignUpCall } from './calls.ts';
import { idOf } from './field-values.ts';
import { mapEvent } from './map-event.ts';
import { mapRace } from './map-race.ts';
import { raceProblem, readRace, readRaces } from './wire.ts';

/** The documented maximum. A full page asks for the next one; an ordinary account fits into one call. */
const racesPerPage = 1_000;
const dayMs = 86_400_000;
/** Before RunSignUp existed: everything. Without a date the listing begins today. */
const theBeginning = '2000-01-01';

export interface DiscoveryTools {
  readonly get: RunSignUpCall;
  /** Zone of races that name none. */
  readonly fallbackZone: string | undefined;
}

/**
 * Upcoming events come from the listing alone. The past takes a call per race: the listing embeds only the most current
 * events of each, GET /race/{id} has all years. Volunteer events, and races without a wanted event, are left out.
 */
export async function* listEvents(tools: DiscoveryTools, query: EventQuery): AsyncGenerator<EventPage, void, void> {
  const raceIds: string[] = [];
  for await (const races of pages(listing(tools.get, query))) {
    const isLastListing = races.length < racesPerPage;
    if (query.startsFrom === undefined)
      raceIds.push(...races.flatMap((race) => idOf(race['race_id']) ?? []).map(String));
    // A listing for the past only names the races, unless the one event asked for is in it.
    if (query.startsFrom === undefined && query.eventId === undefined) {
      const unreadable = rejectedRaces(races);
      if (unreadable.length > 0) yield { races: [], events: [], rejected: unreadable, last: false };
      continue;
    }
    const page = pageOf(races, tools.fallbackZone, query);
    const found = query.eventId !== undefined && page.events.length > 0;
    const last = found || (isLastListing && query.startsFrom !== undefined);
    yield { ...page, last };
    if (last) return;
  }
  yield* eventsOfRaces(tools, query, raceIds);
}

async function* eventsOfRaces(
  tools: DiscoveryTools,
  query: EventQuery,
  raceIds: readonly string[],
): AsyncGenerator<EventPage, void, void> {
  for (const [position, raceId] of raceIds.entries()) {
    const page = await eventsOfRace(tools, query, raceId);
    const found = query.eventId !== undefined && page.events.length > 0;
    const last = found || position === raceIds.length - 1;
    yield { ...page, last };
    if (last) return;
  }
  yield { races: [], events: [], rejected: [], last: true };
}

/** A race that is refused (deleted meanwhile) is one rejected row; the others go on. */
async function eventsOfRace(
  tools: DiscoveryTools,
  query: EventQuery,
  raceId: string,
): Promise<Omit<EventPage, 'last'>> {
  try {
    const { body } = await tools.get(`/race/${raceId}`);
    return pageOf([readRace(body)], tools.fallbackZone, query);
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    return { races: [], events: [], rejected: [{ id: raceId, error: error.message, source: { race_id: raceId } }] };
  }
}

function listing(get: RunSignUpCall, query: EventQuery) {
  // A day earlier than asked for: the date is an Eastern one, and 23:00 in Hawaii is the next morning there.
  const startDate =
    query.startsFrom === undefined
      ? theBeginning
      : new Date(query.startsFrom.getTime() - dayMs).toISOString().slice(0, 10);
  return {
    what: 'RunSignUp races',
    first: 1,
    repeatedPage: 'fail' as const,
    fetch: async (page: number): Promise<FetchedPage<JsonObject[], number>> => {
      const { body } = await get('/races', {
        events: 'T',
        start_date: startDate,
        sort: 'date ASC',
        results_per_page: String(racesPerPage),
        page: String(page),
      });
      const races = readRaces(body);
      return {
        page: races,
        next: races.length < racesPerPage ? undefined : page + 1,
        fingerprint: races.map((race) => String(race['race_id'])).join(),
      };
    },
  };
}

function pageOf(
  races: readonly JsonObject[],
  fallbackZone: string | undefined,
  query: EventQuery,
): Omit<EventPage, 'last'> {
  const kept: RaceRecord[] = [];
  const events: EventRecord[] = [];
  const rejected: RejectedRow[] = rejectedRaces(races);
  for (const race of races) {
    const rows = race['events'];
    if (raceProblem(race) !== undefined || !Array.isArray(rows)) continue;
    const mapped = rows.map((event) => mapEvent(event, race, fallbackZone));
    const wanted = mapped.flatMap((one) => (one.kind === 'event' && isWanted(one.event, query) ? [one.event] : []));
    if (wanted.length > 0) kept.push(mapRace(race));
    events.push(...wanted);
    rejected.push(...mapped.flatMap((one) => (one.kind === 'rejected' ? [one.row] : [])));
  }
  return { races: kept, events, rejected };
}

function rejectedRaces(races: readonly JsonObject[]): RejectedRow[] {
  return races.flatMap((race) => {
    const error = raceProblem(race);
    const id = idOf(race['race_id']);
    return error === undefined ? [] : [{ ...(id === null ? {} : { id: String(id) }), error, source: race }];
  });
}

function isWanted(event: EventRecord, query: EventQuery): boolean {
  if (query.eventId !== undefined && event.eventId !== query.eventId) return false;
  return query.startsFrom === undefined || event.startAt.getTime() >= query.startsFrom.getTime();
}
