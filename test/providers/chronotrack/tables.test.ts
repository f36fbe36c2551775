import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TableSpec } from '../../../src/domain/tables.ts';
import { chronotrack } from '../../../src/providers/chronotrack/provider.ts';
import { addRegistration, addRegistrations } from '../../../src/sandbox/build-world.ts';
import { setFinish } from '../../../src/sandbox/finishes.ts';
import { duplicateSteps } from '../../../src/store/duplicates.ts';
import { sampleEvent } from './session.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('create table timing_partners (timing_partner_id integer primary key)');
  for (const { sql } of [...chronotrack.migrations, ...duplicateSteps(chronotrack)]) await db.exec(sql);
  await db.exec(`
    create view events as ${chronotrack.views.events};
    create view participants as ${chronotrack.views.participants};
    create view results as ${chronotrack.views.results ?? ''};
    insert into timing_partners values (1), (2);
  `);
});
afterAll(() => db.close());

/** Names, in order. */
async function columnsOf(relation: string): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum',
    [relation],
  );
  return rows.map(({ name }) => name);
}

/** Rows as a provider yields them, for one partner. */
async function insert(spec: TableSpec, rows: readonly object[], partner = 1): Promise<void> {
  const columns = Object.keys(spec.columns).join(', ');
  const typed = Object.entries(spec.columns).map(([name, type]) => `${name} ${type}`);
  await db.query(
    `insert into ${spec.name} (timing_partner_id, ${columns}) select ${partner}, r.* from jsonb_to_recordset($1::jsonb) as r(${typed.join(', ')})`,
    [JSON.stringify(rows)],
  );
}

describe('the schema', () => {
  test.each([
    [
      'ct_events',
      `event_id event_tag event_name event_description event_start_time event_end_time event_site_uri event_is_published
      event_device_protocol event_external_id organization_id organization_name location timing_partner_id created_at
      fetched_date credentials_used start_at time_zone source_row duplicate_of`,
    ],
    [
      'ct_races',
      `race_id event_id race_tag race_name race_type race_subtype race_course_distance race_pref_distance_unit
      race_planned_start_time race_planned_end_time race_actual_start_time race_actual_end_time race_age_ref_time
      timing_partner_id created_at fetched_date credentials_used source_row duplicate_of`,
    ],
    [
      'ct_participants',
      `entry_id event_id race_id entry_external_id entry_name entry_type entry_status entry_bib entry_race_age athlete_id
      athlete_first_name athlete_last_name athlete_sex athlete_birthdate athlete_email athlete_home_phone
      athlete_mobile_phone location team_id team_name timing_partner_id created_at credentials_used fetched_date race_name
      reg_choice_name bracket_name wave_name source_row source_modified_at removed_at removed_reason removed_to removal_row duplicate_of`,
    ],
    [
      'ct_results',
      `id event_id race_id entry_id results_bib results_first_name results_last_name results_sex results_age
      results_hometown results_state_code results_postal_code results_country_code results_time results_gun_time
      results_pace results_gun_pace results_rank results_bracket_name results_primary_bracket_name timing_partner_id
      created_at credentials_used fetched_date result_key status race_name split_times overall_rank sex_rank age_rank
      source_row removed_at duplicate_of`,
    ],
  ])('keeps the columns of the older programs in %s in their order, then ours', async (table, columns) => {
    expect(await columnsOf(table)).toEqual(columns.trim().split(/\s+/));
  });

  test('lets two partners hold the same event, and deletes its rows with it', async () => {
    const event = { event_id: 'X' };
    const result = { event_id: 'X', result_key: '1', status: 'finished' };
    for (const partner of [1, 2]) {
      await insert(chronotrack.tables.events, [event], partner);
      if (chronotrack.tables.results) await insert(chronotrack.tables.results, [result], partner);
      await insert(chronotrack.tables.participants, [{ event_id: 'X', entry_id: '1' }], partner);
    }
    await db.exec(`delete from ct_events where timing_partner_id = 2 and event_id = 'X'`);
    for (const table of ['ct_results', 'ct_participants']) {
      const { rows } = await db.query(`select timing_partner_id from ${table} where event_id = 'X'`);
      expect(rows).toEqual([{ timing_partner_id: 1 }]);
    }
    const again = insert(chronotrack.tables.participants, [{ event_id: 'X', entry_id: '1' }]);
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });
});

