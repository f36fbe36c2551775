import { describe, expect, test } from 'vitest';
import { addRegistration, addRegistrations } from '../../../src/sandbox/build-world.ts';
import { refund } from '../../../src/sandbox/changes.ts';
import { disqualify, expectedResults, runEvent, setFinish } from '../../../src/sandbox/finishes.ts';
import { flatResult } from './flat-results.ts';
import { type Sample, sampleEvent } from './session.ts';

/** 30 people in each of two races; one left before. */
function eventThatWasRun(): Sample {
  const sample = sampleEvent();
  const { world } = sample.sandbox;
  addRegistrations(world, sample.event, 60, (index) => ({ bib: index % 7 === 0 ? null : String(100 + index) }));
  refund(world, sample.event.registrations[3]?.id ?? 0);
  runEvent(world, sample.event, { splits: ['Turn', 'Bridge'], dnfPercent: 0 });
  return sample;
}

const recordsOf = async (sample: Sample, options: { pageSize?: number } = {}) =>
  (await sample.pull(options)).flatMap((page) => page.records);
/** Place over all and by sex, by key, as the sandbox sees it. */
const expectedPlaces = ({ event }: Sample) =>
  new Map(
    expectedResults(event).map((one) => [
      `${one.registrationId}:${one.subEventId}`,
      [one.overallPlace, one.genderPlace],
    ]),
  );
const placesOf = async (sample: Sample) =>
  new Map((await recordsOf(sample)).map(({ id, row }) => [id, [row['overall_rank'], row['sex_rank']]]));
const sorted = <T>(places: ReadonlyMap<string, T>) => [...places].sort(([a], [b]) => a.localeCompare(b));

describe('places', () => {
  test('are those in the own race, over all and by sex; by age they follow the order in the bracket', async () => {
    const sample = eventThatWasRun();
    expect(sorted(await placesOf(sample))).toEqual(sorted(expectedPlaces(sample)));
    const groups = new Map<string, [number, number][]>();
    for (const { row } of await recordsOf(sample)) {
      const bracket = row['results_primary_bracket_name'];
      const key = `${row['race_id']} ${bracket}`;
      if (bracket === null) expect(row['age_rank']).toBeNull();
      else groups.set(key, [...(groups.get(key) ?? []), [Number(row['overall_rank']), Number(row['age_rank'])]]);
    }
    expect(groups.size).toBeGreaterThan(10);
    for (const group of groups.values()) {
      const byPlace = group.toSorted(([a], [b]) => a - b).map(([, age]) => age);
      expect(byPlace).toEqual(byPlace.map((_, index) => index + 1));
    }
  });

  test('are the same from a ChronoTrack that takes no type of brackets: bracket by bracket, never those over all', async () => {
    const sample = eventThatWasRun();
    const records = await recordsOf(sample);
    sample.sandbox.world.behaviour.chronotrack.knowsBracketTypes = false;
    sample.asked.length = 0;
    const others = await recordsOf(sample);
    expect(others.map(({ id, row }) => [id, row['overall_rank'], row['sex_rank'], row['age_rank']])).toEqual(
      records.map(({ id, row }) => [id, row['overall_rank'], row['sex_rank'], row['age_rank']]),
    );
    expect(sample.asked.filter((line) => line.includes('/bracket/')).length).toBeGreaterThan(6);
  });
});

test('the calls of a pull', async () => {
  const sample = eventThatWasRun();
  await sample.pull();
  const event = `GET /api/event/${sample.event.id}`;
  const page = 'format=json&page=1&size=1000';
  expect(sample.asked).toEqual([
    `${event}?format=json`,
    `${event}/results?${page}&elide_json=false`,
    `${event}/results?${page}&interval=ALL&elide_json=false`,
    `${event}/race?${page}`,
    `${event}/interval?${page}`,
    `${event}/bracket?${page}`,
    `${event}/results?${page}&bracket=SEX&elide_json=false`,
    `${event}/results?${page}&bracket=AGE&elide_json=false`,
    `${event}/entry?${page}&elide_json=false&include_all_fields=true&contact_details=true&need_athlete_birthdate=true`,
  ]);
});

test('races come with the first page', async () => {
  const sample = eventThatWasRun();
  const [first, ...others] = await sample.pull({ pageSize: 10 });
  expect(first?.races?.map(({ raceId, row }) => [raceId, row['race_name'], row['race_course_distance']])).toEqual(
    sample.event.subEvents.map(({ id, name, meters }) => [id, name, String(Number(meters) / 1000)]),
  );
  expect(others.map((page) => [page.races, page.records.length > 0])).toEqual(others.map(() => [undefined, true]));
});

