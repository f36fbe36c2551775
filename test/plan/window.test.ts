import { describe, expect, test } from 'vitest';
import { defaultSettings, priorities } from '../../src/domain/settings.ts';
import { priorityOf, windowOf } from '../../src/plan/window.ts';
import { at, hour, now } from './facts.ts';

describe('priorityOf', () => {
  test.each([
    [400 * hour, 'low'],
    [24 * hour + 1, 'low'],
    [24 * hour, 'medium'],
    [24 * hour - 1, 'medium'],
    [4 * hour + 1, 'medium'],
    [4 * hour, 'high'],
    [4 * hour - 1, 'high'],
    [0, 'high'],
    [-hour + 1, 'high'],
    [-hour, 'high'],
    [-hour - 1, 'ended'],
    [-400 * hour, 'ended'],
  ])('%i ms before the start: %s', (toStart, expected) => {
    expect(priorityOf(at(toStart), now, defaultSettings)).toBe(expected);
  });

  test('the hours are settings', () => {
    const settings = { ...defaultSettings, highFromHours: 6, mediumFromHours: 48, stopAfterHours: 0 };
    const answers = [48 * hour + 1, 48 * hour, 6 * hour + 1, 6 * hour, 0, -1].map((ms) =>
      priorityOf(at(ms), now, settings),
    );
    expect(answers).toEqual(['low', 'medium', 'medium', 'high', 'high', 'ended']);
  });
});

test('windowOf bounds exactly the instants at which priorityOf answers the same', () => {
  const startAt = at(30 * hour);
  for (const priority of priorities) {
    const { from, to } = windowOf(startAt, priority, defaultSettings);
    expect(priorityOf(startAt, new Date(to), defaultSettings)).toBe(priority);
    expect(priorityOf(startAt, new Date(to + 1), defaultSettings)).not.toBe(priority);
    if (!Number.isFinite(from)) continue;
    expect(priorityOf(startAt, new Date(from), defaultSettings)).toBe(priority);
    expect(priorityOf(startAt, new Date(from - 1), defaultSettings)).not.toBe(priority);
  }
});
