import { expect, test } from 'vitest';
import { amount, duration, toStart } from '../../src/plan/words.ts';
import { at, hour, minute, now, second } from './facts.ts';

test.each([
  [0, '0 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [17 * minute, '17 min'],
  [59.5 * minute, '1 h'],
  [130 * minute, '2 h 10 min'],
  [47 * hour, '47 h'],
  [48 * hour, '2 days'],
  [76 * hour, '3 days 4 h'],
])('%i ms is %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test.each([
  [130 * minute, 'start in 2 h 10 min'],
  [0, 'starts now'],
  [-20 * second, 'started 20 s ago'],
])('%i ms from now: %s', (ms, expected) => {
  expect(toStart(at(ms), now)).toBe(expected);
});

test('amounts have no needless digits', () => {
  expect([15, 3.789, 1.04, 63.16, 3600].map(amount)).toEqual(['15', '3.8', '1', '63', '3600']);
});
