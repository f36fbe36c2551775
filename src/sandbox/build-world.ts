/** Small builders that fill a world; everything has a consistent default, a test names only what matters. */
import { UsageError } from '../domain/errors.ts';
import { positionAfter } from './listing.ts';
import { inventPerson, inventTeam, places, randomFrom } from './people.ts';
import { expressible } from './wall-clock.ts';
import {
  type Account,
  type Category,
  keyOf,
  type Person,
  type Place,
  type Race,
  type RaceEvent,
  type Registration,
  raceOf,
  type SandboxProvider,
  type SubEvent,
  type Team,
  type World,
} from './world.ts';

const day = 86_400_000;

export interface AccountOptions {
  readonly name?: string;
  readonly company?: string;
  readonly provider?: SandboxProvider;
  readonly principal?: string;
  readonly secret?: string;
  readonly additionalConfig?: Readonly<Record<string, string>>;
  /** Races it may access. */
  readonly races?: readonly Race[];
  readonly omit?: readonly string[];
}

export function addAccount(world: World, options: AccountOptions = {}): Account {
  const provider = options.provider ?? 'runsignup';
  const name = options.name ?? `${provider} account ${world.accounts.length + 1}`;
  const account: Account = {
    name,
    company: options.company ?? 'Sample Timing',
    provider,
    principal: options.principal ?? `key-${world.accounts.length + 1}`,
    secret: options.secret ?? `secret-${world.accounts.length + 1}`,
    additionalConfig: options.additionalConfig ?? usualConfig[provider],
    raceIds: new Set((options.races ?? []).map((race) => race.id)),
    omit: new Set(options.omit),
    enabled: true,
  };
  world.accounts.push(account);
  return account;
}

/** `additional_config` of an account, by provider. */
const usualConfig: Readonly<Record<SandboxProvider, Readonly<Record<string, string>>>> = {
  runsignup: { key_style: 'v2' },
  raceroster: { username: 'timer@example.org', password: 'timer-password' },
  haku: { organization_name: 'Sample Races' },
  letsdothis: {},
  chronotrack: { client_id: 'sample-client' },
  copernico: { preset: 'all' },
};

export interface RaceOptions {
  readonly provider?: SandboxProvider;
  readonly id?: string;
  readonly name?: string;
  readonly timeZone?: string;
  readonly place?: Place;
  readonly isPrivate?: boolean;
}

export function addRace(world: World, options: RaceOptions = {}): Race {
  const provider = options.provider ?? 'runsignup';
  const number = world.next.race++;
  const now = world.clock().getTime();
  const race: Race = {
    provider,
    id: options.id ?? (provider === 'runsignup' ? String(number) : uuidOf(number)),
    name: options.name ?? `Race ${number}`,
    timeZone: options.timeZone ?? 'America/Chicago',
    place: options.place ?? places[0] ?? { city: '', state: '', zip: '', country: 'US' },
    isPrivate: options.isPrivate ?? false,
    createdAt: now - 200 * day,
    modifiedAt: now - 30 * day,
    events: [],
  };
  world.races.set(keyOf(provider, race.id), race);
  return race;
}

export interface EventOptions {
  readonly id?: string;
  readonly name?: string;
  /** Default: in 30 days. Cut to a minute, and to one that the race's wall clock shows only once. */
  readonly startAt?: Date;
  /** Events with the same number belong to the same year; default: that of the race's first event. */
  readonly edition?: number;
  readonly volunteer?: boolean;
  readonly distance?: string | null;
  /** Everywhere but on RunSignUp; default: one. */
  readonly subEvents?: readonly SubEvent[];
}

/** Only on RunSignUp a race groups events; elsewhere it holds one, which has its id. @throws UsageError for a second one. */
export function addEvent(world: World, race: Race, options: EventOptions = {}): RaceEvent {
  const isAlone = race.provider !== 'runsignup';
  if (isAlone && race.events.length > 0) throw new UsageError(`A race of ${race.provider} holds one event.`);
  const start = options.startAt?.getTime() ?? world.clock().getTime() + 30 * day;
  const event: RaceEvent = {
    id: options.id ?? (isAlone ? race.id : String(world.next.event++)),
    race,
    name: options.name ?? (isAlone ? race.name : '10K'),
    startAt: expressible(start, race.timeZone),
    edition: options.edition ?? race.events[0]?.edition ?? world.next.edition++,
    volunteer: options.volunteer ?? false,
    distance: options.distance === undefined ? '10K' : options.distance,
    subEvents: options.subEvents ?? (isAlone ? [addSubEvent(world)] : []),
    registrations: [],
    vanished: [],
    version: 0,
  };
  race.events.push(event);
  world.events.set(keyOf(race.provider, event.id), event);
  return event;
}

