/** Copernico as data; the promises are those of src/domain/provider.ts. */
import type { Provider } from '../../domain/provider.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable, resultsTable } from './tables.ts';
import { eventsView, participantsView, resultsView } from './views.ts';

export const copernico: Provider = {
  name: 'copernico',
  displayName: 'Copernico',
  otherNames: ['Copérnico', 'Timingsense'],
  defaults: {
    baseUrl: 'https://api.copernico.cloud',
    callsPerHour: 2000,
    // A preset comes in one answer: this is the size of the pages that it is stored in.
    pageSize: 500,
  },
  // A scoring system: it has no list of events, and of people only those that a preset shows.
  abilities: {
    registrations: false,
    details: false,
    takesParticipants: true,
    givesResults: true,
    takesResults: false,
  },
  unit: 'event',
  incremental: false,
  removals: 'absence',
  minimumCalls: { full: 1, incremental: 1 },
  tables: { events: eventsTable, participants: participantsTable, results: resultsTable },
  migrations,
  views: { events: eventsView, participants: participantsView, results: resultsView },
  load: async () => (await import('./adapter.ts')).adapter,
};
