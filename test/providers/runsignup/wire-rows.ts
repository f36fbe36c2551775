/** Builders of RunSignUp's rows as it sends them; defaults are consistent, a test names what matters. */
import type { JsonObject } from '../../../src/domain/json.ts';

export function wireUser(overrides: JsonObject = {}): JsonObject {
  return {
    user_id: 40011223,
    first_name: 'Dana',
    middle_name: null,
    last_name: 'Okafor',
    email: 'dana@example.org',
    address: { street: '12 Mill Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
    dob: '1988-04-09',
    gender: 'F',
    phone: '218-555-0101',
    profile_image_url: null,
    ...overrides,
  };
}

/** Of GET /race/{id}/participants; a field given as undefined is absent. */
export function wireParticipant(overrides: { [field: string]: JsonObject[string] | undefined } = {}): JsonObject {
  const row = {
    user: wireUser(),
    registration_id: 91000001,
    event_id: 661702,
    rsu_transaction_id: 70000001,
    transaction_id: 'AB12CD34',
    bib_num: 214,
    chip_num: null,
    age: 37,
    registration_date: '3/7/2026 09:05',
    team_id: null,
    team_name: null,
    team_bib_num: null,
    last_modified: 1772895930,
    imported: 'F',
    race_fee: '$1,055.00',
    amount_paid: '$1,059.30',
    usatf_discount_amount_in_cents: '$2.00',
    giveaway: 'Shirt: W-M',
    question_responses: [
      { question_id: 5501, question_text: 'Shuttle?', response: 'Yes' },
      { question_id: '5502', question_text: 'Meals', responses: ['Fri', 'Sat'] },
    ],
    participant_addons: [{ addon_id: 88, addon_name: 'Parking', quantity: 1, amount: '$10.00' }],
    ...overrides,
  };
  return Object.fromEntries(
    Object.entries(row).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])),
  );
}

/** Of GET /race/{id}/removed-participants. */
export function wireRemoved(overrides: JsonObject = {}): JsonObject {
  return {
    user: { user_id: 40011999, first_name: 'Lee', last_name: 'Marsh', dob: null, gender: 'M' },
    registration_id: 91000077,
    event_id: 661702,
    bib_num: 90,
    age: 41,
    registration_date: '2026-03-01 18:22:10',
    last_modified: '2026-03-06 08:00:01',
    last_modified_ts: 1772802001,
    removed_reason: 'transferred',
    new_registration_id: 91000402,
    ...overrides,
  };
}

export function wireEvent(overrides: JsonObject = {}): JsonObject {
  return {
    event_id: 661702,
    race_event_days_id: 410021,
    name: '50K',
    details: null,
    start_time: '9/13/2026 06:30',
    end_time: null,
    age_calc_base_date: null,
    registration_opens: '1/9/2026 00:00',
    event_type: 'running_race',
    distance: '50K',
    volunteer: 'F',
    require_dob: 'T',
    require_phone: 'F',
    giveaway: null,
    ...overrides,
  };
}

export function wireRace(overrides: JsonObject = {}): JsonObject {
  return {
    race_id: 85675,
    name: 'Pine Ridge 50',
    last_date: '09/14/2025',
    last_end_date: null,
    next_date: '09/13/2026',
    next_end_date: '09/13/2026',
    is_draft_race: 'F',
    is_private_race: 'F',
    is_registration_open: 'T',
    created: '1/8/2024 10:02',
    last_modified: '2/9/2026 14:11',
    description: '<p>Trail race</p>',
    url: 'https://runsignup.com/Race/MN/Ely/PineRidge',
    address: { street: '1 Park Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
    timezone: 'America/Chicago',
    real_time_notifications_enabled: 'F',
    events: [wireEvent()],
    ...overrides,
  };
}
