/** The log of calls that the stand-ins received: what tests count, and what a person looks at. No secret is in it. */
import type { SandboxProvider } from './world.ts';

export interface ReceivedCall {
  /** ISO, by the sandbox clock. */
  readonly time: string;
  readonly provider: SandboxProvider;
  readonly method: string;
  /** Path and query behind the provider's prefix, keys and secrets left out. */
  readonly path: string;
  /** 0: the connection was reset. */
  readonly status: number;
  readonly account: string | null;
  /** The fault that was played, if any. */
  readonly fault: string | null;
}

/** A race day of 650 events makes some 30,000 calls. */
const keptCalls = 100_000;

const secretNames = new Set([
  'api_key',
  'api_secret',
  'rsu_api_key',
  'sp_api_key',
  'rsu_api_reg',
  'tmp_key',
  'tmp_secret',
  'access_token',
  'client_secret',
  'password',
  'client_id',
  'user_id',
  'user_pass',
  'username',
]);

/** Path and query with the credential's parameters left out; commas stay readable. */
export function visiblePath(path: string, query: URLSearchParams): string {
  const visible = new URLSearchParams([...query].filter(([name]) => !secretNames.has(name.toLowerCase())));
  return visible.size === 0 ? path : `${path}?${visible.toString().replaceAll('%2C', ',')}`;
}

/** Adds a call; the oldest tenth goes when the log is full. */
export function recordCall(calls: ReceivedCall[], call: ReceivedCall): void {
  if (calls.length >= keptCalls) calls.splice(0, keptCalls / 10);
  calls.push(call);
}
