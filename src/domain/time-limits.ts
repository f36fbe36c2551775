/**
 * How long a run may wait for anything, in ms. The sum that has to hold, for `tick` as the timers start it:
 *
 * | by | what |
 * |---|---|
 * | 50 s | `--max-seconds`: no new call, no new page; calls under way are broken off |
 * | 65 s | `graceMs` later: the page in hand is stored or not; what still hangs is named, and the process ends |
 * | 75 s | TimeoutStartSec of the unit, `timeout` of the crontab: for a process that does not even do that |
 *
 * Each wait below is shorter than the 50 s, so that a run tells which one it was instead of being cut off. A call to a
 * provider has its own limits (P88SYNC_HEADERS_TIMEOUT_MS and P88SYNC_BODY_TIMEOUT_MS, 45 s together) and ends with the run.
 * `test/timers/time-limits.test.ts` holds all of it to the numbers of the units.
 */
export const timeLimits = {
  /** Name, TCP, TLS and login of a connection to PostgreSQL. */
  connectMs: 10_000,
  /** From the first refusal on a database that is restarted is tried again; then it counts as lost. */
  reconnectMs: 10_000,
  /** The same at the beginning of a run, where the server is there and has no connection free, or just starts. */
  firstConnectMs: 3_000,
  /** A statement, and the wait for one of the connections. A page is stored in well under a second. */
  statementMs: 30_000,
  /**
   * PostgreSQL ends a transaction in which nothing was said for so long: one of a frozen or cut-off machine would keep its
   * rows locked, and with them every other machine from taking over, until TCP gives up hours later.
   */
  idleInTransactionMs: 15_000,
  /** Saying goodbye to PostgreSQL; nothing depends on it. */
  closeMs: 2_000,
  /** From `--max-seconds` to the end by force. */
  graceMs: 15_000,
  /** The last words of a run that is ended by force, its heartbeat among them. */
  lastWordsMs: 5_000,
} as const;

export type TimeLimits = Readonly<Record<keyof typeof timeLimits, number>>;
