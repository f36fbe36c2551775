/** The sockets under every call: an undici Agent behind the global fetch. */
import { Agent } from 'undici';

/** fetch as the caller uses it. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface ProviderFetch {
  readonly fetch: Fetch;
  /** Ends the kept-alive connections, so that the process can end; every call has ended before. */
  close(): Promise<void>;
}

/**
 * A fetch with its own connection pool. It goes through the global fetch, looked up at each call: msw sees that one and
 * neither `undici.fetch` nor `undici.request`.
 */
export function createProviderFetch(): ProviderFetch {
  const agent = new Agent({
    connect: { timeout: 10_000 },
    // Calls of one credential are a second apart: a connection outlives the pause, and the next call saves the TLS greeting.
    keepAliveTimeout: 10_000,
    // Credentials run side by side against the same host, each with one call at a time.
    connections: 16,
  });
  return {
    fetch: (url, init) => {
      // `dispatcher` is Node's own addition to RequestInit, unknown to the DOM's type.
      const withAgent: RequestInit & { dispatcher: Agent } = { ...init, dispatcher: agent };
      return globalThis.fetch(url, withAgent);
    },
    // Not `close()`, which waits for a call that nobody hears of any more.
    close: () => agent.destroy(),
  };
}
