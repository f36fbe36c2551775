import { describe, expect, it } from 'vitest';
import { backOffMs, parseHttpDate, retryAfterMs } from '../../src/http/retry-delay.ts';

const now = new Date('2026-09-12T10:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    ['7', 7_000],
    ['0', undefined],
    ['0.0001', 1],
    [' 12 ', 12_000],
    ['1.5', 1_500],
    ['99999999', 3_600_000],
    ['Sat, 12 Sep 2026 10:00:30 GMT', 30_000],
    ['Sat, 12 Sep 2026 09:00:00 GMT', undefined],
    ['Sat, 12 Sep 2026 10:00:00 GMT', undefined],
    ['Sun, 12 Sep 2027 10:00:00 GMT', 3_600_000],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['2026-09-12', undefined],
    ['Sat, 99 Sep 2026 10:00:30 GMT', undefined],
  ])('reads %j as %j ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it('says nothing where there is no header', () => {
    expect(retryAfterMs(null, now)).toBeUndefined();
  });
});

describe('parseHttpDate', () => {
  it.each([
    ['Sat, 12 Sep 2026 10:00:30 GMT', new Date('2026-09-12T10:00:30Z')],
    ['2026-09-12T10:00:30Z', undefined],
    ['yesterday', undefined],
    [null, undefined],
  ])('reads %j', (text, expected) => {
    expect(parseHttpDate(text)).toEqual(expected);
  });
});

describe('backOffMs', () => {
  it.each([
    [1, 0, 1_000],
    [1, 0.5, 1_125],
    [2, 0, 3_000],
    [2, 0.999, 3_749],
    [3, 0, undefined],
  ])('retry %i with jitter %d waits %j ms', (attempt, random, expected) => {
    expect(backOffMs(attempt, [1_000, 3_000], random)).toBe(expected);
  });
});
