/** The stand-in of Haku (https://api.hakuapp.com): tokens, events, thin lists of participants, registrations in detail. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import type { StandIn } from '../stand-in.ts';
import type { TokenStore } from '../token-store.ts';
import { type Account, keyOf, type RaceEvent, type Registration, type World } from '../world.ts';
import { idOfNumber } from './registration-number.ts';
import { detailOf, eventShape, listRow } from './shapes.ts';
import { callerOf, issueToken } from './tokens.ts';

export const hakuStandIn: StandIn = {
  provider: 'haku',
  addresses: [
    { real: 'https://api.hakuapp.com', path: '/haku' },
    { real: 'https://prod-auth.hakuapp.com', path: '/haku' },
  ],
  fields: { id: 'registration_number', firstName: 'first_name', person: 'participant' },
  answer: ({ world, tokens }, call) => answerHaku(world, call, tokens),
};

function answerHaku(world: World, call: ProviderCall, tokens: TokenStore): Answer {
  if (call.path === '/oauth2/token') {
    return call.method === 'POST' ? issueToken(world, call, tokens) : failure(405, 'Method Not Allowed');
  }
  const account = callerOf(world, call, tokens);
  if (account === undefined) return failure(401, 'Unauthorized');
  if (call.method !== 'GET') return { ...failure(405, 'Method Not Allowed'), account: account.name };
  return { ...route(world, call, account), account: account.name };
}

function route(world: World, call: ProviderCall, account: Account): Answer {
  const [root, eventId, part, number, ...rest] = call.path.split('/').slice(1);
  if (root !== 'events' || rest.length > 0) return failure(404, 'Not Found');
  if (eventId === undefined) return listEvents(world, call, account);
  const event = world.events.get(keyOf('haku', eventId));
  if (event === undefined || !account.raceIds.has(event.race.id)) return failure(404, 'Event not found');
  if (part === 'participants' && number === undefined) return listParticipants(world, call, event);
  if (part === 'registrations' && number !== undefined) return tellRegistration(world, event, number);
  return failure(404, 'Not Found');
}

function listEvents(world: World, call: ProviderCall, account: Account): Answer {
  const events = [...world.events.values()].filter(
    ({ race }) => race.provider === 'haku' && account.raceIds.has(race.id),
  );
  const direction = call.query.get('sort_direction') === 'desc' ? -1 : 1;
  events.sort((a, b) => direction * (a.startAt - b.startAt) || a.id.localeCompare(b.id));
  const behaviour = world.behaviour.haku;
  return page(world, call, events, 'events', (event) => eventShape(event, behaviour));
}

/** Those who cancelled stay in the list. */
function listParticipants(world: World, call: ProviderCall, event: RaceEvent): Answer {
  const behaviour = world.behaviour.haku;
  const text = call.query.get('updated_since');
  const since = behaviour.honoursUpdatedSince && text !== null ? Date.parse(text) : 0;
  if (Number.isNaN(since)) return failure(422, 'updated_since is invalid');
  const rows = sorted(event, call.query).filter((row) => row.modifiedAt >= since);
  return page(world, call, rows, 'participants', (row) => listRow(row, behaviour));
}

const orders = new WeakMap<RaceEvent, { readonly version: number; readonly newestFirst: readonly Registration[] }>();

/** By time of change where that is asked for, remembered while nothing changes; else by id. */
function sorted(event: RaceEvent, query: URLSearchParams): readonly Registration[] {
  if (query.get('sort_column') !== 'updated_at') return event.registrations;
  let order = orders.get(event);
  if (order?.version !== event.version) {
    const newestFirst = event.registrations.toSorted((a, b) => b.modifiedAt - a.modifiedAt || b.id - a.id);
    order = { version: event.version, newestFirst };
    orders.set(event, order);
  }
  return query.get('sort_direction') === 'desc' ? order.newestFirst : order.newestFirst.toReversed();
}

function page<Row>(
  world: World,
  { query }: ProviderCall,
  rows: readonly Row[],
  envelope: string,
  shape: (row: Row) => object,
): Answer {
  const { pageCap, behindTheEnd, listEnvelope } = world.behaviour.haku;
  const number = wholeNumber(query.get('page') ?? '1');
  const asked = wholeNumber(query.get('per_page') ?? '25');
  if (number === undefined || asked === undefined) return failure(422, 'page and per_page must be positive');
  const size = Math.min(asked, pageCap);
  const lastPage = Math.max(1, Math.ceil(rows.length / size));
  const shown = behindTheEnd === 'last-page' ? Math.min(number, lastPage) : number;
  const list = rows.slice((shown - 1) * size, shown * size).map(shape);
  return jsonAnswer(listEnvelope === 'array' ? list : { [envelope]: list });
}

function tellRegistration(world: World, event: RaceEvent, number: string): Answer {
  const registration = world.registrations.get(idOfNumber(number) ?? Number.NaN);
  const isHere = registration?.event === event && registration.vanishedAt === null;
  return isHere ? jsonAnswer(detailOf(registration)) : failure(404, 'Registration not found');
}

function wholeNumber(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function failure(status: number, message: string): Answer {
  return jsonAnswer({ error: message }, { status });
}
