/** `sync_queue`: the way in for other programs (a button on a web page). Times are UTC instants. */
import type { Json } from './json.ts';

/** A row that a tick has taken. */
export interface QueuedItem {
  readonly id: number;
  readonly partnerId: number | undefined;
  readonly providerId: number | undefined;
  readonly eventId: string | undefined;
  /** `events`, `participants`, `results`; anything else is refused. */
  readonly operation: string;
  /** `pull` or `push`; undefined counts as `pull`. */
  readonly direction: string | undefined;
  readonly payload: Json;
  /** When this try began (UTC), in an earlier tick where it was put off. */
  readonly takenAt: Date;
  /** Failed tries so far, and how many more follow the first. */
  readonly retries: number;
  readonly maxRetries: number;
}

/** What an item asks for; `refusal`: nothing that can be done, whenever it is tried. */
export type QueueRequest =
  | {
      readonly kind: 'discover';
      readonly partnerId: number;
      readonly providerId: number | undefined;
      readonly eventId: string | undefined;
    }
  | {
      readonly kind: 'sync';
      readonly partnerId: number;
      readonly providerId: number;
      /** Undefined: all upcoming events of the partner with this provider. */
      readonly eventId: string | undefined;
      readonly full: boolean;
    }
  | {
      /** Participants to a scoring event, its results to us, or results of a registration event to its provider. */
      readonly kind: 'push' | 'results' | 'publish';
      readonly partnerId: number;
      readonly providerId: number;
      readonly eventId: string;
    }
  | { readonly kind: 'refusal'; readonly reason: string };

/** What became of an item in this tick; `pending`: it waits for its next try, or for room. */
export interface QueueOutcome {
  readonly id: number;
  /** `participants pull of 1:runsignup:974559`. */
  readonly what: string;
  readonly status: 'completed' | 'failed' | 'pending';
  /** A try failed; false where it was put off. */
  readonly isFailure: boolean;
  readonly reason: string | undefined;
  readonly retryAt: Date | undefined;
}

/** What `status` shows of the queue. */
export interface StatusQueueItem {
  readonly id: number;
  readonly what: string;
  /** `pending`, `processing`, or `failed` within the last day. */
  readonly status: string;
  /** 1 goes first; undefined: last. */
  readonly priority: number | undefined;
  readonly scheduledAt: Date | undefined;
  readonly createdAt: Date | undefined;
  readonly retries: number;
  readonly reason: string | undefined;
}
