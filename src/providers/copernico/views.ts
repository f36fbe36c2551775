/** What Copernico adds to the unified views: the columns that other programs read, in their order, ours behind them. */

export const eventsView = `
select 'Copernico'::text as source_provider, timing_partner_id, event_id::text as event_id, event_name, event_date,
  location as city, null::text as state, null::numeric as distance, fetched_date, start_at, null::text as time_zone
from copernico_events`;

export const participantsView = `
select 'Copernico'::text as source_provider, p.timing_partner_id, p.event_id::text as event_id, p.first_name, p.last_name,
  null::text as email, p.gender, p.bib_number, null::text as city, null::text as state,
  extract(year from age(e.event_date, p.date_of_birth))::integer as age, null::timestamp as registration_date,
  p.fetched_date, p.participant_id::text as registration_id, p.removed_at, p.removed_reason, p.date_of_birth,
  p.club_team as team_name, p.category as division, p.duplicate_of
from copernico_participants p
left join copernico_events e on e.timing_partner_id = p.timing_partner_id and e.event_id = p.event_id`;

export const resultsView = `
select 'Copernico'::text as source_provider, timing_partner_id, event_id::text as event_id, bib_number, first_name,
  last_name, gender, age, total_time as results_time, gun_time as results_gun_time, overall_position as overall_place,
  fetched_date, result_key as result_id, participant_id::text as participant_id, status, category as division,
  gender_position as gender_place, category_position as division_place, split_times as splits, removed_at
from copernico_results`;
