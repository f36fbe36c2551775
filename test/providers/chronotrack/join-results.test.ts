import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import { coursesOf } from '../../../src/providers/chronotrack/course.ts';
import { type JoinInput, joinResults, keyer, type Starter } from '../../../src/providers/chronotrack/join-results.ts';
import { linesOfType, rankBy, readBrackets } from '../../../src/providers/chronotrack/ranks.ts';
import { type FullLine, readLine } from '../../../src/providers/chronotrack/result-lines.ts';

const wire = {
  results_entry_id: '15500123',
  results_bib: '77',
  results_first_name: 'Ira',
  results_last_name: 'Cole',
  results_sex: 'M',
  results_age: '29',
  results_hometown: 'Frisco, CO',
  results_state_code: 'CO',
  results_country_code: 'US',
  results_time: '0:41:07.3',
  results_gun_time: '0:41:12.0',
  results_pace: '6:37',
  results_pace_unit: 'min/mile',
  results_rank: '12',
  results_primary_bracket_name: 'M 25-29',
  results_race_id: '88001',
  results_race_name: '10K',
  results_interval_name: 'Full Course',
};

function line(changes: Record<string, Json> = {}): FullLine {
  const read = readLine({ ...wire, ...changes }, '31002');
  if ('rejected' in read) throw new Error(read.rejected.error);
  return read.line;
}

const starter = (changes: Partial<Starter> = {}): Starter => ({
  entryId: '15500123',
  bib: '77',
  status: 'CONF',
  raceId: '88001',
  raceName: '10K',
  bracketName: 'M 25-29',
  firstName: 'Ira',
  lastName: 'Cole',
  sex: 'M',
  age: 29,
  ...changes,
});

function join(changes: Partial<JoinInput> & { intervals?: readonly Json[] } = {}) {
  const { intervals = [], ...input } = changes;
  const finals = input.finals ?? [line()];
  const mixed = input.mixed ?? [];
  return joinResults({
    eventId: '31002',
    finals,
    mixed,
    courses: coursesOf(intervals, finals, mixed),
    starters: [starter()],
    sexRanks: new Map(),
    ageRanks: new Map(),
    narrowBrackets: new Set(),
    isOver: true,
    allRead: true,
    ...input,
  });
}

test('a result as ChronoTrack sends it', () => {
  const key = '15500123:88001';
  const split = line({ results_interval_name: '5K', results_time: '20:30' });
  expect(join({ mixed: [split, line()], sexRanks: new Map([[key, 9]]), ageRanks: new Map([[key, 2]]) })).toEqual([
    {
      eventId: '31002',
      id: key,
      row: {
        event_id: '31002',
        race_id: '88001',
        entry_id: '15500123',
        results_bib: '77',
        results_first_name: 'Ira',
        results_last_name: 'Cole',
        results_sex: 'M',
        results_age: 29,
        results_hometown: 'Frisco, CO',
        results_state_code: 'CO',
        results_postal_code: null,
        results_country_code: 'US',
        results_time: '00:41:07.300',
        results_gun_time: '00:41:12.000',
        results_pace: '00:06:37.000',
        results_gun_pace: null,
        results_rank: 12,
        results_bracket_name: null,
        results_primary_bracket_name: 'M 25-29',
        result_key: key,
        status: 'finished',
        race_name: '10K',
        split_times: [{ name: '5K', time_ms: 1_230_000 }],
        overall_rank: 12,
        sex_rank: 9,
        age_rank: 2,
      },
      source: wire,
    },
  ]);
});

test('an entry without a line is told from the entry', () => {
  const other = starter({
    entryId: '2',
    bib: '78',
    firstName: 'Ana',
    lastName: null,
    sex: 'F',
    age: null,
    raceId: null,
  });
  expect(join({ starters: [starter(), other] })[1]).toMatchObject({
    id: '2',
    row: {
      entry_id: '2',
      race_id: null,
      results_bib: '78',
      results_first_name: 'Ana',
      results_sex: 'F',
      status: 'not-started',
      results_time: null,
      overall_rank: null,
    },
    source: null,
  });
});

