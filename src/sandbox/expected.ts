/** What a database ought to hold after a sync, as the sandbox itself sees it: flat, neutral, independent of wire forms. */
import { emailOf } from './people.ts';
import type { Account, RaceEvent, Registration, RemovalReason, SandboxProvider } from './world.ts';

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
  readonly id: string;
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
  readonly removedReason: RemovalReason | null;
  readonly removedAt: string | null;
  readonly movedTo: string | null;
  /** When the provider stopped showing the row. */
  readonly vanishedAt: string | null;
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
      [...event.registrations, ...event.vanished].sort((a, b) => a.id - b.id).map(expectedRegistration),
    ),
  };
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

function expectedRegistration(registration: Registration): ExpectedRegistration {
  const { person, removal, vanishedAt } = registration;
  const showsBirthDate = registration.event.race.provider !== 'raceroster';
  return {
    eventId: registration.event.id,
    id: String(registration.id),
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
  };
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
