import { expect, test } from 'vitest';
import {
  booleanOf,
  dayOf,
  decimalOf,
  genderOf,
  instantOf,
  integerOf,
  locationOf,
  wallTime,
} from '../../../src/providers/chronotrack/field-values.ts';
import { intervalOf, msOf } from '../../../src/providers/chronotrack/result-times.ts';

test.each([
  ['1997-02-18', '1997-02-18'],
  ['1997-02-18 00:00:00', '1997-02-18'],
  ['2/18/1997', '1997-02-18'],
  ['02/29/2000', '2000-02-29'],
  ['2/29/1999', null],
  ['18/2/1997', null],
  ['0000-00-00', null],
  ['856224000', null],
  ['', null],
  [null, null],
])('a birth date %j: %j', (text, day) => {
  expect(dayOf(text)).toBe(day);
});

test.each([
  ['1780225200', '2026-05-31T11:00:00.000Z'],
  ['1780225200.9', '2026-05-31T11:00:00.000Z'],
  ['0', undefined],
  ['2026-05-31', undefined],
  ['', undefined],
  [null, undefined],
])('epoch seconds %j: %s', (text, instant) => {
  expect(instantOf(text)?.toISOString()).toBe(instant);
});

test('a wall time is that of the zone, summer time included', () => {
  expect(wallTime(instantOf('1780225200'), 'America/Denver')).toBe('2026-05-31T05:00:00');
  expect(wallTime(instantOf('1772892000'), 'America/Denver')).toBe('2026-03-07T07:00:00');
  expect(wallTime(undefined, 'America/Denver')).toBeNull();
});

test.each([
  ['1', true],
  ['0', false],
  ['true', true],
  ['yes', null],
  [null, null],
])('a boolean %j: %j', (text, value) => {
  expect(booleanOf(text)).toBe(value);
});

test.each([
  ['29', 29],
  ['', null],
  ['-1', null],
  ['29.5', null],
  ['99999999999', null],
])('a whole number %j: %j', (text, value) => {
  expect(integerOf(text)).toBe(value);
});

test('decimals, genders and places as the columns take them', () => {
  expect(['21.1', '10', 'ten', '1e400', null].map(decimalOf)).toEqual(['21.1', '10', null, null, null]);
  expect(['M', 'female', 'X', 'NB', 'U', null].map(genderOf)).toEqual(['M', 'F', 'X', 'X', null, null]);
  const row = { location_city: 'Frisco', location_region: '', location_time_zone: 'America/Denver', entry_bib: '7' };
  expect(locationOf(row)).toEqual({ city: 'Frisco' });
  expect(locationOf({ entry_bib: '7' })).toBeNull();
});

test.each([
  ['0:41:07.3', 2_467_300, '00:41:07.300'],
  ['00:17:06.350', 1_026_350, '00:17:06.350'],
  ['41:07', 2_467_000, '00:41:07.000'],
  ['6:37', 397_000, '00:06:37.000'],
  ['90:00', 5_400_000, '01:30:00.000'],
  ['123:04:05', 443_045_000, '123:04:05.000'],
  ['59.87', 59_870, '00:00:59.870'],
  ['0:41:07.123456', 2_467_123, '00:41:07.123'],
  ['0:00:00', null, null],
  ['DNF', null, null],
  ['--:--', null, null],
  ['2467', null, null],
  ['', null, null],
  [null, null, null],
])('a time %j: %j ms, %j', (text, ms, interval) => {
  expect(msOf(text)).toBe(ms);
  expect(intervalOf(ms)).toBe(interval);
});
