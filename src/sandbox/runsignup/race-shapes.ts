/** Races and events in RunSignUp's wire form: `T`/`F`, event times in the race's zone, everything else Eastern. */
import { eastern, paddedDate, slashText, wallDate } from '../wall-clock.ts';
import type { Race, RaceEvent } from '../world.ts';

/** `omit`: fields that the caller's key does not get to see. */
export function raceShape(
  race: Race,
  events: readonly RaceEvent[] | undefined,
  now: number,
  omit: ReadonlySet<string>,
) {
  const starts = race.events.map((event) => event.startAt).sort((a, b) => a - b);
  const next = starts.find((start) => isUpcoming(start, now, race.timeZone));
  const last = starts.findLast((start) => !isUpcoming(start, now, race.timeZone));
  const shape = {
    race_id: Number(race.id),
    name: race.name,
    last_date: last === undefined ? null : paddedDate(last, race.timeZone),
    last_end_date: last === undefined ? null : paddedDate(last, race.timeZone),
    next_date: next === undefined ? null : paddedDate(next, race.timeZone),
    next_end_date: next === undefined ? null : paddedDate(next, race.timeZone),
    is_draft_race: 'F',
    is_private_race: race.isPrivate ? 'T' : 'F',
    is_registration_open: next === undefined ? 'F' : 'T',
    created: slashText(race.createdAt, eastern),
    last_modified: slashText(race.modifiedAt, eastern),
    description: '<p>An invented race.</p>',
    url: `https://runsignup.com/Race/${race.place.country}/${race.id}`,
    external_race_url: null,
    external_results_url: null,
    fb_page_id: null,
    fb_event_id: null,
    address: {
      street: '1 Park Rd',
      city: race.place.city,
      state: race.place.state,
      zipcode: race.place.zip,
      country_code: race.place.country,
    },
    timezone: race.timeZone,
    logo_url: null,
    can_use_registration_api: 'T',
    real_time_notifications_enabled: 'F',
    ...(events === undefined ? {} : { events: events.map(eventShape) }),
  };
  return without(shape, omit);
}

/** The events that GET /races embeds: those of the year that comes next, or of the last one. */
export function currentEvents(race: Race, now: number): readonly RaceEvent[] {
  const byStart = race.events.toSorted((a, b) => a.startAt - b.startAt);
  const current = byStart.find((event) => isUpcoming(event.startAt, now, race.timeZone)) ?? byStart.at(-1);
  return race.events.filter((event) => event.edition === current?.edition);
}

/** The object without the named fields. */
export function without<T extends object>(shape: T, omit: ReadonlySet<string>): Partial<T> {
  if (omit.size === 0) return shape;
  return Object.fromEntries(Object.entries(shape).filter(([name]) => !omit.has(name))) as Partial<T>;
}

function eventShape(event: RaceEvent) {
  const zone = event.race.timeZone;
  const day = 86_400_000;
  const opens = slashText(event.startAt - 240 * day, zone);
  return {
    event_id: Number(event.id),
    race_event_days_id: event.edition,
    name: event.name,
    details: null,
    start_time: slashText(event.startAt, zone),
    end_time: null,
    age_calc_base_date: null,
    registration_opens: opens,
    event_type: event.volunteer ? 'volunteer' : 'running_race',
    distance: event.distance,
    volunteer: event.volunteer ? 'T' : 'F',
    require_dob: 'T',
    require_phone: 'T',
    registration_periods: [
      {
        registration_opens: opens,
        registration_closes: slashText(event.startAt - 3_600_000, zone),
        race_fee: '$1,055.00',
        processing_fee: '$6.70',
      },
    ],
    sub_event_ids: [],
    giveaway: null,
  };
}

/** True until the end of its day, as the race's own calendar counts. */
function isUpcoming(start: number, now: number, timeZone: string): boolean {
  return wallDate(start, timeZone) >= wallDate(now, timeZone);
}
