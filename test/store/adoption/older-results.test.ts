/** Results that older programs stored have no key of ours: the first pull of their event makes them the rows that it updates. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Provider } from '../../../src/domain/provider.ts';
import type { ResultRecord } from '../../../src/domain/scoring.ts';
import { chronotrack } from '../../../src/providers/chronotrack/provider.ts';
import { copernico } from '../../../src/providers/copernico/provider.ts';
import { providers } from '../../../src/providers/registry.ts';
import type { Database } from '../../../src/store/database.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { adoptOlderResults, countAbsentResults, rememberResults, storeResults } from '../../../src/store/results.ts';
import type { TestDatabase } from '../../database/databases.ts';
import { existingDatabase } from '../../database/existing/build.ts';
import { connectTo } from '../opening.ts';
import { now } from '../store-world.ts';

let copy: TestDatabase;
let database: Database;
let client: pg.Client;
beforeAll(async () => {
  copy = await existingDatabase();
  database = connectTo(copy.url);
  client = new pg.Client({ connectionString: copy.url });
  await client.connect();
  await migrate(database, providers);
});
afterAll(async () => {
  await client.end();
  await database.close();
  await copy.drop();
});

const series = '00000000-0000-4000-8000-000000000001';

/** A pull of some results of an event of partner 2, as the sync does it. */
async function pull(provider: Provider, eventId: string, rows: readonly ResultRecord['row'][]) {
  const { results: spec } = provider.tables;
  if (!spec) throw new Error(`${provider.name} has no results`);
  const owner = { partnerId: 2, providerId: 1, credentialId: 1 };
  const blank = Object.fromEntries(Object.keys(spec.columns).map((column) => [column, null]));
  const records = rows.map((row): ResultRecord => {
    const id = String(row['result_key']);
    return { eventId, id, row: { ...blank, event_id: eventId, ...row }, source: {} };
  });
  return database.db.transaction().execute(async (tx) => {
    await adoptOlderResults(tx, spec, owner, eventId);
    const { counts } = await storeResults(tx, spec, owner, records, now);
    const ids = records.map(({ id }) => id);
    await rememberResults(tx, owner, series, eventId, ids);
    return { counts, absence: await countAbsentResults(tx, spec, owner, eventId, series) };
  });
}

test('Copernico: the old rows of the event are updated, those of others are left alone', async () => {
  const rowsOf = async () => {
    const { rows } = await client.query<{ id: number; participant_id: string; result_key: string | null }>(
      `select id, participant_id, result_key from copernico_results where event_id = 'RACE/1' order by id`,
    );
    return rows;
  };
  const before = await rowsOf();
  const row = (id: string) => ({ participant_id: id, result_key: id, total_time: '00:44:00' });
  const { counts, absence } = await pull(copernico, 'RACE/1', [row('1'), row('2'), row('new')]);
  expect(counts).toMatchObject({ fetched: 3, inserted: 1, updated: 2 });
  expect(absence).toMatchObject({ active: before.length + 1, absent: before.length - 2 });
  const after = await rowsOf();
  expect(after.slice(0, before.length)).toEqual(before.map((one) => ({ ...one, result_key: one.participant_id })));
  const { rows } = await client.query(
    `select count(*)::int as n from copernico_results where event_id <> 'RACE/1' and result_key is not null`,
  );
  expect(rows).toEqual([{ n: 0 }]);
});

test('ChronoTrack: of a row for each bracket the newest is the one that counts', async () => {
  await client.query(`delete from ct_results where event_id = 'ct-1'`);
  await client.query(`insert into ct_results (event_id, race_id, entry_id, results_bib, results_bracket_name, timing_partner_id)
    values ('ct-1', 'r-1', 'e-9', '9', 'Overall', 2), ('ct-1', 'r-1', 'e-9', '9', 'M 30-34', 2), ('ct-1', 'r-1', null, '10', 'Overall', 2),
      ('ct-1', null, null, '11', 'Overall', 2)`);
  const row = { result_key: 'e-9:r-1', entry_id: 'e-9', race_id: 'r-1', results_rank: 1 };
  const { counts, absence } = await pull(chronotrack, 'ct-1', [row]);
  expect(counts).toMatchObject({ inserted: 0, updated: 1 });
  // The one without a race has no key: whether it is still there cannot be told.
  expect(absence).toMatchObject({ active: 2, absent: 1 });
  const { rows } = await client.query(`select results_bib, results_bracket_name, result_key, duplicate_of, results_rank
    from ct_results where event_id = 'ct-1' order by id`);
  expect(rows).toEqual([
    {
      results_bib: '9',
      results_bracket_name: 'Overall',
      result_key: null,
      duplicate_of: 'e-9:r-1',
      results_rank: null,
    },
    { results_bib: null, results_bracket_name: null, result_key: 'e-9:r-1', duplicate_of: null, results_rank: 1 },
    {
      results_bib: '10',
      results_bracket_name: 'Overall',
      result_key: 'bib-10:r-1',
      duplicate_of: null,
      results_rank: null,
    },
    { results_bib: '11', results_bracket_name: 'Overall', result_key: null, duplicate_of: null, results_rank: null },
  ]);
});