test('what a session yields shows in the views: whole, with the ids that were sent to ChronoTrack', async () => {
  const sample = sampleEvent();
  const { world } = sample.sandbox;
  const { event } = sample;
  const person = { firstName: 'Dana', lastName: 'Cole', gender: 'F', dob: '1997-02-18' } as const;
  const [race] = event.subEvents;
  const of = { person, subEventId: race?.id ?? '', team: null };
  const own = addRegistration(world, event, { ...of, bib: '7' });
  const pushed = addRegistration(world, event, { ...of, bib: '8', externalId: 'runsignup-91000001' });
  const imported = addRegistration(world, event, { ...of, bib: '9', externalId: '4711' });
  for (const [position, one] of [own, pushed, imported].entries()) {
    const chipMs = 2_467_300 + position * 60_000;
    setFinish(world, one, {
      status: 'finished',
      chipMs,
      gunMs: chipMs + 4_700,
      splits: [{ name: 'Turn', ms: 1_200_000 }],
    });
  }
  addRegistrations(world, event, 1, () => ({ ...of, bib: null }));

  const session = sample.connect();
  for await (const page of session.listEvents({ startsFrom: undefined })) {
    await insert(
      chronotrack.tables.events,
      page.events.map(({ row }) => row),
    );
  }
  const ref = { eventId: event.id, raceId: undefined, timeZone: 'America/Denver' };
  for await (const page of session.listParticipants({ events: [ref], since: undefined, resume: undefined })) {
    await insert(
      chronotrack.tables.participants,
      page.records.map(({ row }) => row),
    );
  }
  for (const { records, races } of await sample.pull()) {
    if (chronotrack.tables.results)
      await insert(
        chronotrack.tables.results,
        records.map(({ row }) => row),
      );
    if (chronotrack.tables.races)
      await insert(
        chronotrack.tables.races,
        (races ?? []).map(({ row }) => row),
      );
  }

  const where = `where event_id = '${event.id}'`;
  const seen = await db.query(`select event_name, event_date::text, start_at, time_zone from events ${where}`);
  expect(seen.rows).toEqual([
    {
      event_name: event.name,
      event_date: '2026-09-12 00:00:00',
      start_at: new Date('2026-09-12T06:00:00Z'),
      time_zone: 'America/Denver',
    },
  ]);
  const people = await db.query(`select registration_id, first_name, last_name, email, gender, bib_number, age,
    date_of_birth::text, division from participants ${where} and bib_number = '8'`);
  expect(people.rows).toEqual([
    {
      registration_id: String(pushed.id),
      first_name: 'Dana',
      last_name: 'Cole',
      email: `runner${pushed.person.userId}@example.org`,
      gender: 'F',
      bib_number: '8',
      age: 29,
      date_of_birth: '1997-02-18',
      division: race?.name,
    },
  ]);
  const results = await db.query(`select bib_number as bib, participant_id, status, results_time::text as chip,
    results_gun_time::text as gun, overall_place as overall, gender_place as sex, division, division_place as age, splits
    from results ${where} order by overall_place nulls last`);
  const finished = { status: 'finished', division: 'F 20-29', splits: [{ name: 'Turn', time_ms: 1_200_000 }] };
  expect(results.rows).toEqual([
    {
      ...finished,
      bib: '7',
      participant_id: String(own.id),
      chip: '00:41:07.3',
      gun: '00:41:12',
      overall: 1,
      sex: 1,
      age: 1,
    },
    {
      ...finished,
      bib: '8',
      participant_id: 'runsignup-91000001',
      chip: '00:42:07.3',
      gun: '00:42:12',
      overall: 2,
      sex: 2,
      age: 2,
    },
    {
      ...finished,
      bib: '9',
      participant_id: String(imported.id),
      chip: '00:43:07.3',
      gun: '00:43:12',
      overall: 3,
      sex: 3,
      age: 3,
    },
    {
      bib: null,
      participant_id: String(imported.id + 1),
      status: 'not-started',
      chip: null,
      gun: null,
      overall: null,
      sex: null,
      division: 'F 20-29',
      age: null,
      splits: [{ name: 'Turn', time_ms: null }],
    },
  ]);
});
