import { describe, expect, test } from 'vitest';
import { genderOf, intervalOf, placeOf, statusOf, textOf, timeMs } from '../../../src/providers/copernico/values.ts';

describe('a time', () => {
  test.each([
    [2_531_000, 2_531_000],
    ['2531000', 2_531_000],
    [2_531_000.4, 2_531_000],
    // No time: 0 where Copernico has none, null where one was taken back.
    [0, null],
    ['0', null],
    [-12_459, null],
    [null, null],
    [undefined, null],
    ['', null],
    // Something else: never to be read as no time.
    ['0:42:11', undefined],
    [1_757_745_000_000, undefined],
    [true, undefined],
    [[2_531_000], undefined],
  ])('%j is %j ms', (value, ms) => {
    expect(timeMs(value)).toBe(ms);
  });

  test.each([
    [2_531_000, '0:42:11.000'],
    [1, '0:00:00.001'],
    [59_999, '0:00:59.999'],
    [86_400_000 + 3_661_050, '25:01:01.050'],
    [null, null],
  ])('%j ms is the interval %j', (ms, text) => {
    expect(intervalOf(ms)).toBe(text);
  });
});

describe('other values', () => {
  test.each([
    ['notstarted', 'not-started'],
    ['started', 'started'],
    ['running', 'started'],
    ['Finished', 'finished'],
    ['dnf', 'dnf'],
    ['dsq', 'dsq'],
    ['withdrawn', 'withdrawn'],
    ['en carrera', undefined],
  ])('status %s is %s', (word, status) => {
    expect(statusOf(word)).toBe(status);
  });

  test.each([
    ['male', 'M'],
    ['Female', 'F'],
    ['mixed', 'X'],
    ['Mujer', 'F'],
    ['other', null],
    [null, null],
  ])('gender %j is %j', (word, gender) => {
    expect(genderOf(word)).toBe(gender);
  });

  test.each([
    [3, 3],
    ['3', 3],
    [1.0, 1],
    [0, null],
    [1.5, null],
    [-1, null],
    ['first', null],
    [null, null],
  ])('place %j is %j', (value, place) => {
    expect(placeOf(value)).toBe(place);
  });

  test.each([
    [' 214 ', '214'],
    [214, '214'],
    ['', null],
    [null, null],
    [{}, null],
    ['MarÃ­a', 'María'],
  ])('text %j is %j', (value, text) => {
    expect(textOf(value)).toBe(text);
  });
});
