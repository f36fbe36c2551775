import * as z from 'zod';

/** Switches for what is unknown of the real ChronoTrack, or differs between accounts and events. */
export interface ChronoTrackBehaviour {
  /** Rows per page at most, whatever `size` asks for. */
  pageCap: number;
  /** False: answers lack the `X-Ctlive-…` headers. */
  sendsCounts: boolean;
  /** True: a wrong client, user or password gets an empty list with status 200 instead of 401. */
  refusesWithEmptyList: boolean;
  /** False: `bracket=SEX` and `bracket=AGE` are ignored, and ranks are those over all. */
  knowsBracketTypes: boolean;
  /** Name of the interval that is the whole course. */
  finishName: 'Full Course' | 'Finish' | '';
  /** Digits behind the second in times of results. */
  timeDigits: number;
  /** False: entries of people who left are not listed any more. */
  showsWhoLeft: boolean;
  /** True: `entry_status` of somebody who was disqualified says DQ. */
  showsDisqualified: boolean;
  /** Hours from the start until `event_end_time`; null: left open, as many timers do. */
  eventHours: number | null;
  tokenSeconds: number;
}

export const usualChronoTrack: ChronoTrackBehaviour = {
  pageCap: 1000,
  sendsCounts: true,
  refusesWithEmptyList: false,
  knowsBracketTypes: true,
  finishName: 'Full Course',
  timeDigits: 1,
  showsWhoLeft: true,
  showsDisqualified: false,
  eventHours: null,
  tokenSeconds: 3600,
};

/** What the control action `behaviour` takes of them. */
export const chronoTrackBehaviour = z.strictObject({
  pageCap: z.int().min(1).exactOptional(),
  sendsCounts: z.boolean().exactOptional(),
  refusesWithEmptyList: z.boolean().exactOptional(),
  knowsBracketTypes: z.boolean().exactOptional(),
  finishName: z.enum(['Full Course', 'Finish', '']).exactOptional(),
  timeDigits: z.int().min(0).max(3).exactOptional(),
  showsWhoLeft: z.boolean().exactOptional(),
  showsDisqualified: z.boolean().exactOptional(),
  eventHours: z.number().positive().nullable().exactOptional(),
  tokenSeconds: z.int().min(1).exactOptional(),
}) satisfies z.ZodType<Partial<ChronoTrackBehaviour>>;
