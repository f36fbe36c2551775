import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { mapEvent } from '../../../src/providers/raceroster/map-event.ts';
import { eventRow } from './builders.ts';

function recordOf(row: JsonObject, fallbackZone?: string) {
  const mapped = mapEvent(row, fallbackZone);
  if (!('record' in mapped)) throw new Error(mapped.rejected.error);
  return mapped.record;
}

describe('an event row', () => {
  test('with the known fields becomes a whole record', () => {
    const source = eventRow();
    expect(mapEvent(source, undefined)).toEqual({
      record: {
        eventId: '7f2c0f0e-1111-4c1d-9d0a-000000000001',
        name: 'Harbour Half',
        startAt: new Date('2026-05-03T12:00:00Z'),
        timeZone: 'Etc/GMT+4',
        timeZoneAssumed: true,
        row: {
          event_id: '7f2c0f0e-1111-4c1d-9d0a-000000000001',
          external_event_id: '7f2c0f0e-1111-4c1d-9d0a-000000000001',
          event_name: 'Harbour Half',
          start_date: '2026-05-03T08:00:00',
          end_date: null,
          location_name: null,
          address: { street: null, city: 'Halifax', state: null, zipcode: null, country_code: 'CA' },
          timezone: 'Etc/GMT+4',
          distance: '21.1',
          event_type: null,
          status: null,
          current_participants: null,
          sub_events: (source['subEvents'] as JsonObject)['data'],
          start_at: '2026-05-03T12:00:00.000Z',
        },
        source,
      },
    });
  });

  test('with the fields nobody has seen yet uses them where they fit', () => {
    const source = eventRow({
      endDate: '2026-05-03T14:30:00-04:00',
      venue: { name: 'Pier 21' },
      address: { street: '1055 Marginal Rd' },
      region: { name: 'Nova Scotia' },
      subEvents: [{ distance: '5' }, { distance: '10' }],
      eventType: 'road',
      status: 'live',
      participantCount: '412',
    });
    expect(recordOf(source).row).toMatchObject({
      end_date: '2026-05-03T14:30:00',
      location_name: 'Pier 21',
      address: { street: '1055 Marginal Rd', city: 'Halifax', state: 'Nova Scotia', zipcode: null, country_code: 'CA' },
      distance: null,
      event_type: 'road',
      status: 'live',
      current_participants: 412,
      sub_events: [{ distance: '5' }, { distance: '10' }],
    });
  });

  test('with a distance of its own has that', () => {
    expect(recordOf(eventRow({ distance: '13.1' })).row['distance']).toBe('13.1');
  });
});

describe('start and zone', () => {
  const summer = '2026-07-04T08:00:00';
  test.each([
    // startDate, the event's own zone, the credential's → instant, wall time, zone, assumed
    [`${summer}-04:00`, 'America/Halifax', undefined, '12:00', `${summer}`, 'America/Halifax', false],
    [`${summer}-04:00`, undefined, 'America/Toronto', '12:00', summer, 'America/Toronto', false],
    [`${summer}-07:00`, undefined, 'America/Toronto', '15:00', summer, 'Etc/GMT+7', true],
    [`${summer}-07:00`, 'Pacific time', undefined, '15:00', summer, 'Etc/GMT+7', true],
    [`${summer}+10:00`, undefined, undefined, '22:00', summer, 'Etc/GMT-10', true],
    [`${summer}-02:30`, undefined, undefined, '10:30', summer, 'UTC', true],
    [`${summer}-0400`, undefined, undefined, '12:00', summer, 'Etc/GMT+4', true],
    [`${summer}Z`, undefined, undefined, '08:00', summer, 'UTC', true],
    [`${summer}Z`, undefined, 'America/Toronto', '08:00', '2026-07-04T04:00:00', 'America/Toronto', false],
    [`${summer}.000Z`, 'America/Toronto', undefined, '08:00', '2026-07-04T04:00:00', 'America/Toronto', false],
    [summer, 'America/Toronto', undefined, '12:00', summer, 'America/Toronto', false],
    ['2026-07-04T08:00', undefined, 'America/Toronto', '12:00', summer, 'America/Toronto', false],
  ])('%s, event in %s, credential in %s', (startDate, timezone, fallback, utc, wall, zone, assumed) => {
    const record = recordOf(eventRow({ startDate, timezone: timezone ?? null }), fallback);
    const startAt = record.startAt.toISOString();
    // All these starts are on the same evening or morning; only the day of +10:00 is the one before.
    expect([startAt.slice(11, 16), record.row['start_date'], record.timeZone, record.timeZoneAssumed]).toEqual([
      utc,
      wall,
      zone,
      assumed,
    ]);
    expect([record.row['start_at'], record.row['timezone']]).toEqual([startAt, zone]);
  });

  test('`timeZone` is read like `timezone`, and an offset is no zone', () => {
    expect(recordOf(eventRow({ timezone: '-04:00', timeZone: 'America/Halifax' }))).toMatchObject({
      timeZone: 'America/Halifax',
      timeZoneAssumed: false,
    });
  });
});

describe('an event row that is rejected', () => {
  const id = eventRow()['eventId'];
  const noTime = 'startDate: no ISO time with an offset (set time_zone in additional_config if it never has one)';
  test.each([
    [eventRow({ startDate: '2026-05-03T08:00:00' }), id, noTime],
    [eventRow({ startDate: null }), id, noTime],
    [eventRow({ startDate: 'soon' }), id, noTime],
    [eventRow({ eventId: null }), undefined, 'eventId: missing or not an id'],
    [null, undefined, 'row: Invalid input: expected object, received null'],
  ])('%j', (source, eventId, error) => {
    expect(mapEvent(source, undefined)).toEqual({
      rejected: { ...(eventId === undefined ? {} : { eventId, id: eventId }), error, source },
    });
  });
});
