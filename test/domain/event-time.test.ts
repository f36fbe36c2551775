import { describe, expect, test } from 'vitest';
import { eventStart, instantOf } from '../../src/domain/event-time.ts';

describe('the instant of an ISO time', () => {
  test.each([
    ['2026-02-28T23:30:00-05:00', '2026-03-01T04:30:00.000Z'],
    ['2028-02-29T06:00:00.5Z', '2028-02-29T06:00:00.500Z'],
    ['2026-12-31T23:30:00-05:00', '2027-01-01T04:30:00.000Z'],
    ['2026-05-03T08:00', '2026-05-03T08:00:00.000Z'],
  ])('%s', (text, instant) => {
    expect(instantOf(text)).toEqual(new Date(instant));
  });

  test.each([
    '2026-02-29T06:00:00Z',
    '2026-02-30T06:00:00-05:00',
    '2026-04-31T06:00:00',
    '2026-13-01T06:00:00Z',
    '2026-05-03T24:00:00Z',
    '2026-05-03T25:00:00Z',
    '2026-05-03T08:60:00Z',
    '2026-06-30T23:59:60Z',
    '2026-05-03T08:00:00+99:99',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-12:00',
    '+010000-01-01T00:00:00Z',
    '2026-05-03',
    'soon',
  ])('%s is none', (text) => {
    expect(instantOf(text)).toBeUndefined();
    expect(eventStart(text, 'Europe/Berlin', undefined)).toBeUndefined();
  });
});

describe('a wall time in its zone', () => {
  test.each([
    ['the hour that spring skips', '2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00Z', '03:30:00'],
    ['the hour that spring skips', '2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z', '03:30:00'],
    ['the half hour', '2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00Z', '02:45:00'],
    ['the hour that comes twice', '2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00Z', '01:30:00'],
    ['the hour that comes twice', '2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z', '02:30:00'],
    ['the half hour twice', '2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', '01:45:00'],
    ['no summer time', '2026-03-08T02:30:00', 'America/Phoenix', '2026-03-08T09:30:00Z', '02:30:00'],
    ['no summer time', '2026-03-29T02:30:00', 'Asia/Kolkata', '2026-03-28T21:00:00Z', '02:30:00'],
    ['a leap day', '2028-02-29T06:30:00', 'Europe/Berlin', '2028-02-29T05:30:00Z', '06:30:00'],
    ['the end of the year', '2026-12-31T23:30:00', 'America/New_York', '2027-01-01T04:30:00Z', '23:30:00'],
  ])('%s: %s %s', (_, text, zone, instant, clock) => {
    expect(eventStart(text, zone, undefined)).toEqual({
      startAt: new Date(instant),
      wall: `${text.slice(0, 11)}${clock}`,
      timeZone: zone,
      assumed: false,
    });
  });

  test('an offset tells the two times apart that a wall clock cannot', () => {
    const starts = ['2026-11-01T01:30:00-04:00', '2026-11-01T01:30:00-05:00'].map((text) =>
      eventStart(text, 'America/New_York', undefined)?.startAt.toISOString(),
    );
    expect(starts).toEqual(['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z']);
  });
});
