/** What RunSignUp adds to the unified views: their columns in the order that other programs read, ours behind them. */

/**
 * A race's place stands in for its events', which name none; where the partner has no row of the race (older programs
 * kept one for all partners), anybody's does.
 */
export const eventsView = `
select 'RunSignUp'::text as source_provider, e.timing_partner_id, e.event_id::text as event_id, e.name as event_name,
  e.start_time as event_date, coalesce(r.address, o.address) ->> 'city' as city, coalesce(r.address, o.address) ->> 'state' as state,
  e.distance, e.fetched_date, e.start_at, e.time_zone
from runsignup_events e
left join runsignup_races r on r.timing_partner_id = e.timing_partner_id and r.race_id = e.race_id
left join lateral (
  select a.address from runsignup_races a where r.race_id is null and a.race_id = e.race_id limit 1
) o on true`;

export const participantsView = `
select 'RunSignUp'::text as source_provider, timing_partner_id, event_id::text as event_id, first_name, last_name, email,
  gender, bib_num as bib_number, address ->> 'city' as city, address ->> 'state' as state, age, registration_date,
  fetched_date, registration_id::text as registration_id, removed_at, removed_reason, dob as date_of_birth,
  team_info ->> 'team_name' as team_name, null::text as division, duplicate_of
from runsignup_participants`;
