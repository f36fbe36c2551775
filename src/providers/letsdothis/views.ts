/** What Let's Do This adds to the views over all providers: the columns other programs read, in order, then ours. */

export const eventsView = `
select
  'Let''s Do This'::text as source_provider,
  e.timing_partner_id,
  e.event_id,
  e.event_name,
  e.start_date as event_date,
  e.city,
  e.region as state,
  null::numeric as distance,
  e.fetched_date,
  e.start_at,
  e.timezone as time_zone
from letsdothis_events e`;

/** A value of the person who runs; the application's where the list of participants is silent and means the same person. */
const who = (name: string) =>
  `case when w.other then p.runner ->> '${name}' else coalesce(p.runner ->> '${name}', p.${name}) end`;
const born = `case when w.other then (p.runner ->> 'date_of_birth')::date
    else coalesce((p.runner ->> 'date_of_birth')::date, p.date_of_birth) end`;

// Whoever paid for somebody else is in the application and does not run; age follows from the birth date, on race day.
export const participantsView = `
select
  'Let''s Do This'::text as source_provider,
  p.timing_partner_id,
  p.event_id,
  ${who('first_name')} as first_name,
  ${who('last_name')} as last_name,
  ${who('email')} as email,
  ${who('gender')} as gender,
  p.bib_number,
  p.city,
  p.region as state,
  extract(year from age(e.start_date, w.born))::integer as age,
  coalesce(p.registration_date, p.application_date) as registration_date,
  p.fetched_date,
  p.registration_id,
  p.removed_at,
  p.removed_reason,
  w.born as date_of_birth,
  p.team_name,
  coalesce(p.division, p.category) as division,
  p.duplicate_of
from letsdothis_participants p
left join letsdothis_events e
  on e.timing_partner_id = p.timing_partner_id and e.event_id = p.event_id
cross join lateral (
  select o.other, ${born.replaceAll('w.other', 'o.other')} as born
  from (select coalesce(lower(p.runner ->> 'first_name') <> lower(p.first_name), false)
    or coalesce(lower(p.runner ->> 'last_name') <> lower(p.last_name), false) as other) o
) w`;
