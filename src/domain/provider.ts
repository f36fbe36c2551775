/**
 * The contract of a provider, and how to add one.
 *
 * A provider is a folder `src/providers/<name>/`: wire schema (zod), mapping (pure), calls, its tables. It turns a
 * credential into a session, and a session into pages of validated records. It never stores, plans, waits, retries,
 * counts a budget or reads a clock: `call` does the waiting and the counting, the sync does the storing.
 * What it can be asked for stands in `abilities`; a session has the methods that its provider's abilities name.
 *
 * Promises every provider keeps (the conformance suite in test/providers/ checks them):
 *  1. Ids are stable: the same person yields the same key whatever the page size or order.
 *  2. An answer whose envelope is unknown throws UnknownAnswer; it is never read as an empty list.
 *  3. A row that cannot be read becomes a RejectedRow; the others of its page go on.
 *  4. Mapping is pure: the same answer twice yields equal records, so the second pass rewrites nothing.
 *  5. A refused credential throws CredentialRefused, a throttle ProviderThrottled, whatever the provider's way to say so.
 *  6. Page loops go through `src/http/pages.ts`, which cannot spin.
 *  7. No secret is in an error, in `ApiRequest.query` or in a record.
 *  8. `resume` of any page, given back in a new session, goes on behind that page.
 *  9. Nothing is inferred from a filtered listing; `listing` says what a series allows to conclude.
 *
 * To add one: (1) make the folder; (2) export a `Provider` (provider.ts) and its adapter (adapter.ts); (3) add its line to src/providers/registry.ts; (4) add its
 * stand-in to src/sandbox/ and its fixtures to test/providers/, and run the conformance suite on it.
 */
import type { Json, JsonObject } from './json.ts';
import type { PublishingSession } from './publishing.ts';
import type { EventPage, ParticipantPage, Registration } from './records.ts';
import type { ScoringSession } from './scoring.ts';
import type { Migration, TableSpec } from './tables.ts';

/**
 * `full`: everything. `incremental`: what changed since the watermark. `details`: no listing, only registrations that
 * earlier listings announced and that are not read yet (`Outline`).
 */
export type SyncKind = 'full' | 'incremental' | 'details';

/** A provider as data, and a function that loads the rest: an idle tick plans with the data alone. */
export interface Provider {
  /** Lower case, without spaces: what operators type (`1:runsignup:974559`) and what environment variables are named by. */
  readonly name: string;
  /** The name in the table `providers`, and on screens. */
  readonly displayName: string;
  /** Other names under which existing databases hold it; compared without case. */
  readonly otherNames: readonly string[];
  readonly defaults: {
    readonly baseUrl: string;
    readonly callsPerHour: number;
    /** Rows asked for per page. */
    readonly pageSize: number;
  };
  readonly abilities: Abilities;
  /** Keys of `additional_config` that are secret: they are given with the secret, never as an argument. */
  readonly secretConfig?: readonly string[];
  /** What one series of calls can answer: all events of a race, one event, or all events of an organiser (a credential). */
  readonly unit: 'race' | 'event' | 'organiser';
  /** False: it has no filter for changes, so every listing is whole. */
  readonly incremental: boolean;
  /** `feed`: the provider says who left. `absence`: it can only be inferred from a complete listing. */
  readonly removals: 'feed' | 'absence';
  /** Calls that the smallest sync needs: the estimate before the first one. */
  readonly minimumCalls: Readonly<Record<'full' | 'incremental', number>>;
  readonly tables: {
    readonly races?: TableSpec;
    readonly events: TableSpec;
    readonly participants: TableSpec;
    readonly results?: TableSpec;
  };
  /** The schema of its tables. */
  readonly migrations: readonly Migration[];
  /** The SELECT that this provider adds to each unified view; `unified-columns.ts` names the columns. */
  readonly views: { readonly events: string; readonly participants: string; readonly results?: string };
  load(): Promise<ProviderAdapter>;
}

/** What a provider can be asked for, and what it takes. A command that needs what is missing says so and exits 2. */
export interface Abilities {
  /** Lists its events and their registrations: discover, tick, full-sync. */
  readonly registrations: boolean;
  /** The list of registrations only announces them; each takes a call of its own (`readRegistration`). */
  readonly details: boolean;
  /** Takes participants: push-participants. */
  readonly takesParticipants: boolean;
  /** Gives the results of an event: pull-results. */
  readonly givesResults: boolean;
  /** Takes results: publish-results. */
  readonly takesResults: boolean;
}

