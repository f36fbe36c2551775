/** What is unknown of Let's Do This as switches of its stand-in. */
import * as z from 'zod';

export interface LetsDoThisBehaviour {
  /** Rows per page at most, whatever `page[size]` asks for. */
  pageCap: number;
  /** Seconds, and calls to the stand-in, after which a cursor is refused; null: never. */
  cursorSeconds: number | null;
  cursorCalls: number | null;
  /** The status with which it is refused. */
  cursorRefusal: 400 | 404 | 410 | 422;
  /** Rows of a page that come again at the beginning of the next. */
  repeatedRows: number;
  /** False: GET /participants answers 404. */
  hasParticipants: boolean;
  /** How a participant names its application: in a field, in an object, or by having the same id. */
  join: 'field' | 'object' | 'same-id';
  /** Participants of an application whose person runs in a team; the first is that person. */
  teamEntrySize: number;
  /** False: `updatedAt[after]` is ignored and everybody comes back. */
  honoursUpdatedAfter: boolean;
  /** How starts are written: an instant in UTC, a wall time, or the day alone. */
  eventStart: 'instant' | 'wall' | 'day';
  /** False: events name no time zone. */
  namesTimeZone: boolean;
  /** False: GET /events/{id} answers 404. */
  hasOneEvent: boolean;
}

export function letsDoThisBehaviour(): LetsDoThisBehaviour {
  return {
    pageCap: 100,
    cursorSeconds: null,
    cursorCalls: null,
    cursorRefusal: 410,
    repeatedRows: 0,
    hasParticipants: true,
    join: 'field',
    teamEntrySize: 1,
    honoursUpdatedAfter: true,
    eventStart: 'instant',
    namesTimeZone: true,
    hasOneEvent: true,
  };
}

/** The switches as the control action `behaviour` takes them; what is left out stays. */
export const letsDoThisSwitches = z.strictObject({
  pageCap: z.int().min(1).exactOptional(),
  cursorSeconds: z.int().min(1).nullable().exactOptional(),
  cursorCalls: z.int().min(1).nullable().exactOptional(),
  cursorRefusal: z.literal([400, 404, 410, 422]).exactOptional(),
  repeatedRows: z.int().min(0).exactOptional(),
  hasParticipants: z.boolean().exactOptional(),
  join: z.enum(['field', 'object', 'same-id']).exactOptional(),
  teamEntrySize: z.int().min(1).max(9).exactOptional(),
  honoursUpdatedAfter: z.boolean().exactOptional(),
  eventStart: z.enum(['instant', 'wall', 'day']).exactOptional(),
  namesTimeZone: z.boolean().exactOptional(),
  hasOneEvent: z.boolean().exactOptional(),
});
