import { expect, it } from 'vitest';
import { parseNow } from '../../src/cli/parse-now.ts';
import { UsageError } from '../../src/domain/errors.ts';

it.each([
  [undefined, undefined],
  ['2026-09-13T10:30:00Z', '2026-09-13T10:30:00.000Z'],
  ['2026-09-13T06:30-04:00', '2026-09-13T10:30:00.000Z'],
  ['2026-09-13T06:30:00.25-0400', '2026-09-13T10:30:00.250Z'],
  // The day of the zone is not that of UTC.
  ['2026-02-28T23:30:00-04:00', '2026-03-01T03:30:00.000Z'],
  ['2026-03-01T00:30:00+05:30', '2026-02-28T19:00:00.000Z'],
  ['2028-02-29T23:59:59.999-11:00', '2028-03-01T10:59:59.999Z'],
])('takes %s', (text, instant) => {
  expect(parseNow(text)?.toISOString()).toBe(instant);
});

it.each([
  ['tomorrow', /expected an instant with its zone/],
  ['2026-09-13T10:30:00', /expected an instant with its zone/],
  ['2026-13-01T10:30:00Z', /expected an instant with its zone/],
  ['2026-00-01T10:30:00Z', /expected an instant with its zone/],
  ['2026-01-32T10:30:00Z', /expected an instant with its zone/],
  ['2026-01-01T25:30:00Z', /expected an instant with its zone/],
  ['2026-02-30T10:00:00Z', /there is no such day/],
  ['2026-02-29T10:00:00Z', /there is no such day/],
  ['2026-02-30T23:30:00.5-04:00', /there is no such day/],
  ['2026-04-31T00:30:00+05:30', /there is no such day/],
])('refuses %s', (text, message) => {
  expect(() => parseNow(text)).toThrow(UsageError);
  expect(() => parseNow(text)).toThrow(message);
});
