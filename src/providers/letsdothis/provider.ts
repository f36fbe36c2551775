/** Let's Do This as data; the promises are those of src/domain/provider.ts. */
import type { Provider } from '../../domain/provider.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable } from './tables.ts';
import { eventsView, participantsView } from './views.ts';

export const letsdothis: Provider = {
  name: 'letsdothis',
  displayName: "Let's Do This",
  otherNames: ['LetsDoThis', 'Lets Do This', 'lets_do_this', 'LDT'],
  defaults: {
    baseUrl: 'https://api.letsdothis.com/v0',
    // The installation it replaces kept to it; no limit is published.
    callsPerHour: 1000,
    // What the one known client sends; the ceiling is not documented.
    pageSize: 100,
  },
  abilities: {
    registrations: true,
    details: false,
    takesParticipants: false,
    givesResults: false,
    takesResults: false,
  },
  // No list is known to take an event: one series answers for all events of the key's organiser.
  unit: 'organiser',
  incremental: true,
  // A status tells who left; nothing says that every row stays in the list.
  removals: 'absence',
  // Applications and participants, a call each.
  minimumCalls: { full: 2, incremental: 2 },
  tables: { events: eventsTable, participants: participantsTable },
  migrations,
  views: { events: eventsView, participants: participantsView },
  load: async () => (await import('./adapter.ts')).adapter,
};
