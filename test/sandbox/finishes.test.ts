import { expect, test } from 'vitest';
import { addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund } from '../../src/sandbox/changes.ts';
import {
  disqualify,
  expectedResults,
  runEvent,
  setFinish,
  swapBibs,
  withdrawSplit,
} from '../../src/sandbox/finishes.ts';
import { emptyWorld, registrationOf } from '../../src/sandbox/world.ts';

function eventThatWasRun(people: number) {
  const world = emptyWorld(() => new Date('2026-09-12T10:00:00Z'));
  const event = addEvent(world, addRace(world, { provider: 'chronotrack' }));
  addRegistrations(world, event, people, (index) => ({
    bib: String(index + 1),
    person: { gender: index % 2 ? 'F' : 'M' },
  }));
  const left = refund(world, event.registrations[0]?.id ?? 0);
  runEvent(world, event, { splits: ['5K', '10K'], dnfPercent: 0 });
  return { world, event, left };
}

test('everybody who is still there has a result, ranked by chip time over all and in each gender', () => {
  const { event, left } = eventThatWasRun(21);
  const results = expectedResults(event);
  expect(results.map((one) => one.registrationId)).toEqual(
    event.registrations.filter((one) => one !== left).map((one) => one.id),
  );
  const byPlace = results.toSorted((a, b) => (a.overallPlace ?? 0) - (b.overallPlace ?? 0));
  expect(byPlace.map((one) => one.overallPlace)).toEqual(byPlace.map((_, index) => index + 1));
  expect(byPlace.map((one) => one.chipMs)).toEqual(
    byPlace.map((one) => one.chipMs).toSorted((a, b) => (a ?? 0) - (b ?? 0)),
  );
  for (const gender of ['M', 'F']) {
    const own = byPlace.filter((one) => one.gender === gender);
    expect(own.map((one) => one.genderPlace)).toEqual(own.map((_, index) => index + 1));
  }
  for (const { splits, chipMs, gunMs } of results) {
    expect(splits.map((split) => split.name)).toEqual(['5K', '10K']);
    expect([splits[0]?.ms, splits[1]?.ms, chipMs, gunMs]).toEqual(
      [splits[0]?.ms, splits[1]?.ms, chipMs, gunMs].toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    );
  }
});

test('what the timers correct', () => {
  const { world, event } = eventThatWasRun(8);
  const before = expectedResults(event);
  const [a, b, c, d] = before.map((one) => one.registrationId);
  if (!a || !b || !c || !d) throw new Error('the event has too few people');
  disqualify(world, a);
  swapBibs(world, b, c);
  withdrawSplit(world, b, '5K');
  setFinish(world, registrationOf(world, d), null);
  const after = new Map(expectedResults(event).map((one) => [one.registrationId, one]));
  expect(after.get(a)).toMatchObject({ status: 'dsq', overallPlace: null, chipMs: before[0]?.chipMs });
  expect([after.get(b)?.bib, after.get(c)?.bib]).toEqual([before[2]?.bib, before[1]?.bib]);
  expect(after.get(b)?.splits[0]).toEqual({ name: '5K', ms: null });
  expect(after.has(d)).toBe(false);
  expect([...after.values()].filter((one) => one.overallPlace !== null)).toHaveLength(before.length - 2);
  expect(() => withdrawSplit(world, b, 'Finish')).toThrow(/no split Finish/);
});
