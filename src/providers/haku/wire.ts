/**
 * Haku's answers as they come over the wire, by the one public client that reads them. A registration is rejected where a
 * field is not what that client knows; the fields of an event are guesses even there, and are read where they fit. Every
 * key stays in the row's source.
 */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { guess, guessedName, id, isObject, shapeOf, text } from '../../http/wire-fields.ts';

const notRead = 'It is tried again; if it stays, Haku has changed.';

/**
 * The rows of a list, which comes bare, or in an object as `name` (`participants`) or `data`.
 * @throws UnknownAnswer for everything else.
 */
export function rowsOf(answer: Json, name: 'events' | 'participants'): readonly Json[] {
  if (Array.isArray(answer)) return answer;
  const inner = isObject(answer) && !answer['error'] ? (answer[name] ?? answer['data']) : undefined;
  if (Array.isArray(inner)) return inner;
  throw new UnknownAnswer(`Haku answered the call for ${name} with ${shapeOf(answer)} instead of a list`, {
    hint: `The answer is not read as an empty list. ${notRead}`,
  });
}

/** The registration of that number, bare or as `registration` or `data`. @throws UnknownAnswer where it is another, or none. */
export function registrationIn(answer: Json, registrationNumber: string): JsonObject {
  const outer = isObject(answer) && !answer['error'] ? answer : {};
  const found = [outer, outer['registration'], outer['data']].find(
    (each) => isObject(each) && numberOf(each) === registrationNumber,
  );
  if (isObject(found)) return found;
  throw new UnknownAnswer(
    `Haku answered the call for registration ${registrationNumber} with ${shapeOf(answer)} that is not it`,
    { hint: notRead },
  );
}

/** The number of a registration, in the list and in the detail; null where the row has none that can be read. */
export function numberOf(row: Json): string | null {
  return id.safeParse(isObject(row) ? row['registration_number'] : undefined).data ?? null;
}

/** The id of an event; null where the row has none that can be read. */
export function eventIdOf(row: Json): string | null {
  return id.safeParse(isObject(row) ? row['id'] : undefined).data ?? null;
}

export const wireEvent = z.object({
  id,
  name: guess,
  description: guess,
  event_date: guess,
  event_end_date: guess,
  time_zone: guess,
  timezone: guess,
  location_name: guess,
  location_city: guess,
  location_state: guess,
  location_country: guess,
  event_type: guess,
  distance: guess,
  organization_id: guess,
  status: guess,
});

const flag = z
  .union([z.boolean(), z.literal([1, 0]), z.stringbool()], { error: 'expected true or false' })
  .nullish()
  .transform((value) => (value === undefined || value === null ? null : Boolean(value)));

/** An object, or none: an empty list stands for none too. */
function nested<Shape extends z.ZodRawShape>(shape: Shape) {
  const none = (value: unknown) => (Array.isArray(value) && value.length === 0 ? null : value);
  return z.preprocess(none, z.object(shape).nullish());
}

const anything = z.custom<Json>().optional();

export const wireRegistration = z.object({
  transaction_amount: text,
  is_cancelled: flag,
  cancelled_at: text,
  created_at: text,
  updated_at: text,
  registered_at: guess,
  event_category_info: guess,
  // Not nested(): whose registration it is, is what it is read for.
  participant: z.object({
    account_number: text,
    source_system_identifier: text,
    first_name: text,
    middle_initial: text,
    last_name: text,
    email: text,
    phone: text,
    dob: text,
    gender: text,
    address: nested({ line1: text, line2: text, city: text, state: text, zip_code: text, country: text }),
    updated_at: text,
    additional_questions: anything,
  }),
  // Absent is not empty: were it renamed, every row that we have of the registration would look dropped.
  event_categories: z.array(z.custom<Json>(), { error: 'expected a list' }).nullable(),
  emergency_contact_name: text,
  emergency_contact_phone_number: text,
  emergency_contact_relationship: text,
  shirt_size_name: text,
  shirt_size_code: text,
  current_pace: text,
  team: guessedName,
  club: guessedName,
  partner: guessedName,
  products: anything,
  additional_questions: anything,
  formatted_submitted_result_time: guess,
});
export type WireRegistration = z.infer<typeof wireRegistration>;

export const wireCategory = z.object({
  id,
  name: text,
  master_name: text,
  is_active: flag,
  participation_option: text,
  corral_name: text,
  wave_name: text,
  wave_code: text,
  /** The bib. */
  tag_number: text,
  chip_number: text,
  updated_at: text,
});
export type WireCategory = z.infer<typeof wireCategory>;