/** A part of an event (Race Roster's sub-event, a category, a ticket), to be given to `addEvent`. */
export function addSubEvent(world: World, name = 'Half Marathon', meters = '21097.5'): SubEvent {
  return { id: String(world.next.subEvent++), name, meters };
}

export interface RegistrationOptions {
  readonly id?: number;
  readonly person?: Partial<Person>;
  readonly bib?: string | null;
  readonly team?: Team | null;
  readonly subEventId?: string;
  /** Haku: parts that it holds beside the one of `subEventId` and `bib`. */
  readonly categories?: readonly CategoryOptions[];
  /** Default: now, by the world's clock. */
  readonly registeredAt?: Date;
  readonly modifiedAt?: Date;
}

/** One registration; ids are used up in order, and rows stay sorted by id. */
export function addRegistration(world: World, event: RaceEvent, options: RegistrationOptions = {}): Registration {
  const id = options.id ?? world.next.registration;
  world.next.registration = Math.max(world.next.registration, id + 1);
  const userId = options.person?.userId ?? world.next.user++;
  const random = randomFrom(id);
  const registeredAt = options.registeredAt?.getTime() ?? world.clock().getTime();
  const subEventId = options.subEventId ?? event.subEvents[id % Math.max(1, event.subEvents.length)]?.id ?? null;
  const registration: Registration = {
    id,
    event,
    person: { ...inventPerson(random, userId, id), ...options.person },
    bib: options.bib ?? null,
    lastBib: options.bib ?? null,
    team: options.team === undefined ? inventTeam(random) : options.team,
    subEventId,
    categories: null,
    registeredAt,
    modifiedAt: options.modifiedAt?.getTime() ?? registeredAt,
    removal: null,
    vanishedAt: null,
    history: null,
  };
  if (event.race.provider === 'haku') {
    const first = subEventId === null ? [] : [{ subEventId, bib: registration.bib }];
    registration.categories = [...first, ...(options.categories ?? [])].map((each) => newCategory(registration, each));
  }
  insertById(event.registrations, registration);
  world.registrations.set(id, registration);
  event.version++;
  return registration;
}

export interface CategoryOptions {
  readonly subEventId: string;
  readonly bib?: string | null;
  readonly corral?: string | null;
  readonly wave?: string | null;
}

/** Corral and wave follow from the registration's id where none are given. @throws UsageError where the event has no such part. */
export function newCategory({ id, event }: Registration, options: CategoryOptions): Category {
  const { subEventId, bib = null } = options;
  if (!event.subEvents.some((subEvent) => subEvent.id === subEventId)) {
    throw new UsageError(`Event ${event.id} has no sub-event ${subEventId}.`);
  }
  return {
    subEventId,
    bib,
    lastBib: bib,
    corral: options.corral === undefined ? (['A', 'B', 'C', null][id % 4] ?? null) : options.corral,
    wave: options.wave === undefined ? `Wave ${1 + (id % 3)}` : options.wave,
    active: true,
    droppedAt: null,
  };
}

/**
 * Many registrations, spread evenly over the 120 days before now or the start, whichever is earlier; three in four
 * have a bib. `override` may change any of them.
 */
export function addRegistrations(
  world: World,
  event: RaceEvent,
  count: number,
  override: (index: number) => RegistrationOptions = () => ({}),
): Registration[] {
  const end = Math.min(world.clock().getTime(), event.startAt);
  const firstBib = 100 + (Number.parseInt(event.id, 10) % 7 || 0) * 1000;
  return Array.from({ length: count }, (_, index) =>
    addRegistration(world, event, {
      bib: index % 4 === 3 ? null : String(firstBib + index),
      registeredAt: new Date(end - 120 * day + Math.floor((index / count) * 119 * day)),
      ...override(index),
    }),
  );
}

/** Lets accounts see a race. @throws UsageError where the race is not in the world. */
export function grantRace(world: World, account: Account, raceId: string): void {
  account.raceIds.add(raceOf(world, account.provider, raceId).id);
}

function insertById(rows: Registration[], row: Registration): void {
  const position = positionAfter(rows, row.id);
  if (position === rows.length) rows.push(row);
  else rows.splice(position, 0, row);
}

function uuidOf(number: number): string {
  return `7f2c0f0e-1111-4c1d-9d0a-${number.toString(16).padStart(12, '0')}`;
}
