/** What units and runs come to; the report and the exit code are made of these. */
import type { ExitName } from './exit-codes.ts';
import type { SyncKind } from './provider.ts';
import type { ScoringKind } from './scoring-work.ts';
import type { Priority } from './settings.ts';

export interface Counts {
  /**
   * Rows the provider sent. Of a second list only those count who are in no other: `fetched` and `unchanged` are people,
   * and whom a second list completes is among the `updated`.
   */
  readonly fetched: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Newly marked as removed. */
  readonly removed: number;
  /** Rejected rows. */
  readonly failed: number;
}

export const noCounts: Counts = { fetched: 0, inserted: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    fetched: a.fetched + b.fetched,
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    removed: a.removed + b.removed,
    failed: a.failed + b.failed,
  };
}

export interface Failure {
  /** The error's class: `ProviderUnavailable`. */
  readonly kind: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exit: ExitName;
}

/**
 * Why it was put off: another run holds the claim; this run was told to end while it was at work; the credential's hour is
 * spent; or the run ended before its turn came.
 */
export type DeferredBecause =
  | 'claimed-elsewhere'
  | 'run-ended'
  | 'budget'
  | 'credential-refused'
  | 'provider-pause'
  | 'not-reached';

/** What a unit does: one of the syncs, or one of the two ways between registrations and a scoring system. */
export type UnitKind = SyncKind | ScoringKind;

/** One unit: `deferred` means nothing went wrong but there was no room (budget, time limit, somebody else runs it). */
export interface UnitOutcome {
  readonly status: 'completed' | 'failed' | 'failed_permanent' | 'deferred';
  readonly partnerId: number;
  readonly provider: string;
  readonly credentialId: number;
  readonly raceId: string | undefined;
  readonly eventIds: readonly string[];
  readonly kind: UnitKind;
  readonly priority: Priority | undefined;
  readonly counts: Counts;
  /** Registrations of its events that are announced and left to be read; undefined where none take a call of their own. */
  readonly unread?: number;
  readonly apiCalls: number;
  readonly durationMs: number;
  readonly failure: Failure | undefined;
  /** Of a deferred one, where it is known. */
  readonly deferredBecause?: DeferredBecause | undefined;
}
