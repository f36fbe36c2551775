/** Registrations in RunSignUp's wire form, active and removed: two shapes that differ more than one would expect. */
import { emailOf, phoneOf, streetOf } from '../people.ts';
import { eastern, slashText, wallText } from '../wall-clock.ts';
import type { Registration } from '../world.ts';
import { without } from './race-shapes.ts';

export interface RowOptions {
  /** `supports_nb=T`: gender X is shown; otherwise such people come back blank. */
  readonly supportsNonBinary: boolean;
  /** `include_questions=T`. */
  readonly questions: boolean;
  /** `include_registration_addons=T`. */
  readonly addons: boolean;
  /** Fields that the caller's key does not get to see. */
  readonly omit: ReadonlySet<string>;
}

/** A row of GET /race/{id}/participants. */
export function activeRow(registration: Registration, options: RowOptions) {
  const { id, team } = registration;
  const large = id % 97 === 0;
  const shape = {
    user: { ...userShape(registration, options), phone: phoneOf(registration.person), profile_image_url: null },
    registration_id: id,
    event_id: Number(registration.event.id),
    rsu_transaction_id: id - 21_000_000,
    transaction_id: id.toString(36).toUpperCase(),
    bib_num: bibNumber(registration),
    chip_num: null,
    age: ageOf(registration),
    registration_date: slashText(registration.registeredAt, eastern),
    team_id: team?.id ?? null,
    team_name: team?.name ?? null,
    team_type_id: team === null ? null : 12,
    team_type: team === null ? null : 'Open',
    team_gender: null,
    team_bib_num: null,
    last_modified: seconds(registration.modifiedAt),
    imported: 'F',
    race_fee: large ? '$1,055.00' : '$55.00',
    offline_payment_amount: '$0.00',
    processing_fee: '$4.30',
    processing_fee_paid_by_user: '$4.30',
    processing_fee_paid_by_race: '$0.00',
    partner_fee: '$0.00',
    affiliate_profit: id % 89 === 0 ? '-$5.00' : '$0.00',
    extra_fees: '$0.00',
    amount_paid: large ? '$1,059.30' : '$59.30',
    usatf_discount_amount_in_cents: '$0.00',
    usatf_discount_additional_field: null,
    giveaway: id % 3 === 0 ? null : 'Shirt: W-M',
    giveaway_option_id: id % 3 === 0 ? null : 1203,
    ...(options.questions ? { question_responses: answersOf(id) } : {}),
    ...(options.addons ? { participant_addons: addonsOf(id) } : {}),
  };
  return without(shape, options.omit);
}

/** A row of GET /race/{id}/removed-participants: text dates, `last_modified_ts`, and less of the person. */
export function removedRow(registration: Registration, options: RowOptions) {
  const { removal } = registration;
  const moved = removal?.newRegistrationId ?? null;
  const shape = {
    user: userShape(registration, options),
    registration_id: registration.id,
    event_id: Number(registration.event.id),
    bib_num: bibNumber(registration),
    age: ageOf(registration),
    registration_date: spacedText(registration.registeredAt),
    last_modified: spacedText(registration.modifiedAt),
    last_modified_ts: seconds(registration.modifiedAt),
    removed_reason: removal?.reason ?? null,
    ...(moved === null ? {} : { new_registration_id: moved }),
  };
  return without(shape, options.omit);
}

/** Unix seconds, as RunSignUp keeps and compares changes. */
export function seconds(instant: number): number {
  return Math.floor(instant / 1000);
}

function userShape({ person }: Registration, options: RowOptions) {
  const shape = {
    user_id: person.userId,
    first_name: person.firstName,
    middle_name: person.middleName,
    last_name: person.lastName,
    email: emailOf(person),
    address: {
      street: streetOf(person),
      city: person.place.city,
      state: person.place.state,
      zipcode: person.place.zip,
      country_code: person.place.country,
    },
    dob: person.dob,
    gender: person.gender === 'X' && !options.supportsNonBinary ? '' : (person.gender ?? ''),
  };
  return without(shape, options.omit);
}

function bibNumber({ bib }: Registration): number | null {
  return bib === null ? null : Number(bib);
}

/** Whole years on the day of the event. */
function ageOf({ person, event }: Registration): number | null {
  if (person.dob === null) return null;
  const day = wallText(event.startAt, event.race.timeZone).slice(0, 10);
  const years = Number(day.slice(0, 4)) - Number(person.dob.slice(0, 4));
  return day.slice(5) < person.dob.slice(5) ? years - 1 : years;
}

function answersOf(id: number) {
  const shuttle = { question_id: id % 2 === 0 ? 5501 : '5501', question_text: 'Shuttle?', response: 'Yes' };
  const meals = { question_id: 5502, question_text: 'Meals', responses: ['Fri', 'Sat'] };
  return id % 5 === 0 ? [] : id % 3 === 0 ? [shuttle, meals] : [shuttle];
}

function addonsOf(id: number) {
  return id % 6 === 0 ? [{ addon_id: 88, addon_name: 'Parking', quantity: 1, amount: '$10.00' }] : [];
}

/** `2026-03-06 08:00:01`, Eastern. */
function spacedText(instant: number): string {
  return wallText(instant, eastern).replace('T', ' ');
}
