/** What is unknown of Haku, or may differ between its accounts, as switches of its stand-in. */
import * as z from 'zod';

export interface HakuBehaviour {
  /** 3,600 in the one public client. */
  tokenSeconds: number;
  /** Rows per page at most, whatever `per_page` asks for: 25 by one source, 500 or more by another. */
  pageCap: number;
  /** Whether a row of the participant list carries `updated_at`. */
  listShowsUpdatedAt: boolean;
  listEnvelope: 'array' | 'object';
  /** What is answered behind the last page: nothing, or the last page again. */
  behindTheEnd: 'empty' | 'last-page';
  /** False: `updated_since` is ignored and everybody comes back. */
  honoursUpdatedSince: boolean;
  /** How starts are written: `2026-05-03T12:00:00Z`, or the wall time `2026-05-03 08:00:00` of a zone that nobody names. */
  eventTimes: 'instant' | 'wall';
}

export function hakuBehaviour(): HakuBehaviour {
  return {
    tokenSeconds: 3600,
    pageCap: 25,
    listShowsUpdatedAt: true,
    listEnvelope: 'array',
    behindTheEnd: 'empty',
    honoursUpdatedSince: true,
    eventTimes: 'instant',
  };
}

/** The switches as the control action `behaviour` takes them; what is left out stays. */
export const hakuSwitches = z.strictObject({
  tokenSeconds: z.int().min(1).exactOptional(),
  pageCap: z.int().min(1).exactOptional(),
  listShowsUpdatedAt: z.boolean().exactOptional(),
  listEnvelope: z.enum(['array', 'object']).exactOptional(),
  behindTheEnd: z.enum(['empty', 'last-page']).exactOptional(),
  honoursUpdatedSince: z.boolean().exactOptional(),
  eventTimes: z.enum(['instant', 'wall']).exactOptional(),
});
