/** The calls that p88sync makes to Race Roster: their paths and parameters, and nothing of what the answers mean. */
import type { ApiAnswer } from '../../domain/provider.ts';
import type { Login } from './token.ts';

/** Finished events come only with date bounds (seen in one client); Race Roster itself began later than this. */
const beforeAllEvents = new Date('2000-01-01T00:00:00Z');

export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

export interface RaceRosterCalls {
  /** Events that start at `from` (UTC) or later; undefined: all. Only those that the account may access. */
  events(slice: Slice, from: Date | undefined): Promise<ApiAnswer>;
  event(eventId: string): Promise<ApiAnswer>;
  /**
   * Registrations of an event. `since` (UTC): changed at that second or later; public sources only say that Race Roster
   * takes `updated_since`, and where it does not everybody comes, which costs calls and nothing else.
   */
  participants(eventId: string, slice: Slice, since: Date | undefined): Promise<ApiAnswer>;
}

export function createCalls(call: Login['call']): RaceRosterCalls {
  return {
    events: (slice, from) =>
      call({
        method: 'GET',
        path: '/events',
        query: { ...sliceQuery(slice), eventDateFrom: isoSeconds(from ?? beforeAllEvents) },
      }),
    event: (eventId) => call({ method: 'GET', path: `/events/${encodeURIComponent(eventId)}` }),
    participants: (eventId, slice, since) =>
      call({
        method: 'GET',
        path: `/events/${encodeURIComponent(eventId)}/participants`,
        query: { ...sliceQuery(slice), ...(since === undefined ? {} : { updated_since: isoSeconds(since) }) },
      }),
  };
}

function sliceQuery({ offset, limit }: Slice): Record<string, string> {
  return { offset: String(offset), limit: String(limit) };
}

/** `2026-05-03T12:00:00Z`, as the vendor's examples are: no fraction (cut off, so never later), never a `+`. */
function isoSeconds(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}
