/**
 * The publishing side of the contract: a registration provider that takes results, in sets that belong to one of its
 * events. Times are whole milliseconds, elapsed. `src/plan/publication.ts` compares what is wanted with what is there.
 */

/** The event whose sets they are; an `EventRef` is one. */
export interface PublishingEvent {
  readonly eventId: string;
  readonly raceId: string | undefined;
}

/** With the ability `takesResults`. A set that is posted to again keeps one row for each key. */
export interface PublishingSession {
  listResultSets(event: PublishingEvent): Promise<readonly ResultSet[]>;
  /** Every row of a set. The series ends with the page whose `last` is true; a series without one is incomplete. */
  listPublished(event: PublishingEvent, resultSetId: string): AsyncIterable<PublishedPage>;
  /**
   * Makes an empty set and yields its id. Made once: after an answer that was lost, whoever asks looks for the set by its
   * name before asking again.
   */
  createResultSet(event: PublishingEvent, set: NewResultSet): Promise<string>;
  /** Adds rows, or replaces those with the same key; at most `postBatch` at a time. The same call again changes nothing. */
  postResults(event: PublishingEvent, resultSetId: string, results: readonly PublishableResult[]): Promise<void>;
  readonly postBatch: number;
  /** Rows that a call of `listPublished` reads. */
  readonly pageRows: number;
  /** Empties a set. */
  clearResults(event: PublishingEvent, resultSetId: string): Promise<void>;
  /** What keeps the provider from taking a result under this key (`its bib is no number`); undefined: nothing. Pure. */
  problemOf(key: ResultKey): string | undefined;
}

export interface ResultSet {
  readonly resultSetId: string;
  readonly name: string;
  /** Undefined where the provider does not say. */
  readonly isPublic: boolean | undefined;
  readonly isPreliminary: boolean | undefined;
}

export interface NewResultSet extends ResultSetOptions {
  readonly name: string;
}

/** How a set is made; there is no known call that changes it afterwards. */
export interface ResultSetOptions {
  readonly isPublic: boolean;
  readonly isPreliminary: boolean;
  /** Whether runners are told when their result lands. */
  readonly notify: boolean;
}

/** Whose result it is: a registration, or whoever wears the bib. */
export type ResultKey = { readonly registrationId: string } | { readonly bib: string };

/** One key has one text: `registration 91000001`, `bib 17`. */
export function textOfKey(key: ResultKey): string {
  return 'registrationId' in key ? `registration ${key.registrationId}` : `bib ${key.bib}`;
}

/** `dns`: did not start; `dq`: disqualified. */
export type ResultOutcome = 'finished' | 'dnf' | 'dns' | 'dq';

export interface PublishableResult {
  readonly key: ResultKey;
  readonly outcome: ResultOutcome;
  /** Of finishers only. */
  readonly place: number | null;
  /** From the gun; of finishers only. */
  readonly clockMs: number | null;
  /** From the start line; of finishers only. */
  readonly chipMs: number | null;
  /** By the provider's id of the split; null: there is none (any more), so one that is there is taken away. */
  readonly splits: Readonly<Record<string, number | null>>;
}

/** A row as the provider shows it. */
export interface PublishedResult {
  /** At least one of the two is there. */
  readonly registrationId: string | undefined;
  readonly bib: string | undefined;
  readonly place: number | null;
  readonly clock: ShownTime | null;
  readonly chip: ShownTime | null;
  /** By the provider's id of the split, as far as the row names them. */
  readonly splits: Readonly<Record<string, ShownTime | null>>;
}

/** A time and how exactly it is shown (1000: whole seconds), an outcome, or a text that nobody knows. */
export type ShownTime =
  | { readonly ms: number; readonly stepMs: number }
  | { readonly outcome: Exclude<ResultOutcome, 'finished'> }
  | { readonly unknown: string };

export interface PublishedPage {
  readonly results: readonly PublishedResult[];
  readonly last: boolean;
}

/** What publishing would do to one row. */
export type Change =
  | { readonly kind: 'added'; readonly wanted: PublishableResult }
  | { readonly kind: 'changed'; readonly wanted: PublishableResult; readonly published: PublishedResult }
  | { readonly kind: 'removed'; readonly published: PublishedResult };

/** What has to be done so that the provider holds what is wanted. */
export interface Publication {
  /** `replace`: the set is cleared first, since there is no way to take a single row away. */
  readonly action: 'nothing' | 'post' | 'replace';
  readonly changes: readonly Change[];
  readonly unchanged: number;
  /** What is posted, in the order of `wanted`. */
  readonly send: readonly PublishableResult[];
}
