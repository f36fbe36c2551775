/** Events and participants in Race Roster's wire form: camelCase, nested lists wrapped again, genders as numbers. */
import { emailOf } from '../people.ts';
import { offsetText } from '../wall-clock.ts';
import type { Gender, RaceEvent, Registration } from '../world.ts';

export function eventShape(event: RaceEvent) {
  const { race } = event;
  return {
    eventId: event.id,
    name: event.name,
    url: `https://raceroster.com/events/${event.id}`,
    startDate: offsetText(event.startAt, race.timeZone),
    city: race.place.city,
    country: { code: race.place.country },
    subEvents: {
      data: event.subEvents.map((subEvent) => ({
        subEventId: subEvent.id,
        name: subEvent.name,
        distance: String(Math.round(Number(subEvent.meters) / 100) / 10),
        distanceType: 'km',
        subEventDistance: { type: 'custom', inMeters: subEvent.meters },
      })),
    },
  };
}

const genders: Record<NonNullable<Gender>, number> = { M: 1, F: 2, X: 9 };

/** `isActive: false` is all that tells that somebody left. */
export function participantShape(registration: Registration, showsSubEvent: boolean) {
  const { person } = registration;
  return {
    participantId: String(registration.id),
    firstName: person.firstName,
    lastName: person.lastName,
    profile: { email: emailOf(person) },
    bibNumber: registration.bib,
    gender: person.gender === null ? 0 : genders[person.gender],
    registrationDate: `${new Date(registration.registeredAt).toISOString().slice(0, 19)}Z`,
    isActive: registration.removal === null,
    ...(showsSubEvent ? { subEventId: registration.subEventId } : {}),
  };
}
