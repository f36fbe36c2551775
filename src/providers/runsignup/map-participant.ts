/** A registration, active or removed → its record, or why it cannot be read. Pure. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ParticipantRecord, RejectedRow, Removal } from '../../domain/records.ts';
import { genderOf, idOf, integerOf, isObject, moneyOf, textOf } from './field-values.ts';
import { dateText, easternText, easternZone, instantOf, instantOfSeconds, wallText } from './times.ts';
import { participantProblem } from './wire.ts';

export type ParticipantPart = 'active' | 'removed';

export type MappedParticipant =
  | { readonly kind: 'record'; readonly record: ParticipantRecord }
  | { readonly kind: 'rejected'; readonly row: RejectedRow };

/** Where the row stood: the part of the listing, the event of its element, the race. */
export interface RowPlace {
  readonly part: ParticipantPart;
  /** Of the element; a row that names its own event is of that one. */
  readonly eventId: string;
  readonly raceId: string;
}

/**
 * The registration id alone is the key. Where it is missing nothing takes its place: a user id is another id space, and
 * two people of the original system ended up in one row that way.
 */
export function mapParticipant(row: Json, place: RowPlace): MappedParticipant {
  const problem = participantProblem(row);
  if (problem !== undefined || !isObject(row)) return rejected(row, place, problem ?? 'answer: must be an object');
  const id = idOf(row['registration_id']);
  const eventId = String(idOf(row['event_id']) ?? place.eventId);
  const user = isObject(row['user']) ? row['user'] : {};
  const modifiedAt = modifiedAtOf(row);
  const record: ParticipantRecord = {
    eventId,
    id: String(id),
    kind: place.part === 'active' ? 'registration' : 'removal-notice',
    row: {
      race_id: idOf(place.raceId),
      event_id: idOf(eventId),
      registration_id: id,
      user_id: idOf(user['user_id']),
      first_name: textOf(user['first_name']),
      middle_name: textOf(user['middle_name']),
      last_name: textOf(user['last_name']),
      email: textOf(user['email']),
      address: isObject(user['address']) ? user['address'] : null,
      dob: dateText(user['dob']),
      gender: genderOf(user['gender']),
      phone: textOf(user['phone']),
      profile_image_url: textOf(user['profile_image_url']),
      bib_num: textOf(row['bib_num']),
      chip_num: textOf(row['chip_num']),
      // Beside `user`, not in it: the original system looked inside and stored null for everybody.
      age: integerOf(row['age']),
      registration_date: wallText(row['registration_date']),
      team_info: teamOf(row),
      payment_info: paymentOf(row),
      additional_data: additionalOf(row),
      last_modified: modifiedAt === undefined ? null : easternText(modifiedAt),
    },
    source: row,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
    ...(place.part === 'active' ? {} : { removal: removalOf(row, modifiedAt) }),
  };
  return { kind: 'record', record };
}

/** Unix seconds: `last_modified` of an active row; a removed row has `last_modified_ts` and Eastern text beside it. */
function modifiedAtOf(row: JsonObject): Date | undefined {
  const exact = instantOfSeconds(row['last_modified_ts']) ?? instantOfSeconds(row['last_modified']);
  if (exact !== undefined) return exact;
  const wall = wallText(row['last_modified']);
  return wall === null ? undefined : instantOf(wall, easternZone);
}

function removalOf(row: JsonObject, at: Date | undefined): Removal {
  const movedTo = idOf(row['new_registration_id']);
  return {
    reason: textOf(row['removed_reason']) ?? 'removed',
    ...(at === undefined ? {} : { at }),
    ...(movedTo === null ? {} : { movedTo: String(movedTo) }),
  };
}

const teamFields = ['team_id', 'team_name', 'team_type_id', 'team_type', 'team_gender', 'team_bib_num'] as const;

/** The team fields as sent; null where nobody's team is meant. */
function teamOf(row: JsonObject): JsonObject | null {
  const team = Object.fromEntries(teamFields.map((field) => [field, row[field] ?? null]));
  return Object.values(team).some((value) => value !== null && value !== '') ? team : null;
}

const moneyFields = [
  'race_fee',
  'offline_payment_amount',
  'processing_fee',
  'processing_fee_paid_by_user',
  'processing_fee_paid_by_race',
  'partner_fee',
  'affiliate_profit',
  'extra_fees',
  'amount_paid',
  // Despite its name it holds a dollar string like the others.
  'usatf_discount_amount_in_cents',
] as const;
const transactionFields = ['rsu_transaction_id', 'transaction_id'] as const;

/** Decimal text without currency sign. A field that was not sent is not in it: absent is not zero. */
function paymentOf(row: JsonObject): JsonObject | null {
  const payment: JsonObject = {};
  for (const field of moneyFields) {
    if (row[field] !== undefined) payment[paymentName(field)] = moneyOf(row[field]);
  }
  for (const field of transactionFields) {
    if (row[field] !== undefined) payment[field] = textOf(row[field]);
  }
  return Object.keys(payment).length === 0 ? null : payment;
}

function paymentName(field: (typeof moneyFields)[number]): string {
  return field === 'usatf_discount_amount_in_cents' ? 'usatf_discount_amount' : field;
}

/** What has a column or a place of its own; the rest of a row (add-ons, notes, corral, shirt) is `additional_data`. */
const placed = new Set<string>([
  ...teamFields,
  ...moneyFields,
  ...transactionFields,
  'user',
  'registration_id',
  'event_id',
  'bib_num',
  'chip_num',
  'age',
  'registration_date',
  'last_modified',
  'last_modified_ts',
  'removed_reason',
  'new_registration_id',
]);

function additionalOf(row: JsonObject): JsonObject | null {
  const rest = Object.entries(row)
    .filter(([field, value]) => !placed.has(field) && value !== null)
    .map(([field, value]): [string, Json] => [
      field,
      field === 'question_responses' && Array.isArray(value) ? value.map(questionOf) : value,
    ]);
  return rest.length === 0 ? null : Object.fromEntries(rest);
}

/** One answer to a question: several choices are joined, and the id is text (seen as number and as string). */
function questionOf(question: Json): Json {
  if (!isObject(question)) return question;
  const { responses, ...rest } = question;
  const joined = Array.isArray(responses) ? responses.map((part) => textOf(part) ?? '').join(', ') : undefined;
  return {
    ...rest,
    question_id: textOf(question['question_id']),
    response: joined ?? question['response'] ?? null,
  };
}

function rejected(row: Json, place: RowPlace, error: string): MappedParticipant {
  const id = isObject(row) ? idOf(row['registration_id']) : null;
  const weakKey = isObject(row) && row['registration_id'] === undefined ? ' (absent: a weak key?)' : '';
  const named = id === null ? { eventId: place.eventId } : { eventId: place.eventId, id: String(id) };
  return { kind: 'rejected', row: { ...named, error: `${error}${weakKey}`, source: row } };
}
