/**
 * From the detail of a registration to its records, one for each category it holds: a runner of both the 5K and the
 * marathon has two bibs. Pure: the same answer twice yields equal records.
 */

import { dayOf } from '../../domain/calendar-day.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ParticipantRecord, Registration, RejectedRow, Removal } from '../../domain/records.ts';
import { wordIn } from '../../domain/word-table.ts';
import { decimalOf } from '../../domain/written-numbers.ts';
import { problemsOf } from '../../http/wire-fields.ts';
import { exactInstant, wallOf } from './times.ts';
import { type WireCategory, type WireRegistration, wireCategory, wireRegistration } from './wire.ts';

/** A registration whose answer is the one that was asked for (`registrationIn`). */
interface Asked {
  readonly eventId: string;
  readonly number: string;
  readonly source: JsonObject;
}

export function mapRegistration(source: JsonObject, eventId: string, number: string): Registration {
  const asked: Asked = { eventId, number, source };
  const parsed = wireRegistration.safeParse(source);
  if (!parsed.success) return { records: [], rejected: [rejection(asked, problemsOf(parsed.error), source)] };
  const wire = parsed.data;
  const categories = wire.event_categories ?? [];
  // The person paid and may stand at the start: a row without a category is better than none. It goes as one comes.
  if (categories.length === 0) return { records: [recordOf(asked, wire, null, null)], rejected: [] };
  const records: ParticipantRecord[] = [];
  const rejected: RejectedRow[] = [];
  for (const category of categories) {
    const read = wireCategory.safeParse(category);
    if (!read.success) rejected.push(rejection(asked, `category ${problemsOf(read.error)}`, category));
    // `REGISTRATION:CATEGORY` is one row's only as long as the last colon is ours.
    else if (read.data.id.includes(':')) rejected.push(rejection(asked, 'category id: holds a colon', category));
    else records.push(recordOf(asked, wire, read.data, category));
  }
  return { records, rejected };
}

function rejection({ eventId, number }: Asked, error: string, source: Json): RejectedRow {
  return { eventId, id: number, error, source };
}

function recordOf(
  asked: Asked,
  wire: WireRegistration,
  category: WireCategory | null,
  categorySource: Json,
): ParticipantRecord {
  const id = `${asked.number}:${category?.id ?? ''}`;
  const modifiedAt = newestOf([wire.updated_at, wire.participant.updated_at, category?.updated_at ?? null]);
  const removal = removalOf(wire, category);
  return {
    eventId: asked.eventId,
    id,
    row: rowOf(asked, id, wire, category),
    // Of the categories only its own: what happens to another is no change of this row.
    source: { ...asked.source, event_categories: category === null ? [] : [categorySource] },
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(removal === undefined ? {} : { removal }),
    kind: 'registration',
  };
}

function rowOf(
  { eventId, number }: Asked,
  id: string,
  wire: WireRegistration,
  category: WireCategory | null,
): ParticipantRecord['row'] {
  const { participant } = wire;
  return {
    event_id: eventId,
    participant_id: id,
    registration_number: number,
    bib_number: category?.tag_number ?? null,
    first_name: participant.first_name,
    last_name: participant.last_name,
    email: participant.email,
    phone: participant.phone,
    date_of_birth: dayOf(participant.dob),
    gender: genderOf(participant.gender),
    address: addressOf(participant.address),
    emergency_contact: filled({
      name: wire.emergency_contact_name,
      phone: wire.emergency_contact_phone_number,
      relationship: wire.emergency_contact_relationship,
    }),
    team_affiliation: wire.team ?? wire.club,
    category: category === null ? wire.event_category_info : (category.name ?? category.master_name),
    category_details: categoryDetailsOf(category),
    registration_details: registrationDetailsOf(wire),
    registration_date: wallOf(wire.created_at ?? wire.registered_at),
    amount_paid: decimalOf(wire.transaction_amount),
  };
}

function categoryDetailsOf(category: WireCategory | null): JsonObject | null {
  if (category === null) return null;
  const { tag_number: _, updated_at: __, ...details } = category;
  return filled(details);
}

function registrationDetailsOf(wire: WireRegistration): JsonObject | null {
  const { participant } = wire;
  return filled({
    account_number: participant.account_number,
    source_system_identifier: participant.source_system_identifier,
    middle_initial: participant.middle_initial,
    shirt_size_name: wire.shirt_size_name,
    shirt_size_code: wire.shirt_size_code,
    current_pace: wire.current_pace,
    club: wire.club,
    partner: wire.partner,
    products: wire.products ?? null,
    additional_questions: wire.additional_questions ?? null,
    participant_questions: participant.additional_questions ?? null,
    submitted_result_time: wire.formatted_submitted_result_time,
  });
}

/** In the form that p88sync keeps for every provider. */
function addressOf(address: WireRegistration['participant']['address']): JsonObject | null {
  if (!address) return null;
  const street = [address.line1, address.line2].filter((line) => line !== null).join(', ') || null;
  const { city, state, zip_code: zipcode, country } = address;
  const parts = { street, city, state, zipcode, country_code: country };
  return filled(parts) && parts;
}

/** What is filled in of an object; null where nothing is. */
function filled(values: Readonly<Record<string, Json>>): JsonObject | null {
  const known = Object.entries(values).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return known.length === 0 ? null : Object.fromEntries(known);
}

/** A cancelled registration takes all its categories with it. */
function removalOf(wire: WireRegistration, category: WireCategory | null): Removal | undefined {
  if (wire.is_cancelled ?? wire.cancelled_at !== null) {
    const at = exactInstant(wire.cancelled_at);
    return { reason: 'cancelled', ...(at === undefined ? {} : { at }) };
  }
  return category?.is_active === false ? { reason: 'category-inactive' } : undefined;
}

/**
 * The newest of the times that say of which zone they are; a plain one may be hours off, and a wrong order would hold back
 * a change. A new bib may move the category's time alone, a new address the participant's.
 */
function newestOf(times: readonly (string | null)[]): Date | undefined {
  const instants = times.flatMap((text) => exactInstant(text)?.getTime() ?? []);
  return instants.length === 0 ? undefined : new Date(Math.max(...instants));
}

/** `Female` is seen; the others are what comparable sites write. The word itself stays in the source. */
const genders: Readonly<Record<string, string>> = {
  m: 'M',
  male: 'M',
  man: 'M',
  f: 'F',
  female: 'F',
  woman: 'F',
  x: 'X',
  nonbinary: 'X',
  'non-binary': 'X',
  'non binary': 'X',
};

function genderOf(text: string | null): string | null {
  return wordIn(genders, text) ?? null;
}
