/** The stand-in of ChronoTrack (https://api.chronotrack.com): a login, and lists by numbered pages with counts in headers. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import type { StandIn } from '../stand-in.ts';
import type { TokenStore } from '../token-store.ts';
import { type Account, keyOf, type RaceEvent, type World } from '../world.ts';
import { callerOf, token } from './auth.ts';
import { bracketShape, bracketsOf, intervalShapes, resultLines, resultShape } from './results.ts';
import { elided, entryShape, eventShape, raceShape, type WireRow } from './shapes.ts';

export const chronoTrackStandIn: StandIn = {
  provider: 'chronotrack',
  addresses: [
    { real: 'https://api.chronotrack.com/api', path: '/chronotrack/api' },
    { real: 'https://api.chronotrack.com', path: '/chronotrack' },
  ],
  fields: { id: 'entry_id', firstName: 'athlete_first_name' },
  answer: ({ world, tokens }, call) => answerChronoTrack(world, call, tokens),
};

function answerChronoTrack(world: World, call: ProviderCall, tokens: TokenStore): Answer {
  if (call.method !== 'GET') return failure(405, 'Method not allowed');
  if (call.path === '/oauth2/token') return token(world, call, tokens);
  // A slash at the end breaks a call.
  if (!call.path.startsWith('/api/') || call.path.endsWith('/')) return failure(404, 'Not found');
  if (call.query.get('format') !== 'json') return failure(400, 'Only format=json is known here');
  const account = callerOf(world, call, tokens);
  if (account !== undefined) return { ...route(world, call, account), account: account.name };
  if (!world.behaviour.chronotrack.refusesWithEmptyList) return failure(401, 'Access denied');
  return listAnswer(world, call, listKeyOf(call), [], (row) => row);
}

/** The key that a list stands under; `/event/7` holds one under the same as `/event`. */
function listKeyOf({ path }: ProviderCall): string {
  const [root = '', , part] = path.split('/').slice(2);
  return part === undefined ? root : `${root}_${part}`;
}

function route(world: World, call: ProviderCall, account: Account): Answer {
  const [root, id = '', part, ...rest] = call.path.split('/').slice(2);
  const { behaviour } = world;
  const shows = behaviour.chronotrack;
  if (rest.length > 0) return failure(404, 'Not found');
  if (root === 'bracket')
    return part === 'results' ? bracketResults(world, call, account, id) : failure(404, 'Not found');
  if (root !== 'event') return failure(404, 'Not found');
  if (id === '') {
    return listAnswer(world, call, 'event', eventsOf(world, account), (event) => eventShape(event, shows));
  }
  const event = world.events.get(keyOf('chronotrack', decodeURIComponent(id)));
  if (event === undefined || !account.raceIds.has(event.race.id)) return failure(404, 'No such event');
  switch (part) {
    case undefined:
      return jsonAnswer({ event: elided(eventShape(event, shows), call.query) });
    case 'race':
      return listAnswer(world, call, 'event_race', event.subEvents, (race) => raceShape(event, race));
    case 'entry': {
      const rows = shows.showsWhoLeft
        ? event.registrations
        : event.registrations.filter(({ removal }) => removal === null);
      return listAnswer(world, call, 'event_entry', rows, (row) => entryShape(row, call.query, shows));
    }
    case 'interval':
      return listAnswer(world, call, 'event_interval', intervalShapes(event, shows), (row) => row);
    case 'bracket':
      return listAnswer(world, call, 'event_bracket', bracketsOf(event), bracketShape);
    case 'results':
      return eventResults(world, call, event);
    default:
      return failure(404, 'Not found');
  }
}

/** By id; those of the past too, for nothing can be asked to leave them out. */
function eventsOf(world: World, account: Account): readonly RaceEvent[] {
  return [...world.events.values()]
    .filter(({ race }) => race.provider === 'chronotrack' && account.raceIds.has(race.id))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

function eventResults(world: World, call: ProviderCall, event: RaceEvent): Answer {
  const shows = world.behaviour.chronotrack;
  const bracket = call.query.get('bracket');
  const lines = resultLines({
    event,
    allIntervals: call.query.get('interval') === 'ALL',
    ...(shows.knowsBracketTypes && (bracket === 'SEX' || bracket === 'AGE') ? { type: bracket } : {}),
    behaviour: shows,
  });
  return listAnswer(world, call, 'event_results', lines, (line) => resultShape(line, shows));
}

function bracketResults(world: World, call: ProviderCall, account: Account, id: string): Answer {
  const shows = world.behaviour.chronotrack;
  for (const event of eventsOf(world, account)) {
    const only = bracketsOf(event).find((bracket) => bracket.id === id);
    if (only === undefined) continue;
    const lines = resultLines({ event, allIntervals: false, only, behaviour: shows });
    return listAnswer(world, call, 'bracket_results', lines, (line) => resultShape(line, shows));
  }
  return failure(404, 'No such bracket');
}

/** One page; `page` counts from 1. */
function listAnswer<Item>(
  world: World,
  call: ProviderCall,
  key: string,
  items: readonly Item[],
  shape: (item: Item) => WireRow,
): Answer {
  const { pageCap, sendsCounts } = world.behaviour.chronotrack;
  const page = numberOf(call.query.get('page') ?? '1');
  const asked = numberOf(call.query.get('size') ?? '50');
  if (page === undefined || asked === undefined) return failure(400, 'page and size must be whole numbers from 1');
  const size = Math.min(asked, pageCap);
  const rows = items.slice((page - 1) * size, page * size).map((item) => elided(shape(item), call.query));
  const counts: Record<string, string> = {
    'X-Ctlive-Row-Count': String(items.length),
    'X-Ctlive-Page-Count': String(Math.ceil(items.length / size)),
    'X-Ctlive-Page-Size': String(size),
    'X-Ctlive-Current-Page': String(page),
  };
  return jsonAnswer({ [key]: rows }, { headers: sendsCounts ? counts : {} });
}

function numberOf(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function failure(status: number, message: string): Answer {
  return jsonAnswer({ error: message }, { status });
}
