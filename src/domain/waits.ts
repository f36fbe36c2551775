/** What a run waits for at the moment: one that has to be ended by force says it, and its exit code depends on it. */

export interface Wait {
  readonly on: 'database' | 'provider';
  /** `GET api.example.org/events`; `insert into runsignup_participants`; nothing secret. */
  readonly what: string;
}

export interface Waits {
  /** Notes a wait; the function that comes back ends it. */
  begin(wait: Wait): () => void;
  /** Those that have not ended, the longest first. */
  current(): readonly (Wait & { readonly forMs: number })[];
}

/** @param nowMs any clock that only goes forward (ms). */
export function createWaits(nowMs: () => number): Waits {
  const open = new Map<symbol, Wait & { readonly since: number }>();
  return {
    begin(wait) {
      const key = Symbol();
      open.set(key, { ...wait, since: nowMs() });
      return () => void open.delete(key);
    },
    current() {
      const now = nowMs();
      return [...open.values()].map(({ on, what, since }) => ({ on, what, forMs: Math.round(now - since) }));
    },
  };
}