describe('whose line it is', () => {
  const keys = (lines: readonly FullLine[], starters: readonly Starter[]) => lines.map(keyer(starters));
  const withoutEntry = line({ results_entry_id: '' });
  test.each<[string, readonly Starter[], string]>([
    ['the entry with that bib', [starter()], '15500123:88001'],
    ['the one who still has it', [starter({ status: 'CANC' }), starter({ entryId: '2' })], '2:88001'],
    ['nobody, where two have it', [starter(), starter({ entryId: '2' })], 'bib-77:88001'],
    ['nobody, where nobody has it', [], 'bib-77:88001'],
  ])('without an entry id: %s', (_, starters, key) => {
    expect(keys([withoutEntry], starters)).toEqual([key]);
  });

  test('a person of no entry has a result all the same', () => {
    expect(join({ finals: [withoutEntry], starters: [] })).toMatchObject([
      { id: 'bib-77:88001', row: { entry_id: null, results_bib: '77', status: 'finished' } },
    ]);
  });

  test('of one entry in two races there are two results', () => {
    const finals = [line(), line({ results_race_id: '88002', results_race_name: '5K', results_rank: '3' })];
    expect(join({ finals }).map(({ id, row }) => [id, row['race_name'], row['overall_rank']])).toEqual([
      ['15500123:88001', '10K', 12],
      ['15500123:88002', '5K', 3],
    ]);
  });

  test('neither entry nor bib: rejected', () => {
    const source = { ...wire, results_entry_id: '', results_bib: '' };
    expect(readLine(source, '31002')).toEqual({
      rejected: { eventId: '31002', error: 'result: neither results_entry_id nor results_bib', source },
    });
  });
});

describe('the status', () => {
  const passed = line({ results_interval_name: '5K' });
  const notPassed = line({ results_interval_name: '5K', results_time: '', results_gun_time: '' });
  test.each<[string, Partial<JoinInput>, string]>([
    ['with a final time', { finals: [line()] }, 'finished'],
    ['with a gun time alone', { finals: [line({ results_time: '' })] }, 'finished'],
    ['with a final line without times', { finals: [line({ results_time: '', results_gun_time: '' })] }, 'not-started'],
    ['with a split alone', { finals: [], mixed: [passed] }, 'dnf'],
    ['with a split alone while it runs', { finals: [], mixed: [passed], isOver: false }, 'started'],
    ['with a split without a time', { finals: [], mixed: [notPassed] }, 'not-started'],
    ['with DQ in place of the time', { finals: [line({ results_time: 'DQ' })] }, 'dsq'],
    ['with a word beside the time', { finals: [line({ results_status: 'Disqualified' })] }, 'dsq'],
    ['with a word at the entry', { starters: [starter({ status: 'DSQ' })] }, 'dsq'],
  ])('%s: %s', (_, input, status) => {
    const [first] = join(input);
    expect(first?.row['status']).toBe(status);
    if (status !== 'finished') expect(first?.row['overall_rank']).toBeNull();
  });

  test('nobody is said not to have finished where a line could not be read', () => {
    const others = [starter({ entryId: '2' }), starter({ entryId: '3' })];
    const mixed = [line({ results_entry_id: '3', results_interval_name: '5K' })];
    const ids = join({ starters: [starter(), ...others], mixed, allRead: false }).map(({ id }) => id);
    expect(ids).toEqual(['15500123:88001']);
  });
});

