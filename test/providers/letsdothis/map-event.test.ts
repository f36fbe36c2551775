import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { mapEvent } from '../../../src/providers/letsdothis/map-event.ts';

const row = (changes: JsonObject): JsonObject => ({ id: 'evt_9', name: 'City 10K', ...changes });

test('an event with everything that is known of it', () => {
  const source = row({
    startDateTime: '2026-09-20T08:30:00.000Z',
    endDateTime: '2026-09-20T12:00:00.000Z',
    timeZone: 'Europe/London',
    venue: { name: 'Roundhay Park' },
    location: { city: 'Leeds', region: 'West Yorkshire', country: 'GB' },
    status: 'published',
  });
  expect(mapEvent(source, undefined)).toEqual({
    record: {
      eventId: 'evt_9',
      name: 'City 10K',
      startAt: new Date('2026-09-20T08:30:00Z'),
      timeZone: 'Europe/London',
      timeZoneAssumed: false,
      source,
      row: {
        event_id: 'evt_9',
        event_name: 'City 10K',
        start_date: '2026-09-20T09:30:00',
        end_date: '2026-09-20T13:00:00',
        start_time_known: true,
        timezone: 'Europe/London',
        location_name: 'Roundhay Park',
        city: 'Leeds',
        region: 'West Yorkshire',
        country: 'GB',
        status: 'published',
        start_at: '2026-09-20T08:30:00.000Z',
      },
    },
  });
});

/** Start (UTC), wall time, zone, whether it is assumed, whether the time is known. */
type Start = readonly [string, string, string, boolean, boolean];

describe('the start', () => {
  test.each<[string, JsonObject, string | undefined, Start]>([
    [
      'an instant in UTC, no zone',
      { startDateTime: '2026-09-20T08:30:00Z' },
      undefined,
      ['2026-09-20T08:30:00.000Z', '2026-09-20T09:30:00', 'Europe/London', true, true],
    ],
    [
      'an instant in UTC, the zone of the credential',
      { startsAt: '2026-09-20T08:30:00Z' },
      'Europe/Dublin',
      ['2026-09-20T08:30:00.000Z', '2026-09-20T09:30:00', 'Europe/Dublin', false, true],
    ],
    [
      'an offset that is not of Britain',
      { startAt: '2026-09-20T08:30:00-04:00' },
      undefined,
      ['2026-09-20T12:30:00.000Z', '2026-09-20T08:30:00', 'Etc/GMT+4', true, true],
    ],
    [
      'an offset that is',
      { startTime: '2026-09-20T09:30:00+01:00' },
      undefined,
      ['2026-09-20T08:30:00.000Z', '2026-09-20T09:30:00', 'Europe/London', true, true],
    ],
    [
      'a wall time',
      { startDateTime: '2026-12-20T09:30:00', location: { timezone: 'America/New_York' } },
      'Europe/Dublin',
      ['2026-12-20T14:30:00.000Z', '2026-12-20T09:30:00', 'America/New_York', false, true],
    ],
    [
      'a time in a field for a day',
      { startDate: '2026-09-20T08:30:00Z' },
      undefined,
      ['2026-09-20T08:30:00.000Z', '2026-09-20T09:30:00', 'Europe/London', true, true],
    ],
    [
      'a day and a clock',
      { startDate: '2026-09-20', startTime: '9:30' },
      undefined,
      ['2026-09-20T08:30:00.000Z', '2026-09-20T09:30:00', 'Europe/London', true, true],
    ],
    [
      'a day alone: noon',
      { eventDate: '2026-09-20' },
      'America/Denver',
      ['2026-09-20T18:00:00.000Z', '2026-09-20T12:00:00', 'America/Denver', false, false],
    ],
    [
      'a midnight in a field for a day: noon of it',
      { startDate: '2026-09-20T00:00:00.000Z' },
      undefined,
      ['2026-09-20T11:00:00.000Z', '2026-09-20T12:00:00', 'Europe/London', true, false],
    ],
    [
      'a midnight in a field for a time is one',
      { startDateTime: '2026-09-20T00:00:00.000Z', startDate: '2026-09-19' },
      'America/New_York',
      ['2026-09-20T00:00:00.000Z', '2026-09-19T20:00:00', 'America/New_York', false, true],
    ],
    [
      'a day that does not exist, and one that does',
      { startDate: '2026-02-30', date: '2026-09-20' },
      'UTC',
      ['2026-09-20T12:00:00.000Z', '2026-09-20T12:00:00', 'UTC', false, false],
    ],
    [
      'a zone that is none',
      { startDate: '2026-09-20', timeZone: 'Leeds' },
      undefined,
      ['2026-09-20T11:00:00.000Z', '2026-09-20T12:00:00', 'Europe/London', true, false],
    ],
  ])('%s', (_, changes, fallback, expected) => {
    const mapped = mapEvent(row(changes), fallback);
    if (!('record' in mapped)) throw new Error(mapped.rejected.error);
    const { startAt, timeZone, timeZoneAssumed, row: stored } = mapped.record;
    expect([
      startAt.toISOString(),
      stored['start_date'],
      timeZone,
      timeZoneAssumed,
      stored['start_time_known'],
    ]).toEqual(expected);
    expect([stored['start_at'], stored['timezone']]).toEqual([startAt.toISOString(), timeZone]);
  });
});

test.each([
  ['a title', { title: 'City Run' }, 'City Run'],
  ['nothing', {}, 'evt_9'],
])('an event is named by %s', (_, changes, name) => {
  expect(mapEvent({ id: 'evt_9', startDate: '2026-09-20', ...changes }, undefined)).toMatchObject({ record: { name } });
});

test.each([
  ['no day', row({ startDate: 'soon' }), { eventId: 'evt_9', id: 'evt_9' }],
  ['no id', { name: 'City 10K', startDate: '2026-09-20' }, {}],
  ['nonsense', 7, {}],
])('an event with %s is rejected', (_, source, whose) => {
  expect(mapEvent(source, undefined)).toEqual({ rejected: { ...whose, error: expect.any(String), source } });
});
