/** ChronoTrack (CTLive) as data; the promises are those of src/domain/provider.ts and src/domain/scoring.ts. */
import type { Provider } from '../../domain/provider.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable, racesTable, resultsTable } from './tables.ts';
import { eventsView, participantsView, resultsView } from './views.ts';

export const chronotrack: Provider = {
  name: 'chronotrack',
  displayName: 'ChronoTrack',
  otherNames: ['CTLive', 'CT Live', 'ChronoTrack Live', 'Chrono Track'],
  defaults: {
    baseUrl: 'https://api.chronotrack.com/api',
    callsPerHour: 2000,
    // Public clients send 50 to 1600 and get them; a lower cap of the server costs calls and nothing else.
    pageSize: 1000,
  },
  abilities: {
    registrations: true,
    details: false,
    takesParticipants: false,
    givesResults: true,
    takesResults: false,
  },
  secretConfig: ['client_secret'],
  unit: 'event',
  // One client sends `last_modified`, and nothing shows that it filters: every listing is whole.
  incremental: false,
  // The words of `entry_status` are not documented, so who left may as well just not be listed any more.
  removals: 'absence',
  minimumCalls: { full: 1, incremental: 1 },
  tables: { races: racesTable, events: eventsTable, participants: participantsTable, results: resultsTable },
  migrations,
  views: { events: eventsView, participants: participantsView, results: resultsView },
  load: async () => (await import('./adapter.ts')).adapter,
};
