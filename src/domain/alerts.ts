/** What people are told of by message: the causes, what was told of them, and the messages. No I/O; times are UTC instants. */

/** The ways a message can take. */
export const channels = ['webhook', 'email'] as const;
export type Channel = (typeof channels)[number];

/** What a person is told of. `results-stop`: too many results are missing from a complete list. */
export type AlertKind =
  | 'credential-refused'
  | 'sync-failed'
  | 'safety-stop'
  | 'push-failed'
  | 'pull-failed'
  | 'results-stop'
  | 'publish-failed';

/** Something that can go wrong, and how it stands. */
export interface AlertSubject {
  readonly kind: AlertKind;
  readonly partnerId: number;
  /** The partner's name. */
  readonly partner: string;
  /** The provider's `name` (`runsignup`), and as people write it. */
  readonly provider: string;
  readonly providerName: string;
  /** Of all kinds but a refused credential. */
  readonly eventId: string | undefined;
  readonly credentialId: number | undefined;
  /** The event's name, where it is known. */
  readonly name: string | undefined;
  /** `between`: neither wrong in the way that is told, nor known to be well. */
  readonly state: 'holds' | 'well' | 'between';
  /** Why, and what to do about it, as the failure said. */
  readonly reason: string | undefined;
  readonly hint: string | undefined;
  /** The error's class (`ProviderUnavailable`). */
  readonly error: string | undefined;
}

/** What a message said: something is wrong, or it is well again. */
export type Told = 'holds' | 'well';

/** The newest message of a cause. */
export interface AlertRow {
  readonly told: Told;
  /** When a run set out to send it: only that run does. */
  readonly toldAt: Date;
  /** When a channel took it; undefined: none did, or nobody knows, for the run was killed or got no answer. */
  readonly deliveredAt: Date | undefined;
  /** Channels that refused it: it is tried again. */
  readonly waiting: readonly Channel[];
}

/** A cause: how it stands and what was told of it. */
export interface AlertFact {
  readonly partnerId: number;
  /** Its key, unique within the partner: `sync-failed:2:974559`. */
  readonly cause: string;
  /** Undefined: there is nothing any more that could be wrong or well (the event is over, the credential was removed). */
  readonly subject: AlertSubject | undefined;
  readonly row: AlertRow | undefined;
}

/** A message to be sent about one cause. */
export interface AlertToTell {
  readonly fact: AlertFact;
  readonly subject: AlertSubject;
  readonly told: Told;
  readonly channels: readonly Channel[];
}

export interface AlertPlan {
  readonly tell: readonly AlertToTell[];
  /** Causes of which nothing has to be remembered any more. */
  readonly forget: readonly AlertFact[];
}

/** Plain text; each channel escapes what it would read as markup. */
export interface Message {
  readonly subject: string;
  readonly text: string;
}

/** What came of a message on one channel. `unknown`: it left, and no answer came: it may have arrived. */
export interface Delivery {
  readonly channel: Channel;
  readonly status: 'delivered' | 'failed' | 'unknown';
  /** Why not; nothing secret. */
  readonly reason: string | undefined;
}
