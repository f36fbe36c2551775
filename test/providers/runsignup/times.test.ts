import { describe, expect, it } from 'vitest';
import {
  dateText,
  easternText,
  instantOf,
  instantOfSeconds,
  wallText,
} from '../../../src/providers/runsignup/times.ts';

describe('wallText', () => {
  it.each([
    ['9/13/2026 06:30', '2026-09-13 06:30:00'],
    ['12/1/2026 6:05', '2026-12-01 06:05:00'],
    ['09/13/2026', '2026-09-13 00:00:00'],
    ['2026-03-01 18:22:10', '2026-03-01 18:22:10'],
    ['2026-03-01', '2026-03-01 00:00:00'],
    [' 2/29/2028 00:00 ', '2028-02-29 00:00:00'],
    ['2/29/2026 00:00', null],
    ['2/29/1900', null],
    ['2/29/2000', '2000-02-29 00:00:00'],
    ['4/31/2026', null],
    ['12/31/2026', '2026-12-31 00:00:00'],
    ['1/0/2026', null],
    ['1/1/0000', null],
    ['13/1/2026 06:30', null],
    ['9/13/2026 24:30', null],
    ['0000-00-00', null],
    ['0000-00-00 00:00:00', null],
    ['', null],
    ['TBD', null],
    [null, null],
    [undefined, null],
    [1772895930, null],
  ])('reads %j as %j', (value, expected) => {
    expect(wallText(value)).toBe(expected);
  });
});

describe('dateText', () => {
  it.each([
    ['1988-04-09', '1988-04-09'],
    ['4/9/1988', '1988-04-09'],
    ['1988-02-30', null],
    ['0000-00-00', null],
    ['', null],
    [null, null],
  ])('reads %j as %j', (value, expected) => {
    expect(dateText(value)).toBe(expected);
  });
});

describe('the exact start of a wall time', () => {
  it.each([
    ['summer', '2026-09-13 06:30:00', 'America/Chicago', '2026-09-13T11:30:00.000Z'],
    ['winter', '2026-12-13 06:30:00', 'America/Chicago', '2026-12-13T12:30:00.000Z'],
    ['a zone without summer time', '2026-09-13 06:30:00', 'America/Phoenix', '2026-09-13T13:30:00.000Z'],
    ['in the hour that is skipped', '2026-03-08 02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['in the hour that comes twice', '2026-11-01 01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['in the half hour that is skipped', '2026-10-04 02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['in the half hour that comes twice', '2026-04-05 01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['on a leap day', '2028-02-29 06:30:00', 'Asia/Kolkata', '2028-02-29T01:00:00.000Z'],
  ])('%s', (_, wall, zone, instant) => {
    expect(instantOf(wall, zone)).toEqual(new Date(instant));
  });

  it('does not know a zone that does not exist', () => {
    expect(instantOf('2026-09-13 06:30:00', 'Mars/Base')).toBeUndefined();
  });
});

describe('unix seconds', () => {
  it.each([
    [1772895930, '2026-03-07T15:05:30.000Z'],
    ['1772895930', '2026-03-07T15:05:30.000Z'],
    [0, undefined],
    [1772895930000, undefined],
    ['2/9/2026 14:11', undefined],
    [null, undefined],
  ])('%j are %j', (value, expected) => {
    expect(instantOfSeconds(value)?.toISOString()).toBe(expected);
  });

  it.each([
    ['2026-03-08T06:59:59Z', '2026-03-08 01:59:59'],
    ['2026-03-08T07:00:00Z', '2026-03-08 03:00:00'],
    ['2026-11-01T05:30:00Z', '2026-11-01 01:30:00'],
    ['2026-11-01T06:30:00Z', '2026-11-01 01:30:00'],
    ['2026-01-01T04:59:59Z', '2025-12-31 23:59:59'],
  ])('%s is %s on an Eastern clock', (instant, expected) => {
    expect(easternText(new Date(instant))).toBe(expected);
  });
});
