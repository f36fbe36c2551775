/**
 * The stand-in of Copernico: presets at https://public-api.copernico.cloud, registrants at https://api.copernico.cloud. In
 * this world a race holds one event.
 */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import type { StandIn } from '../stand-in.ts';
import { keyOf, type Race, type World } from '../world.ts';
import { slugOf } from './names.ts';
import { presetAnswer } from './preset.ts';
import { takeRegistrants } from './registrants.ts';

export const copernicoStandIn: StandIn = {
  provider: 'copernico',
  addresses: [
    { real: 'https://api.copernico.cloud', path: '/copernico' },
    { real: 'https://public-api.copernico.cloud', path: '/copernico' },
  ],
  fields: { id: 'id', firstName: 'name' },
  answer: ({ world }, call) => answerCopernico(world, call),
};

function answerCopernico(world: World, call: ProviderCall): Answer {
  const parts = call.path.split('/').slice(1).map(decoded);
  const [root, second, slug = '', kind, view = '', eventName = '', ...rest] = parts;
  if (call.method === 'GET' && root === 'api' && second === 'races' && kind === 'preset' && rest.length === 0) {
    return preset(world, slug, view, eventName);
  }
  if (call.method === 'POST' && root === 'race-registrations' && parts.length === 2) {
    return registrations(world, call, second ?? '');
  }
  return failure(404, 'Not found');
}

/** Whoever knows the names may look; a name that is not exactly the one there is finds nothing. */
function preset(world: World, slug: string, view: string, eventName: string): Answer {
  const account = world.accounts.find(
    (one) =>
      one.provider === 'copernico' && one.enabled && view === `${one.principal}:::${one.additionalConfig['preset']}`,
  );
  const event = [...world.races.values()]
    .filter((race) => race.provider === 'copernico' && account?.raceIds.has(race.id) && slugOf(race) === slug)
    .flatMap((race) => race.events)
    .find((one) => one.name === eventName);
  if (account === undefined || event === undefined) return failure(404, 'Not found');
  return presetAnswer(world, event, account.name);
}

function registrations(world: World, call: ProviderCall, raceId: string): Answer {
  const race = world.races.get(keyOf('copernico', raceId));
  const account = world.accounts.find((one) => isKeyOf(world, call, one.secret) && mayPush(one, race));
  if (account === undefined) return failure(403, 'Forbidden');
  if (race === undefined) return failure(404, 'Race not found');
  return takeRegistrants(world, race, call.body, account.name);
}

function isKeyOf(world: World, call: ProviderCall, secret: string): boolean {
  return !world.behaviour.copernico.asksForKey || call.headers.get('x-api-key') === secret;
}

function mayPush(account: World['accounts'][number], race: Race | undefined): boolean {
  return account.provider === 'copernico' && account.enabled && (race === undefined || account.raceIds.has(race.id));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function failure(status: number, message: string): Answer {
  return jsonAnswer({ message }, { status });
}
