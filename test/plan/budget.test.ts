import { describe, expect, test } from 'vitest';
import type { EventState } from '../../src/domain/planning.ts';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import { headroom, roomByMinute } from '../../src/plan/budget.ts';
import { type NeedQuery, needByMinute } from '../../src/plan/need.ts';
import { at, callsByAge, credentialState, eventState, hour, minute, now, synced } from './facts.ts';

/** The minutes at which a cumulative need grows, with by how much. */
function steps(need: Float64Array): [number, number][] {
  return [...need].flatMap((value, index): [number, number][] => {
    const step = value - (need[index - 1] ?? 0);
    return step === 0 ? [] : [[index, step]];
  });
}

function need(events: EventState[], overrides: Partial<NeedQuery> = {}): [number, number][] {
  const query: NeedQuery = {
    credential: credentialState(),
    events,
    priority: 'high',
    planned: new Set(),
    now,
    settings,
    ...overrides,
  };
  return steps(needByMinute(query));
}

const every = (from: number, to: number, cost: number): [number, number][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, cost]);

describe('roomByMinute', () => {
  test('calls leave the hour when they are 60 minutes old, counted from the start of their minute', () => {
    const room = roomByMinute(credentialState({ callsByAge: callsByAge({ 0: 100, 10: 30, 59: 5 }) }));
    expect([room[0], room[1], room[49], room[50], room[59], room[60]]).toEqual([865, 870, 870, 900, 900, 1000]);
    expect(room).toHaveLength(61);
  });

  test('an empty log is an empty hour', () => {
    expect([...new Set(roomByMinute(credentialState({ callsByAge: [] })))]).toEqual([1000]);
  });
});

describe('headroom', () => {
  test('the tightest minute decides', () => {
    const credential = credentialState({ callsPerHour: 100, callsByAge: callsByAge({ 29: 60 }) });
    const room = roomByMinute(credential);
    const at30 = Float64Array.from({ length: 61 }, (_, index) => (index < 30 ? 0 : 55));
    const at31 = Float64Array.from({ length: 61 }, (_, index) => (index < 31 ? 0 : 55));
    // Five of the hundred are never planned with.
    expect(headroom(credential, room, [])).toBe(35);
    expect(headroom(credential, room, [at30])).toBe(-20);
    expect(headroom(credential, room, [at31])).toBe(35);
    expect(headroom(credential, room, [at31, at31])).toBe(-15);
  });
});

describe('needByMinute', () => {
  test('every minute inside the high window, and not in this tick', () => {
    expect(need([eventState(synced(minute))])).toEqual(every(1, 60, 1));
  });

  test('an event counts from the minute it enters the window to the one it leaves it', () => {
    expect(need([eventState({ startAt: at(4 * hour + 50 * minute), ...synced(0) })])).toEqual(every(50, 60, 1));
    expect(need([eventState({ startAt: at(4 * hour + 61 * minute), ...synced(0) })])).toEqual([]);
    expect(need([eventState({ startAt: at(-50 * minute), ...synced(0) })])).toEqual(every(1, 10, 1));
    expect(need([eventState({ startAt: at(-2 * hour), ...synced(0) })])).toEqual([]);
  });

  test('medium beats fall when they are due, until the event turns high', () => {
    const event = eventState({ startAt: at(4 * hour + 40 * minute), ...synced(5 * minute) });
    expect(need([event], { priority: 'medium' })).toEqual([
      [10, 1],
      [25, 1],
    ]);
    expect(need([event], { priority: 'medium', planned: new Set([event]) })).toEqual([
      [15, 1],
      [30, 1],
    ]);
  });

  test('what is due and not in this tick is counted for the next', () => {
    const event = eventState({ startAt: at(10 * hour), ...synced(hour) });
    expect(need([event], { priority: 'medium' }).at(0)).toEqual([1, 1]);
  });

  test('events of a race that meet are one unit', () => {
    const credential = credentialState({ unit: 'race', minimumCalls: { full: 2, incremental: 2 } });
    const race = { raceId: '7', calls: { incremental: 1 }, ...synced(0) };
    const events = [
      eventState({ ...race, eventId: 'a' }),
      eventState({ ...race, eventId: 'b', startAt: at(4 * hour + 30 * minute) }),
      eventState({ ...race, eventId: 'c', startAt: at(4 * hour + 30 * minute), calls: { incremental: 5 } }),
    ];
    expect(need(events, { credential })).toEqual([...every(1, 29, 2), ...every(30, 60, 7)]);
  });

  test('a class that does not fit needs no more than its share of the hour', () => {
    const events = Array.from({ length: 30 }, (_, index) =>
      eventState({
        eventId: String(index),
        startAt: at(4 * hour + 30 * minute),
        calls: { incremental: 2 },
        ...synced(0),
      }),
    );
    const total = need(events).reduce((sum, [, calls]) => sum + calls, 0);
    // 31 minutes at 950 an hour are 491 calls, which come in rounds of 60.
    expect(total).toBe(480);
  });
});
