/** What Haku adds to the views over all providers: the columns other programs read, in order, then ours. */

export const eventsView = `
select
  'Haku'::text as source_provider,
  e.timing_partner_id,
  e.event_id::text as event_id,
  e.event_name,
  e.start_date as event_date,
  e.address ->> 'city' as city,
  e.address ->> 'state' as state,
  e.distance,
  e.fetched_date,
  e.start_at,
  e.time_zone
from haku_events e`;

// Haku tells the age in its lists only; on race day it follows from the birth date.
export const participantsView = `
select
  'Haku'::text as source_provider,
  p.timing_partner_id,
  p.event_id::text as event_id,
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
  p.participant_id::text as registration_id,
  p.removed_at,
  p.removed_reason,
  p.date_of_birth,
  p.team_affiliation as team_name,
  p.category as division,
  p.duplicate_of
from haku_participants p
left join haku_events e
  on e.timing_partner_id = p.timing_partner_id and e.event_id = p.event_id`;
