import { describe, expect, test } from 'vitest';
import { at, credentialState, eventState, hour, minute, now } from './facts.ts';
import { everyMinute, mostInAnHour, type Run, run } from './world.ts';

/** 26 hours of single-event races that start together after 25; `calls` are what a sync of each needs. */
function day(calls: readonly number[], ticks = everyMinute(now, at(26 * hour))): Run {
  const costs = new Map(calls.map((cost, index) => [`race ${index}`, cost]));
  return run({
    events: [...costs.keys()].map((eventId) => eventState({ eventId, startAt: at(25 * hour) })),
    credentials: [credentialState()],
    callsOf: (unit) => unit.events.reduce((sum, event) => sum + (costs.get(event.eventId) ?? 0), 0),
    ticks,
  });
}

/** The high window from its first quarter of an hour on, in which the class changes its pace. */
const settled = { from: at(21.25 * hour).getTime(), to: at(26 * hour).getTime() };

/** Minutes between the syncs of each event in the settled window. */
function lagsOf({ syncs }: Run): number[] {
  return [...syncs.values()].flatMap((ticks) => {
    const inside = ticks.filter((tick) => tick >= settled.from && tick <= settled.to);
    return [...inside.slice(1), settled.to].map((tick, index) => (tick - (inside[index] ?? settled.from)) / minute);
  });
}

function syncsInHighWindow({ syncs }: Run): number[] {
  return [...syncs.values()].map((ticks) => ticks.filter((tick) => tick >= settled.from).length);
}

const spread = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];

describe('a race day that does not fit: the hour is never exceeded, what does not fit is spread evenly', () => {
  test('30 races of 2 calls: every 4 minutes all of them', () => {
    const found = day(Array.from({ length: 30 }, () => 2));
    expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(950);
    expect(Math.max(...lagsOf(found))).toBeLessThanOrEqual(4);
    const [fewest = 0, most = 0] = spread(syncsInHighWindow(found));
    expect(most - fewest).toBeLessThanOrEqual(1);
    expect(fewest).toBeGreaterThanOrEqual(71);
  });

  test.each([
    ['17 races of 1 call', Array.from({ length: 17 }, () => 1), 2, 965],
    ['22 races of 1 call', Array.from({ length: 22 }, () => 1), 2, 965],
    ['27 races of 2 calls', Array.from({ length: 27 }, () => 2), 4, 965],
    ['80 races of 1 call, more than a tick takes', Array.from({ length: 80 }, () => 1), 6, 965],
    ['one race of 20 calls', [20], 3, 1000],
    ['one race of 100 calls', [100], 8, 1000],
    ['two races of 100 calls', [100, 100], 13, 1000],
    ['one of 100 calls among ten of 1', [100, ...Array.from({ length: 10 }, () => 1)], 9, 1000],
    ['one of 100 calls among 17 of 1', [100, ...Array.from({ length: 17 }, () => 1)], 12, 1000],
  ])('%s', (_, calls, worst, limit) => {
    const found = day(calls);
    expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(limit);
    expect(Math.max(...lagsOf(found))).toBeLessThanOrEqual(worst);
    const counts = syncsInHighWindow(found);
    const [fewest = 0, most = 0] = spread(counts);
    expect(fewest / most).toBeGreaterThan(0.9);
    // Nothing of the hour lies idle either: more than 700 of the 1000 calls are used in each of the 4.75 hours.
    const used = counts.reduce((sum, count, index) => sum + count * (calls[index] ?? 0), 0);
    expect(used / 4.75).toBeGreaterThan(700);
  });

  test('missed ticks are made up for: every second tick, the same calls', () => {
    const calls = Array.from({ length: 30 }, () => 2);
    const half = everyMinute(now, at(26 * hour)).filter((_, index) => index % 2 === 0);
    const found = day(calls, half);
    expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(1000);
    expect(Math.max(...lagsOf(found))).toBeLessThanOrEqual(4);
  });

  test('after 900 calls by hand the 100 that are left are spread over the hour too', () => {
    const from = 20 * hour + 52 * minute;
    const found = run({
      events: Array.from({ length: 30 }, (_, index) =>
        eventState({ eventId: `race ${index}`, startAt: at(25 * hour) }),
      ),
      credentials: [credentialState({ minimumCalls: { full: 2, incremental: 2 } })],
      earlierCalls: new Map([
        [1, Array.from({ length: 900 }, (_, index) => at(from - 120 * 1000 + index * 100).getTime())],
      ]),
      ticks: everyMinute(at(from), at(22 * hour)),
    });
    const log = found.calls.get(1) ?? [];
    expect(mostInAnHour(log)).toBeLessThanOrEqual(1000);
    // One race a minute from the start of the high window, until the 900 leave the hour and it is every 4 minutes again.
    const minutesOf = (ticks: readonly number[]) => ticks.map((tick) => (tick - at(21 * hour).getTime()) / minute);
    const firsts = [...found.syncs.values()].map((ticks) => minutesOf(ticks)[0] ?? Number.NaN);
    expect(firsts.toSorted((a, b) => a - b).slice(2)).toEqual(Array.from({ length: 28 }, (_, index) => 1 + index));
    for (const ticks of found.syncs.values()) expect(minutesOf(ticks).filter((tick) => tick > 50)).toHaveLength(3);
  });
});
