/** Rows of every kind that production has: set-based, so that 40,000 people take a second. */

export const oldPeople = 40_000;
export const oldEvents = 1_600;

/** In the order in which they run, on all tables. */
export function fillStatements(raceRoster: 'integer' | 'uuid'): readonly string[] {
  return [
    ...shared,
    ...runSignUp,
    ...(raceRoster === 'integer' ? integerRaceRoster : uuidRaceRoster),
    ...scoring,
    ...history,
  ];
}

const shared: readonly string[] = [
  `insert into timing_partners (company_name, access_password, created_at)
   select case when i in (12, 13) then 'Twin Timing' else 'Timing ' || i end, 'x', '2023-01-01' from generate_series(1, 13) i`,
  // Other ids than on a fresh database, ChronoTrack under its other name, none for Let's Do This.
  `insert into providers (name, provider_type, rate_limit_per_hour) values ('RunSignUp', 'registration', 1000),
   ('Haku', 'registration', 500), ('CTLive', 'scoring', 2000), ('Race Roster', 'registration', null), ('Copernico', 'scoring', 2000)`,
  `insert into partner_provider_credentials (timing_partner_id, provider_id, principal, secret, additional_config)
   select t, p, 'key-' || t, repeat('s', 255), case when p = 4 then '{"username":"a","password":"b"}'::jsonb end
   from generate_series(1, 3) t, generate_series(1, 4) p`,
  `insert into users (email, timing_partner_id) select 'user' || i || '@example.org', i from generate_series(1, 5) i`,
];

const runSignUp: readonly string[] = [
  `insert into runsignup_races (race_id, name, timezone, address, fetched_date, timing_partner_id)
   select 50000 + i, 'Race ' || i, 'America/New_York', jsonb_build_object('city', 'Town ' || i, 'state', 'NY'), '2024-05-01', 1 + i % 13
   from generate_series(1, ${oldEvents / 4}) i`,
  // Four events of a race; every fortieth belongs to another partner than its race, some to none.
  `insert into runsignup_events (event_id, race_id, name, start_time, distance, fetched_date, credentials_used, timing_partner_id)
   select 700000 + i, 50001 + (i - 1) / 4, 'Event ' || i, timestamp '2024-06-01 08:00' + i * interval '6 hours', 13.11, '2024-05-01', 'old',
     case when i % 400 = 7 then null when i % 40 = 3 then 1 + (2 + (i - 1) / 4) % 13 else 1 + (1 + (i - 1) / 4) % 13 end
   from generate_series(1, ${oldEvents}) i`,
  // 25 people an event. Every 100th event's people are of another partner too; some rows are of nobody.
  `insert into runsignup_participants (race_id, event_id, registration_id, first_name, last_name, email, address, bib_num,
     registration_date, fetched_date, credentials_used, timing_partner_id, last_modified)
   select e.race_id, e.event_id, 9000000 + (e.event_id - 700000) * 100 + n, 'First ' || n, 'Last ' || e.event_id, 'p' || n || '@example.org',
     jsonb_build_object('city', 'Town ' || n), lpad(n::text, case when n = 1 then 20 else 3 end, '0'), '2024-04-01', '2024-05-01', 'old',
     case when n = 25 and e.event_id % 80 = 0 then null when e.event_id % 100 = 5 and n > 20 then 1 + (coalesce(e.timing_partner_id, 1)) % 13
       else e.timing_partner_id end, '2024-04-02'
   from runsignup_events e, generate_series(1, 25) n order by e.event_id, n`,
  // Registrations that the older program stored again, two of them a third time, one without a time.
  `insert into runsignup_participants (race_id, event_id, registration_id, first_name, last_name, bib_num, fetched_date, timing_partner_id)
   select race_id, event_id, registration_id, first_name, last_name, 'again', case when registration_id % 1000 = 2 then null else timestamp '2024-05-20' end,
     timing_partner_id from runsignup_participants
   where timing_partner_id is not null and registration_id % 100 = 2 and event_id <= 700300
   union all
   select race_id, event_id, registration_id, first_name, last_name, 'third', timestamp '2024-04-20', timing_partner_id
   from runsignup_participants where registration_id in (9000102, 9000202)`,
];

const integerRaceRoster: readonly string[] = [
  `insert into raceroster_events (event_id, name, start_date, address, distance, fetched_date, timing_partner_id)
   select 60000 + i, 'Roster ' || i, timestamp '2024-06-01 09:00' + i * interval '1 day', '{"city":"Halifax"}', 10, '2024-05-01',
     case when i = 40 then null else 1 + i % 3 end from generate_series(1, 40) i`,
  `insert into raceroster_participants (event_id, registration_id, first_name, last_name, bib_number, fetched_date, timing_partner_id)
   select event_id, (event_id - 60000) * 1000 + n, 'First ' || n, 'Last ' || event_id, n::text, '2024-05-01', timing_partner_id
   from raceroster_events, generate_series(1, 50) n order by 1, 2`,
  `insert into raceroster_participants (event_id, registration_id, first_name, last_name, bib_number, fetched_date, timing_partner_id)
   select event_id, registration_id, first_name, last_name, 'again', '2024-05-02', timing_partner_id from raceroster_participants
   where registration_id % 1000 = 7`,
];

