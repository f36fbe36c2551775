/** One clock per invocation: on PostgreSQL the database's, with `--now` the given instant; either way it goes on ticking. */
export interface Clock {
  now(): Date;
}

/** A clock that stood at `start` when `monotonicMs` (a monotonic source, ms) had its present value. */
export function clockFrom(start: Date, monotonicMs: () => number): Clock {
  const origin = monotonicMs();
  return { now: () => new Date(start.getTime() + (monotonicMs() - origin)) };
}
