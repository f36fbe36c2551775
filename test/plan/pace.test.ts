import { describe, expect, test } from 'vitest';
import type { EventState } from '../../src/domain/planning.ts';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import { paceOf } from '../../src/plan/pace.ts';
import { at, eventState, failure, hour, minute, now, second, synced } from './facts.ts';

const high = { startAt: at(2 * hour) };
const medium = { startAt: at(10 * hour) };
const low = { startAt: at(100 * hour) };

/** When it is due, in ms from now. */
function dueIn(event: Partial<EventState>, stretch = 1): number | undefined {
  const { dueAt } = paceOf(eventState(event), stretch, now, settings);
  return dueAt === undefined ? undefined : dueAt.getTime() - now.getTime();
}

describe('paceOf', () => {
  test('whole answers', () => {
    expect(paceOf(eventState({ ...medium, ...synced(5 * minute) }), 3, now, settings)).toEqual({
      priority: 'medium',
      everyMinutes: 15,
      dueAt: at(9.5 * minute),
      lagMs: 5 * minute,
    });
    expect(paceOf(eventState(low), 1, now, settings)).toEqual({
      priority: 'low',
      everyMinutes: 240,
      dueAt: now,
      lagMs: undefined,
    });
    expect(paceOf(eventState({ startAt: at(-2 * hour), ...synced(hour) }), 1, now, settings)).toEqual({
      priority: 'ended',
      everyMinutes: undefined,
      dueAt: undefined,
      lagMs: hour,
    });
  });

  test.each([
    ['high', high, 30 * second],
    ['medium', medium, 14.5 * minute],
    ['low', low, 239.5 * minute],
  ])('%s: due 30 s before its interval is over', (_, event, beat) => {
    expect(dueIn({ ...event, ...synced(0) })).toBe(beat);
    expect(dueIn({ ...event, ...synced(beat) })).toBe(0);
    expect(dueIn({ ...event, ...synced(beat - 1) })).toBe(1);
    expect(dueIn({ ...event, ...synced(beat + 1) })).toBe(-1);
  });

  test('a stretch lengthens the high interval and no other', () => {
    expect(paceOf(eventState({ ...high, ...synced(minute) }), 3.8, now, settings)).toEqual({
      priority: 'high',
      everyMinutes: 3.8,
      dueAt: at(2.3 * minute),
      lagMs: minute,
    });
    expect(dueIn({ ...low, ...synced(0) }, 3.8)).toBe(239.5 * minute);
  });

  test.each<[string, Partial<EventState>, number]>([
    ['a retry is waited for', { ...medium, lastFailure: failure({ retryAt: at(3 * minute) }) }, 3 * minute],
    ['a retry comes before the cadence', { ...low, ...synced(minute), lastFailure: failure() }, minute],
    [
      'a retry that outlasts the interval of the window entered since does not count',
      {
        ...high,
        ...synced(9 * minute),
        lastFailure: failure({ startedAt: at(-10 * second), retryAt: at(8 * minute) }),
      },
      20 * second,
    ],
    ['a failure without a retry time is tried at once', { ...low, lastFailure: failure({ retryAt: undefined }) }, 0],
    [
      'after the last retry the normal pace goes on from the failure',
      {
        ...medium,
        ...synced(3 * hour),
        lastFailure: failure({ status: 'failed_permanent', startedAt: at(-5 * minute), retryAt: undefined }),
      },
      9.5 * minute,
    ],
    [
      'an abandoned run is due at once',
      { ...low, ...synced(hour), lastFailure: failure({ status: 'abandoned', failures: 0, retryAt: undefined }) },
      0,
    ],
    [
      'an abandoned run of a late event leaves it late',
      { ...medium, ...synced(hour), lastFailure: failure({ status: 'abandoned', failures: 0, retryAt: undefined }) },
      -45.5 * minute,
    ],
  ])('%s', (_, event, expected) => {
    expect(dueIn(event)).toBe(expected);
  });

  test('history more than a minute in the future is ignored, less is a lag of 0', () => {
    expect(paceOf(eventState({ ...low, ...synced(-minute) }), 1, now, settings)).toEqual({
      priority: 'low',
      everyMinutes: 240,
      dueAt: at(240.5 * minute),
      lagMs: 0,
    });
    expect(paceOf(eventState({ ...low, ...synced(-minute - 1) }), 1, now, settings)).toEqual({
      priority: 'low',
      everyMinutes: 240,
      dueAt: now,
      lagMs: undefined,
    });
    const later = failure({ startedAt: at(minute + 1), retryAt: at(hour) });
    expect(dueIn({ ...low, ...synced(minute), lastFailure: later })).toBe(238.5 * minute);
  });
});
