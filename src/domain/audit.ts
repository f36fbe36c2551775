/** What `audit` finds: the promises of the program, each looked for in the rows of the database. */

/** By the word that --json has for them, in the order in which they are told. */
export const promises = {
  oneSyncAtATime: 'One run at a time on an event',
  noWriteWithoutClaim: 'No write by a run that had lost its claim',
  budget: 'No hour over budget, and the pace kept',
  watermarks: 'No watermark beyond what is stored, none moving back',
  removals: 'No removal without evidence',
  leases: 'No run older than its lease',
  calls: 'Every call accounted to a run',
  secrets: 'No secret in history and logs',
  guards: 'The constraints that hold all this are there',
} as const;

export type PromiseName = keyof typeof promises;

/** One thing that was looked at in order to judge a promise. */
export interface Check {
  /** What was counted: one of it, and several. */
  readonly of: readonly [one: string, several: string];
  readonly checked: number;
  readonly broken: number;
  /** The newest of what is broken, at most three, in words; nothing secret in them. */
  readonly examples: readonly string[];
  /** What to do where something is broken. */
  readonly hint: string;
}

export interface JudgedPromise {
  readonly promise: PromiseName;
  readonly checks: readonly Check[];
  /** What could not be looked at, in words. */
  readonly notes: readonly string[];
}

export interface AuditReport {
  readonly database: string;
  /** UTC. */
  readonly now: Date;
  /** What happened before is not judged (UTC). */
  readonly from: Date;
  /** Set where `from` is later than was asked for: the history before was pruned up to here (UTC). */
  readonly prunedBefore: Date | undefined;
  readonly promises: readonly JudgedPromise[];
}

export function isBroken({ checks }: JudgedPromise): boolean {
  return checks.some((check) => check.broken > 0);
}
