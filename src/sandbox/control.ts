/** The control interface (/control/…): changes the world over HTTP and tells what it holds. Local use only. */
import * as z from 'zod';
import { UsageError } from '../domain/errors.ts';
import { type Answer, jsonAnswer, type ProviderCall } from './answers.ts';
import { actions } from './control-actions.ts';
import { provider } from './control-input.ts';
import { expectedOf, registrantsOf } from './expected.ts';
import { toldResultSets } from './result-sets.ts';
import type { SandboxState } from './state.ts';
import { accountOf, eventOf, registrationOf } from './world.ts';

/** Bad input is answered with 400 and one clear line. */
export function answerControl(state: SandboxState, call: ProviderCall): Answer {
  const name = call.path.slice(1);
  try {
    if (call.method === 'POST') return act(state, name, call.body);
    if (call.method === 'GET') return tell(state, name, call.query);
    return refuse(405, `${call.method} is not known here: GET tells, POST changes.`);
  } catch (error) {
    if (error instanceof UsageError) return refuse(400, error.message);
    if (error instanceof z.ZodError) return refuse(400, lineOf(error));
    throw error;
  }
}

function act(state: SandboxState, name: string, body: string): Answer {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) return refuse(404, `No action "${name}". Actions: ${Object.keys(actions).join(', ')}.`);
  let input: unknown;
  try {
    input = body === '' ? {} : JSON.parse(body);
  } catch {
    return refuse(400, 'The body is not JSON.');
  }
  return jsonAnswer(action(state, input));
}

function tell(state: SandboxState, name: string, query: URLSearchParams): Answer {
  const { world } = state;
  switch (name) {
    case '':
      return jsonAnswer({
        get: ['accounts', 'calls', 'clock', 'expected', 'registrants', 'registration', 'result-sets'],
        post: Object.keys(actions),
      });
    case 'accounts':
      return jsonAnswer(
        world.accounts.map(({ name, company, provider, raceIds }) => ({
          name,
          company,
          provider,
          races: [...raceIds],
        })),
      );
    case 'calls':
      return jsonAnswer(
        state.calls.filter(
          (received) =>
            received.provider === (query.get('provider') ?? received.provider) &&
            received.account === (query.get('account') ?? received.account),
        ),
      );
    case 'clock':
      return jsonAnswer({ now: world.clock().toISOString() });
    case 'expected': {
      const account = accountOf(world, required(query, 'account'));
      if (account.provider !== (query.get('provider') ?? account.provider)) {
        throw new UsageError(`The account is one of ${account.provider}.`);
      }
      return jsonAnswer(expectedOf(world.events.values(), account, query.get('event') ?? undefined));
    }
    case 'registrants': {
      const place = provider.parse(query.get('provider') ?? 'copernico');
      return jsonAnswer(registrantsOf(eventOf(world, place, required(query, 'event'))));
    }
    case 'registration': {
      const { event, history, ...registration } = registrationOf(world, Number(required(query, 'id')));
      return jsonAnswer({ eventId: event.id, ...registration, history: history ?? [] });
    }
    case 'result-sets':
      return jsonAnswer(toldResultSets(world.resultSets, query.get('event') ?? undefined));
    default:
      return refuse(404, `Nothing to tell about "${name}". See GET /control/.`);
  }
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw new UsageError(`The query needs ${name}=.`);
  return value;
}

function lineOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
}

function refuse(status: number, message: string): Answer {
  return jsonAnswer({ error: message }, { status });
}
