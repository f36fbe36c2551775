/**
 * From a row of either list to a participant record. Pure: the same row twice, equal records.
 *
 * An application is the registration. What stands between it and participants is not documented: a participant may name
 * its application, or have the same id, and an application may hold several (team entries). So every participant is a
 * `supplement` of its application, and the store, which knows who came before, gives the application's own row to the
 * first and further people rows of their own. Each list keeps to its own columns, so neither overwrites the other and the
 * order in which they come makes no difference; the view shows the runner, else whom the application names. Nobody is
 * lost (each participant fills a row), nobody doubled (the row of the application is the first participant's), and ids
 * stay (who fills which row is written in it).
 */
import { dayOf } from '../../domain/calendar-day.ts';
import { instantOf } from '../../domain/event-time.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ParticipantRecord, RejectedRow } from '../../domain/records.ts';
import { id, isObject, problemsOf } from '../../http/wire-fields.ts';
import { amountOf, genderOf, removalOf, wallOf } from './person-values.ts';
import { eventIdOf, type WireApplication, type WireParticipant, wireApplication, wireParticipant } from './wire.ts';

export type MappedPerson = { readonly record: ParticipantRecord } | { readonly rejected: RejectedRow };

export function mapApplication(source: Json): MappedPerson {
  const eventId = eventIdOf(source);
  const known = isObject(source) ? id.safeParse(source['id']).data : undefined;
  const parsed = wireApplication.safeParse(source);
  if (!parsed.success || !isObject(source)) {
    return rejected(source, eventId, known, parsed.error ? problemsOf(parsed.error) : 'not an object');
  }
  if (eventId === undefined) return rejected(source, eventId, known, 'eventId: missing or not an id');
  const wire = parsed.data;
  const row = {
    ...personColumns(wire, eventId, wire.id),
    application_date: wallOf(wire.applicationDate),
    registration_status: wire.status,
  };
  return { record: recordOf('registration', wire, eventId, wire.id, row, source) };
}

export function mapParticipant(source: Json): MappedPerson {
  const eventId = eventIdOf(source);
  const parsed = wireParticipant.safeParse(source);
  if (!parsed.success || !isObject(source)) return rejected(source, eventId, undefined, 'not an object');
  const wire = parsed.data;
  const application = wire.applicationId ?? wire.application;
  // Its own id in that place would be taken for the application of somebody else.
  if (application === null && (isFilled(source['applicationId']) || isFilled(source['application']))) {
    return rejected(source, eventId, undefined, 'applicationId: not an id');
  }
  const applicationId = application ?? wire.id ?? undefined;
  if (applicationId === undefined) {
    return rejected(source, eventId, undefined, 'neither id nor applicationId: missing or not an id');
  }
  if (eventId === undefined) return rejected(source, eventId, applicationId, 'eventId: missing or not an id');
  const row = {
    ...personColumns(wire, eventId, applicationId),
    participant_id: wire.id,
    bib_number: wire.bibNumber,
    division: wire.division,
    registration_date: wallOf(wire.registrationDate),
    registration_status: wire.status,
    participant_status: wire.status,
    runner: runnerOf(wire),
    participant_row: source,
  };
  return { record: recordOf('supplement', wire, eventId, applicationId, row, source) };
}

/** An object may tell other things of an application than its id. */
function isFilled(value: Json | undefined): boolean {
  return typeof value === 'string' ? value.trim() !== '' : typeof value === 'number' || typeof value === 'boolean';
}

/** All columns of the table; those that only one of the lists fills are null. */
function personColumns(
  wire: WireApplication | WireParticipant,
  eventId: string,
  applicationId: string,
): ParticipantRecord['row'] {
  return {
    event_id: eventId,
    registration_id: applicationId,
    application_id: applicationId,
    participant_id: null,
    bib_number: null,
    first_name: wire.firstName,
    last_name: wire.lastName,
    email: wire.email,
    phone: wire.phone,
    date_of_birth: dayOf(wire.dateOfBirth),
    gender: genderOf(wire.gender),
    city: wire.city,
    region: wire.region,
    country: wire.country,
    team_name: wire.teamName,
    category: wire.category,
    division: null,
    application_date: null,
    registration_date: null,
    registration_status: null,
    participant_status: null,
    payment_status: wire.paymentStatus,
    amount_paid: amountOf(wire.amountPaid),
    runner: null,
    participant_row: null,
  };
}

/** Who runs, by the names of the table's columns; null where the participant has no name. */
function runnerOf(wire: WireParticipant): JsonObject | null {
  if (wire.firstName === null && wire.lastName === null) return null;
  return {
    first_name: wire.firstName,
    last_name: wire.lastName,
    email: wire.email,
    gender: genderOf(wire.gender),
    date_of_birth: dayOf(wire.dateOfBirth),
  };
}

function recordOf(
  kind: ParticipantRecord['kind'],
  wire: WireApplication | WireParticipant,
  eventId: string,
  applicationId: string,
  row: ParticipantRecord['row'],
  source: JsonObject,
): ParticipantRecord {
  const modifiedAt = instantOf(wire.updatedAt);
  const removal = removalOf(wire);
  return {
    eventId,
    id: applicationId,
    row,
    source,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(removal === undefined ? {} : { removal }),
    kind,
  };
}

function rejected(source: Json, eventId: string | undefined, known: string | undefined, error: string): MappedPerson {
  const whose = { ...(eventId === undefined ? {} : { eventId }), ...(known === undefined ? {} : { id: known }) };
  return { rejected: { ...whose, error, source } };
}
