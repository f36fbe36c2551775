/** What the status screen and `status --json` are made of. Gathered by the command, drawn by src/report/. */

import type { Counts } from './outcomes.ts';
import type { Pace } from './planning.ts';
import type { SyncKind } from './provider.ts';
import type { StatusQueueItem } from './queue.ts';
import type { ScoringState } from './scoring-work.ts';

export interface StatusData {
  readonly now: Date;
  /** `postgresql db.example.org:5432/p88` or `embedded /var/lib/p88sync`; no password. */
  readonly database: string;
  readonly partners: number;
  readonly credentials: readonly StatusCredential[];
  /** Upcoming events, and those within the hour after their start. */
  readonly events: readonly StatusEvent[];
  /** Linked scoring events that are not over, the nearest start first. */
  readonly links: readonly StatusLink[];
  readonly running: readonly StatusRunning[];
  /** Start (UTC) of the newest sync or discovery of any event, shown or not; undefined: never. */
  readonly lastDiscoveryAt: Date | undefined;
  readonly lastSyncAt: Date | undefined;
  /** Rows that providers sent and that could not be stored, still unresolved. */
  readonly rejectedRows: number;
  /** What waits in sync_queue, the next to be taken first, and what failed in the last day. */
  readonly queue: readonly StatusQueueItem[];
}

export interface StatusEvent {
  readonly partnerId: number;
  readonly partner: string;
  readonly provider: string;
  /** Undefined: its credential was removed, so nothing syncs it. */
  readonly credentialId: number | undefined;
  readonly eventId: string;
  readonly name: string;
  readonly startAt: Date;
  readonly timeZone: string;
  readonly timeZoneAssumed: boolean;
  /** Participants not removed, and removed ones. */
  readonly participants: number;
  readonly removed: number;
  readonly rejectedRows: number;
  /** Where registrations take a call each: how many listings hold, and how many of them are not read yet. */
  readonly backfill?: { readonly announced: number; readonly unread: number } | undefined;
  readonly pace: Pace;
  readonly lastSync: { readonly at: Date; readonly kind: SyncKind; readonly counts: Counts } | undefined;
  /** The newest failure, where it is newer than the last completed sync. */
  readonly failure: StatusFailure | undefined;
  readonly running: boolean;
  /** Why the next tick will leave it out although it is due. */
  readonly leftOut: string | undefined;
}

export interface StatusFailure {
  readonly at: Date;
  readonly status: 'failed' | 'failed_permanent' | 'abandoned';
  readonly failures: number;
  readonly reason: string;
  readonly retryAt: Date | undefined;
}

export interface StatusCredential {
  readonly credentialId: number;
  readonly partnerId: number;
  readonly partner: string;
  readonly provider: string;
  readonly callsLastHour: number;
  readonly callsPerHour: number;
  readonly refused: { readonly since: Date; readonly reason: string; readonly probeAt: Date | undefined } | undefined;
  readonly notBefore: Date | undefined;
  readonly lastCallAt: Date | undefined;
  /** False: a scoring system, which has no events to be discovered. */
  readonly registrations: boolean;
  /** The newest that came to an end (start, UTC); undefined: none of this program did. */
  readonly lastDiscovery: LastDiscovery | undefined;
}

export interface LastDiscovery {
  readonly at: Date;
  readonly status: 'completed' | 'failed';
  /** Why it failed. */
  readonly reason: string | undefined;
}

/** A scoring event and what is linked to it. */
export interface StatusLink {
  readonly event: ScoringState;
  readonly partner: string;
  /** Undefined: its provider cannot. */
  readonly push: (StatusScoring & { readonly waiting: StatusWaiting }) | undefined;
  readonly results: (StatusScoring & { readonly results: number; readonly rejectedRows: number }) | undefined;
}

export interface StatusScoring {
  readonly lastAt: Date | undefined;
  /** Undefined: the time for it is over. */
  readonly dueAt: Date | undefined;
  readonly failure: StatusFailure | undefined;
  readonly running: boolean;
  /** Why the next tick will leave it out although it is due. */
  readonly leftOut: string | undefined;
}

/** People that differ from what the scoring event was told. */
export interface StatusWaiting {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  /** Of these: not taken the last time. */
  readonly refused: number;
  /** Who left before, and whom a person has to take out there. */
  readonly byHand: number;
}

export interface StatusRunning {
  readonly what: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
}
