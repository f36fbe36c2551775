/** The stand-in of Let's Do This (https://api.letsdothis.com/v0): an organiser's events, applications, participants. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { readPage } from '../listing.ts';
import type { StandIn } from '../stand-in.ts';
import type { SandboxState } from '../state.ts';
import { type Account, keyOf, type RaceEvent, type World } from '../world.ts';
import { issueCursor, redeemCursor } from './cursors.ts';
import { applicationShape, eventShape, participantShapes } from './shapes.ts';

export const letsDoThisStandIn: StandIn = {
  provider: 'letsdothis',
  addresses: [{ real: 'https://api.letsdothis.com/v0', path: '/letsdothis' }],
  fields: { id: 'id', firstName: 'firstName' },
  answer: answerLetsDoThis,
};

function answerLetsDoThis(state: SandboxState, call: ProviderCall): Answer {
  const account = bearer(state.world, call);
  if (account === undefined) return failure(401, 'Unauthorized');
  const answer = call.method === 'GET' ? route(state, call, account) : failure(405, 'Method not allowed');
  return { ...answer, account: account.name };
}

/** The organiser's account; older credentials hold the key in the principal. */
function bearer({ accounts }: World, call: ProviderCall): Account | undefined {
  const [scheme, key = ''] = (call.headers.get('authorization') ?? '').split(' ');
  if (scheme !== 'Bearer' || key === '') return undefined;
  return accounts.find(
    ({ provider, enabled, secret, principal }) =>
      provider === 'letsdothis' && enabled && (secret === '' ? principal : secret) === key,
  );
}

function route(state: SandboxState, call: ProviderCall, account: Account): Answer {
  const { world } = state;
  const { hasParticipants, hasOneEvent } = world.behaviour.letsdothis;
  const [root, id, ...rest] = call.path.split('/').slice(1);
  if (rest.length > 0 || id === '') return failure(404, 'Not found');
  if (root === 'events' && id !== undefined) {
    const event = world.events.get(keyOf('letsdothis', decodeURIComponent(id)));
    if (!hasOneEvent || event === undefined || !account.raceIds.has(event.race.id)) return failure(404, 'Not found');
    return jsonAnswer({ data: eventShape(event, world.behaviour.letsdothis) });
  }
  if (id !== undefined) return failure(404, 'Not found');
  if (root === 'events' || root === 'applications') return listAnswer(state, call, account, root);
  return root === 'participants' && hasParticipants
    ? listAnswer(state, call, account, root)
    : failure(404, 'Not found');
}

/** A row, and the place behind it that a cursor names. */
interface Placed {
  readonly place: number;
  readonly rows: readonly object[];
}

function listAnswer(
  state: SandboxState,
  call: ProviderCall,
  account: Account,
  list: 'events' | 'applications' | 'participants',
): Answer {
  const { world } = state;
  const { letsdothis: behaviour } = world.behaviour;
  const { query } = call;
  const size = query.get('page[size]') ?? '25';
  const since = updatedAfter(query);
  if (!/^[1-9]\d{0,8}$/.test(size)) return failure(400, 'page[size] must be a whole number');
  if (Number.isNaN(since)) return failure(400, 'updatedAt[after] must be ISO 8601');
  // Counted only where it matters, so that the same page names the same cursor.
  const moment = { at: world.clock().getTime(), calls: behaviour.cursorCalls === null ? 0 : state.calls.length };
  const cursor = query.get('page[after]');
  const after = cursor === null ? 0 : redeemCursor(cursor, list, moment, behaviour);
  if (after === undefined) return failure(behaviour.cursorRefusal, 'The cursor is not valid');
  const limit = Math.min(Number(size), behaviour.pageCap);
  const events = eventsOf(world, account);
  const filter = behaviour.honoursUpdatedAfter ? since : undefined;
  const found =
    list === 'events'
      ? events.map((event, index): Placed => ({ place: index + 1, rows: [eventShape(event, behaviour)] })).slice(after)
      : people(state, events, list, { after, limit: limit + 1, since: filter });
  const page = found.slice(0, limit);
  // The place of an earlier row: what stands behind it comes again.
  const end = page.at(-1 - Math.min(behaviour.repeatedRows, page.length - 1));
  const next = found.length > limit && end !== undefined ? issueCursor(list, end.place, moment) : null;
  return jsonAnswer({ data: page.flatMap(({ rows }) => rows), page: { next } });
}

function people(
  { world, memo }: SandboxState,
  events: readonly RaceEvent[],
  list: 'applications' | 'participants',
  { after, limit, since }: { after: number; limit: number; since: number | undefined },
): Placed[] {
  const keep = (row: { modifiedAt: number }) => since === undefined || row.modifiedAt > since;
  const rows = readPage(
    { events, keep, filter: `since ${since}`, descending: false, afterId: after, skip: 0, limit },
    memo,
  );
  const { letsdothis: behaviour } = world.behaviour;
  return rows.map((row) => ({
    place: row.id,
    rows: list === 'applications' ? [applicationShape(row)] : participantShapes(row, behaviour),
  }));
}

/** All events of the organiser, those of the past too, in a fixed order. */
function eventsOf(world: World, account: Account): RaceEvent[] {
  return [...world.events.values()]
    .filter((event) => event.race.provider === 'letsdothis' && account.raceIds.has(event.race.id))
    .sort((a, b) => a.id.localeCompare(b.id));
}

/** Milliseconds, exclusive; NaN where it is no instant. */
function updatedAfter(query: URLSearchParams): number | undefined {
  const text = query.get('updatedAt[after]');
  if (text === null) return undefined;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}

function failure(status: number, message: string): Answer {
  return jsonAnswer({ statusCode: status, message }, { status });
}
