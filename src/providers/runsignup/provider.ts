/** RunSignUp as data; the promises are those of src/domain/provider.ts. */
import type { Provider } from '../../domain/provider.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable, racesTable } from './tables.ts';
import { eventsView, participantsView } from './views.ts';

/** Its program tools are `registrationId` and `registrationSecret`. */
export const runsignup: Provider = {
  name: 'runsignup',
  displayName: 'RunSignUp',
  otherNames: [],
  defaults: {
    // The server of the official specifications since August 2025; the older runsignup.com/Rest works too.
    baseUrl: 'https://api.runsignup.com/rest',
    callsPerHour: 1_000,
    pageSize: 2_500,
  },
  abilities: {
    registrations: true,
    details: false,
    takesParticipants: false,
    givesResults: false,
    takesResults: true,
  },
  unit: 'race',
  incremental: true,
  removals: 'feed',
  // Active and removed people are two lists.
  minimumCalls: { full: 2, incremental: 2 },
  tables: { races: racesTable, events: eventsTable, participants: participantsTable },
  migrations,
  views: { events: eventsView, participants: participantsView },
  load: async () => (await import('./adapter.ts')).adapter,
};
