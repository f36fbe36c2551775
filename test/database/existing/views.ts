/** Views of the programs before us: the unified ones, in the column order that their readers know, and some of others. */

const events: readonly (readonly [table: string, select: string])[] = [
  [
    'runsignup_events',
    `select 'RunSignUp' as source_provider, e.timing_partner_id, e.event_id::varchar as event_id, e.name::varchar as event_name,
      e.start_time as event_date, (r.address ->> 'city')::varchar as city, (r.address ->> 'state')::varchar as state, e.distance, e.fetched_date
    from runsignup_events e left join runsignup_races r on r.race_id = e.race_id`,
  ],
  [
    'haku_events',
    `select 'Haku', timing_partner_id, event_id, event_name, start_date, location, null, distance, fetched_date from haku_events`,
  ],
  [
    'ct_events',
    `select 'ChronoTrack', timing_partner_id, event_id, event_name, event_start_time, location ->> 'city', location ->> 'region', null, created_at from ct_events`,
  ],
];

const integerEvents = `select 'Race Roster', timing_partner_id, event_id::varchar, name, start_date, address ->> 'city', address ->> 'state',
  distance, fetched_date from raceroster_events`;
const uuidEvents = `select 'Race Roster', timing_partner_id, event_id::varchar, event_name, start_date, null, null, null, fetched_date
  from raceroster_events`;

const people: readonly (readonly [table: string, select: string])[] = [
  [
    'runsignup_participants',
    `select 'RunSignUp' as source_provider, timing_partner_id, event_id::varchar as event_id, first_name, last_name, email, gender,
      bib_num as bib_number, (address ->> 'city')::varchar as city, (address ->> 'state')::varchar as state, age, registration_date, fetched_date
    from runsignup_participants`,
  ],
  [
    'raceroster_participants',
    `select 'Race Roster', timing_partner_id, event_id::varchar, first_name, last_name, email, gender, bib_number, address ->> 'city',
      address ->> 'state', null, registration_date, fetched_date from raceroster_participants`,
  ],
  [
    'haku_participants',
    `select 'Haku', timing_partner_id, event_id, first_name, last_name, email, gender, bib_number, null, null, null,
      registration_date, fetched_date from haku_participants`,
  ],
];

const results = `select 'ChronoTrack' as source_provider, timing_partner_id, event_id, results_bib as bib_number,
  results_first_name as first_name, results_last_name as last_name, results_sex as gender, results_age as age, results_time,
  results_gun_time, results_rank as overall_place, created_at as fetched_date from ct_results`;

export function unifiedViews(has: (table: string) => boolean, raceRoster: 'integer' | 'uuid'): readonly string[] {
  const selects = (all: readonly (readonly [string, string])[]) =>
    all
      .flatMap(([table, select]) =>
        has(table) && (table !== 'runsignup_events' || has('runsignup_races')) ? [select] : [],
      )
      .join('\nunion all\n');
  const withRaceRoster = [
    ...events,
    ['raceroster_events', raceRoster === 'uuid' ? uuidEvents : integerEvents],
  ] as const;
  return [
    `create view unified_events (source_provider, timing_partner_id, event_id, event_name, event_date, city, state, distance,\n      fetched_date) as ${selects(withRaceRoster)}`,
    `create view unified_participants (source_provider, timing_partner_id, event_id, first_name, last_name, email, gender,\n      bib_number, city, state, age, registration_date, fetched_date) as ${selects(people)}`,
    ...(has('ct_results') ? [`create view unified_results as ${results}`] : []),
    "comment on view unified_events is 'Events of all providers'",
    'grant select on unified_events, unified_participants to public',
  ];
}

/** Views on views, a check option, rights and comments on them, and a table that refers to an event by its id alone. */
export function otherPrograms(has: (table: string) => boolean): readonly string[] {
  if (!has('runsignup_participants') || !has('runsignup_events') || !has('runsignup_races')) return [];
  return [
    `create view display_people with (security_barrier = true) as
      select id, event_id, first_name || ' ' || last_name as name, bib_num from runsignup_participants where bib_num is not null`,
    'create view display_board as select event_id, count(*) as bibs, max(bib_num) as last_bib from display_people group by event_id',
    `create view display_names as select p.first_name, d.name, u.event_name from runsignup_participants p
      join display_people d using (id) join unified_events u on u.event_id = d.event_id::varchar`,
    "comment on view display_board is 'Bibs by event'",
    "comment on column display_board.last_bib is 'the greatest'",
    'grant select, update on display_board to public',
    'create table display_settings (event_id int references runsignup_events, colour text)',
    "insert into display_settings select event_id, 'red' from runsignup_events order by 1 limit 3",
    `create table display_lists (timing_partner_id int, event_id int references runsignup_events on delete set null, title varchar(40))`,
    "insert into display_lists select timing_partner_id, event_id, 'start' from runsignup_events order by 1 limit 3",
  ];
}