const uuidRaceRoster: readonly string[] = [
  // One event that the older program gave two uuids, one whose id with Race Roster it did not know.
  `insert into raceroster_events (event_id, external_event_id, event_name, start_date, fetched_date, current_participants, timing_partner_id)
   select md5('roster' || i)::uuid, case when i = 39 then null when i = 38 then 'rr-37' else 'rr-' || i end, 'Roster ' || i,
     timestamp '2024-06-01 09:00' + i * interval '1 day', timestamp '2024-05-01' + i * interval '1 second', 50,
     case when i = 40 then null when i = 38 then 2 else 1 + i % 3 end from generate_series(1, 40) i`,
  `insert into raceroster_participants (event_id, registration_id, first_name, last_name, bib_number, fetched_date, timing_partner_id)
   select e.event_id, i * 1000 + n, 'First ' || n, 'Last ' || i, n::text, '2024-05-01', e.timing_partner_id
   from generate_series(1, 40) i join raceroster_events e on e.event_id = md5('roster' || i)::uuid, generate_series(1, 50) n order by i, n`,
  `insert into raceroster_participants (event_id, registration_id, first_name, last_name, bib_number, fetched_date, timing_partner_id)
   select event_id, registration_id, first_name, last_name, 'again', '2024-05-02', timing_partner_id from raceroster_participants
   where registration_id::int % 1000 = 7`,
];

const scoring: readonly string[] = [
  `insert into haku_events (event_id, event_name, start_date, distance, fetched_date, timing_partner_id)
   select 'haku-' || i, 'Haku ' || i, '2024-07-01', 5, '2024-05-01', 1 + i % 3 from generate_series(1, 20) i`,
  `insert into haku_participants (event_id, participant_id, first_name, last_name, bib_number, fetched_date, timing_partner_id)
   select event_id, event_id || ':' || n, 'First', 'Last', n::text, timestamp '2024-05-01', timing_partner_id
   from haku_events, generate_series(1, 30) n union all
   select 'haku-1', 'haku-1:1', 'First', 'Last', 'again', '2024-05-02', 2`,
  `insert into ct_events (event_id, event_name, event_start_time, location, timing_partner_id, created_at)
   select 'ct-' || i, 'CT ' || i, '2024-08-01', '{"city":"Austin"}', 1 + i % 3, '2024-05-01' from generate_series(1, 30) i`,
  `insert into ct_races (race_id, event_id, race_name, race_course_distance, timing_partner_id)
   select 'r-' || i, 'ct-' || i, 'Race', 21.1, 1 + i % 3 from generate_series(1, 30) i`,
  `insert into ct_participants (entry_id, event_id, race_id, athlete_first_name, entry_bib, timing_partner_id)
   select 'e-' || i, 'ct-' || 1 + i % 30, 'r-' || 1 + i % 30, 'First ' || i, i::text, 1 + (1 + i % 30) % 3 from generate_series(1, 3000) i`,
  `insert into ct_results (event_id, race_id, entry_id, results_bib, results_time, results_rank, results_bracket_name, timing_partner_id, created_at)
   select event_id, race_id, entry_id, entry_bib, interval '40 minutes' + entry_bib::int * interval '1 second', entry_bib::int, b, timing_partner_id, '2024-08-01'
   from ct_participants, unnest(array['Overall', 'Sex']) b`,
  `insert into copernico_events (event_id, event_name, event_date, timing_partner_id)
   select 'RACE/' || i, 'Copernico ' || i, '2024-09-01', 1 + i % 3 from generate_series(1, 10) i`,
  `insert into copernico_participants (event_id, participant_id, bib_number, first_name, timing_partner_id)
   select event_id, n::text, n::text, 'First', timing_partner_id from copernico_events, generate_series(1, 50) n`,
  `insert into copernico_results (event_id, participant_id, bib_number, total_time, split_times, overall_position, timing_partner_id)
   select event_id, participant_id, bib_number, '00:45:00', '{"5K":"00:20:00"}', participant_id::int, timing_partner_id from copernico_participants`,
];

const history: readonly string[] = [
  `insert into sync_history (timing_partner_id, provider_id, event_id, operation_type, sync_direction, sync_time, status,
     num_of_synced_records, duration_seconds, reason)
   select 1 + i % 13, 1, (700001 + i % 1600)::text, (array['full_sync', 'incremental_sync', 'participants', 'events'])[1 + i % 4], 'pull',
     timestamp '2024-05-01' + i * interval '1 minute', (array['completed', 'success', 'failed', 'partial', 'completed'])[1 + i % 5], 25, 3, 'old'
   from generate_series(1, 20000) i`,
  `insert into sync_queue (timing_partner_id, provider_id, event_id, operation_type, sync_direction, priority, status, retry_count,
     max_retries, created_at)
   select 1 + i % 13, 1, (700001 + i)::text, 'participants', 'pull', 1 + i % 10, (array['completed', 'failed'])[1 + i % 2], 0, 3, '2024-05-01'
   from generate_series(1, 40) i`,
];
