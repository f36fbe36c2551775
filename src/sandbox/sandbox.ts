/**
 * The stand-ins of the providers as one function Request → Response. `sandbox` and `demo` serve it over HTTP, tests wrap
 * it as msw handlers. A provider's calls stand below /<provider>; /control changes the world and tells what it holds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Answer, jsonAnswer, type ProviderCall } from './answers.ts';
import { type ReceivedCall, recordCall, visiblePath } from './calls.ts';
import { answerControl } from './control.ts';
import { ConnectionReset, type FaultOptions, faultSchema, spoil, takeFault } from './faults.ts';
import type { StandIn } from './stand-in.ts';
import { standIns } from './stand-ins.ts';
import type { SandboxState } from './state.ts';
import { emptyTokenStore } from './token-store.ts';
import { emptyWorld, type World } from './world.ts';

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
  const state: SandboxState = { world, calls: [], faults: [], tokens: emptyTokenStore(), memo: new Map(), setClock };
  const previous = new Map<string, ProviderCall>();

  const play = async (standIn: StandIn, call: ProviderCall, signal: AbortSignal): Promise<Answer> => {
    const { provider } = standIn;
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
    const answer = standIn.answer(state, repeated ?? call);
    if (repeated === undefined) previous.set(place, call);
    const sent = fault === undefined ? answer : spoil(fault, answer, standIn.fields);
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
      const standIn = standIns.find(({ provider }) => provider === root.toLowerCase());
      if (standIn !== undefined) return responseOf(await play(standIn, call, request.signal), clock());
      if (root.toLowerCase() === 'control') return responseOf(answerControl(state, call), clock());
      const prefixes = [...standIns.map(({ provider }) => `/${provider}`), '/control'];
      return responseOf(jsonAnswer({ message: 'Unknown path.', prefixes }, { status: 404 }), clock());
    },
  };
}

function responseOf(answer: Answer, date: Date): Response {
  return new Response(answer.gzip === true ? gzipSync(answer.body) : answer.body, {
    status: answer.status,
    headers: { ...answer.headers, 'content-type': answer.contentType, date: date.toUTCString() },
  });
}
