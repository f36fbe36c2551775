/** What the plan of the scoring side is made of: linked scoring events as facts, and the decisions. No I/O; times are UTC. */
import type { FailedSync, Plan, RunningSync } from './planning.ts';

/** `push`: participants to the scoring system. `results`: its results to us. */
export type ScoringKind = 'push' | 'results';
export const scoringKinds = ['push', 'results'] as const satisfies readonly ScoringKind[];

/** A scoring event that something is linked to, as far as the plan needs it. */
export interface ScoringState {
  readonly partnerId: number;
  readonly providerId: number;
  /** The scoring provider's `name` (`copernico`). */
  readonly provider: string;
  /** The credential that the link names; 0, which is no credential's id, where it was removed. */
  readonly credentialId: number;
  readonly eventId: string;
  /** What its provider can be asked for. */
  readonly can: Readonly<Record<ScoringKind, boolean>>;
  /** At least one. */
  readonly linked: readonly LinkedEvent[];
  readonly history: Readonly<Record<ScoringKind, ScoringHistory>>;
}

/** A registration event that is linked to it. */
export interface LinkedEvent {
  readonly providerId: number;
  readonly provider: string;
  readonly eventId: string;
  /** Undefined where the event is not known (any more). */
  readonly name: string | undefined;
  readonly startAt: Date | undefined;
  /** When the newest sync that changed something ended. */
  readonly changedAt: Date | undefined;
}

export interface ScoringHistory {
  readonly lastCompleted: { readonly startedAt: Date; readonly apiCalls: number } | undefined;
  /** The newest row that is not a completed one, where it is newer than that. */
  readonly lastFailure: FailedSync | undefined;
  readonly running: RunningSync | undefined;
}

/** One piece of work on a scoring event. */
export interface ScoringUnit {
  readonly kind: ScoringKind;
  readonly event: ScoringState;
  /** Calls that it is expected to need. */
  readonly cost: number;
  /** In words: why now. */
  readonly reason: string;
}

/** Work that is due (or would be, but for what `reason` says) and is not in this tick. */
export interface ScoringLeftOut {
  readonly kind: ScoringKind;
  readonly event: ScoringState;
  readonly why: 'budget' | 'not-before' | 'refused' | 'running' | 'retry-later';
  readonly reason: string;
}

export interface ScoringPlan {
  /** In the order they are run. */
  readonly units: readonly ScoringUnit[];
  readonly leftOut: readonly ScoringLeftOut[];
}

/** Everything that a tick does. */
export interface TickPlan extends Plan {
  /** What follows for linked scoring events; undefined where there are none. */
  readonly scoring?: ScoringPlan;
}

/** What it is called on screens: the first linked event that has a name, and how many there are besides. */
export function scoringName({ linked, eventId }: Pick<ScoringState, 'linked' | 'eventId'>): string {
  const [first, ...others] = linked.flatMap(({ name }) => name ?? []);
  if (first === undefined) return eventId;
  return others.length === 0 ? first : `${first} and ${others.length} ${others.length === 1 ? 'other' : 'others'}`;
}

/** Start of the first linked event; undefined where none is known. */
export function firstStart({ linked }: Pick<ScoringState, 'linked'>): Date | undefined {
  const starts = linked.flatMap(({ startAt }) => startAt ?? []);
  return starts.reduce<Date | undefined>((first, at) => (first === undefined || at < first ? at : first), undefined);
}
