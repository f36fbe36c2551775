import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import { readPreset } from '../../../src/providers/copernico/preset.ts';
import { readResults, resultPages } from '../../../src/providers/copernico/results.ts';

const eventId = 'spring-run-2026/10K';
const gunTime = 1_757_745_000_000;
const read = (answer: Json) => readResults(eventId, readPreset(answer));

/** The row of the vendor's description, complete with an id and a chip time. */
const marta: JsonObject = {
  id: 'runsignup-91000001',
  dorsal: '214',
  name: 'Marta',
  surname: 'Gil',
  gender: 'female',
  category: 'SEN F',
  event: '10K',
  status: 'finished',
  shirt: 'M',
  'times.official_:::start:::': 9_000,
  'times.official_5K': 1_240_000,
  'times.official_Finish': 2_531_000,
  'times.real_Finish': 2_522_000,
};
const someone = (overrides: JsonObject): JsonObject => ({ ...marta, ...overrides });

describe('a row of a preset', () => {
  test('becomes a result, whole', () => {
    expect(read({ gunTime, data: [marta] })).toEqual({
      records: [
        {
          eventId,
          id: 'runsignup-91000001',
          row: {
            event_id: eventId,
            participant_id: 'runsignup-91000001',
            bib_number: '214',
            first_name: 'Marta',
            last_name: 'Gil',
            category: 'SEN F',
            start_time: '2025-09-13T06:30:09.000',
            finish_time: '2025-09-13T07:12:11.000',
            total_time: '0:42:02.000',
            split_times: [{ name: '5K', time_ms: 1_240_000 }],
            overall_position: 1,
            category_position: 1,
            status: 'finished',
            result_key: 'runsignup-91000001',
            gun_time: '0:42:11.000',
            gender: 'F',
            age: null,
            gender_position: 1,
          },
          source: marta,
        },
      ],
      rejected: [],
      unknownStatuses: [],
    });
  });

  test('that loses its times loses them here: every column is written', () => {
    const [record] = read([
      someone({
        status: 'started',
        'times.official_:::start:::': 0,
        'times.official_5K': null,
        'times.official_Finish': 0,
        'times.real_Finish': null,
      }),
    ]).records;
    expect(record?.row).toMatchObject({
      status: 'started',
      start_time: null,
      finish_time: null,
      total_time: null,
      gun_time: null,
      split_times: [{ name: '5K', time_ms: null }],
      overall_position: null,
      gender_position: null,
      category_position: null,
    });
  });

  test('has the official time as its time where the preset shows no chip time', () => {
    const { 'times.real_Finish': _, ...official } = marta;
    expect(read([official]).records[0]?.row).toMatchObject({ total_time: '0:42:11.000', gun_time: '0:42:11.000' });
    // Shown, and this person has none: no other time stands in for it.
    const rows = read([marta, someone({ id: '2', 'times.real_Finish': 0 })]).records.map(
      ({ row }) => row['total_time'],
    );
    expect(rows).toEqual(['0:42:02.000', null]);
  });

  test('is known by its bib where it has no id, and by nothing without either', () => {
    const { id: _, ...bibOnly } = marta;
    const { records, rejected } = read([bibOnly, someone({ id: '', dorsal: null })]);
    expect(records.map((record) => [record.id, record.row['participant_id']])).toEqual([['214', null]]);
    expect(rejected.map(({ error }) => error)).toEqual([expect.stringContaining('neither an id nor a bib')]);
  });

  test('comes once: a second one of the same id is kept apart', () => {
    const second = someone({ dorsal: '7' });
    const { records, rejected } = read([marta, second]);
    expect(records.map(({ row }) => row['bib_number'])).toEqual(['214']);
    expect(rejected).toEqual([{ eventId, id: marta['id'], error: 'its id came before', source: second }]);
  });

  test.each([
    ['0:42:11', 'times.official_Finish: not a time in milliseconds'],
    [1_757_747_531_000, 'times.official_Finish: not a time in milliseconds'],
  ])('whose time is %j is rejected, and the others go on', (time, error) => {
    const odd = someone({ id: 'odd', 'times.official_Finish': time });
    const { records, rejected } = read([odd, marta, 'not a row']);
    expect(records.map(({ id }) => id)).toEqual([marta['id']]);
    expect(rejected).toEqual([
      { eventId, id: 'odd', error, source: odd },
      { eventId, error: 'not an object', source: 'not a row' },
    ]);
  });

  test('has no status where the word is not known, which is said, or where no finish speaks for one', () => {
    const { records, unknownStatuses } = read([someone({ status: 'protested' }), someone({ id: '2', status: '' })]);
    expect(records.map(({ row }) => row['status'])).toEqual([null, null]);
    expect(unknownStatuses).toEqual(['protested']);
    const { status: _, ...silent } = marta;
    const rows = read([silent, { ...silent, id: '2', 'times.official_Finish': 0, 'times.real_Finish': 0 }]).records;
    expect(rows.map(({ row }) => row['status'])).toEqual(['finished', null]);
  });
});

