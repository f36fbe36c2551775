import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import { mapEvent } from '../../../src/providers/haku/map-event.ts';
import { allOf } from '../scripted-session.ts';
import { connectTo, eventRow } from './wire-rows.ts';

describe('an event', () => {
  test('as the one public client reads it', () => {
    const source = eventRow({ time_zone: 'America/New_York', organization_id: 9 });
    expect(mapEvent(source, undefined)).toEqual({
      record: {
        eventId: '4711',
        name: 'Bay Run',
        startAt: new Date('2026-05-03T12:00:00Z'),
        timeZone: 'America/New_York',
        timeZoneAssumed: false,
        row: {
          event_id: '4711',
          organization_id: '9',
          event_name: 'Bay Run',
          event_description: 'Flat',
          start_date: '2026-05-03T08:00:00',
          end_date: '2026-05-03T12:00:00',
          location: 'Bayfront Park',
          event_type: 'Run',
          distance: '10.0',
          status: null,
          address: { city: 'Miami', state: 'FL', country_code: 'US' },
          time_zone: 'America/New_York',
          start_at: '2026-05-03T12:00:00.000Z',
        },
        source,
      },
    });
  });

  test('with nothing but id and date', () => {
    const mapped = mapEvent({ id: 'E-1', event_date: '2026-05-03' }, 'America/New_York');
    const nothing = {
      organization_id: null,
      event_name: null,
      event_description: null,
      end_date: null,
      location: null,
    };
    expect(mapped).toMatchObject({
      record: {
        name: 'E-1',
        startAt: new Date('2026-05-03T13:00:00Z'),
        timeZoneAssumed: false,
        row: { ...nothing, event_type: null, distance: null, address: null },
      },
    });
  });

  test.each<[JsonObject, JsonObject]>([
    [{ location_name: null }, { location: 'Miami, FL' }],
    [{ location_name: { x: 1 }, location_city: null }, { location: 'FL' }],
    [{ distance: '10K' }, { distance: null }],
    [{ distance: 42.195 }, { distance: '42.195' }],
    [{ event_end_date: 'late' }, { end_date: null }],
  ])('with the guessed fields %j', (overrides, row) => {
    expect(mapEvent(eventRow(overrides), undefined)).toMatchObject({ record: { row } });
  });

  const noStart = 'event_date: missing, or neither a date nor a time that can be read';
  test.each<[Json, object]>([
    [eventRow({ id: null }), { error: 'id: missing or not an id' }],
    [eventRow({ event_date: null }), { eventId: '4711', id: '4711', error: noStart }],
    [eventRow({ event_date: 'TBA' }), { eventId: '4711', id: '4711', error: noStart }],
    ['event', { error: expect.stringContaining('row: ') }],
  ])('%j is rejected', (source, rejected) => {
    expect(mapEvent(source, undefined)).toEqual({ rejected: { ...rejected, source } });
  });
});

describe('discovery', () => {
  const rows = [
    eventRow({ id: 1, event_date: '2026-06-01T08:00:00Z' }),
    eventRow({ id: 2, event_date: '2026-05-01T08:00:00Z' }),
    eventRow({ id: null }),
    eventRow({ id: 3, event_date: '2026-04-01T08:00:00Z' }),
  ];
  const found = async (query: { startsFrom: Date | undefined; eventId?: string }) => {
    const { session, asked } = connectTo((request) =>
      rows.slice((Number(request.query?.['page']) - 1) * 2, Number(request.query?.['page']) * 2),
    );
    const pages = await allOf(session.listEvents(query));
    return {
      events: pages.map((page) => page.events.map(({ eventId }) => eventId)),
      rejected: pages.flatMap((page) => page.rejected.map(({ error }) => error)),
      lasts: pages.map(({ last }) => last),
      asked: asked.map(({ query: sent }) => `${sent?.['page']}/${sent?.['per_page']} ${sent?.['sort_column']}`),
    };
  };

  test('reads all pages, whatever their length, and leaves out what has been', async () => {
    expect(await found({ startsFrom: new Date('2026-05-01T08:00:00Z') })).toEqual({
      events: [['1', '2'], [], []],
      rejected: ['id: missing or not an id'],
      lasts: [false, false, true],
      asked: ['1/3 event_date', '2/2 event_date', '3/2 event_date'],
    });
  });

  test('finds one event, of the past too', async () => {
    expect(await found({ startsFrom: undefined, eventId: '3' })).toMatchObject({
      events: [[], ['3'], []],
      rejected: [],
    });
    expect(await found({ startsFrom: undefined, eventId: '99' })).toMatchObject({ events: [[], [], []] });
  });
});
