/** From one row of `GET /events/{id}/participants` to a participant record. Pure: the same row twice, equal records. */

import { dayOf } from '../../domain/calendar-day.ts';
import { instantOf, utcWall } from '../../domain/event-time.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ParticipantRecord, RejectedRow, Removal } from '../../domain/records.ts';
import { wordIn } from '../../domain/word-table.ts';
import { decimalOf, integerOf } from '../../domain/written-numbers.ts';
import { isObject, problemsOf } from '../../http/wire-fields.ts';
import { addressOf } from './address.ts';
import { idOf, type WireParticipant, wireParticipant } from './wire.ts';

export type MappedParticipant = { readonly record: ParticipantRecord } | { readonly rejected: RejectedRow };

export function mapParticipant(source: Json, eventId: string): MappedParticipant {
  const id = idOf(source, 'participantId');
  const parsed = wireParticipant.safeParse(source);
  if (!parsed.success || !isObject(source)) {
    const error = parsed.error ? problemsOf(parsed.error) : 'not an object';
    return { rejected: { eventId, ...(id === null ? {} : { id }), error, source } };
  }
  const wire = parsed.data;
  const modifiedAt = instantOf(wire.updatedAt) ?? instantOf(wire.lastModified) ?? instantOf(wire.lastModifiedDate);
  const removal = removalOf(wire);
  const record: ParticipantRecord = {
    eventId,
    id: wire.participantId,
    row: rowOf(wire, source, eventId),
    source,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(removal === undefined ? {} : { removal }),
    kind: 'registration',
  };
  return { record };
}

function rowOf(wire: WireParticipant, source: JsonObject, eventId: string): ParticipantRecord['row'] {
  const profile = unwrapped(source['profile']);
  const registered = instantOf(wire.registrationDate);
  const active = activeOf(wire.isActive);
  return {
    event_id: eventId,
    registration_id: wire.participantId,
    bib_number: wire.bibNumber,
    first_name: wire.firstName,
    last_name: wire.lastName,
    email: wire.profile?.email ?? wire.email,
    phone: wire.profile?.phone ?? wire.phone,
    date_of_birth: dayOf(wire.profile?.dateOfBirth ?? wire.profile?.birthDate ?? wire.dateOfBirth ?? wire.birthDate),
    gender: genderOf(wire.gender),
    address: addressOf(source['address'], profile?.['address'], profile, source),
    emergency_contact: source['emergencyContact'] ?? profile?.['emergencyContact'] ?? null,
    team_name: wire.teamName ?? wire.team,
    division: wire.subEvent?.name ?? wire.subEventName ?? wire.division ?? subEventIdOf(wire),
    registration_date: registered === undefined ? null : utcWall(registered),
    registration_status: active === undefined ? null : active ? 'active' : 'inactive',
    payment_status: wire.paymentStatus,
    amount_paid: decimalOf(wire.amountPaid),
    additional_info: additionalInfoOf(wire),
  };
}

function additionalInfoOf(wire: WireParticipant): JsonObject | null {
  const rest = { subEventId: subEventIdOf(wire), status: statusOf(wire), age: integerOf(wire.age) };
  const known = Object.entries(rest).filter(([, value]) => value !== null);
  return known.length === 0 ? null : Object.fromEntries(known);
}

function subEventIdOf(wire: WireParticipant): string | null {
  return wire.subEventId ?? wire.subEvent?.subEventId ?? null;
}

function statusOf(wire: WireParticipant): string | null {
  return wire.registrationStatus ?? wire.status;
}

/** The states in which a person is out; which of them Race Roster has is not documented. */
const departures: Readonly<Record<string, string>> = {
  cancelled: 'cancelled',
  canceled: 'cancelled',
  refunded: 'refunded',
  transferred: 'transferred',
  deferred: 'deferred',
  withdrawn: 'withdrawn',
  removed: 'removed',
};

/**
 * Only `isActive: false` is known to mean that somebody left; a status says why. A status alone counts where the row has
 * no isActive, for a refund of a part leaves a person active.
 */
function removalOf(wire: WireParticipant): Removal | undefined {
  const active = activeOf(wire.isActive);
  const named = wordIn(departures, statusOf(wire));
  if (active === true || (active === undefined && named === undefined)) return undefined;
  const at = instantOf(wire.updatedAt);
  return { reason: named ?? 'inactive', ...(at === undefined ? {} : { at }) };
}

function activeOf(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  if (/^(true|1|t|y|yes)$/i.test(text)) return true;
  return /^(false|0|f|n|no)$/i.test(text) ? false : undefined;
}

/** 0 undisclosed, 1 male, 2 female, 8 co-ed (a team), 9 non-binary: vendor documentation. */
const genders: Readonly<Record<string, string>> = {
  '1': 'M',
  '2': 'F',
  '9': 'X',
  m: 'M',
  f: 'F',
  x: 'X',
  male: 'M',
  female: 'F',
  'non-binary': 'X',
};

function genderOf(text: string | null): string | null {
  return wordIn(genders, text) ?? null;
}

function unwrapped(value: Json | undefined): JsonObject | undefined {
  const inner = isObject(value) && 'data' in value ? value['data'] : value;
  const object = Array.isArray(inner) ? inner[0] : inner;
  return isObject(object) ? object : undefined;
}
