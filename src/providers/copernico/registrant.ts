/** From a registration to the registrant that `race-registrations` takes. Pure. */
import type { JsonObject } from '../../domain/json.ts';
import type { PushedParticipant } from '../../domain/scoring.ts';
import type { CopernicoEvent } from './event-id.ts';

const genders = { M: 'male', F: 'female', X: 'mixed' } as const;

/**
 * What is blank is left out, above all the bib: a timer may have given one in Copernico. Keys that Copernico does not know
 * it keeps as attributes of the person: `division`, `city`, `region`, `registrationEvent`, and `registrationStatus`
 * (`active`, or `removed: refunded`), which is all that can tell a timer that somebody has left. `category` is left alone,
 * since Copernico's own categories are called so.
 */
export function registrantOf(
  person: PushedParticipant,
  { event, eventUuid }: CopernicoEvent,
  raceUuid: string,
): JsonObject {
  const optional = {
    birthdate: person.dateOfBirth,
    dorsal: person.bib,
    gender: person.gender === null ? null : genders[person.gender],
    eventId: eventUuid ?? null,
    club: person.team,
    division: person.division,
    city: person.city,
    region: person.state,
  };
  return {
    id: person.sourceId,
    name: person.firstName ?? '',
    surname: person.lastName ?? '',
    document: documentOf(person.sourceId),
    raceId: raceUuid,
    event,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null && value !== '')),
    registrationEvent: person.eventName,
    registrationStatus: person.removedReason === null ? 'active' : `removed: ${person.removedReason}`,
  };
}

/** The vendor's "participant's registration ID": the source id without its provider (`runsignup-91000001`). */
function documentOf(sourceId: string): string {
  return sourceId.replace(/^[a-z0-9]+-/, '');
}
