import { describe, expect, it } from 'vitest';
import { everyText, relativeText, spanText, tookText } from '../../src/report/relative-time.ts';
import { wallTimeText } from '../../src/report/zone-time.ts';
import { now } from './status-data.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

it.each([
  [0, 'now'],
  [-999, 'now'],
  [45 * second, 'in 45 s'],
  [-59_999, '59 s ago'],
  [minute, 'in 1 min'],
  [-12 * minute - 30 * second, '12 min ago'],
  [2 * hour, 'in 2 h'],
  [2 * hour + 10 * minute + 59 * second, 'in 2 h 10 min'],
  [-26 * hour - 59 * minute, '26 h ago'],
  [48 * hour, 'in 2 days'],
  [-95 * hour, '3 days ago'],
])('%i ms from now is %s', (ms, text) => {
  expect(relativeText(new Date(now.getTime() + ms), now)).toBe(text);
});

it.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [4_290, '4.2 s'],
  [45_900, '45 s'],
  [7 * minute, '7 min'],
  [7 * minute + 30 * second, '7 min 30 s'],
  [2 * hour + 10 * minute, '2 h 10 min'],
])('%d ms took %s', (ms, text) => {
  expect(tookText(ms)).toBe(text);
});

it.each([
  [1, '1 min'],
  [0.2, '1 min'],
  [90, '1 h 30 min'],
  [240, '4 h'],
])('%d minutes apart: every %s', (minutes, text) => {
  expect(everyText(minutes)).toBe(text);
});

it('a span has no sign', () => {
  expect(spanText(-90 * minute)).toBe('1 h 30 min');
});

describe('wall times', () => {
  it.each([
    ['America/Chicago', '2026-08-08T11:30:00Z', 'Sat 8 Aug 06:30 CDT'],
    ['America/Chicago', '2026-12-05T13:00:00Z', 'Sat 5 Dec 07:00 CST'],
    ['America/New_York', '2026-11-01T05:30:00Z', 'Sun 1 Nov 01:30 EDT'],
    ['America/New_York', '2026-11-01T06:30:00Z', 'Sun 1 Nov 01:30 EST'],
    ['Europe/London', '2026-08-08T00:00:00Z', 'Sat 8 Aug 01:00 BST'],
    ['Europe/Madrid', '2026-08-08T06:00:00Z', 'Sat 8 Aug 08:00 CEST'],
    ['Australia/Sydney', '2026-08-07T21:00:00Z', 'Sat 8 Aug 07:00 AEST'],
    ['Asia/Tokyo', '2026-08-07T15:00:00Z', 'Sat 8 Aug 00:00 UTC+9'],
    ['UTC', '2026-08-08T06:00:00Z', 'Sat 8 Aug 06:00 UTC'],
    ['Nowhere/Atlantis', '2026-08-08T06:00:00Z', 'Sat 8 Aug 06:00 UTC'],
    ['America/Chicago', '2027-08-07T11:30:00Z', '7 Aug 2027 06:30 CDT'],
  ])('%s %s', (timeZone, at, text) => {
    expect(wallTimeText(new Date(at), { now, timeZone, assumed: false })).toBe(text);
  });

  it('marks an assumed zone', () => {
    expect(wallTimeText(now, { now, timeZone: 'America/Chicago', assumed: true })).toBe('Sat 8 Aug 04:20 ~CDT');
  });
});
