/** Haku as data; the promises are those of src/domain/provider.ts. */
import type { Provider } from '../../domain/provider.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable } from './tables.ts';
import { eventsView, participantsView } from './views.ts';

export const haku: Provider = {
  name: 'haku',
  displayName: 'Haku',
  otherNames: [],
  defaults: {
    baseUrl: 'https://api.hakuapp.com',
    callsPerHour: 500,
    // 500 is known to be taken, though one source says that 25 rows come back whatever is asked for. page-series.ts reads
    // right either way, and where 500 hold, a list of 5,000 costs 10 calls of the hour's 500 instead of 200.
    pageSize: 500,
  },
  abilities: {
    registrations: true,
    details: true,
    takesParticipants: false,
    givesResults: false,
    takesResults: false,
  },
  unit: 'event',
  incremental: true,
  // `is_cancelled` is seen on those who cancelled; nothing says that whoever is transferred or deleted stays in the list.
  removals: 'absence',
  // A list ends with a page that brings nothing new; one sorted by time of change is left at the first old row.
  minimumCalls: { full: 2, incremental: 1 },
  tables: { events: eventsTable, participants: participantsTable },
  migrations,
  views: { events: eventsView, participants: participantsView },
  load: async () => (await import('./adapter.ts')).adapter,
};
