/** The calls that p88sync makes to Let's Do This: their paths and parameters, and nothing of what the answers mean. */
import type { ApiAnswer, CallApi } from '../../domain/provider.ts';

export type ListName = 'events' | 'applications' | 'participants';

export interface ListCall {
  readonly size: number;
  /** The cursor that the page before named; null: the first page. */
  readonly after: string | null;
  /** Changes at this instant or later (UTC); undefined: everything. */
  readonly since?: Date | undefined;
}

export interface LetsDoThisCalls {
  list(name: ListName, call: ListCall): Promise<ApiAnswer>;
  event(eventId: string): Promise<ApiAnswer>;
}

export function createCalls(call: CallApi, key: string): LetsDoThisCalls {
  const headers = { authorization: `Bearer ${key}` };
  return {
    // Brackets leave this program percent-encoded, as strict servers want them and lenient ones take them.
    list: (name, { size, after, since }) =>
      call({
        method: 'GET',
        path: `/${name}`,
        query: {
          'page[size]': String(size),
          ...(after === null ? {} : { 'page[after]': after }),
          // Whether `after` includes the instant itself is not known: a millisecond earlier it does.
          ...(since === undefined ? {} : { 'updatedAt[after]': new Date(since.getTime() - 1).toISOString() }),
        },
        headers,
      }),
    event: (eventId) => call({ method: 'GET', path: `/events/${encodeURIComponent(eventId)}`, headers }),
  };
}
