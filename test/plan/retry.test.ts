import { describe, expect, test } from 'vitest';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import { nextProbe } from '../../src/plan/probe.ts';
import { nextRetry } from '../../src/plan/retry.ts';
import { at, minute, now } from './facts.ts';

describe('nextRetry', () => {
  test.each([
    [1, 240, 2],
    [2, 240, 4],
    [3, 240, 8],
    [1, 15, 2],
    [3, 15, 8],
    [1, 1, 1],
    [3, 1, 1],
    [2, 3.8, 3.8],
  ])('failure %i of an event synced every %d min: retry in %d min', (failures, every, wait) => {
    const expected = { status: 'failed', retryAt: at(wait * minute), alert: false };
    expect(nextRetry(failures, every, now, settings)).toEqual(expected);
  });

  test.each([
    ['longer than the interval', 1, 30],
    ['shorter than the wait', 3, 0.5],
  ])('Retry-After wins: %s', (_, failures, wait) => {
    const expected = { status: 'failed', retryAt: at(wait * minute), alert: false };
    expect(nextRetry(failures, 1, now, settings, at(wait * minute))).toEqual(expected);
  });

  test.each([
    [4, true],
    [5, false],
    [100, false],
  ])('failure %i is permanent, with an alert: %s', (failures, alert) => {
    expect(nextRetry(failures, 15, now, settings)).toEqual({ status: 'failed_permanent', alert });
  });
});

test.each([
  [1, 2],
  [2, 4],
  [3, 8],
  [4, 15],
  [50, 15],
])('after refusal %i the credential is probed in %i min', (refusals, wait) => {
  expect(nextProbe(refusals, now, settings)).toEqual(at(wait * minute));
});
