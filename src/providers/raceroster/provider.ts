/** Race Roster as data; the promises are those of src/domain/provider.ts. */
import type { Provider } from '../../domain/provider.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable } from './tables.ts';
import { eventsView, participantsView } from './views.ts';

export const raceroster: Provider = {
  name: 'raceroster',
  displayName: 'Race Roster',
  otherNames: ['RaceRoster', 'Race-Roster', 'race_roster'],
  defaults: {
    baseUrl: 'https://raceroster.com/api/v1',
    callsPerHour: 1000,
    // What public clients are known to send. A larger one would save calls where it is taken, but no maximum is
    // documented, and a refused `limit` would stop every event; a server that caps it lower costs us nothing.
    pageSize: 50,
  },
  abilities: {
    registrations: true,
    details: false,
    takesParticipants: false,
    givesResults: false,
    takesResults: false,
  },
  secretConfig: ['username', 'password'],
  unit: 'event',
  incremental: true,
  // `isActive: false` is seen on some who left, but nothing says that all of them stay in the list.
  removals: 'absence',
  // Rows end at a page that brings nothing new, so a list with people takes two calls, an empty one (nobody changed) one.
  minimumCalls: { full: 2, incremental: 1 },
  tables: { events: eventsTable, participants: participantsTable },
  migrations,
  views: { events: eventsView, participants: participantsView },
  load: async () => (await import('./adapter.ts')).adapter,
};
