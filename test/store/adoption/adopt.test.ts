/** `migrate` on the database that the programs before us left, in both shapes of Race Roster's tables. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdoptionFinding } from '../../../src/domain/adoption.ts';
import { providers } from '../../../src/providers/registry.ts';
import type { Database } from '../../../src/store/database.ts';
import {
  allMigrations,
  checkSchema,
  type Migrated,
  migrate,
  planMigration,
  readSchemaState,
} from '../../../src/store/migrate.ts';
import type { TestDatabase } from '../../database/databases.ts';
import { existingDatabase } from '../../database/existing/build.ts';
import { oldEvents, oldPeople } from '../../database/existing/fill.ts';
import {
  contentAgain,
  contentOf,
  filesOf,
  lost,
  type OldAnswers,
  oldAnswers,
  type TableContent,
  viewsOf,
} from '../../database/existing/look.ts';
import { connectTo } from '../opening.ts';
import { readSchema } from '../read-schema.ts';

const names = allMigrations(providers).map(({ name }) => name);
const shown = ['RunSignUp', 'Race Roster'];
const bigTables = ['runsignup_participants', 'runsignup_events', 'ct_participants', 'ct_results', 'sync_history'];

describe.each(['integer', 'uuid'] as const)('with %s ids of Race Roster', (raceRoster) => {
  let copy: TestDatabase;
  let database: Database;
  let client: pg.Client;
  let before: { content: readonly TableContent[]; schema: string; views: unknown; files: unknown; answers: OldAnswers };
  let done: Migrated;

  beforeAll(async () => {
    copy = await existingDatabase({ raceRoster });
    database = connectTo(copy.url);
    client = new pg.Client({ connectionString: copy.url });
    await client.connect();
    before = {
      content: await contentOf(client),
      schema: await readSchema(database.db),
      views: await viewsOf(client),
      files: await filesOf(client, bigTables),
      answers: await oldAnswers(client, shown),
    };
  });
  afterAll(async () => {
    await client.end();
    await database.close();
    await copy.drop();
  });

  test('it is as large as it should be', () => {
    const rows = new Map(before.content.map(({ table, rows: n }) => [table, n]));
    expect(rows.get('runsignup_participants')).toBeGreaterThanOrEqual(oldPeople);
    expect(rows.get('runsignup_events')).toBe(oldEvents);
  });

  test('a dry run tells what it would do and changes nothing', async () => {
    const plan = await planMigration(database, providers);
    expect(plan.missing).toEqual(names);
    expect(plan.statements).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^create unique index concurrently "\w+" on "runsignup_participants" .* WHERE \(duplicate_of IS NULL\)$/,
        ),
        expect.stringMatching(/^alter table "runsignup_participants"\n(.*\n)*\s*alter column "bib_num" type text/),
        expect.stringMatching(/not valid$/),
      ]),
    );
    expect(await contentOf(client)).toEqual(before.content);
    expect(await readSchema(database.db)).toBe(before.schema);
    expect(await viewsOf(client)).toEqual(before.views);
  });

  test('migrate adopts it, and the program takes it for its own', async () => {
    done = await migrate(database, providers);
    expect(done.applied).toEqual(names);
    expect([...new Set(done.notValid)]).toEqual(['runsignup_participants']);
    const state = await readSchemaState(database);
    expect(() => checkSchema(state, allMigrations(providers), database.shown)).not.toThrow();
  });

  test('the SQL of the dry run, run by hand, comes to the same', async () => {
    const other = await existingDatabase({ raceRoster });
    const byHand = connectTo(other.url);
    const { statements } = await planMigration(byHand, providers);
    for (const statement of statements) {
      await sql
        .raw(statement)
        .execute(byHand.db)
        .catch((error) => {
          // What migrate leaves not valid.
          if (!/validate constraint/.test(statement) || error.code !== '23503') throw error;
        });
    }
    expect(await readSchema(byHand.db)).toBe(await readSchema(database.db));
    await byHand.close();
    await other.drop();
  });

  test('every old row has its old values in its old columns', async () => {
    expect(await contentAgain(client, before.content)).toEqual(before.content);
  });

  test('no table was rewritten', async () => {
    expect(await filesOf(client, bigTables)).toEqual(before.files);
  });

  test('the queries of other programs give the same rows', async () => {
    const after = await oldAnswers(client, shown);
    for (const [name, rows] of Object.entries(before.answers)) {
      // No provider of results is there yet that would show the old ones.
      if (name === 'results') continue;
      expect({ name, lost: lost(rows, after[name as keyof OldAnswers]) }).toEqual({ name, lost: [] });
      expect(after[name as keyof OldAnswers]).toHaveLength(rows.length);
    }
  });

  test('views of other programs are as they were, with rights and comments', async () => {
    expect(await viewsOf(client)).toEqual(before.views);
    const rights = await client.query(
      "select obj_description('unified_events'::regclass) as comment, relacl::text from pg_class where relname = 'unified_events'",
    );
    expect(rows(rights)).toEqual([{ comment: 'Events of all providers', relacl: expect.stringContaining('=r/') }]);
  });

  test('a second migrate does nothing', async () => {
    const schema = await readSchema(database.db);
    expect(await planMigration(database, providers)).toEqual({ missing: [], adoption: undefined, statements: [] });
    expect(await migrate(database, providers)).toEqual({ applied: [], adoption: undefined, notValid: [] });
    expect(await readSchema(database.db)).toBe(schema);
  });

  test('of a registration that was stored several times the newest row is the one that counts', async () => {
    const { rows: marked } = await client.query(`
      select registration_id, bib_num, duplicate_of = (select id::text from runsignup_participants k where k.registration_id = p.registration_id
        and k.duplicate_of is null) as by_the_newest from runsignup_participants p where registration_id in (9000102, 9000202)
      order by registration_id, id`);
    expect(marked).toEqual([
      { registration_id: 9000102, bib_num: '002', by_the_newest: true },
      { registration_id: 9000102, bib_num: 'again', by_the_newest: null },
      { registration_id: 9000102, bib_num: 'third', by_the_newest: true },
      { registration_id: 9000202, bib_num: '002', by_the_newest: true },
      { registration_id: 9000202, bib_num: 'again', by_the_newest: null },
      { registration_id: 9000202, bib_num: 'third', by_the_newest: true },
    ]);
    // Nobody who was stored once is marked.
    const { rows: others } =
      await client.query(`select count(*)::int as n from runsignup_participants p where duplicate_of is not null
      and not exists (select 1 from runsignup_participants k where k.id::text = p.duplicate_of and k.registration_id = p.registration_id
        and k.timing_partner_id = p.timing_partner_id and k.duplicate_of is null)`);
    expect(others).toEqual([{ n: 0 }]);
  });

  test('two partners may hold one race, and a partner two credentials with one provider', async () => {
    await client.query('begin');
    await client.query('insert into runsignup_events (event_id, timing_partner_id) values (700001, 9)');
    await client.query(
      'insert into runsignup_participants (event_id, registration_id, timing_partner_id) values (700001, 9000101, 9)',
    );
    await client.query(
      "insert into partner_provider_credentials (timing_partner_id, provider_id, principal) values (1, 2, 'second')",
    );
    await client.query('rollback');
    await expect(
      client.query(
        'insert into runsignup_events (event_id, timing_partner_id) select event_id, timing_partner_id from runsignup_events where event_id = 700001',
      ),
    ).rejects.toMatchObject({ code: '23505' });
    await expect(
      client.query(
        'insert into runsignup_participants (event_id, registration_id, timing_partner_id) values (999, 1, 1)',
      ),
    ).rejects.toMatchObject({ code: '23503' });
  });

  test('values that were too long have room now', async () => {
    await client.query('begin');
    const long = 'x'.repeat(300);
    const updated = await client.query(
      'update runsignup_participants set bib_num = $1, first_name = $1, phone = $1 where registration_id = 9000101 returning length(bib_num) as n',
      [long],
    );
    expect(rows(updated)).toEqual([{ n: 300 }]);
    await client.query('rollback');
  });

  test('an event is still found by its id alone without reading the table', async () => {
    await client.query('set enable_seqscan = off');
    const plan = await client.query<{ 'QUERY PLAN': string }>(
      'explain (costs off) select * from runsignup_events where event_id = 700001',
    );
    await client.query('reset enable_seqscan');
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(
      /Index Scan using runsignup_events_event_id_idx/,
    );
  });

  test('the report names each trap with its count', () => {
    const found = (kind: AdoptionFinding['kind']) =>
      Object.fromEntries(
        (done.adoption?.findings ?? [])
          .filter((one) => one.kind === kind)
          .map(({ table, count }) => [table ?? '', count]),
      );
    expect(found('duplicates')).toEqual({
      haku_participants: 1,
      runsignup_participants: 301,
      raceroster_participants: 39,
      ...(raceRoster === 'uuid' && { raceroster_events: 1 }),
    });
    expect(found('no-partner')).toMatchObject({
      runsignup_events: 4,
      runsignup_participants: 120,
      raceroster_events: 1,
      raceroster_participants: 51,
    });
    expect(found('shared')).toEqual({ runsignup_events: 40, runsignup_participants: 80 });
    expect(found('plain-secrets')).toEqual({ partner_provider_credentials: 12 });
    expect(found('statuses')).toEqual({ sync_history: 20_000 });
    expect(found('missing-tables')).toEqual({ '': 12 });
    expect(found('same-keys')).toEqual({ timing_partners: 1 });
    expect(found('foreign-keys')).toEqual({ display_settings: 1 });
    expect(found('older-shape')).toEqual({
      raceroster_events: 1,
      raceroster_participants: raceRoster === 'uuid' ? 1 : 2,
    });
    expect(found('old-keys')).toEqual({
      copernico_events: 1,
      ct_events: 1,
      ct_participants: 1,
      ct_races: 1,
      haku_events: 1,
      partner_provider_credentials: 1,
      runsignup_events: 1,
      runsignup_races: 1,
      ...(raceRoster === 'integer' && { raceroster_events: 1 }),
    });
    expect(found('short-columns')).toMatchObject({ runsignup_participants: 10, sync_history: 5 });
    expect(found('views')).toEqual({ '': 3 });
  });
});

function rows(result: pg.QueryResult): unknown[] {
  return result.rows;
}
