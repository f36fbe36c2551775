/**
 * The stand-ins of RunSignUp and Race Roster as one function Request → Response. `sandbox` and `demo` serve it over
 * HTTP, tests wrap it as msw handlers. Paths: /runsignup stands for https://api.runsignup.com/rest, /raceroster for
 * https://raceroster.com/api, /control changes the world and tells what it holds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, jsonAnswer, type ProviderCall } from './answers.ts';
import { type ReceivedCall, recordCall, visiblePath } from './calls.ts';
import { answerControl } from './control.ts';
import { ConnectionReset, type FaultOptions, faultSchema, spoil, takeFault } from './faults.ts';
import type { PageMemo } from './listing.ts';
import { answerRaceRoster } from './raceroster/routes.ts';
import { emptyTokenStore } from './raceroster/tokens.ts';
import { answerRunSignUp } from './runsignup/routes.ts';
import type { SandboxState } from './state.ts';
import { emptyWorld, type SandboxProvider, type World } from './world.ts';

export interface Sandbox {
  /** Answers one call. @throws ConnectionReset where a fault asks for it. */
  handle(request: Request): Promise<Response>;
  readonly world: World;
  /** Calls received from clients of the providers, oldest first. */
  readonly calls: ReceivedCall[];
  /** The next matching calls go wrong. */
  fail(fault: FaultOptions): void;
  /** Sets the sandbox clock, which ticks on from there; undefined: back to `now`. */
  setClock(at: Date | undefined): void;
}

/** `now` is the real clock of the machine or test; changes and `Date` headers are stamped by the sandbox clock. */
export function createSandbox(options: { now: () => Date; world?: World }): Sandbox {
  let ahead = 0;
  const clock = () => new Date(options.now().getTime() + ahead);
  const world = options.world ?? emptyWorld(clock);
  world.clock = clock;
  const setClock = (at: Date | undefined) => {
    ahead = at === undefined ? 0 : at.getTime() - options.now().getTime();
  };
  const state: SandboxState = { world, calls: [], faults: [], tokens: emptyTokenStore(), setClock };
  const memo: PageMemo = new Map();
  const previous = new Map<string, ProviderCall>();

  const right = (provider: SandboxProvider, call: ProviderCall) =>
    provider === 'runsignup' ? answerRunSignUp(world, call, memo) : answerRaceRoster(world, call, state.tokens, memo);

  const play = async (provider: SandboxProvider, call: ProviderCall, signal: AbortSignal): Promise<Answer> => {
    const path = visiblePath(call.path, call.query);
    const fault = takeFault(state.faults, provider, path);
    const record = (status: number, account: string | undefined) =>
      recordCall(state.calls, {
        time: clock().toISOString(),
        provider,
        method: call.method,
        path,
        status,
        account: account ?? null,
        fault: fault?.kind ?? null,
      });
    if (fault !== undefined && fault.delayMs > 0) await delay(fault.delayMs, undefined, { signal });
    if (fault?.kind === 'reset') {
      record(0, undefined);
      throw new ConnectionReset();
    }
    const place = `${provider} ${call.path}`;
    const repeated = fault?.kind === 'repeat-page' ? previous.get(place) : undefined;
    const answer = right(provider, repeated ?? call);
    if (repeated === undefined) previous.set(place, call);
    const sent = fault === undefined ? answer : spoil(fault, answer);
    record(sent.status, sent.account);
    return sent;
  };

  return {
    world,
    calls: state.calls,
    setClock,
    fail: (fault) => {
      state.faults.push(faultSchema.parse(fault));
    },
    async handle(request) {
      const url = new URL(request.url);
      const [, root = '', ...rest] = url.pathname.split('/');
      const call: ProviderCall = {
        method: request.method,
        path: `/${rest.join('/')}`,
        query: url.searchParams,
        headers: request.headers,
        body: await request.text(),
      };
      const provider = root.toLowerCase();
      if (provider === 'runsignup' || provider === 'raceroster') {
        return responseOf(await play(provider, call, request.signal), clock());
      }
      if (provider === 'control') return responseOf(answerControl(state, call), clock());
      const prefixes = ['/runsignup', '/raceroster', '/control'];
      return responseOf(jsonAnswer({ message: 'Unknown path.', prefixes }, { status: 404 }), clock());
    },
  };
}

function responseOf(answer: Answer, date: Date): Response {
  return new Response(answer.body, {
    status: answer.status,
    headers: { ...answer.headers, 'content-type': answer.contentType, date: date.toUTCString() },
  });
}
