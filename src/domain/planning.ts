/** What the plan is made of: the facts it reads and the decisions it returns. No I/O; times are UTC instants. */
import type { SyncKind } from './provider.ts';
import type { Priority } from './settings.ts';

/** An event and its history, as far as the plan needs it. */
export interface EventState {
  readonly partnerId: number;
  readonly providerId: number;
  /** The provider's `name` (`runsignup`). */
  readonly provider: string;
  readonly credentialId: number;
  readonly eventId: string;
  readonly raceId: string | undefined;
  readonly name: string;
  readonly startAt: Date;
  readonly timeZone: string;
  /** The last completed sync; undefined: never. */
  readonly lastCompleted: CompletedSync | undefined;
  /** Start of the last completed full sync. */
  readonly lastFullAt: Date | undefined;
  /** Calls that the last completed listing of each kind needed, those for details not counted. */
  readonly calls: Readonly<Partial<Record<SyncKind, number>>>;
  /** Registrations that listings announced and that are not read yet. */
  readonly backlog: number;
  /** The newest row that is not a completed one and is newer than `lastCompleted`. */
  readonly lastFailure: FailedSync | undefined;
  /** A full listing lacked too many people and nobody was marked; undefined since one was completed. */
  readonly listingStoppedAt?: Date | undefined;
  /** A claim whose lease still holds. */
  readonly running: RunningSync | undefined;
}

export interface CompletedSync {
  readonly startedAt: Date;
  /** Undefined on a row of an older program: the next sync is then a full one. */
  readonly watermark: Date | undefined;
  /** How far the provider's clock was ahead of ours as its listing began (ms; negative: behind); undefined: not told. */
  readonly clockAheadMs?: number | undefined;
}

export interface FailedSync {
  readonly status: 'failed' | 'failed_permanent' | 'abandoned';
  readonly startedAt: Date;
  /** Failures in a row, this one included; 0 for `abandoned` after a success. */
  readonly failures: number;
  /** Not before (UTC); undefined for `failed_permanent` (normal pace) and `abandoned` (at once). */
  readonly retryAt: Date | undefined;
  readonly reason: string;
  /** The error's class (`CallRefused`); undefined on rows of older programs. */
  readonly kind?: string | undefined;
  /** The part of its listing that is stored, behind which the next sync of the same kind goes on, and what it took. */
  readonly listed?: { readonly kind: 'full' | 'incremental'; readonly calls: number };
}

export interface RunningSync {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
}

/** A credential and what it may spend. */
export interface CredentialState {
  readonly credentialId: number;
  readonly partnerId: number;
  readonly provider: string;
  readonly unit: 'race' | 'event' | 'organiser';
  readonly incremental: boolean;
  readonly removals: 'feed' | 'absence';
  /** Registrations take a call each (`Abilities.details`). */
  readonly details: boolean;
  readonly minimumCalls: Readonly<Record<'full' | 'incremental', number>>;
  readonly callsPerHour: number;
  /** Calls made in the last hour: element m holds those that are m whole minutes old, 0 ≤ m < 60. */
  readonly callsByAge: readonly number[];
  /** No call before (UTC): the provider's Retry-After, or the next probe of a refused credential. */
  readonly notBefore: Date | undefined;
  /** Set while the provider refuses it: the plan sends one probe instead of all that is due. */
  readonly refusedAt: Date | undefined;
}

/** How a credential stands with its provider's patience. */
export interface Rest {
  /** The provider asked it to slow down so many times in a row; 0: not since the last call that went well. */
  readonly throttles: number;
  /** No call before then (UTC). */
  readonly notBefore: Date | undefined;
}

/** One series of calls that the tick makes. */
export interface PlannedUnit {
  readonly partnerId: number;
  readonly providerId: number;
  readonly provider: string;
  readonly credentialId: number;
  readonly raceId: string | undefined;
  readonly kind: SyncKind;
  readonly priority: Priority;
  /** Changes since (UTC): the oldest watermark of its events; undefined for a full sync. */
  readonly since: Date | undefined;
  readonly events: readonly EventState[];
  /** Calls that its listing is expected to need. */
  readonly cost: number;
  /**
   * Registrations it may read one by one behind the listing; Infinity: all of them; undefined where the provider has no
   * `details`.
   */
  readonly detailCalls?: number;
  /** Time since the last sync ÷ interval of its latest event; Infinity where one was never synced. */
  readonly lateness: number;
  /** In words: why now. */
  readonly reason: string;
}

/** An event that is due (or would be, but for what `reason` says) and is not in this tick. */
export interface LeftOut {
  readonly event: EventState;
  readonly priority: Priority;
  readonly why: 'tick-full' | 'budget' | 'not-before' | 'refused' | 'running' | 'retry-later';
  readonly reason: string;
}

export interface Plan {
  readonly now: Date;
  /** In the order they are run. */
  readonly units: readonly PlannedUnit[];
  readonly leftOut: readonly LeftOut[];
}

/** What `status` shows of one event: its place in the cadence. */
export interface Pace {
  readonly priority: Priority | 'ended';
  /** Interval in minutes, stretched where the budget does not hold the class; undefined when ended. */
  readonly everyMinutes: number | undefined;
  /** When it is due next (UTC); in the past: it is late. Undefined when ended. */
  readonly dueAt: Date | undefined;
  /** Time since the last sync started (ms); undefined where it was never synced. */
  readonly lagMs: number | undefined;
}
