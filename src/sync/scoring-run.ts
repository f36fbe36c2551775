/** What a push or a pull of results works with. */
import type { Counts } from '../domain/outcomes.ts';
import type { ScoringSession } from '../domain/scoring.ts';
import type { ScoringState } from '../domain/scoring-work.ts';
import type { Claim } from '../store/claims.ts';
import type { CredentialRun, SyncContext } from './context.ts';

export interface ScoringOptions {
  /** Push: everybody, not only who is new or changed. */
  readonly all: boolean;
  /** Results: mark all that a complete listing lacks, however many. */
  readonly allowMassRemoval: boolean;
  /** Calls that may stand in the credential's sliding hour meanwhile; asked again while a call waits for room. */
  ceiling(): Promise<number>;
  /** Leaves it alone where another run has ended since the plan was made. */
  readonly onlyIfStillDue?: boolean;
}

/** A piece of work at work. */
export interface ScoringRun {
  readonly context: SyncContext;
  readonly run: CredentialRun;
  readonly session: ScoringSession;
  readonly event: ScoringState;
  readonly claim: Claim;
  /** Asked before anything is changed elsewhere. @throws ClaimLost where another run took over. */
  stillOurs(): Promise<void>;
  readonly leaseSeconds: number;
  readonly options: ScoringOptions;
  /** What is stored so far, for the outcome of one that fails in the middle. */
  readonly progress: ScoringProgress;
  apiCalls(): number;
}

export interface ScoringProgress {
  counts: Counts;
  byHand: LeftByHand[];
}

/** Somebody whom a person has to take out of the scoring event. */
export interface LeftByHand {
  readonly sourceId: string;
  readonly reason: string;
}
