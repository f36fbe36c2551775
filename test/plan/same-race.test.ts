import { expect, test } from 'vitest';
import { whyNotSameRace } from '../../src/plan/same-race.ts';

const start = new Date('2026-09-12T12:00:00Z');
const later = (hours: number) => new Date(start.getTime() + hours * 3_600_000);

test.each([
  ['Lakefront Half Marathon', 'LAKEFRONT HALF 2026'],
  ['São Silvestre: 10K', 'SAO SILVESTRE'],
  ['Lakefront Festival: 10K', '10K'],
  ['10K', '10K'],
  ["Runner's World Half", 'Runners World'],
  ['東京 マラソン', '東京 10K'],
])('%s may be %s', (registration, scoring) => {
  expect(whyNotSameRace({ name: registration, startAt: start }, { name: scoring, startAt: start })).toBeUndefined();
});

test.each([
  ['Lakefront Half Marathon', 'Sunset Half Marathon'],
  ['Lakefront 10K', 'Sunset 10K'],
  ['The Run', 'The Ride'],
  ['2026', 'Lakefront'],
  ['Lakefront 10K', '5K'],
])('%s is not %s', (registration, scoring) => {
  expect(whyNotSameRace({ name: registration, startAt: start }, { name: scoring, startAt: start })).toBe(
    'their names have no word in common',
  );
});

test.each([
  [36, undefined],
  [-36, undefined],
  [37, 'they start 2 days apart'],
  [-24 * 7, 'they start 7 days apart'],
])('a start %i h away: %s', (hours, expected) => {
  const name = 'Lakefront 10K';
  expect(whyNotSameRace({ name, startAt: start }, { name, startAt: later(hours) })).toBe(expected);
});

test('a start that is not told says nothing', () => {
  const name = 'Lakefront 10K';
  expect(whyNotSameRace({ name, startAt: start }, { name, startAt: undefined })).toBeUndefined();
});
