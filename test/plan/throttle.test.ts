import { describe, expect, test } from 'vitest';
import { restAfter } from '../../src/plan/throttle.ts';

const now = new Date('2026-09-12T10:00:00Z');
const minute = 60_000;
const at = (ms: number) => new Date(now.getTime() + ms);

describe('how long a throttled credential rests', () => {
  test.each([
    [0, 1],
    [1, 2],
    [2, 4],
    [3, 8],
    [4, 16],
    [5, 32],
    [6, 60],
    [7, 60],
    [2_000, 60],
  ])('throttled %i times before: %i minutes', (throttles, minutes) => {
    expect(restAfter({ throttles, notBefore: undefined }, now, undefined)).toEqual({
      throttles: throttles + 1,
      notBefore: at(minutes * minute),
    });
  });

  test.each([
    ['the provider names a time', { throttles: 5, notBefore: undefined }, at(7_000), 6, at(7_000)],
    ['the time it names is over', { throttles: 0, notBefore: undefined }, at(-1), 1, at(minute)],
    ['another machine was throttled a moment ago', { throttles: 3, notBefore: at(minute) }, undefined, 3, at(minute)],
    ['so it was, and the provider names a time', { throttles: 3, notBefore: at(minute) }, at(9_000), 3, at(9_000)],
    ['the rest before is over', { throttles: 3, notBefore: at(-1) }, undefined, 4, at(8 * minute)],
    ['it waits for the probe of a refused credential', { throttles: 0, notBefore: at(5) }, undefined, 1, at(minute)],
  ])('%s', (_, before, retryAt, throttles, notBefore) => {
    expect(restAfter(before, now, retryAt)).toEqual({ throttles, notBefore });
  });
});