describe('the course', () => {
  const intervals = [
    { interval_name: '15K', interval_iv_distance_m: '15000', race_id: '88001' },
    { interval_name: '5K', interval_iv_distance_m: '5000', race_id: '88001' },
    { interval_name: 'Full Course', interval_iv_distance_m: '21097', race_id: '88001' },
    { interval_name: 'Turn', interval_iv_distance_m: '2500', race_id: '88002' },
    { interval_name: '10K', interval_iv_distance_m: '10000', race_id: '88001' },
  ];
  const splitsOf = (rows: readonly Json[], mixed: readonly FullLine[] = [], finals: readonly FullLine[] = [line()]) =>
    coursesOf(rows, finals, mixed).splitsOf({ raceId: '88001', raceName: '10K' });

  test('is in the order of the distance, of the own race alone', () => {
    expect(splitsOf(intervals)).toEqual(['5K', '10K', '15K']);
  });

  test('is known by the name of the race too, or by who passed', () => {
    const named = intervals.map(({ race_id: id, ...rest }) => ({ ...rest, race_name: id === '88001' ? '10K' : '5K' }));
    expect(splitsOf(named)).toEqual(['5K', '10K', '15K']);
    const unnamed = intervals.map(({ race_id: _, ...rest }) => rest);
    expect(
      splitsOf(
        unnamed,
        ['10K', '5K'].map((name) => line({ results_interval_name: name })),
      ),
    ).toEqual(['5K', '10K']);
  });

  test('takes what is not listed from the lines', () => {
    const mixed = ['Bridge', 'Full Course'].map((name) => line({ results_interval_name: name }));
    expect(splitsOf([], mixed)).toEqual(['Bridge']);
  });

  test('ends where all finals of the race say so, whatever they call it', () => {
    const meta = line({ results_interval_name: 'Meta' });
    const courses = coursesOf([], [meta], [meta, line({ results_interval_name: 'PK' })]);
    expect([courses.isFinal(meta), courses.isFinal(line({ results_interval_name: 'PK' }))]).toEqual([true, false]);
    expect(courses.splitsOf({ raceId: '88001', raceName: '10K' })).toEqual(['PK']);
  });

  test('does not end at a split that has another behind it, even if nobody got further yet', () => {
    const early = line({ results_interval_name: '5K' });
    expect(coursesOf(intervals, [early], [early]).isFinal(early)).toBe(false);
  });

  test('a known name of the end wins where a list mixes several', () => {
    const courses = coursesOf([], [line({ results_interval_name: '5K' }), line()], []);
    expect([courses.isFinal(line()), courses.isFinal(line({ results_interval_name: '5K' }))]).toEqual([true, false]);
  });
});

describe('ranks', () => {
  const brackets = readBrackets([
    { bracket_id: '1', bracket_name: 'Overall', bracket_type: 'OTHER' },
    { bracket_id: '2', bracket_name: 'Male', bracket_type: 'SEX', bracket_wants_leaderboard: '1' },
    { bracket_id: '3', bracket_name: 'Male Climbers', bracket_type: 'sex' },
    { bracket_id: '4', bracket_name: 'Hidden', bracket_type: 'SEX', bracket_wants_leaderboard: '0' },
    { bracket_name: 'without an id' },
  ]);
  const inBracket = (name: string, rank: string) => line({ results_bracket_name: name, results_rank: rank });
  const all = [inBracket('Male Climbers', '1'), inBracket('Male', '5'), inBracket('Overall', '12'), line()];

  test('count where the line names a bracket of that type', () => {
    expect(linesOfType(all, 'SEX', brackets)).toEqual(all.slice(0, 2));
    expect(linesOfType(all, 'AGE', brackets)).toEqual([]);
    expect(linesOfType(all, 'SEX', [])).toEqual(all.slice(0, 2));
  });

  test('of several brackets the usual one counts, in any order', () => {
    const keyOf = ({ entryId }: { readonly entryId: string | null }) => entryId ?? '';
    expect(rankBy(all.slice(0, 2), 'SEX', keyOf)).toEqual(new Map([['15500123', 5]]));
    expect(rankBy(all.slice(0, 2).toReversed(), 'SEX', keyOf)).toEqual(new Map([['15500123', 5]]));
    const ages = [inBracket('Masters', '1'), inBracket('M 25-29', '4')];
    expect(rankBy(ages, 'AGE', keyOf)).toEqual(new Map([['15500123', 4]]));
  });

  test('in a bracket of a sex or an age are none over all', () => {
    const finals = [line({ results_bracket_name: 'Male' })];
    expect(join({ finals, narrowBrackets: new Set(['Male']) })[0]?.row['overall_rank']).toBeNull();
    const [overall] = join({ finals: [line({ results_bracket_name: 'Overall' })], narrowBrackets: new Set(['Male']) });
    expect(overall?.row).toMatchObject({ overall_rank: 12, results_rank: 12, results_bracket_name: 'Overall' });
  });
});
