/** Events and registrations in Haku's wire form: thin rows in lists, everything else in the detail of one registration. */
import { emailOf, phoneOf, streetOf } from '../people.ts';
import { wallText } from '../wall-clock.ts';
import type { Category, Gender, RaceEvent, Registration } from '../world.ts';
import type { HakuBehaviour } from './behaviour.ts';
import { registrationNumber } from './registration-number.ts';

const genders: Record<NonNullable<Gender>, string> = { M: 'Male', F: 'Female', X: 'Non-Binary' };
const shirts = ['Small', 'Medium', 'Large'] as const;

/** The field names are those that the one public client reads; no public answer shows them. */
export function eventShape(event: RaceEvent, { eventTimes }: HakuBehaviour) {
  const { race } = event;
  const wall = wallText(event.startAt, race.timeZone).replace('T', ' ');
  return {
    id: event.id,
    name: event.name,
    description: null,
    event_date: eventTimes === 'wall' ? wall : seconds(event.startAt),
    event_end_date: null,
    location_name: `${race.place.city} Common`,
    location_city: race.place.city,
    location_state: race.place.state,
    location_country: race.place.country,
    event_type: 'Race',
    distance: event.distance,
  };
}

export function listRow(registration: Registration, { listShowsUpdatedAt }: HakuBehaviour) {
  const { person, event, removal } = registration;
  return {
    registration_number: registrationNumber(registration.id),
    person_full_name: `${person.firstName} ${person.lastName}`,
    email: emailOf(person),
    age: person.dob === null ? null : ageOn(event.startAt, person.dob),
    gender: genderWord(person.gender),
    event_category_info: heldBy(registration)
      .map((category) => nameIn(event, category))
      .join(', '),
    registered_at: plain(registration.registeredAt),
    is_cancelled: removal !== null,
    transaction_amount: '65.00',
    team: { name: registration.team?.name ?? null },
    ...(listShowsUpdatedAt ? { updated_at: seconds(registration.modifiedAt) } : {}),
  };
}

export function detailOf(registration: Registration) {
  const { person, removal, team, id } = registration;
  const updated = seconds(registration.modifiedAt);
  const shirt = shirts[id % shirts.length] ?? 'Medium';
  return {
    registration_number: registrationNumber(id),
    transaction_amount: '65.00',
    is_cancelled: removal !== null,
    cancelled_at: removal === null ? null : seconds(removal.at),
    created_at: seconds(registration.registeredAt),
    updated_at: updated,
    participant: {
      account_number: `A-${person.userId}`,
      source_system_identifier: null,
      first_name: person.firstName,
      middle_initial: person.middleName,
      last_name: person.lastName,
      email: emailOf(person),
      phone: phoneOf(person),
      dob: person.dob,
      gender: genderWord(person.gender),
      address: {
        line1: streetOf(person),
        line2: null,
        city: person.place.city,
        state: person.place.state,
        zip_code: person.place.zip,
        country: person.place.country,
      },
      created_at: '2020-05-01T00:00:00Z',
      updated_at: '2020-05-01T00:00:00Z',
      additional_questions: [],
    },
    event_categories: heldBy(registration).map((category) => categoryShape(registration, category, updated)),
    emergency_contact_name: 'R. Silva',
    emergency_contact_phone_number: '305-555-0177',
    emergency_contact_relationship: 'Spouse',
    shirt_size_name: shirt,
    shirt_size_code: shirt.slice(0, 1),
    current_pace: null,
    team: team === null ? null : { name: team.name },
    club: null,
    partner: null,
    products: [],
    additional_questions: [],
    formatted_submitted_result_time: null,
  };
}

function categoryShape(registration: Registration, category: Category, updated: string) {
  const { subEventId, bib, corral, wave, active } = category;
  const name = nameIn(registration.event, category);
  return {
    id: Number(subEventId),
    name: `${name} Run`,
    master_name: name,
    is_active: active,
    participation_option: 'In person',
    corral_name: corral,
    wave_name: wave,
    wave_code: wave?.replace('ave ', '') ?? null,
    tag_number: bib,
    chip_number: null,
    created_at: seconds(registration.registeredAt),
    updated_at: updated,
  };
}

function heldBy({ categories }: Registration): Category[] {
  return (categories ?? []).filter(({ droppedAt }) => droppedAt === null);
}

function nameIn(event: RaceEvent, { subEventId }: Category): string {
  return event.subEvents.find(({ id }) => id === subEventId)?.name ?? subEventId;
}

function genderWord(gender: Gender): string | null {
  return gender === null ? null : genders[gender];
}

function ageOn(instant: number, dob: string): number {
  const day = new Date(instant).toISOString().slice(0, 10);
  const years = Number(day.slice(0, 4)) - Number(dob.slice(0, 4));
  return day.slice(5) < dob.slice(5) ? years - 1 : years;
}

/** `2026-02-02T09:10:11Z`. */
function seconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** `2026-01-20 13:00:05`: of which zone is unknown; here UTC. */
function plain(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
}
