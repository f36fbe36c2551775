/**
 * What Race Roster adds to the views over all providers: the columns other programs read, in order, then ours. In
 * the older shapes of the tables (tables.ts) `event_id` is what it was for the readers of the old views: a number or a
 * uuid, and Race Roster's id only where that has none.
 */

export const eventsView = `
select
  'Race Roster'::text as source_provider,
  e.timing_partner_id,
  coalesce(e.event_id::text, e.external_event_id) as event_id,
  e.event_name,
  e.start_date as event_date,
  e.address ->> 'city' as city,
  e.address ->> 'state' as state,
  e.distance,
  e.fetched_date,
  e.start_at,
  e.timezone as time_zone
from raceroster_events e`;

// Race Roster sends no age that is known; on race day it follows from the birth date.
export const participantsView = `
select
  'Race Roster'::text as source_provider,
  p.timing_partner_id,
  coalesce(p.event_id::text, p.external_event_id) as event_id,
  p.first_name,
  p.last_name,
  p.email,
  p.gender,
  p.bib_number,
  p.address ->> 'city' as city,
  p.address ->> 'state' as state,
  extract(year from age(e.start_date, p.date_of_birth))::integer as age,
  p.registration_date,
  p.fetched_date,
  coalesce(p.external_registration_id, p.registration_id::text) as registration_id,
  p.removed_at,
  p.removed_reason,
  p.date_of_birth,
  p.team_name,
  p.division,
  p.duplicate_of
from raceroster_participants p
left join raceroster_events e
  on e.timing_partner_id = p.timing_partner_id
  and coalesce(e.event_id::text, e.external_event_id) = coalesce(p.event_id::text, p.external_event_id)`;
