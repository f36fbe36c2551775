import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raceroster } from '../../../src/providers/raceroster/provider.ts';
import { duplicateSteps } from '../../../src/store/duplicates.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('create table timing_partners (timing_partner_id integer primary key)');
  for (const { sql } of [...raceroster.migrations, ...duplicateSteps(raceroster)]) await db.exec(sql);
  await db.exec(`
    create view events as ${raceroster.views.events};
    create view participants as ${raceroster.views.participants};
    insert into timing_partners values (1), (2);
  `);
});

afterAll(() => db.close());

/** `name type`, in order. */
async function columnsOf(relation: string): Promise<string[]> {
  const { rows } = await db.query<{ column: string }>(
    `select attname || ' ' || format_type(atttypid, atttypmod) as column from pg_attribute
     where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [relation],
  );
  return rows.map(({ column }) => column.replace(/ timestamp without time zone$/, ' timestamp'));
}

describe('the schema', () => {
  test.each([raceroster.tables.events, raceroster.tables.participants])('has the columns of $name', async (table) => {
    const expected = Object.entries(table.columns).map(
      ([name, type]) => `${name} ${type === 'timestamptz' ? 'timestamp with time zone' : type}`,
    );
    expect(await columnsOf(table.name)).toEqual(
      expect.arrayContaining([
        ...expected,
        'timing_partner_id integer',
        'credentials_used text',
        'fetched_date timestamp',
        'source_row jsonb',
      ]),
    );
  });

  test('keeps the participants of the older programs in their order, then ours', async () => {
    expect((await columnsOf('raceroster_participants')).map((column) => column.split(' ')[0])).toEqual(
      (
        'id event_id registration_id bib_number first_name last_name email phone date_of_birth gender address ' +
        'emergency_contact team_name division registration_date registration_status payment_status amount_paid ' +
        'additional_info fetched_date credentials_used timing_partner_id created_at ' +
        'source_row source_modified_at removed_at removed_reason removed_to removal_row ' +
        'external_event_id external_registration_id duplicate_of'
      ).split(' '),
    );
  });

  test('lets two partners hold the same event, and deletes the people with it', async () => {
    await db.exec(`
      insert into raceroster_events (timing_partner_id, event_id) values (1, 'X'), (2, 'X');
      insert into raceroster_participants (timing_partner_id, event_id, registration_id) values (1, 'X', 'p'), (2, 'X', 'p');
      delete from raceroster_events where timing_partner_id = 2 and event_id = 'X';
    `);
    const { rows } = await db.query(`select timing_partner_id from raceroster_participants where event_id = 'X'`);
    expect(rows).toEqual([{ timing_partner_id: 1 }]);
    const again = `insert into raceroster_participants (timing_partner_id, event_id, registration_id) values (1, 'X', 'p')`;
    await expect(db.exec(again)).rejects.toMatchObject({ code: '23505' });
  });
});

describe('the views', () => {
  test('tell the age on race day', async () => {
    await db.exec(`
      insert into raceroster_events (timing_partner_id, event_id, start_date) values (1, 'Y', '2026-05-03 08:00');
      insert into raceroster_participants (timing_partner_id, event_id, registration_id, date_of_birth, address) values
        (1, 'Y', 'on the day', '1990-05-03', '{"city":"Ely","state":"MN"}'), (1, 'Y', 'the day after', '1990-05-04', null),
        (1, 'Y', 'unknown', null, null);
    `);
    const { rows } = await db.query(
      `select registration_id, age, city, state from participants where event_id = 'Y' order by registration_id`,
    );
    expect(rows).toEqual([
      { registration_id: 'on the day', age: 36, city: 'Ely', state: 'MN' },
      { registration_id: 'the day after', age: 35, city: null, state: null },
      { registration_id: 'unknown', age: null, city: null, state: null },
    ]);
  });
});
