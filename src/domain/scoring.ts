/**
 * The scoring side of the contract: events of a scoring system that take participants and give results. The scoring event
 * of an id is written as the provider documents it (ChronoTrack `31002`, Copernico `RACE/EVENT`).
 */
import type { Json, JsonObject } from './json.ts';
import type { Listing, RaceRecord, RejectedRow } from './records.ts';
import type { Row } from './tables.ts';

export interface ScoringSession {
  /** Looks at one event: `link` asks before it ties two events together. @throws CallRefused where there is none. */
  findEvent(eventId: string): Promise<ScoringEvent>;
  /**
   * With the ability `takesParticipants`: sends a batch, at most `pushBatch` people. Who has left is sent with
   * `removedReason`, or, where the provider cannot be told, not at all (`left` of the answer names them).
   * Never repeated by itself after an answer was lost.
   */
  pushParticipants?(eventId: string, people: readonly PushedParticipant[]): Promise<PushAnswer>;
  /** People per call of `pushParticipants`. */
  readonly pushBatch?: number;
  /** With the ability `givesResults`: everything that the event has now. */
  listResults?(eventId: string): AsyncIterable<ResultPage>;
}

/** An event of a scoring system. */
export interface ScoringEvent {
  readonly eventId: string;
  readonly name: string;
  /** The exact start (UTC); undefined where the provider does not tell it. */
  readonly startAt: Date | undefined;
  /** IANA zone; undefined where the provider does not tell it. */
  readonly timeZone: string | undefined;
  /** Its row in the provider's table of events. */
  readonly row: Row;
  readonly source: JsonObject;
}

/** A registration as a scoring system gets it, whatever provider it came from. */
export interface PushedParticipant {
  /** `runsignup-91000001`: stable, and unique over all registration providers. */
  readonly sourceId: string;
  readonly bib: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly gender: 'M' | 'F' | 'X' | null;
  /** `YYYY-MM-DD`. */
  readonly dateOfBirth: string | null;
  readonly team: string | null;
  /** Name of the registration event, and of the category in it. */
  readonly eventName: string;
  readonly division: string | null;
  readonly city: string | null;
  readonly state: string | null;
  /** Set where the person has left. */
  readonly removedReason: string | null;
}

export interface PushAnswer {
  /** Source ids that the scoring system took. */
  readonly taken: readonly string[];
  /** Source ids that a person has to remove by hand. */
  readonly left: readonly string[];
  /** Who was not taken, and why. */
  readonly refused: readonly { readonly sourceId: string; readonly error: string }[];
}

export type ResultStatus = 'finished' | 'started' | 'not-started' | 'dnf' | 'dsq' | 'withdrawn';

/** A result (one person in one race of the event) as a provider's mapping yields it. */
export interface ResultRecord {
  readonly eventId: string;
  /** Stable, unique in the event: with partner and event the key of the row. */
  readonly id: string;
  readonly row: Row;
  readonly source: Json;
}

/** A page of results. The series ends with the page whose `last` is true; a series without one is incomplete. */
export interface ResultPage {
  readonly records: readonly ResultRecord[];
  readonly rejected: readonly RejectedRow[];
  readonly last: boolean;
  /** Of the whole series up to here; only a `complete` one tells whose result was taken back. */
  readonly listing: Listing;
  /** The races of the event, for the table `races`, where the provider tells them with the results (ChronoTrack). */
  readonly races?: readonly RaceRecord[];
}
