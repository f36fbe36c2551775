/**
 * A seventh provider, as small as the contract allows: this folder and its line in the list of providers are all that it
 * takes. `toyServer` in stand-in.ts is what it calls.
 */
import type { Provider } from '../../src/domain/provider.ts';
import { eventsTable, migrations, participantsTable } from './tables.ts';

export const toy: Provider = {
  name: 'toy',
  displayName: 'Toy Tickets',
  otherNames: [],
  defaults: { baseUrl: 'https://toy.test/api', callsPerHour: 600, pageSize: 3 },
  abilities: {
    registrations: true,
    details: false,
    takesParticipants: false,
    givesResults: false,
    takesResults: false,
  },
  unit: 'event',
  incremental: true,
  removals: 'feed',
  minimumCalls: { full: 1, incremental: 1 },
  tables: { events: eventsTable, participants: participantsTable },
  migrations,
  views: {
    events: `select 'Toy Tickets'::text as source_provider, timing_partner_id, event_id, name as event_name,
      (start_at at time zone 'UTC') as event_date, null::text as city, null::text as state, null::numeric as distance,
      fetched_date, start_at, 'UTC'::text as time_zone from toy_events`,
    participants: `select 'Toy Tickets'::text as source_provider, timing_partner_id, event_id, first_name, last_name,
      null::text as email, null::text as gender, bib as bib_number, null::text as city, null::text as state,
      null::integer as age, null::timestamp as registration_date, fetched_date, ticket as registration_id, removed_at,
      removed_reason, null::date as date_of_birth, null::text as team_name, null::text as division, duplicate_of from toy_participants`,
  },
  load: async () => (await import('./adapter.ts')).adapter,
};
