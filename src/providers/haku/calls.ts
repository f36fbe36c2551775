/** The calls that p88sync makes to Haku: their paths and parameters, and nothing of what the answers mean. */
import type { ApiAnswer, CallApi } from '../../domain/provider.ts';
import type { Slice } from './page-series.ts';

export interface HakuCalls {
  events(slice: Slice): Promise<ApiAnswer>;
  /**
   * The list of an event's registrations, newest change first. `since` (UTC) is said to be honoured by some accounts and
   * documented nowhere; where it is ignored everybody comes, which costs calls and nothing else.
   */
  participants(eventId: string, slice: Slice, since: Date | undefined): Promise<ApiAnswer>;
  registration(eventId: string, registrationNumber: string): Promise<ApiAnswer>;
}

export function createCalls(call: CallApi): HakuCalls {
  return {
    events: (slice) =>
      call({
        method: 'GET',
        path: '/events',
        query: { ...sliceQuery(slice), sort_column: 'event_date', sort_direction: 'desc' },
      }),
    participants: (eventId, slice, since) =>
      call({
        method: 'GET',
        path: `/events/${encodeURIComponent(eventId)}/participants`,
        query: {
          ...sliceQuery(slice),
          sort_column: 'updated_at',
          sort_direction: 'desc',
          ...(since === undefined ? {} : { updated_since: `${since.toISOString().slice(0, 19)}Z` }),
        },
      }),
    registration: (eventId, registrationNumber) =>
      call({
        method: 'GET',
        path: `/events/${encodeURIComponent(eventId)}/registrations/${encodeURIComponent(registrationNumber)}`,
      }),
  };
}

function sliceQuery({ page, perPage }: Slice): Record<string, string> {
  return { page: String(page), per_page: String(perPage) };
}
