import { describe, expect, test } from 'vitest';
import type { EventState, PlannedUnit } from '../../src/domain/planning.ts';
import { at, credentialState, eventState, hour, minute, now, second } from './facts.ts';
import { everyMinute, mostInAnHour, run } from './world.ts';

/** Section 5 for one event, by hand: minutes from `now` at which an event that starts at `start` (min) is synced. */
function expectedSyncs(start: number, until: number): number[] {
  const syncs = [0];
  for (let at = 1; at <= Math.min(until, start + 60); at += 1) {
    const toStart = start - at;
    const every = toStart > 24 * 60 ? 240 : toStart > 4 * 60 ? 15 : 1;
    if (at - (syncs.at(-1) ?? 0) >= every) syncs.push(at);
  }
  return syncs;
}

/** Six races of five events on two credentials; a race is one unit of two calls. */
const races: EventState[] = Array.from({ length: 30 }, (_, index) => {
  const race = Math.floor(index / 5);
  return eventState({
    eventId: `race ${race} event ${index % 5}`,
    raceId: String(race),
    credentialId: 1 + (race % 2),
    startAt: at(25 * hour + race * 7 * minute),
  });
});
const two = { unit: 'race' as const, minimumCalls: { full: 2, incremental: 2 } };
const credentials = [credentialState(two), credentialState({ ...two, credentialId: 2 })];
const minutesOf = (ticks: readonly number[] | undefined) =>
  (ticks ?? []).map((tick) => Math.round((tick - now.getTime()) / minute));

describe('a race day that fits: 26 hours, 30 events in 6 races on 2 credentials', () => {
  const day = run({ events: races, credentials, ticks: everyMinute(now, at(26 * hour)) });

  test('every event is synced exactly when its windows say', () => {
    for (const event of races) {
      const start = (event.startAt.getTime() - now.getTime()) / minute;
      expect(minutesOf(day.syncs.get(event.eventId)), event.eventId).toEqual(expectedSyncs(start, 26 * 60));
    }
    expect(expectedSyncs(25 * 60, 26 * 60).slice(0, 4)).toEqual([0, 60, 75, 90]);
    expect(expectedSyncs(25 * 60, 26 * 60)).toHaveLength(1 + 80 + 301);
  });

  test('nothing is left out, and no hour holds more than three races need', () => {
    expect(day.leftOut).toEqual([]);
    expect([...day.calls.values()].map(mostInAnHour)).toEqual([360, 360]);
  });
});

describe('timers jitter', () => {
  test.each([
    ['60.4 s and 59.6 s in turn', [60.4, 59.6]],
    ['59.6 s', [59.6]],
    ['60.4 s', [60.4]],
    ['a late beat and an early one', [75, 45]],
  ])('%s: no beat is lost', (_, gaps) => {
    const events = [0, 1].map((id) => eventState({ eventId: String(id), startAt: at(2 * hour) }));
    const ticks = [now.getTime()];
    for (let beat = 0; (ticks.at(-1) ?? 0) < at(3 * hour).getTime() - 2 * minute; beat += 1) {
      ticks.push((ticks.at(-1) ?? 0) + (gaps[beat % gaps.length] ?? 60) * second);
    }
    const day = run({ events, credentials: [credentialState()], ticks });
    for (const event of events) expect(day.syncs.get(event.eventId)).toEqual(ticks);
  });
});

describe('lower classes beside a race that comes', () => {
  const big = eventState({ eventId: 'high', startAt: at(5 * hour), calls: { incremental: 10 } });
  const callsOf = (unit: PlannedUnit) => (unit.priority === 'low' ? 3 : 10);
  const lows = Array.from({ length: 400 }, (_, index) =>
    eventState({ eventId: `low ${index}`, startAt: at(100 * hour), calls: { full: 3, incremental: 3 } }),
  );
  const day = run({
    events: [big, ...lows],
    credentials: [credentialState({ minimumCalls: { full: 3, incremental: 3 } })],
    callsOf,
    ticks: everyMinute(now, at(4 * hour)),
  });

  test('400 low events never take what the coming hour of a high one needs', () => {
    // Medium to minute 60, then 600 calls an hour of 1000.
    const highFrom = Array.from({ length: 181 }, (_, index) => 60 + index);
    expect(minutesOf(day.syncs.get('high')).filter((tick) => tick >= 60)).toEqual(highFrom);
    expect(day.leftOut.filter((one) => one.event.eventId === 'high')).toEqual([]);
    expect(mostInAnHour(day.calls.get(1) ?? [])).toBeLessThanOrEqual(1000);
  });

  test('they get the rest', () => {
    const synced = lows.filter((event) => (day.syncs.get(event.eventId) ?? []).length > 0);
    expect(synced.length).toBe(400);
    expect(day.leftOut.some((one) => one.priority === 'low' && one.why === 'budget')).toBe(true);
  });

  test('medium keeps its pace beside high where there is room', () => {
    const events = [
      eventState({ eventId: 'high', startAt: at(3 * hour) }),
      ...Array.from({ length: 60 }, (_, index) => eventState({ eventId: `medium ${index}`, startAt: at(12 * hour) })),
      ...Array.from({ length: 100 }, (_, index) => eventState({ eventId: `low ${index}`, startAt: at(90 * hour) })),
    ];
    // High needs 60 calls an hour (63 with its reserve), medium 240: of 350 the low ones get what is left.
    const found = run({
      events,
      credentials: [credentialState({ callsPerHour: 350 })],
      ticks: everyMinute(now, at(3 * hour)),
    });
    expect(found.syncs.get('high')).toHaveLength(181);
    for (const event of events.slice(1, 61)) {
      const ticks = minutesOf(found.syncs.get(event.eventId));
      expect(ticks[0], event.eventId).toBeLessThanOrEqual(2);
      expect(ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? 0))).toEqual(ticks.slice(1).map(() => 15));
    }
    expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(350);
    expect(events.slice(61).some((event) => (found.syncs.get(event.eventId) ?? []).length > 0)).toBe(true);
    expect(found.leftOut.some((one) => one.priority === 'low' && one.why === 'budget')).toBe(true);
  });
});
