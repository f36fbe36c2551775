/** GET /races: the races that a key may access; without a key every public one. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { wallDate } from '../wall-clock.ts';
import type { Race, World } from '../world.ts';
import { type Caller, mayRead } from './auth.ts';
import { errorAnswer } from './errors.ts';
import { dateOf, isBad, pagingOf } from './parameters.ts';
import { currentEvents, raceShape } from './race-shapes.ts';

/** `start_date` defaults to today, so a caller must name an earlier one to see finished races. */
export function listRaces(world: World, call: ProviderCall, caller: Caller): Answer {
  const now = world.clock().getTime();
  const { query } = call;
  const paging = pagingOf(query, 50, 1000);
  if (isBad(paging)) return errorAnswer(paging.code, paging.message);
  const from = dateOf(query.get('start_date') ?? 'today', now);
  const until = dateOf(query.get('end_date') ?? '9999-12-31', now);
  if (from === undefined || until === undefined) return errorAnswer(9);
  const races = [...world.races.values()].filter(
    (race) => race.provider === 'runsignup' && mayRead(caller, race) && isBetween(race, from, until),
  );
  const order = orderOf(query.get('sort') ?? 'name ASC', now);
  if (order === undefined) return errorAnswer(3, 'Invalid sort.');
  races.sort(order);
  const first = (paging.page - 1) * paging.size;
  const omit = caller.kind === 'account' ? caller.account.omit : new Set<string>();
  const shown = races.slice(first, first + paging.size).map((race) => ({
    race: raceShape(race, query.get('events') === 'T' ? currentEvents(race, now) : undefined, now, omit),
  }));
  return jsonAnswer({ races: shown });
}

/** A race counts with any of its events, on the race's own calendar. */
function isBetween(race: Race, from: string, until: string): boolean {
  return race.events.some((event) => {
    const day = wallDate(event.startAt, race.timeZone);
    return day >= from && day <= until;
  });
}

function orderOf(sort: string, now: number): ((a: Race, b: Race) => number) | undefined {
  const byName = (a: Race, b: Race) => a.name.localeCompare(b.name, 'en') || Number(a.id) - Number(b.id);
  const start = (race: Race) => currentEvents(race, now)[0]?.startAt ?? 0;
  switch (sort.toLowerCase()) {
    case 'name asc':
      return byName;
    case 'date asc':
      return (a, b) => start(a) - start(b) || byName(a, b);
    case 'date desc':
      return (a, b) => start(b) - start(a) || byName(a, b);
    default:
      return undefined;
  }
}