/** The part of a provider that reads credentials and makes calls. */
export interface ProviderAdapter {
  /** @throws UsageError naming what the credential lacks; nothing secret in the message. */
  checkCredential(credential: CredentialSecrets): void;
  connect(credential: CredentialSecrets, tools: SessionTools): ProviderSession;
}

/** The values of a credential, decrypted. Never logged. */
export interface CredentialSecrets {
  readonly principal: string;
  readonly secret: string;
  readonly additionalConfig: JsonObject;
}

/** One credential at work. Sessions are cheap: one per run and credential. */
export interface ProviderSession {
  /** One call that proves the credential; resolves to a line that says whom it belongs to. @throws CredentialRefused */
  check(): Promise<string>;
  /** With the ability `registrations`. */
  listEvents(query: EventQuery): AsyncIterable<EventPage>;
  listParticipants(query: ParticipantQuery): AsyncIterable<ParticipantPage>;
  /** With the ability `details`: one call. @throws CallRefused where the provider no longer has it. */
  readRegistration?(event: EventRef, registrationId: string): Promise<Registration>;
  /** With `takesParticipants` or `givesResults`. */
  readonly scoring?: ScoringSession;
  /** With `takesResults`. */
  readonly publishing?: PublishingSession;
}

export interface EventQuery {
  /** Events that start before this instant (UTC) are not wanted; undefined: the past too. */
  readonly startsFrom: Date | undefined;
  /** Only events of this id, where an operator asks for one that was never discovered. */
  readonly eventId?: string;
}

export interface EventRef {
  readonly eventId: string;
  readonly raceId: string | undefined;
  readonly timeZone: string;
}

export interface ParticipantQuery {
  /** The events of one unit: one event, or several where `unit` says so. Rows of other events are left out. */
  readonly events: readonly EventRef[];
  /** Changes since this instant of the provider's clock (UTC), inclusive; undefined: everybody. */
  readonly since: Date | undefined;
  /** `resume` of the last page that was stored before the process died. */
  readonly resume: Json | undefined;
}

/** What a session gets to work with. */
export interface SessionTools {
  readonly baseUrl: URL;
  readonly pageSize: number;
  readonly call: CallApi;
  readonly tokens: TokenCache;
  /** The program's own registration with the provider (RunSignUp), by the names its folder documents. */
  readonly program: Readonly<Record<string, string>>;
  now(): Date;
  warn(message: string, fields?: Record<string, unknown>): void;
}

/** One HTTP call: paced, within the budget, logged to api_calls, with time limits and short retries. */
export type CallApi = (request: ApiRequest) => Promise<ApiAnswer>;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Joined to the base URL; starts with a slash. */
  readonly path: string;
  /** Stands for `path` in the log and in messages, where `path` holds what they must not (a login). */
  readonly loggedPath?: string;
  /** Replaces the base URL for this call (a token address on another path or host). */
  readonly url?: URL;
  /** Logged with the path. */
  readonly query?: Readonly<Record<string, string>>;
  /** Sent like `query`, never logged. */
  readonly secretQuery?: Readonly<Record<string, string>>;
  /** Never logged. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Form fields of the body; never logged. */
  readonly form?: Readonly<Record<string, string>>;
  /** A JSON body; never logged. */
  readonly json?: Json;
  /** False: made once, since the same call again could do its work twice. Default: true. */
  readonly repeatable?: boolean;
  /** Until the answer must begin (ms), where the provider is known to be slow; never beyond the run's own end. */
  readonly headersTimeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The `Date` header (UTC); undefined where it is missing or unreadable. */
  readonly date: Date | undefined;
  /** True where the body held nothing at all. */
  readonly isEmpty?: boolean;
  /** The body as JSON. @throws UnknownAnswer where it is none (an HTML page, a cut-off answer). */
  json(): Json;
}

/** Access tokens, kept encrypted in the database so that a run a minute is not a login a minute. */
export interface TokenCache {
  /** A token that is still good at `now` plus a minute. */
  get(): Promise<string | undefined>;
  set(token: string, expiresAt: Date): Promise<void>;
  /** After the provider refused it. */
  drop(): Promise<void>;
}