describe('places', () => {
  const runner = (id: string, gun: number, gender: string, category: string, status = 'finished') =>
    someone({ id, gender, category, status, 'times.official_Finish': gun, 'times.real_Finish': 9_000_000 - gun });
  const placesIn = (rows: JsonObject[]) =>
    read(rows).records.map(({ id, row }) => [
      id,
      row['overall_position'],
      row['gender_position'],
      row['category_position'],
    ]);

  test('are computed among those who finished, by official time; equal times share one', () => {
    const rows = [
      runner('d', 2_600_000, 'male', 'SEN'),
      runner('a', 2_400_000, 'female', 'SEN'),
      runner('c', 2_500_000, '', ''),
      runner('b', 2_500_000, 'male', 'VET'),
      runner('x', 2_300_000, 'male', 'SEN', 'dsq'),
      runner('y', 0, 'male', 'SEN', 'dnf'),
    ];
    expect(placesIn(rows)).toEqual([
      ['d', 4, 2, 2],
      ['a', 1, 1, 1],
      ['c', 2, null, null],
      ['b', 2, 1, 1],
      ['x', null, null, null],
      ['y', null, null, null],
    ]);
  });

  test("are the preset's where it has a column for them", () => {
    const rows = [
      { ...runner('a', 2_500_000, 'male', 'SEN'), 'rankings_:::full-1:::': 17, 'netrankings.gen_:::full-1:::': '9' },
      { ...runner('b', 2_400_000, 'male', 'SEN'), 'rankings_:::full-1:::': null, 'netrankings.gen_:::full-1:::': 0 },
    ];
    expect(placesIn(rows)).toEqual([
      ['a', 17, 9, 2],
      ['b', null, null, 1],
    ]);
  });

  test('are by chip time where there is no other', () => {
    const chipOnly = [runner('a', 2_000_000, 'male', 'SEN'), runner('b', 3_000_000, 'male', 'SEN')].map(
      ({ 'times.official_Finish': _, ...row }) => row,
    );
    expect(placesIn(chipOnly).map(([id, place]) => [id, place])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });
});

describe('the envelope', () => {
  test.each<[Json, number, string | undefined]>([
    [[marta], 1, undefined],
    [{ data: [marta] }, 1, undefined],
    [{ results: [marta] }, 1, undefined],
    [{ gunTime, data: [] }, 0, '2025-09-13T06:30:00.000Z'],
    [{ gunTime: String(gunTime), data: [] }, 0, '2025-09-13T06:30:00.000Z'],
    // Seconds, minutes of the day, nonsense: no start.
    [{ gunTime: 1_757_745_000, data: [] }, 0, undefined],
    [{ gunTime: 0, data: [] }, 0, undefined],
    [{ gunTime: 'soon', data: [] }, 0, undefined],
    [{ gunTime: null, data: [] }, 0, undefined],
  ])('%j', (answer, rows, gunAt) => {
    const preset = readPreset(answer);
    expect([preset.rows.length, preset.gunAt?.toISOString()]).toEqual([rows, gunAt]);
  });

  test.each<Json>([{ error: 'no such preset', data: [] }, { data: {} }, { message: 'ok' }, null, 'OK', 7])(
    '%j is no preset',
    (answer) => {
      expect(() => readPreset(answer)).toThrow(/instead of a list/);
    },
  );
});

test('pages: nothing is left out, only the last one says so, and nobody is one page too', () => {
  const results = read([someone({ id: 'a' }), someone({ id: 'b' }), someone({ id: 'c' }), 'odd']);
  const pages = (size: number) =>
    [...resultPages(results, size)].map((page) => [page.records.length, page.rejected.length, page.last]);
  expect(pages(2)).toEqual([
    [2, 1, false],
    [1, 0, true],
  ]);
  expect(pages(3)).toEqual([[3, 1, true]]);
  expect([...resultPages(read([]), 500)]).toEqual([{ records: [], rejected: [], last: true, listing: 'complete' }]);
});
