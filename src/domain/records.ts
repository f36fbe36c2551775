import type { Json, JsonObject } from './json.ts';
import type { Row } from './tables.ts';

/** A race (RunSignUp) that groups events; other providers have none. */
export interface RaceRecord {
  readonly raceId: string;
  readonly row: Row;
  readonly source: JsonObject;
}

/** An event as discovery brings it. */
export interface EventRecord {
  readonly eventId: string;
  readonly raceId?: string;
  readonly name: string;
  /** The exact start (UTC). */
  readonly startAt: Date;
  /** IANA zone of the race; wall times on the status screen are shown in it. */
  readonly timeZone: string;
  /** True where the provider named no zone and a default stands in; `status` points it out. */
  readonly timeZoneAssumed: boolean;
  readonly row: Row;
  readonly source: JsonObject;
}

/** How a person left an event: kept on the row, which is never deleted. */
export interface Removal {
  /** The provider's word: `removed`, `transferred`, `deferred`, `cleared`, `cancelled`; `absent` where it was inferred. */
  readonly reason: string;
  /** When (UTC), where the provider says so; else the time of the sync that saw it. */
  readonly at?: Date;
  /** The registration id that took its place (transfer). */
  readonly movedTo?: string;
}

/** A participant (one registration) as a provider's mapping yields it. */
export interface ParticipantRecord {
  readonly eventId: string;
  /** The provider's id of the registration: with the partner the key of the row. */
  readonly id: string;
  readonly row: Row;
  readonly source: JsonObject;
  /** The provider's time of the last change (UTC); an older record never overwrites a newer row. */
  readonly modifiedAt?: Date;
  readonly removal?: Removal;
  /**
   * `registration`: the whole row. `removal-notice`: a row of a separate list of removed people, which often holds
   * less: it marks the row we have and is stored whole only where we have none. `supplement`: a row of a second list
   * of the same people; of a row we have it fills the table's `supplement` columns only, and a blank fills nothing. Its
   * `id` is the registration's; it may come before it, in an earlier page or sync, and the row ends up the same.
   */
  readonly kind: 'registration' | 'removal-notice' | 'supplement';
}

/**
 * A row of a list that only announces a registration: the whole of it takes a call of its own. Whoever syncs remembers the
 * fingerprint and asks where it is new or has changed.
 */
export interface Outline {
  readonly eventId: string;
  /** What `readRegistration` asks for, and the column `listedBy` of the table holds. */
  readonly id: string;
  /** Differs whenever the registration may have changed: the provider's time of change, or a hash of the row. */
  readonly fingerprint: string;
  readonly source: JsonObject;
}

/**
 * A registration read whole: one record, or one for each category it holds. Rows of the same registration that are not
 * among them any more are marked as removed. `records` may be empty only where `rejected` says why.
 */
export interface Registration {
  readonly records: readonly ParticipantRecord[];
  readonly rejected: readonly RejectedRow[];
}

/** A row that failed validation: kept with its error where an operator sees it, and it does not stop the others. */
export interface RejectedRow {
  readonly eventId?: string;
  /** The provider's id of the row, where it has a readable one. */
  readonly id?: string;
  /** What is wrong with which field; no personal data. */
  readonly error: string;
  readonly source: Json;
}

/** A page of discovery. The series ends with the page whose `last` is true; a series without one is incomplete. */
export interface EventPage {
  readonly races: readonly RaceRecord[];
  readonly events: readonly EventRecord[];
  readonly rejected: readonly RejectedRow[];
  readonly last: boolean;
}

/**
 * What a finished listing allows to conclude. `complete`: everybody who is registered was in it. `partial`: filtered or
 * only some part. `unstable`: rows moved between its pages, so somebody may have been passed over.
 */
export type Listing = 'complete' | 'partial' | 'unstable';

/** A page of participants. The series ends with the page whose `last` is true; a series without one is incomplete. */
export interface ParticipantPage {
  readonly records: readonly ParticipantRecord[];
  /** Where the provider has `details`: who is announced on this page. */
  readonly outlines?: readonly Outline[];
  readonly rejected: readonly RejectedRow[];
  readonly last: boolean;
  /** The provider's clock when it answered (`Date` header, UTC); undefined where it sent none. */
  readonly providerTime: Date | undefined;
  /** Where to go on behind this page after the process died; given back as `ParticipantQuery.resume`. */
  readonly resume: Json;
  /** Of the whole series up to here; the last page's counts. */
  readonly listing: Listing;
}
