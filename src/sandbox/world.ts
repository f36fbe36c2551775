/**
 * What the stand-ins know: accounts, races, events and registrations of all providers in one neutral model. The
 * stand-ins only read it; build-world.ts fills it and changes.ts changes it. Instants are milliseconds UTC.
 */
import { UsageError } from '../domain/errors.ts';
import { type HakuBehaviour, hakuBehaviour } from './haku/behaviour.ts';

export const sandboxProviders = ['runsignup', 'raceroster', 'haku', 'letsdothis', 'chronotrack', 'copernico'] as const;
export type SandboxProvider = (typeof sandboxProviders)[number];
export type Gender = 'M' | 'F' | 'X' | null;
export type RemovalReason = 'cleared' | 'removed' | 'transferred' | 'deferred';

/** The holder of a credential. The values are the ones that `credentials add` takes. */
export interface Account {
  readonly name: string;
  readonly company: string;
  readonly provider: SandboxProvider;
  readonly principal: string;
  secret: string;
  /** RunSignUp: `key_style` (`v2` unless `classic`); Race Roster: `username` and `password`. */
  readonly additionalConfig: Readonly<Record<string, string>>;
  /** Races it may access. */
  readonly raceIds: Set<string>;
  /** Fields that its answers lack, as those of weaker keys do: `registration_id`, `amount_paid`, `timezone`. */
  readonly omit: Set<string>;
  /** False: the provider refuses it. */
  enabled: boolean;
}

/** Groups events on RunSignUp. Elsewhere a race holds one event and has its id. */
export interface Race {
  readonly provider: SandboxProvider;
  readonly id: string;
  name: string;
  readonly timeZone: string;
  readonly place: Place;
  /** Hidden from callers without a credential. */
  readonly isPrivate: boolean;
  readonly createdAt: number;
  modifiedAt: number;
  readonly events: RaceEvent[];
}

export interface RaceEvent {
  readonly id: string;
  readonly race: Race;
  name: string;
  /** Whole minutes; only instants that a wall time in the race's zone can express. */
  startAt: number;
  /** `race_event_days_id` of RunSignUp: groups the events of one year. */
  readonly edition: number;
  readonly volunteer: boolean;
  readonly distance: string | null;
  /** Its parts: sub-events, categories, tickets, races; none on RunSignUp. */
  readonly subEvents: readonly SubEvent[];
  /** Sorted by id; people who left stay in it with their `removal`. */
  readonly registrations: Registration[];
  /** Rows that the provider no longer shows in any way. */
  readonly vanished: Registration[];
  /** Grows with every change, so that remembered page positions are not used on other rows. */
  version: number;
}

export interface SubEvent {
  readonly id: string;
  readonly name: string;
  readonly meters: string;
}

export interface Registration {
  readonly id: number;
  readonly event: RaceEvent;
  person: Person;
  bib: string | null;
  /** The newest bib that was not blank: what a sync that never erases bibs holds. */
  lastBib: string | null;
  team: Team | null;
  subEventId: string | null;
  /** Haku: the parts of the event that it holds or has held, the one of `bib` and `subEventId` first; else null. */
  categories: Category[] | null;
  readonly registeredAt: number;
  modifiedAt: number;
  removal: Removal | null;
  vanishedAt: number | null;
  /** What happened after the registration; null: nothing. */
  history: Change[] | null;
}

/** A part of an event that a registration holds. */
export interface Category {
  readonly subEventId: string;
  bib: string | null;
  /** The newest bib that was not blank. */
  lastBib: string | null;
  corral: string | null;
  wave: string | null;
  /** False: it is still shown, but the person does not start in it. */
  active: boolean;
  /** When the registration stopped showing it. */
  droppedAt: number | null;
}

export interface Removal {
  readonly reason: RemovalReason;
  readonly at: number;
  readonly newRegistrationId: number | null;
}

export interface Change {
  readonly at: number;
  readonly what: string;
}

export interface Person {
  readonly userId: number;
  readonly firstName: string;
  readonly middleName: string | null;
  readonly lastName: string;
  /** `YYYY-MM-DD`. */
  readonly dob: string | null;
  readonly gender: Gender;
  readonly place: Place;
}

export interface Place {
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly country: string;
}

export interface Team {
  readonly id: number;
  readonly name: string;
}

/** Switches for what is unknown of the real providers, or differs between accounts and years. */
export interface Behaviour {
  readonly runsignup: {
    /** The registration pair that is known; any other is refused. */
    registration: { readonly id: string; readonly secret: string };
    /** True: a call without the pair is refused too (RunSignUp from 2027-01-01). */
    registrationRequired: boolean;
  };
  readonly raceroster: {
    tokenEnvelope: 'bare' | 'data' | 'data-array';
    /** 86,400 in the vendor's sample. */
    tokenSeconds: number;
    /** Rows per page at most, whatever `limit` asks for. */
    pageCap: number;
    /** False: `updated_since` is ignored and everybody comes back. */
    honoursUpdatedSince: boolean;
    /** False: participant rows lack `subEventId`. */
    showsSubEvent: boolean;
  };
  readonly haku: HakuBehaviour;
}

export interface World {
  /** The clock that stamps changes; createSandbox puts its own here. */
  clock: () => Date;
  readonly accounts: Account[];
  readonly races: Map<string, Race>;
  readonly events: Map<string, RaceEvent>;
  readonly registrations: Map<number, Registration>;
  readonly behaviour: Behaviour;
  /** The next id of each kind. */
  readonly next: { race: number; event: number; edition: number; subEvent: number; registration: number; user: number };
}

/** A world without accounts and races. The first ids look like the providers' own. */
export function emptyWorld(clock: () => Date): World {
  return {
    clock,
    accounts: [],
    races: new Map(),
    events: new Map(),
    registrations: new Map(),
    behaviour: {
      runsignup: {
        registration: { id: 'p88sync-sandbox', secret: 'sandbox-registration' },
        registrationRequired: false,
      },
      raceroster: {
        tokenEnvelope: 'data',
        tokenSeconds: 86_400,
        pageCap: 250,
        honoursUpdatedSince: true,
        showsSubEvent: true,
      },
      haku: hakuBehaviour(),
    },
    next: {
      race: 85_001,
      event: 661_001,
      edition: 410_001,
      subEvent: 250_001,
      registration: 91_000_001,
      user: 40_000_001,
    },
  };
}

export function keyOf(provider: SandboxProvider, id: string): string {
  return `${provider}:${id}`;
}

/** @throws UsageError where the world holds none. */
export function eventOf(world: World, provider: SandboxProvider, eventId: string): RaceEvent {
  return found(world.events.get(keyOf(provider, eventId)), `event ${eventId} of ${provider}`);
}

/** @throws UsageError where the world holds none. */
export function raceOf(world: World, provider: SandboxProvider, raceId: string): Race {
  return found(world.races.get(keyOf(provider, raceId)), `race ${raceId} of ${provider}`);
}

/** @throws UsageError where the world holds none. */
export function registrationOf(world: World, id: number): Registration {
  return found(world.registrations.get(id), `registration ${id}`);
}

/** @throws UsageError where the world holds none. */
export function accountOf(world: World, name: string): Account {
  return found(
    world.accounts.find((account) => account.name === name),
    `account "${name}"`,
  );
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new UsageError(`The sandbox holds no ${what}.`);
  return value;
}
