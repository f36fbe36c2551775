import { describe, expect, test } from 'vitest';
import { mapEvent, mapRace } from '../../../src/providers/chronotrack/map-event.ts';

const wire = {
  event_id: '31002',
  event_name: 'Lake Run',
  event_start_time: '1780225200',
  location_time_zone: 'America/Denver',
  location_city: 'Frisco',
  location_region: 'CO',
  event_is_published: '1',
};

describe('an event', () => {
  test('as ChronoTrack sends it, what is blank left out', () => {
    expect(mapEvent(wire, undefined)).toEqual({
      record: {
        eventId: '31002',
        name: 'Lake Run',
        startAt: new Date('2026-05-31T11:00:00Z'),
        timeZone: 'America/Denver',
        timeZoneAssumed: false,
        row: {
          event_id: '31002',
          event_tag: null,
          event_name: 'Lake Run',
          event_description: null,
          event_start_time: '2026-05-31T05:00:00',
          event_end_time: null,
          event_site_uri: null,
          event_is_published: true,
          event_device_protocol: null,
          event_external_id: null,
          organization_id: null,
          organization_name: null,
          location: { city: 'Frisco', region: 'CO' },
          start_at: '2026-05-31T11:00:00.000Z',
          time_zone: 'America/Denver',
        },
        source: wire,
      },
    });
  });

  test.each([
    [undefined, undefined, 'UTC', true],
    ['', 'America/Denver', 'America/Denver', false],
    ['Mars/Olympus', undefined, 'UTC', true],
    ['-06:00', 'America/Denver', 'America/Denver', false],
    ['Europe/Warsaw', 'America/Denver', 'Europe/Warsaw', false],
  ])('the zone %j with %j of the credential: %s', (named, fallback, timeZone, assumed) => {
    const { location_time_zone: _, ...rest } = wire;
    const source = named === undefined ? rest : { ...rest, location_time_zone: named };
    expect(mapEvent(source, fallback)).toMatchObject({
      record: { timeZone, timeZoneAssumed: assumed, startAt: new Date('2026-05-31T11:00:00Z') },
    });
  });

  test.each([
    [
      { ...wire, event_start_time: '' },
      { eventId: '31002', id: '31002', error: 'event_start_time: no epoch seconds' },
    ],
    [
      { ...wire, event_start_time: 'soon' },
      { eventId: '31002', id: '31002', error: 'event_start_time: no epoch seconds' },
    ],
    [{ ...wire, event_id: '' }, { error: 'event_id: missing or not an id' }],
    [
      { ...wire, event_name: { en: 'Lake Run' } },
      { eventId: '31002', id: '31002', error: 'event_name: expected text' },
    ],
    ['31002', { error: 'row: Invalid input: expected object, received string' }],
  ])('%j is rejected', (source, rejected) => {
    expect(mapEvent(source, undefined)).toEqual({ rejected: { ...rejected, source } });
  });
});

test('a race has the times of its event in the zone of the event', () => {
  const race = {
    race_id: '88001',
    race_name: '10K',
    race_course_distance: '10',
    race_planned_start_time: '1780225200',
  };
  expect(mapRace(race, { eventId: '31002', timeZone: 'America/Denver' })).toMatchObject({
    record: {
      raceId: '88001',
      row: {
        race_id: '88001',
        event_id: '31002',
        race_name: '10K',
        race_course_distance: '10',
        race_planned_start_time: '2026-05-31T05:00:00',
        race_actual_start_time: null,
      },
      source: race,
    },
  });
  expect(mapRace({ race_name: '10K' }, { eventId: '31002', timeZone: 'UTC' })).toEqual({
    rejected: { eventId: '31002', error: 'race: race_id: missing or not an id', source: { race_name: '10K' } },
  });
});
