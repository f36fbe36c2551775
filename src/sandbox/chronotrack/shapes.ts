/** Events, races and entries in ChronoTrack's wire form: everything text, epoch seconds, blanks left out on the way. */
import { emailOf, phoneOf } from '../people.ts';
import type { RaceEvent, Registration, RemovalReason, SubEvent } from '../world.ts';
import type { ChronoTrackBehaviour } from './behaviour.ts';

export type WireRow = Readonly<Record<string, string>>;

export function eventShape(event: RaceEvent, { eventHours }: ChronoTrackBehaviour): WireRow {
  const { race } = event;
  return {
    event_id: event.id,
    event_name: event.name,
    event_description: '',
    event_start_time: epoch(event.startAt),
    event_end_time: eventHours === null ? '' : epoch(event.startAt + eventHours * 3_600_000),
    event_is_published: race.isPrivate ? '0' : '1',
    location_time_zone: race.timeZone,
    location_city: race.place.city,
    location_region: race.place.state,
    location_country: race.place.country,
  };
}

export function raceShape(event: RaceEvent, race: SubEvent): WireRow {
  return {
    race_id: race.id,
    race_name: race.name,
    race_type: 'Run',
    race_course_distance: String(Number(race.meters) / 1000),
    race_pref_distance_unit: 'kilometer',
    race_planned_start_time: epoch(event.startAt),
    event_id: event.id,
  };
}

/** What the real words are is unknown. */
const leftAs: Readonly<Record<RemovalReason, string>> = {
  cleared: 'DELETED',
  removed: 'CANC',
  transferred: 'TRANSFERRED',
  deferred: 'DEFERRED',
};

export function entryShape(registration: Registration, query: URLSearchParams, shows: ChronoTrackBehaviour): WireRow {
  const { event, person, removal, team } = registration;
  const race = raceOf(registration);
  const isOut = shows.showsDisqualified && event.finishes.get(registration.id)?.status === 'dsq';
  return {
    entry_id: String(registration.id),
    entry_bib: registration.bib ?? '',
    entry_name: `${person.firstName} ${person.lastName}`,
    entry_status: removal !== null ? leftAs[removal.reason] : isOut ? 'DQ' : 'CONF',
    entry_type: 'IND',
    entry_race_age: String(ageOf(registration) ?? ''),
    entry_external_id: registration.externalId ?? '',
    athlete_id: String(person.userId),
    athlete_first_name: person.firstName,
    athlete_last_name: person.lastName,
    athlete_sex: person.gender ?? '',
    ...(query.get('need_athlete_birthdate') === 'true' ? { athlete_birthdate: person.dob ?? '' } : {}),
    ...(query.get('contact_details') === 'true'
      ? { athlete_email: emailOf(person), athlete_mobile_phone: phoneOf(person), athlete_home_phone: '' }
      : {}),
    location_city: person.place.city,
    location_region: person.place.state,
    location_country: person.place.country,
    race_id: race?.id ?? '',
    race_name: race?.name ?? '',
    reg_choice_name: race?.name ?? '',
    bracket_name: ageBracketOf(registration) ?? '',
    wave_name: '',
    team_name: team?.name ?? '',
  };
}

export function raceOf({ event, subEventId }: Registration): SubEvent | undefined {
  return event.subEvents.find(({ id }) => id === subEventId) ?? event.subEvents[0];
}

/** Full years on the day of the event. */
export function ageOf({ event, person }: Registration): number | null {
  if (person.dob === null) return null;
  const day = new Date(event.startAt).toISOString().slice(0, 10);
  const years = Number(day.slice(0, 4)) - Number(person.dob.slice(0, 4));
  return day.slice(5) < person.dob.slice(5) ? years - 1 : years;
}

/** Of ten years: `F 30-39`. Nobody's without age or gender. */
export function ageBracketOf(registration: Registration): string | null {
  const age = ageOf(registration);
  const { gender } = registration.person;
  if (age === null || gender === null) return null;
  const from = Math.floor(age / 10) * 10;
  return `${gender} ${from}-${from + 9}`;
}

/** Without the fields that hold nothing, unless the call asks for them. */
export function elided(row: WireRow, query: URLSearchParams): WireRow {
  if (query.get('elide_json') === 'false') return row;
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ''));
}

function epoch(instant: number): string {
  return String(Math.floor(instant / 1000));
}
