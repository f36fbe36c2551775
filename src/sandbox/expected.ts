/** What a database ought to hold after a sync, as the sandbox itself sees it: flat, neutral, independent of wire forms. */
import { registrationNumber } from './haku/registration-number.ts';
import { emailOf } from './people.ts';
import type { Account, Category, RaceEvent, Registration, RemovalReason, SandboxProvider } from './world.ts';

export interface Expected {
  readonly provider: SandboxProvider;
  readonly account: string;
  /** By start, then id. */
  readonly events: readonly ExpectedEvent[];
  /** By event in the order of `events`, then by id; people who left or vanished included. */
  readonly registrations: readonly ExpectedRegistration[];
}

/** Instants are ISO, UTC. */
export interface ExpectedEvent {
  readonly eventId: string;
  readonly raceId: string;
  readonly raceName: string;
  readonly name: string;
  readonly startAt: string;
  /** Of the race; Race Roster does not tell it. */
  readonly timeZone: string;
  readonly volunteer: boolean;
  /** Registrations that are neither removed nor vanished. */
  readonly active: number;
}

export interface ExpectedRegistration {
  readonly eventId: string;
  /** Haku: `NUMBER:CATEGORY`, one row for each category of a registration. */
  readonly id: string;
  /** The sandbox's own id of the registration. */
  readonly registrationId: number;
  readonly subEventId: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** Null where it is blank, and always on Race Roster, which does not tell it. */
  readonly dob: string | null;
  readonly gender: 'M' | 'F' | 'X' | null;
  readonly bib: string | null;
  /** The newest bib that was not blank: what the database holds, as a blank erases none. */
  readonly lastBib: string | null;
  readonly team: string | null;
  readonly registeredAt: string;
  readonly modifiedAt: string;
  /** Race Roster shows only that somebody left, not why. */
  readonly removedReason: RemovalReason | 'inactive' | null;
  readonly removedAt: string | null;
  readonly movedTo: string | null;
  /** When the provider stopped showing the row. */
  readonly vanishedAt: string | null;
  /** Haku: when the registration stopped showing this category; `vanishedAt` has it too. */
  readonly droppedAt: string | null;
}

/** Everything that an account can access, past events included; `eventId` narrows it to one. */
export function expectedOf(events: Iterable<RaceEvent>, account: Account, eventId?: string): Expected {
  const seen = [...events]
    .filter((event) => event.race.provider === account.provider && account.raceIds.has(event.race.id))
    .filter((event) => eventId === undefined || event.id === eventId)
    .sort((a, b) => a.startAt - b.startAt || a.id.localeCompare(b.id));
  return {
    provider: account.provider,
    account: account.name,
    events: seen.map(expectedEvent),
    registrations: seen.flatMap((event) =>
      [...event.registrations, ...event.vanished].sort((a, b) => a.id - b.id).flatMap(expectedRows),
    ),
  };
}

/** Who was sent to a scoring event, every field as it came, in the order of arrival; whoever has vanished is not in it. */
export function registrantsOf(event: RaceEvent): readonly Readonly<Record<string, unknown>>[] {
  return event.registrations.flatMap(({ sent }) => (sent === null ? [] : [sent]));
}

function expectedEvent(event: RaceEvent): ExpectedEvent {
  return {
    eventId: event.id,
    raceId: event.race.id,
    raceName: event.race.name,
    name: event.name,
    startAt: iso(event.startAt),
    timeZone: event.race.timeZone,
    volunteer: event.volunteer,
    active: event.registrations.reduce((count, { removal }) => count + (removal === null ? 1 : 0), 0),
  };
}

const birthDateShown: ReadonlySet<SandboxProvider> = new Set(['runsignup', 'haku', 'letsdothis', 'chronotrack']);

/** One row; on Haku one for each category, and one without a category where a registration holds none. */
function expectedRows(registration: Registration): ExpectedRegistration[] {
  const row = expectedRegistration(registration);
  const { categories } = registration;
  if (categories === null) return [row];
  const number = registrationNumber(registration.id);
  const rows = categories.map((category) => expectedCategory(row, `${number}:${category.subEventId}`, category));
  if (categories.some(({ droppedAt }) => droppedAt === null)) return rows;
  return [...rows, { ...row, id: `${number}:`, subEventId: null, bib: null, lastBib: null }];
}

function expectedCategory(row: ExpectedRegistration, id: string, category: Category): ExpectedRegistration {
  const { subEventId, bib, lastBib, active, droppedAt } = category;
  const removedReason = row.removedReason ?? (active ? null : 'inactive');
  const dropped = droppedAt === null ? null : iso(droppedAt);
  const vanishedAt = row.vanishedAt ?? dropped;
  return { ...row, id, subEventId, bib, lastBib, removedReason, vanishedAt, droppedAt: dropped };
}

function expectedRegistration(registration: Registration): ExpectedRegistration {
  const { person, removal, vanishedAt } = registration;
  const showsBirthDate = birthDateShown.has(registration.event.race.provider);
  return {
    eventId: registration.event.id,
    id: String(registration.id),
    registrationId: registration.id,
    subEventId: registration.subEventId,
    firstName: person.firstName,
    lastName: person.lastName,
    email: emailOf(person),
    dob: showsBirthDate ? person.dob : null,
    gender: person.gender,
    bib: registration.bib,
    lastBib: registration.lastBib,
    team: registration.team?.name ?? null,
    registeredAt: iso(registration.registeredAt),
    modifiedAt: iso(registration.modifiedAt),
    removedReason: removal?.reason ?? null,
    removedAt: removal === null ? null : iso(removal.at),
    movedTo: removal?.newRegistrationId ? String(removal.newRegistrationId) : null,
    vanishedAt: vanishedAt === null ? null : iso(vanishedAt),
    droppedAt: null,
  };
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
