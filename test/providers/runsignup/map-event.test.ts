import { describe, expect, it } from 'vitest';
import { mapEvent } from '../../../src/providers/runsignup/map-event.ts';
import { mapRace } from '../../../src/providers/runsignup/map-race.ts';
import { wireEvent, wireRace } from './wire-rows.ts';

describe('an event', () => {
  it('becomes a record with the exact start', () => {
    const event = wireEvent();
    expect(mapEvent(event, wireRace(), undefined)).toEqual({
      kind: 'event',
      event: {
        eventId: '661702',
        raceId: '85675',
        name: 'Pine Ridge 50: 50K',
        startAt: new Date('2026-09-13T11:30:00Z'),
        timeZone: 'America/Chicago',
        timeZoneAssumed: false,
        source: event,
        row: {
          event_id: 661702,
          race_id: 85675,
          name: '50K',
          details: null,
          start_time: '2026-09-13 06:30:00',
          end_time: null,
          age_calc_base_date: null,
          registration_opens: '2026-01-09 00:00:00',
          event_type: 'running_race',
          distance: '50',
          volunteer: false,
          require_dob: true,
          require_phone: false,
          giveaway: null,
          start_at: '2026-09-13T11:30:00.000Z',
          time_zone: 'America/Chicago',
        },
      },
    });
  });

  it.each([
    ['America/Denver', undefined, '2026-09-13T12:30:00.000Z', false],
    [undefined, 'America/Denver', '2026-09-13T12:30:00.000Z', false],
    [null, undefined, '2026-09-13T10:30:00.000Z', true],
    ['', undefined, '2026-09-13T10:30:00.000Z', true],
  ])('of a race in %j, fallback %j, starts at %s (assumed: %j)', (timezone, fallback, startAt, timeZoneAssumed) => {
    const { timezone: _, ...race } = wireRace();
    const mapped = mapEvent(wireEvent(), timezone === undefined ? race : { ...race, timezone }, fallback);
    expect(mapped).toMatchObject({ kind: 'event', event: { startAt: new Date(startAt), timeZoneAssumed } });
  });

  it('of volunteers is none', () => {
    expect(mapEvent(wireEvent({ volunteer: 'T' }), wireRace(), undefined)).toEqual({ kind: 'volunteers' });
  });

  it.each([
    [wireEvent({ start_time: null }), {}, 'start_time: is no time', '661702'],
    [wireEvent({ start_time: 'TBD' }), {}, 'start_time: is no time', '661702'],
    [wireEvent({ start_time: '2/30/2026 06:30' }), {}, 'start_time: is no time', '661702'],
    [wireEvent(), { timezone: 'Mars/Base' }, 'timezone: is no time zone that this program knows', '661702'],
    [wireEvent({ event_id: null }), {}, 'event_id: must be a positive number', undefined],
  ])('that cannot be read is rejected (%#)', (event, race, error, id) => {
    const named = id === undefined ? {} : { id, eventId: id };
    expect(mapEvent(event, wireRace(race), undefined)).toEqual({
      kind: 'rejected',
      row: { ...named, error, source: event },
    });
  });
});

it('a race becomes a record without its events', () => {
  const { events: _, ...source } = wireRace();
  expect(mapRace(wireRace())).toEqual({
    raceId: '85675',
    source,
    row: {
      race_id: 85675,
      name: 'Pine Ridge 50',
      last_date: '2025-09-14 00:00:00',
      last_end_date: null,
      next_date: '2026-09-13 00:00:00',
      next_end_date: '2026-09-13 00:00:00',
      is_draft_race: false,
      is_private_race: false,
      is_registration_open: true,
      created: '2024-01-08 10:02:00',
      last_modified: '2026-02-09 14:11:00',
      description: '<p>Trail race</p>',
      url: 'https://runsignup.com/Race/MN/Ely/PineRidge',
      external_race_url: null,
      external_results_url: null,
      fb_page_id: null,
      fb_event_id: null,
      address: { street: '1 Park Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
      timezone: 'America/Chicago',
      logo_url: null,
      real_time_notifications_enabled: false,
    },
  });
});
