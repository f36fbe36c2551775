import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haku } from '../../../src/providers/haku/provider.ts';
import { duplicateSteps } from '../../../src/store/duplicates.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('create table timing_partners (timing_partner_id integer primary key)');
  for (const { sql } of [...haku.migrations, ...duplicateSteps(haku)]) await db.exec(sql);
  await db.exec(`
    create view events as ${haku.views.events};
    create view participants as ${haku.views.participants};
    insert into timing_partners values (1), (2);
  `);
});

afterAll(() => db.close());

async function columnsOf(relation: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum',
    [relation],
  );
  return rows.map(({ name }) => name);
}

describe('the schema', () => {
  test('keeps the columns of the older programs in their order, then ours', async () => {
    expect((await columnsOf('haku_events')).join(' ')).toBe(
      'event_id organization_id event_name event_description start_date end_date location event_type distance ' +
        'registration_limit registration_count registration_fee currency status created_at updated_at fetched_date ' +
        'credentials_used timing_partner_id address time_zone start_at source_row duplicate_of',
    );
    expect((await columnsOf('haku_participants')).join(' ')).toBe(
      'id event_id participant_id bib_number first_name last_name email phone date_of_birth gender nationality ' +
        'emergency_contact team_affiliation category registration_date payment_status amount_paid special_requirements ' +
        'fetched_date credentials_used timing_partner_id created_at registration_number address category_details ' +
        'registration_details source_row source_modified_at removed_at removed_reason removed_to removal_row duplicate_of',
    );
  });

  test('lets two partners hold the same event, one registration two rows, and deletes the people with the event', async () => {
    await db.exec(`
      insert into haku_events (timing_partner_id, event_id) values (1, 'X'), (2, 'X');
      insert into haku_participants (timing_partner_id, event_id, participant_id, registration_number)
        values (1, 'X', 'HK-1:5', 'HK-1'), (1, 'X', 'HK-1:6', 'HK-1'), (2, 'X', 'HK-1:5', 'HK-1');
      delete from haku_events where timing_partner_id = 2 and event_id = 'X';
    `);
    const { rows } = await db.query(`select timing_partner_id, participant_id from haku_participants order by 2`);
    expect(rows).toEqual([
      { timing_partner_id: 1, participant_id: 'HK-1:5' },
      { timing_partner_id: 1, participant_id: 'HK-1:6' },
    ]);
    const again = `insert into haku_participants (timing_partner_id, event_id, participant_id) values (1, 'X', 'HK-1:5')`;
    await expect(db.exec(again)).rejects.toMatchObject({ code: '23505' });
  });
});

test('the view tells the age on race day, and the category as division', async () => {
  await db.exec(`
    insert into haku_events (timing_partner_id, event_id, start_date, address)
      values (1, 'Y', '2026-05-03 08:00', '{"city":"Miami","state":"FL"}');
    insert into haku_participants (timing_partner_id, event_id, participant_id, date_of_birth, address, category, team_affiliation)
      values (1, 'Y', 'a:1', '1990-05-03', '{"city":"Ely","state":"MN"}', '10K', 'Sole Mates'),
        (1, 'Y', 'b:1', '1990-05-04', null, null, null), (1, 'Y', 'c:1', null, null, null, null);
  `);
  const people = await db.query(
    `select registration_id, age, city, state, division, team_name from participants where event_id = 'Y' order by 1`,
  );
  const nobody = { city: null, state: null, division: null, team_name: null };
  expect(people.rows).toEqual([
    { registration_id: 'a:1', age: 36, city: 'Ely', state: 'MN', division: '10K', team_name: 'Sole Mates' },
    { registration_id: 'b:1', age: 35, ...nobody },
    { registration_id: 'c:1', age: null, ...nobody },
  ]);
  const events = await db.query(`select source_provider, city, state from events where event_id = 'Y'`);
  expect(events.rows).toEqual([{ source_provider: 'Haku', city: 'Miami', state: 'FL' }]);
});