describe('splits', () => {
  test('are those of the own race, in the order of the course', async () => {
    const sample = eventThatWasRun();
    for (const { row } of await recordsOf(sample)) {
      expect(row['split_times']).toEqual([
        { name: 'Turn', time_ms: expect.any(Number) },
        { name: 'Bridge', time_ms: expect.any(Number) },
      ]);
    }
  });

  test.each(['Finish', ''] as const)('the end of the course called "%s" is none', async (finishName) => {
    const sample = eventThatWasRun();
    const before = await recordsOf(sample);
    sample.sandbox.world.behaviour.chronotrack.finishName = finishName;
    expect((await recordsOf(sample)).map(flatResult)).toEqual(before.map(flatResult));
  });
});

describe('who did not finish', () => {
  test('dropped out with a split, did not start without one; while the event runs, is still on the way', async () => {
    const sample = eventThatWasRun();
    const { world } = sample.sandbox;
    const [a, b] = sample.event.registrations.filter(({ removal }) => removal === null);
    if (a === undefined || b === undefined) throw new Error('the event has too few people');
    const nothing = { gunMs: null, chipMs: null };
    setFinish(world, a, { ...nothing, status: 'dnf', splits: [{ name: 'Turn', ms: 900_000 }] });
    setFinish(world, b, { ...nothing, status: 'not-started', splits: [] });
    const statuses = async () => {
      const records = await recordsOf(sample);
      return [a, b].map(({ id }) => records.find(({ row }) => row['entry_id'] === String(id))?.row['status']);
    };
    expect(await statuses()).toEqual(['dnf', 'not-started']);
    world.behaviour.chronotrack.eventHours = 3;
    expect(await statuses()).toEqual(['dnf', 'not-started']);
    world.behaviour.chronotrack.eventHours = 5;
    expect(await statuses()).toEqual(['started', 'not-started']);
  });

  test('and left before is not told of', async () => {
    const sample = eventThatWasRun();
    const left = sample.event.registrations.filter(({ removal }) => removal !== null).map(({ id }) => String(id));
    const ids = (await recordsOf(sample)).map(({ row }) => row['entry_id']);
    expect(left).toHaveLength(1);
    expect(ids.filter((id) => left.includes(String(id)))).toEqual([]);
    expect(ids).toHaveLength(59);
  });

  test('nobody is said not to have started before anybody has passed anything: two lists are all that is read', async () => {
    const sample = sampleEvent();
    addRegistrations(sample.sandbox.world, sample.event, 5);
    expect(await sample.pull()).toEqual([{ records: [], rejected: [], last: true, listing: 'complete' }]);
    expect(sample.asked).toHaveLength(3);
  });

  test('was disqualified, where a word says so; else the result is gone and reads as dropped out', async () => {
    const sample = eventThatWasRun();
    const id = sample.event.registrations[0]?.id ?? 0;
    disqualify(sample.sandbox.world, id);
    const status = async () => (await recordsOf(sample)).find(({ row }) => row['entry_id'] === String(id))?.row;
    expect(await status()).toMatchObject({ status: 'dnf', results_time: null, overall_rank: null });
    sample.sandbox.world.behaviour.chronotrack.showsDisqualified = true;
    expect(await status()).toMatchObject({ status: 'dsq', overall_rank: null, sex_rank: null, age_rank: null });
  });
});

describe('what a pull allows to conclude', () => {
  test('the counts of every list agree: complete, with and without them', async () => {
    const sample = eventThatWasRun();
    const withCounts = await sample.pull({ pageSize: 9 });
    expect(new Set(withCounts.map((page) => page.listing))).toEqual(new Set(['complete']));
    sample.sandbox.world.behaviour.chronotrack.sendsCounts = false;
    expect(await sample.pull({ pageSize: 9 })).toEqual(withCounts);
  });

  test('an account that sees only empty lists sees no event, and so no end of results', async () => {
    const sample = eventThatWasRun();
    sample.sandbox.world.behaviour.chronotrack.refusesWithEmptyList = true;
    Object.assign(sample.account, { enabled: false });
    await expect(sample.pull()).rejects.toThrow(/0 events when event \S+ was asked for/);
  });
});

test('somebody who registers during the pull is a doubt', async () => {
  const sample = eventThatWasRun();
  const { sandbox } = sample;
  const { scoring } = sample.connect({ pageSize: 20 });
  const handle = sandbox.handle.bind(sandbox);
  let entries = 0;
  sandbox.handle = async (request) => {
    const answer = await handle(request);
    if (request.url.includes('/entry') && entries++ === 0) addRegistration(sandbox.world, sample.event);
    return answer;
  };
  const pages = [];
  for await (const page of scoring?.listResults?.(sample.event.id) ?? []) pages.push(page);
  expect(pages.at(-1)?.listing).toBe('unstable');
});
