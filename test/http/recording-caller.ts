/** A caller whose waiting, clock and ledger are recorded instead of lived through. */
import type { CallLedger, CallResult } from '../../src/domain/ledger.ts';
import { type CallerOptions, createCaller } from '../../src/http/caller.ts';

export interface Recording {
  /** `GET /rest/races?page=1`, in the order they were reserved. */
  readonly reserved: string[];
  readonly settled: CallResult[];
  /** Milliseconds of each wait. */
  readonly slept: number[];
}

export const recordedNow = new Date('2026-09-12T10:00:00Z');

/** Calls to `https://provider.test/rest` unless told otherwise; no pacing, no jitter; the clock stands still. */
export function recordingCaller(overrides: Partial<CallerOptions> = {}) {
  const recording: Recording = { reserved: [], settled: [], slept: [] };
  const ledger: CallLedger = {
    reserve: async ({ method, path }) => {
      recording.reserved.push(`${method} ${path}`);
      return { callId: recording.reserved.length, startAt: recordedNow };
    },
    settle: async (_, result) => {
      recording.settled.push(result);
    },
  };
  const call = createCaller({
    fetch: (url, init) => globalThis.fetch(url, init),
    baseUrl: new URL('https://provider.test/rest'),
    ledger,
    clock: { now: () => recordedNow },
    sleep: async (ms) => {
      recording.slept.push(ms);
    },
    random: () => 0,
    ...overrides,
  });
  return { call, recording };
}
