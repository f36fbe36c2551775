/** The stand-in of Race Roster (https://raceroster.com/api): tokens, events, participants. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { type PageMemo, readPage } from '../listing.ts';
import type { StandIn } from '../stand-in.ts';
import type { TokenStore } from '../token-store.ts';
import { wallDate } from '../wall-clock.ts';
import { type Account, keyOf, type RaceEvent, type World } from '../world.ts';
import { eventShape, participantShape } from './shapes.ts';
import { authorize, bearer } from './tokens.ts';

export const raceRosterStandIn: StandIn = {
  provider: 'raceroster',
  addresses: [
    { real: 'https://raceroster.com/api/v1', path: '/raceroster/v1' },
    { real: 'https://raceroster.com/api', path: '/raceroster' },
  ],
  fields: { id: 'participantId', firstName: 'firstName' },
  answer: ({ world, tokens, memo }, call) => answerRaceRoster(world, call, tokens, memo),
};

function answerRaceRoster(world: World, call: ProviderCall, tokens: TokenStore, memo: PageMemo): Answer {
  if (call.path === '/oauth/authorize') {
    return call.method === 'POST' ? authorize(world, call, tokens) : failure(405, 'Method not allowed');
  }
  if (!call.path.startsWith('/v1/')) return failure(404, 'Not found');
  const account = bearer(world, call, tokens);
  if (account === undefined) {
    const body = {
      error: 'access_denied',
      error_description: 'The access token is invalid or has expired.',
      hint: null,
    };
    return jsonAnswer(body, { status: 401 });
  }
  if (call.method !== 'GET') return { ...failure(405, 'Method not allowed'), account: account.name };
  return { ...route(world, call, account, memo), account: account.name };
}

function route(world: World, call: ProviderCall, account: Account, memo: PageMemo): Answer {
  const [root, eventId, part, ...rest] = call.path.split('/').slice(2);
  if (root !== 'events' || rest.length > 0 || eventId === '') return failure(404, 'Not found');
  if (eventId === undefined) return listEvents(world, call, account);
  const event = world.events.get(keyOf('raceroster', eventId));
  if (event === undefined) return failure(404, 'Event not found');
  if (!account.raceIds.has(event.race.id)) return failure(403, 'This event belongs to another account');
  if (part === undefined) return jsonAnswer({ data: eventShape(event) });
  return part === 'participants' ? listParticipants(world, call, event, memo) : failure(404, 'Not found');
}

/** Only events of today and later unless `eventDateFrom` asks for earlier ones. */
function listEvents(world: World, call: ProviderCall, account: Account): Answer {
  const { query } = call;
  const now = world.clock().getTime();
  const paging = pagingOf(world, query);
  const from = instantOf(query, 'eventDateFrom');
  const to = instantOf(query, 'eventDateTo');
  const modified = instantOf(query, 'lastModifiedDate');
  if (paging === undefined) return failure(400, 'offset and limit must be whole numbers');
  if (Number.isNaN(from) || Number.isNaN(to) || Number.isNaN(modified)) return failure(400, 'Dates must be ISO 8601');
  const ids = query.get('eventId')?.split(',');
  const events = [...world.events.values()].filter(
    (event) =>
      event.race.provider === 'raceroster' &&
      account.raceIds.has(event.race.id) &&
      (from === undefined ? isUpcoming(event, now) : event.startAt >= from) &&
      event.startAt <= (to ?? Number.POSITIVE_INFINITY) &&
      event.race.modifiedAt >= (modified ?? 0) &&
      (ids === undefined || ids.includes(event.id)),
  );
  const direction = query.get('order')?.toLowerCase() === 'desc' ? -1 : 1;
  const isByStart = query.get('sort') === 'startDate';
  events.sort((a, b) => direction * ((isByStart ? a.startAt - b.startAt : 0) || a.id.localeCompare(b.id)));
  return jsonAnswer({ data: events.slice(paging.offset, paging.offset + paging.limit).map(eventShape) });
}

/** Inactive people stay in the list. `updated_since` is inclusive, and ignored where the world says so. */
function listParticipants(world: World, call: ProviderCall, event: RaceEvent, memo: PageMemo): Answer {
  const { honoursUpdatedSince, showsSubEvent } = world.behaviour.raceroster;
  const paging = pagingOf(world, call.query);
  const since = honoursUpdatedSince ? instantOf(call.query, 'updated_since') : undefined;
  if (paging === undefined) return failure(400, 'offset and limit must be whole numbers');
  if (Number.isNaN(since)) return failure(400, 'updated_since must be ISO 8601');
  const rows = readPage(
    {
      events: [event],
      keep: (row) => row.modifiedAt >= (since ?? 0),
      filter: `since ${since}`,
      descending: false,
      afterId: 0,
      skip: paging.offset,
      limit: paging.limit,
    },
    memo,
  );
  return jsonAnswer({ data: rows.map((row) => participantShape(row, showsSubEvent)) });
}

function pagingOf(world: World, query: URLSearchParams): { offset: number; limit: number } | undefined {
  const offset = query.get('offset') ?? '0';
  const limit = query.get('limit') ?? '50';
  if (!/^\d{1,9}$/.test(offset) || !/^\d{1,9}$/.test(limit) || Number(limit) === 0) return undefined;
  return { offset: Number(offset), limit: Math.min(Number(limit), world.behaviour.raceroster.pageCap) };
}

/** Milliseconds; NaN where it is no date, which a `+` that was not written as %2B also makes of it. */
function instantOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
}

function isUpcoming(event: RaceEvent, now: number): boolean {
  const zone = event.race.timeZone;
  return wallDate(event.startAt, zone) >= wallDate(now, zone);
}

function failure(status: number, message: string): Answer {
  return jsonAnswer({ message, code: status }, { status });
}
