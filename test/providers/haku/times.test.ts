import { describe, expect, test } from 'vitest';
import { exactInstant, latestOf, orderOf, startOf, wallOf } from '../../../src/providers/haku/times.ts';

const iso = (instant: Date | number | undefined) =>
  instant === undefined ? undefined : new Date(instant).toISOString();

describe('a time', () => {
  test.each([
    // text, as written, exact instant, latest instant
    ['2026-01-20 13:00:05', '2026-01-20T13:00:05', undefined, '2026-01-21T01:00:05.000Z'],
    ['2026-01-20T13:00:05', '2026-01-20T13:00:05', undefined, '2026-01-21T01:00:05.000Z'],
    ['2026-01-20T13:00:05.123Z', '2026-01-20T13:00:05', '2026-01-20T13:00:05.123Z', '2026-01-20T13:00:05.123Z'],
    ['2026-01-20 13:00:05 UTC', '2026-01-20T13:00:05', '2026-01-20T13:00:05.000Z', '2026-01-20T13:00:05.000Z'],
    ['2026-01-20T13:00:05-05:00', '2026-01-20T13:00:05', '2026-01-20T18:00:05.000Z', '2026-01-20T18:00:05.000Z'],
    ['2026-01-20 13:00 -0500', '2026-01-20T13:00', '2026-01-20T18:00:00.000Z', '2026-01-20T18:00:00.000Z'],
    ['2026-01-20', '2026-01-20T00:00:00', undefined, '2026-01-21T12:00:00.000Z'],
    ['2026-02-30 10:00:00', null, undefined, undefined],
    ['2026-01-20 25:00:00', null, undefined, undefined],
    ['0000-00-00 00:00:00', null, undefined, undefined],
    ['20/01/2026', null, undefined, undefined],
    ['', null, undefined, undefined],
    [null, null, undefined, undefined],
  ])('%j', (text, wall, exact, latest) => {
    expect([wallOf(text), iso(exactInstant(text)), iso(latestOf(text))]).toEqual([wall, exact, latest]);
  });

  test('tells older from newer in one list, whatever its zone', () => {
    const texts = ['2026-01-20', '2026-01-20 13:00:04', '2026-01-20T13:00:05', '2026-01-20T13:00:05.5Z'];
    const numbers = texts.map((text) => orderOf(text) ?? Number.NaN);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers);
    expect(orderOf('soon')).toBeUndefined();
  });
});

describe('the start of an event', () => {
  test.each([
    // text, zone of the event, zone of the credential → instant, wall, zone, assumed
    ['2026-05-03 08:00:00', undefined, undefined, '2026-05-03T08:00:00.000Z', '2026-05-03T08:00:00', 'UTC', true],
    [
      '2026-05-03 08:00:00',
      undefined,
      'America/New_York',
      '2026-05-03T12:00:00.000Z',
      '2026-05-03T08:00:00',
      'America/New_York',
      false,
    ],
    [
      '2026-05-03 08:00:00',
      'America/Denver',
      'America/New_York',
      '2026-05-03T14:00:00.000Z',
      '2026-05-03T08:00:00',
      'America/Denver',
      false,
    ],
    [
      '2026-05-03T08:00:00-04:00',
      undefined,
      undefined,
      '2026-05-03T12:00:00.000Z',
      '2026-05-03T08:00:00',
      'Etc/GMT+4',
      true,
    ],
    [
      '2026-05-03T12:00:00Z',
      undefined,
      'America/New_York',
      '2026-05-03T12:00:00.000Z',
      '2026-05-03T08:00:00',
      'America/New_York',
      false,
    ],
    ['2026-05-03T12:00:00Z', undefined, undefined, '2026-05-03T12:00:00.000Z', '2026-05-03T12:00:00', 'UTC', true],
    // A date alone is no start at midnight: the sync would end before anybody runs.
    [
      '2026-05-03',
      undefined,
      'America/New_York',
      '2026-05-03T13:00:00.000Z',
      '2026-05-03T09:00:00',
      'America/New_York',
      false,
    ],
    ['2026-05-03 00:00:00', undefined, undefined, '2026-05-03T09:00:00.000Z', '2026-05-03T09:00:00', 'UTC', true],
    ['2026-05-03T00:00:00Z', undefined, undefined, '2026-05-03T00:00:00.000Z', '2026-05-03T00:00:00', 'UTC', true],
  ])('%s, zone %s, fallback %s', (text, named, fallback, startAt, wall, timeZone, assumed) => {
    expect(startOf(text, named, fallback)).toEqual({ startAt: new Date(startAt), wall, timeZone, assumed });
  });

  test.each([null, '', 'TBA', '2026-13-01'])('is none: %j', (text) => {
    expect(startOf(text, undefined, 'America/New_York')).toBeUndefined();
  });
});
