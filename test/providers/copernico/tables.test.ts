import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copernico } from '../../../src/providers/copernico/provider.ts';
import { readResults } from '../../../src/providers/copernico/results.ts';
import { resultsTable } from '../../../src/providers/copernico/tables.ts';
import { resultsView } from '../../../src/providers/copernico/views.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('create table timing_partners (timing_partner_id integer primary key)');
  for (const { sql } of copernico.migrations) await db.exec(sql);
  await db.exec(`
    create view results as ${resultsView};
    insert into timing_partners values (1), (2);
    insert into copernico_events (timing_partner_id, event_id) values (1, 'run/10K'), (2, 'run/10K');
  `);
});
afterAll(() => db.close());

/** Rows as the store writes them: a JSON parameter, each column of its table's type. */
async function store(partner: number, rows: readonly unknown[]): Promise<void> {
  const { columns } = resultsTable;
  const names = Object.keys(columns).join(', ');
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  await db.query(
    `insert into copernico_results (timing_partner_id, ${names})
     select $1, ${names} from jsonb_to_recordset($2::jsonb) as r(${typed.join(', ')})`,
    [partner, JSON.stringify(rows)],
  );
}

describe('the results', () => {
  const { records } = readResults('run/10K', {
    rows: [
      {
        id: 'runsignup-91000001',
        dorsal: '214',
        name: 'Marta',
        gender: 'female',
        category: 'SEN F',
        status: 'finished',
        'times.official_5K': 1_240_000,
        'times.official_Finish': 2_531_000,
        'times.real_Finish': 90_061_005,
      },
      { dorsal: '7', status: 'notstarted', 'times.official_5K': 0 },
    ],
    gunAt: new Date('2026-05-03T07:00:00Z'),
  });

  test('fit the table, and the view shows them as the others', async () => {
    await store(
      1,
      records.map(({ row }) => row),
    );
    const { rows } = await db.query(`
      select event_id, bib_number, first_name, gender, age, results_time::text, results_gun_time::text, overall_place,
        result_id, participant_id, status, division, gender_place, division_place, splits
      from results where timing_partner_id = 1 order by result_id desc`);
    expect(rows).toEqual([
      {
        event_id: 'run/10K',
        bib_number: '214',
        first_name: 'Marta',
        gender: 'F',
        age: null,
        results_time: '25:01:01.005',
        results_gun_time: '00:42:11',
        overall_place: 1,
        result_id: 'runsignup-91000001',
        participant_id: 'runsignup-91000001',
        status: 'finished',
        division: 'SEN F',
        gender_place: 1,
        division_place: 1,
        splits: [{ name: '5K', time_ms: 1_240_000 }],
      },
      {
        event_id: 'run/10K',
        bib_number: '7',
        first_name: null,
        gender: null,
        age: null,
        results_time: null,
        results_gun_time: null,
        overall_place: null,
        result_id: '7',
        participant_id: null,
        status: 'not-started',
        division: null,
        gender_place: null,
        division_place: null,
        splits: [{ name: '5K', time_ms: null }],
      },
    ]);
    const times = await db.query(
      `select start_time::text, finish_time::text from copernico_results where bib_number = '214'`,
    );
    expect(times.rows).toEqual([{ start_time: '2026-05-03 07:00:00', finish_time: '2026-05-03 07:42:11' }]);
  });

  test('are unique in the event of a partner, and go with it', async () => {
    const row = { ...records[1]?.row, result_key: 'twice' };
    await store(2, [row]);
    await expect(store(2, [row])).rejects.toMatchObject({ code: '23505' });
    await db.exec(`delete from copernico_events where timing_partner_id = 2`);
    const { rows } = await db.query('select distinct timing_partner_id from copernico_results');
    expect(rows).toEqual([{ timing_partner_id: 1 }]);
  });
});
