/** What RunSignUp adds to the unified views: their columns in the order that other programs read, ours behind them. */

/** A race's place stands in for its events', which name none. */
export const eventsView = `
select 'RunSignUp'::text as source_provider, e.timing_partner_id, e.event_id::text as event_id, e.name as event_name,
  e.start_time as event_date, r.address ->> 'city' as city, r.address ->> 'state' as state, e.distance, e.fetched_date,
  e.start_at, e.time_zone
from runsignup_events e
left join runsignup_races r on r.timing_partner_id = e.timing_partner_id and r.race_id = e.race_id`;

export const participantsView = `
select 'RunSignUp'::text as source_provider, timing_partner_id, event_id::text as event_id, first_name, last_name, email,
  gender, bib_num as bib_number, address ->> 'city' as city, address ->> 'state' as state, age, registration_date,
  fetched_date, registration_id::text as registration_id, removed_at, removed_reason, dob as date_of_birth,
  team_info ->> 'team_name' as team_name, null::text as division
from runsignup_participants`;
