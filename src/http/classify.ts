/** From what came back to what to do about it: pure. The classes are those of src/domain/errors.ts. */
import {
  CallRefused,
  CredentialRefused,
  Interrupted,
  type P88Error,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../domain/errors.ts';
import type { Attempt } from './attempt.ts';
import { parseHttpDate, retryAfterMs } from './retry-delay.ts';

/** A longer wait than this is not sat out inside a call: the event goes back to the plan, which has others to serve. */
const longestWaitMs = 5_000;

export interface Fault {
  readonly error: P88Error;
  /** Whether the same call may be made again at once, and after how many ms where the provider said so. */
  readonly retry: { readonly afterMs: number | undefined } | undefined;
}

/** What is wrong with an attempt; undefined: nothing. `call` names it (`GET host/path`); `now` is our clock (UTC). */
export function faultOf(attempt: Attempt, call: string, url: URL, now: Date): Fault | undefined {
  if (attempt.kind === 'none') return faultWithoutAnswer(attempt.code, attempt.cause, call);
  const { status, headers } = attempt.answer;
  if (status >= 200 && status < 300) return undefined;
  if (status < 400) return final(redirected(status, headers, call, url));
  const serverNow = parseHttpDate(headers.get('date')) ?? now;
  const wait = retryAfterMs(headers.get('retry-after'), serverNow);
  if (status === 401 || status === 403) {
    return final(
      new CredentialRefused(`${call} was refused with ${status}`, {
        hint: 'Look at the key at the provider (revoked? right account?), then `p88sync credentials test`.',
      }),
    );
  }
  if (status === 429 || (status === 503 && wait !== undefined && wait > longestWaitMs)) {
    return final(throttled(`${call} was throttled with ${status}`, wait, now));
  }
  if (status >= 500) {
    const error = new ProviderUnavailable(`${call} failed with ${status}`, { hint: 'It is tried again by itself.' });
    return { error, retry: { afterMs: wait !== undefined && wait <= longestWaitMs ? wait : undefined } };
  }
  return final(new CallRefused(`${call} was refused with ${status}`, { status }));
}

function faultWithoutAnswer(code: string, cause: unknown, call: string): Fault {
  if (code === 'interrupted') return final(new Interrupted(`${call} was broken off: the run was told to end`));
  if (code === 'too-large') {
    return final(
      new UnknownAnswer(`${call} answered with more than a page of this size may hold`, {
        hint: 'It is tried again by itself; nothing of such an answer is read.',
      }),
    );
  }
  const isLate = code === 'timeout';
  const problem = isLate ? 'did not answer in time' : `failed on the way (${code})`;
  const error = new ProviderUnavailable(`${call} ${problem}`, {
    hint: 'It is tried again by itself; if it stays, check the network of this machine and the provider.',
    cause,
  });
  // Twice the time limit is longer than a tick: it would be cut off again and again and never be seen to fail.
  return isLate ? final(error) : { error, retry: { afterMs: undefined } };
}

function throttled(message: string, waitMs: number | undefined, now: Date): ProviderThrottled {
  const hint = 'The credential rests until then; if it happens often, lower its calls per hour.';
  if (waitMs === undefined) return new ProviderThrottled(message, { hint });
  return new ProviderThrottled(message, { hint, retryAt: new Date(now.getTime() + waitMs) });
}

function redirected(status: number, headers: Headers, call: string, url: URL): ProviderUnavailable {
  const location = headers.get('location');
  const target = location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined;
  // Host and path only: a redirect may carry tokens in its query.
  const where =
    target === undefined
      ? 'nowhere'
      : target.host === url.host
        ? `${target.pathname} on the same host`
        : `another host (${target.host})`;
  return new ProviderUnavailable(`${call} redirects (${status}) to ${where}; it was not followed`, {
    hint: "Check the provider's address: a credential is never sent to where a redirect points.",
  });
}

function final(error: P88Error): Fault {
  return { error, retry: undefined };
}
