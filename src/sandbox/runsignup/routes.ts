/** The stand-in of RunSignUp (https://api.runsignup.com/rest): paths in any case; results are all that it takes. */
import { type Answer, jsonAnswer, type ProviderCall, textAnswer } from '../answers.ts';
import type { PageMemo } from '../listing.ts';
import type { StandIn } from '../stand-in.ts';
import { keyOf, type World } from '../world.ts';
import { type Caller, callerOf, mayRead } from './auth.ts';
import { errorAnswer } from './errors.ts';
import { listParticipants } from './participants.ts';
import { raceShape } from './race-shapes.ts';
import { listRaces } from './races.ts';
import { answerResults } from './results.ts';

export const runSignUpStandIn: StandIn = {
  provider: 'runsignup',
  addresses: [{ real: 'https://api.runsignup.com/rest', path: '/runsignup' }],
  fields: { id: 'registration_id', firstName: 'first_name', person: 'user' },
  answer: ({ world, memo }, call) => answerRunSignUp(world, call, memo),
};

/** Errors are objects behind HTTP 200; without `format=json` the answer is XML, as there. */
function answerRunSignUp(world: World, call: ProviderCall, memo: PageMemo): Answer {
  const caller = callerOf(world, call);
  const account = caller.kind === 'account' ? caller.account.name : undefined;
  const path = call.path.toLowerCase();
  const answer = caller.kind === 'refused' ? errorAnswer(6, caller.message) : route(world, call, caller, path, memo);
  if (!path.endsWith('.json') && call.query.get('format') !== 'json') return xmlAnswer(account);
  return { ...answer, account };
}

function route(world: World, call: ProviderCall, caller: Caller, path: string, memo: PageMemo): Answer {
  const [root, raceId, part, ...rest] = path.split('/').slice(1);
  if (path === '/v2/auth-info/entity-info.json') return only('GET', call, () => entityInfo(caller));
  if (path === '/races') return only('GET', call, () => listRaces(world, call, caller));
  if (root !== 'race' || raceId === undefined) return errorAnswer(1);
  if (part === 'results' && rest.length === 1) return raceResults(world, call, caller, raceId, rest[0] ?? '');
  if (rest.length > 0) return errorAnswer(1);
  if (part !== undefined && part !== 'participants' && part !== 'removed-participants') return errorAnswer(1);
  return only('GET', call, () => {
    const race = world.races.get(keyOf('runsignup', raceId));
    if (!/^\d+$/.test(raceId)) return errorAnswer(15, 'Invalid race_id.');
    if (race === undefined) return errorAnswer(201);
    if (!mayRead(caller, race) || (part !== undefined && caller.kind !== 'account')) return errorAnswer(7);
    if (part !== undefined) {
      return listParticipants(race, call, caller, part === 'participants' ? 'active' : 'removed', memo);
    }
    const now = world.clock().getTime();
    const wanted = race.events.filter((event) => call.query.get('future_events_only') !== 'T' || event.startAt >= now);
    const omit = caller.kind === 'account' ? caller.account.omit : new Set<string>();
    return jsonAnswer({ race: raceShape(race, wanted, now, omit) });
  });
}

function raceResults(world: World, call: ProviderCall, caller: Caller, raceId: string, method: string): Answer {
  const race = world.races.get(keyOf('runsignup', raceId));
  if (!/^\d+$/.test(raceId)) return errorAnswer(15, 'Invalid race_id.');
  if (race === undefined) return errorAnswer(201);
  if (caller.kind !== 'account' || !mayRead(caller, race)) return errorAnswer(7);
  return answerResults(world, race, call, method);
}

/** Whom a v2 key belongs to. The method takes v2 keys only. */
function entityInfo(caller: Caller): Answer {
  if (caller.kind !== 'account' || caller.style !== 'v2') return errorAnswer(6);
  return jsonAnswer({
    generic_entity_id: 5_001,
    entity_type: 'partner',
    entity_name: caller.account.company,
    entity_specific_id: 901,
  });
}

function only(method: string, call: ProviderCall, answer: () => Answer): Answer {
  return call.method === method ? answer() : errorAnswer(2);
}

function xmlAnswer(account: string | undefined): Answer {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<error><error_msg>The sandbox speaks JSON only: send format=json.</error_msg></error>\n';
  return textAnswer(body, { contentType: 'text/xml; charset=utf-8', account });
}
