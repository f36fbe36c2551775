/** Backfills over hours, by the plan alone: 5,000 registrations that take a call each, of 500 calls an hour. */
import { describe, expect, test } from 'vitest';
import type { EventState } from '../../src/domain/planning.ts';
import { at, credentialState, eventState, hour, minute, now } from './facts.ts';
import { everyMinute, mostInAnHour, type Run, run } from './world.ts';

const credentials = [
  credentialState({
    provider: 'haku',
    details: true,
    callsPerHour: 500,
    removals: 'absence',
    minimumCalls: { full: 2, incremental: 1 },
  }),
];
const event = (eventId: string, startAt: Date): EventState => eventState({ provider: 'haku', eventId, startAt });
const minutesOf = (ticks: readonly number[] = []) => ticks.map((tick) => (tick - now.getTime()) / minute);
const gaps = (minutes: readonly number[]) => minutes.slice(1).map((one, index) => one - (minutes[index] ?? 0));
/** The first minute behind which nothing is left to be read for good; NaN where that never comes. */
const doneAt = ({ backlogs }: Run, eventId: string) => {
  const backlog = backlogs.get(eventId) ?? [];
  return backlog.at(-1) === 0 ? backlog.findLastIndex((left) => left > 0) + 1 : Number.NaN;
};

describe('one event of 5,000, listed on 200 pages at first', () => {
  const found = run({
    events: [event('e1', at(120 * hour))],
    credentials,
    callsOf: ({ kind }) => ({ full: 200, incremental: 1, details: 0 })[kind],
    announced: ({ lastCompleted }) => (lastCompleted === undefined ? 5_000 : 0),
    ticks: everyMinute(now, at(13 * hour)),
  });

  test('never makes more than 500 calls in an hour, and hardly fewer', () => {
    expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(500);
    // 5,000 and 260 for listings, of which 475 an hour are planned.
    expect(doneAt(found, 'e1') / 60).toBeLessThan(11.4);
  });

  test('is listed every ten minutes while something waits, and every four hours then', () => {
    const listed = minutesOf(found.syncs.get('e1'));
    const done = doneAt(found, 'e1');
    expect(new Set(gaps(listed.filter((one) => one <= done)))).toEqual(new Set([10]));
    expect(listed.filter((one) => one > done)).toEqual([]);
  });

  test('reads in every five minutes from the first on, and as much in the last hour as in the second', () => {
    const backlog = found.backlogs.get('e1') ?? [];
    const done = doneAt(found, 'e1');
    const stalled = backlog.flatMap((left, beat) =>
      beat >= 5 && beat < done && left === backlog[beat - 5] ? [beat] : [],
    );
    expect(stalled).toEqual([]);
    const perHour = Array.from({ length: 10 }, (_, index) => {
      const from = 60 + index * 60;
      return (backlog[from] ?? 0) - (backlog[from + 60] ?? 0);
    });
    for (const read of perHour) expect(read).toBeGreaterThanOrEqual(440);
  });
});

test('17 events of 300: the nearest is done first, and all are listed meanwhile', () => {
  const events = Array.from({ length: 17 }, (_, index) => event(`e${index}`, at((60 + 24 * index) * hour)));
  const found = run({
    events,
    credentials,
    callsOf: ({ kind }) => ({ full: 12, incremental: 1, details: 0 })[kind],
    announced: ({ lastCompleted }) => (lastCompleted === undefined ? 300 : 0),
    ticks: everyMinute(now, at(16 * hour)),
  });
  expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(500);
  const done = events.map(({ eventId }) => doneAt(found, eventId));
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  // Within two hours at the latest of those that have just begun, then every ten minutes and a bit.
  for (const { eventId } of events) {
    const listed = minutesOf(found.syncs.get(eventId)).filter((one) => one > 120 && one < doneAt(found, eventId));
    expect(Math.max(0, ...gaps(listed)), eventId).toBeLessThanOrEqual(15);
  }
});

test('a race morning while another event is filled: 30 who register in a minute are read in that minute', () => {
  const race = event('race', at(4 * hour));
  const found = run({
    events: [{ ...event('fill', at(120 * hour)), backlog: 0 }, race],
    credentials,
    callsOf: ({ kind }) => ({ full: 10, incremental: 1, details: 0 })[kind],
    announced: ({ eventId, lastCompleted }, tick) => {
      if (lastCompleted === undefined) return eventId === 'fill' ? 5_000 : 0;
      return eventId === 'race' && [90, 150, 210].includes((tick - now.getTime()) / minute) ? 30 : 0;
    },
    ticks: everyMinute(now, at(5 * hour)),
  });
  expect(mostInAnHour(found.calls.get(1) ?? [])).toBeLessThanOrEqual(500);
  const waited = [90, 150, 210].map((beat) => (found.backlogs.get('race') ?? []).slice(beat).indexOf(0));
  expect(waited).toEqual([0, 0, 0]);
  // The backfill gets what the race leaves, and that is most of the hour.
  const [before = 0, after = 0] = [120, 180].map((beat) => found.backlogs.get('fill')?.[beat]);
  expect(before - after).toBeGreaterThan(300);
  expect(gaps(minutesOf(found.syncs.get('race'))).every((gap) => gap === 1)).toBe(true);
});
