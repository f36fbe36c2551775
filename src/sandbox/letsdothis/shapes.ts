/** Events, applications and participants in Let's Do This' wire form: camelCase, genders as words, ids as text. */
import { emailOf, inventPerson, phoneOf, randomFrom } from '../people.ts';
import { wallDate, wallText } from '../wall-clock.ts';
import type { Gender, Person, RaceEvent, Registration, RemovalReason } from '../world.ts';
import type { LetsDoThisBehaviour } from './behaviour.ts';

export function eventShape(event: RaceEvent, { eventStart, namesTimeZone }: LetsDoThisBehaviour) {
  const { id, name, startAt, race } = event;
  const { city, state, country } = race.place;
  const start = {
    instant: { startDateTime: iso(startAt) },
    wall: { startDateTime: wallText(startAt, race.timeZone) },
    day: { startDate: wallDate(startAt, race.timeZone) },
  }[eventStart];
  return {
    id,
    name,
    ...start,
    ...(namesTimeZone ? { timeZone: race.timeZone } : {}),
    location: { name: `${city} Park`, city, region: state, country },
    status: 'published',
  };
}

const genders: Record<NonNullable<Gender>, string> = { M: 'male', F: 'female', X: 'non-binary' };

const statuses: Record<RemovalReason, string> = {
  cleared: 'cancelled',
  removed: 'refunded',
  transferred: 'transferred',
  deferred: 'deferred',
};

export function applicationShape(registration: Registration) {
  const { id, event, person, team, registeredAt } = registration;
  return {
    id: String(id),
    ...sharedShape(registration, person),
    eventName: event.name,
    eventDate: wallDate(event.startAt, event.race.timeZone),
    paymentStatus: registration.removal?.reason === 'removed' ? 'refunded' : 'paid',
    amountPaid: 4200,
    teamName: team?.name ?? null,
    category: categoryOf(registration),
    applicationDate: iso(registeredAt),
  };
}

/** The participants of an application: one, or in a team as many as the world says. Only the first has the bib. */
export function participantShapes(registration: Registration, { join, teamEntrySize }: LetsDoThisBehaviour) {
  const { id, person, team } = registration;
  return Array.from({ length: team === null ? 1 : teamEntrySize }, (_, index) => {
    const own = index === 0 ? `par-${id}` : `par-${id}-${index + 1}`;
    const runner = index === 0 ? person : inventPerson(randomFrom(id * 10 + index), id * 10 + index, id + index);
    return {
      id: join === 'same-id' && index === 0 ? String(id) : own,
      ...(join === 'object' ? { application: { id: String(id) } } : {}),
      ...(join === 'field' || (join === 'same-id' && index > 0) ? { applicationId: String(id) } : {}),
      ...sharedShape(registration, runner),
      bibNumber: index === 0 ? registration.bib : null,
      registrationDate: iso(registration.registeredAt),
      division: categoryOf(registration),
    };
  });
}

/** What applications and participants are both said to hold. */
function sharedShape({ event, removal, modifiedAt }: Registration, person: Person) {
  return {
    eventId: event.id,
    firstName: person.firstName,
    lastName: person.lastName,
    email: emailOf(person),
    phone: phoneOf(person),
    dateOfBirth: person.dob,
    gender: person.gender === null ? null : genders[person.gender],
    city: person.place.city,
    region: person.place.state,
    country: person.place.country,
    status: removal === null ? 'confirmed' : statuses[removal.reason],
    updatedAt: iso(modifiedAt),
  };
}

function categoryOf({ event, subEventId }: Registration): string | null {
  return event.subEvents.find((subEvent) => subEvent.id === subEventId)?.name ?? null;
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
