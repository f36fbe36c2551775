/**
 * The way every call to a provider goes: reserved in the ledger (budget, pace), made under limits, settled in the ledger,
 * its failure classified, retried shortly where that can help. Providers get it as `SessionTools.call`.
 */
import type { Clock } from '../domain/clock.ts';
import { Interrupted } from '../domain/errors.ts';
import type { CallLedger } from '../domain/ledger.ts';
import type { ApiRequest, CallApi } from '../domain/provider.ts';
import type { Waits } from '../domain/waits.ts';
import { apiAnswer } from './answer.ts';
import { type Attempt, attemptCall, type CallLimits, defaultCallLimits } from './attempt.ts';
import { faultOf } from './classify.ts';
import type { Fetch } from './dispatcher.ts';
import { backOffMs } from './retry-delay.ts';

export interface CallerOptions {
  readonly fetch: Fetch;
  readonly baseUrl: URL;
  readonly ledger: CallLedger;
  readonly clock: Clock;
  /** Resolves after `ms`; at an abort of the signal it may resolve or reject. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** 0 ≤ random() < 1, for the jitter of retries. */
  readonly random: () => number;
  /** The run's end: a signal of the system or the time limit. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<CallLimits>;
  /** Told while an answer is waited for. */
  readonly waits?: Waits | undefined;
}

/**
 * The call function of one credential. It throws CredentialRefused (401, 403), ProviderThrottled (429; 503 with a long
 * Retry-After), ProviderUnavailable (5xx, network, time limit, redirect; after the retries), CallRefused (other 4xx),
 * UnknownAnswer (too large), Interrupted, and BudgetSpent from the ledger. A POST is retried like any other call unless the
 * provider says that it is not `repeatable`.
 */
export function createCaller(options: CallerOptions): CallApi {
  const limits = { ...defaultCallLimits, ...options.limits };
  const { signal, clock } = options;

  async function wait(ms: number): Promise<void> {
    try {
      if (ms > 0 && !signal?.aborted) await options.sleep(ms, signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
    if (signal?.aborted) throw new Interrupted('The run was told to end while a call was waiting');
  }

  async function attempt(
    { url, call, loggedPath }: { readonly url: URL; readonly call: string; readonly loggedPath: string },
    init: RequestInit & { method: string },
    own: CallLimits,
  ): Promise<Attempt> {
    const reservation = await options.ledger.reserve({ method: init.method, path: loggedPath });
    const settle = (status: number | undefined, durationMs: number, bytes: number, error: string | undefined) =>
      options.ledger.settle(reservation, { status, durationMs, bytes, error });
    try {
      await wait(reservation.startAt.getTime() - clock.now().getTime());
    } catch (error) {
      await settle(undefined, 0, 0, 'interrupted');
      throw error;
    }
    const startedAt = clock.now().getTime();
    const answered = options.waits?.begin({ on: 'provider', what: call });
    const result = await attemptCall(options.fetch, url, init, own, signal);
    answered?.();
    const durationMs = Math.round(clock.now().getTime() - startedAt);
    if (result.kind === 'answer') {
      await settle(result.answer.status, durationMs, result.answer.body.length, undefined);
    } else {
      await settle(result.status, durationMs, result.bytes, result.code);
    }
    return result;
  }

  return async (request) => {
    const { url, shownPath, loggedPath } = addressOf(request, options.baseUrl);
    const call = `${request.method} ${url.host}${shownPath}`;
    const init = initOf(request);
    const own = limitsOf(request, limits);
    for (let number = 1; ; number += 1) {
      const result = await attempt({ url, call, loggedPath }, init, own);
      const fault = faultOf(result, call, url, clock.now());
      if (fault === undefined && result.kind === 'answer') return apiAnswer(result.answer, call, own.maxBytes);
      if (fault === undefined) throw new Error(`${call}: an attempt without an answer and without a fault`);
      const delay = backOffMs(number, own.retryDelaysMs, options.random());
      if (fault.retry === undefined || delay === undefined) throw fault.error;
      await wait(fault.retry.afterMs ?? delay);
    }
  };
}

/** Where the call goes, and how messages and the log name it: the log with `query`, neither with `secretQuery`. */
function addressOf(request: ApiRequest, baseUrl: URL): { url: URL; shownPath: string; loggedPath: string } {
  const base = request.url ?? baseUrl;
  const prefix = base.pathname.replace(/\/+$/, '');
  // A lone slash adds nothing: `url` may be the whole address, and some APIs break on a trailing slash.
  const path = request.path === '/' ? '' : request.path;
  const url = new URL(`${base.origin}${prefix}${path}`);
  const open = new URLSearchParams(request.query).toString();
  const secret = new URLSearchParams(request.secretQuery).toString();
  url.search = [open, secret].filter((part) => part !== '').join('&');
  const shownPath = request.loggedPath === undefined ? url.pathname : `${prefix}${request.loggedPath}`;
  return { url, shownPath, loggedPath: open === '' ? shownPath : `${shownPath}?${open}` };
}

function initOf(request: ApiRequest): RequestInit & { method: string } {
  const headers = { accept: 'application/json', 'user-agent': 'p88sync', ...request.headers };
  if (request.json !== undefined) {
    const typed = { 'content-type': 'application/json', ...headers };
    return { method: request.method, headers: typed, body: JSON.stringify(request.json) };
  }
  if (request.form === undefined) return { method: request.method, headers };
  return { method: request.method, headers, body: new URLSearchParams(request.form) };
}

/** A call that is not repeatable is made once, whatever came of it. */
function limitsOf(request: ApiRequest, usual: CallLimits): CallLimits {
  return {
    ...usual,
    headersMs: request.headersTimeoutMs ?? usual.headersMs,
    retryDelaysMs: request.repeatable === false ? [] : usual.retryDelaysMs,
  };
}
