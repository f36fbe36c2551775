/** What ChronoTrack adds to the views over all providers: the columns other programs read, in order, then ours. */

export const eventsView = `
select
  'ChronoTrack'::text as source_provider,
  e.timing_partner_id,
  e.event_id::text as event_id,
  e.event_name::text as event_name,
  e.event_start_time as event_date,
  e.location ->> 'city' as city,
  e.location ->> 'region' as state,
  null::numeric as distance,
  e.fetched_date,
  e.start_at,
  e.time_zone
from ct_events e`;

// ChronoTrack does not tell when somebody registered.
export const participantsView = `
select
  'ChronoTrack'::text as source_provider,
  p.timing_partner_id,
  p.event_id::text as event_id,
  p.athlete_first_name::text as first_name,
  p.athlete_last_name::text as last_name,
  p.athlete_email::text as email,
  p.athlete_sex::text as gender,
  p.entry_bib::text as bib_number,
  p.location ->> 'city' as city,
  p.location ->> 'region' as state,
  p.entry_race_age as age,
  null::timestamp as registration_date,
  p.fetched_date,
  p.entry_id::text as registration_id,
  p.removed_at,
  p.removed_reason,
  p.athlete_birthdate as date_of_birth,
  p.team_name::text as team_name,
  coalesce(p.race_name, p.reg_choice_name) as division,
  p.duplicate_of
from ct_participants p`;

// An entry that was imported from us holds the id that we sent (runsignup-91000001) as its external id: publishing
// finds the registration by it. Any other external id is somebody else's, and the entry's own id stands.
export const resultsView = `
select
  'ChronoTrack'::text as source_provider,
  r.timing_partner_id,
  r.event_id::text as event_id,
  r.results_bib::text as bib_number,
  r.results_first_name::text as first_name,
  r.results_last_name::text as last_name,
  r.results_sex::text as gender,
  r.results_age as age,
  r.results_time,
  r.results_gun_time,
  r.results_rank as overall_place,
  r.fetched_date,
  r.result_key as result_id,
  case when p.entry_external_id ~ '^[a-z]+-' then p.entry_external_id else r.entry_id end::text as participant_id,
  r.status,
  r.results_primary_bracket_name::text as division,
  r.sex_rank as gender_place,
  r.age_rank as division_place,
  r.split_times as splits,
  r.removed_at
from ct_results r
left join ct_participants p
  on p.timing_partner_id = r.timing_partner_id and p.entry_id = r.entry_id`;
