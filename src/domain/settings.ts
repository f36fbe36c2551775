/** Every number of design section 5 and 6, settable; `src/config.ts` reads them from the environment. */
export type Priority = 'high' | 'medium' | 'low';
export const priorities = ['high', 'medium', 'low'] as const satisfies readonly Priority[];

/** How often a window is synced. */
export interface Cadence {
  readonly everyMinutes: number;
  /** Units of this class that one tick takes. */
  readonly unitsPerTick: number;
}

export interface Settings {
  readonly cadence: Readonly<Record<Priority, Cadence>>;
  /** High from this long before the start … */
  readonly highFromHours: number;
  /** … medium from this long before the start. */
  readonly mediumFromHours: number;
  /** High until this long after the start, inclusive. */
  readonly stopAfterHours: number;
  /** A beat of a one-minute timer jitters: due this much early. */
  readonly slackSeconds: number;
  /** Waits before the first, second and third retry. */
  readonly retryMinutes: readonly number[];
  /** Where removals are inferred, an incremental sync becomes a full one when the last full one is older. */
  readonly relistHours: number;
  /** Subtracted from the provider's clock when the watermark is set. */
  readonly overlapSeconds: number;
  readonly leaseSeconds: number;
  /** A complete listing that would mark more than max(people, share) of an event stops with exit 6. */
  readonly massRemoval: { readonly people: number; readonly share: number };
  readonly scoring: ScoringCadence;
}

/** How often linked scoring events are worked on. */
export interface ScoringCadence {
  /** Results, from the start of the first linked event … */
  readonly resultsEveryMinutes: number;
  /** … until this long after the start of the last one. */
  readonly resultsUntilHours: number;
  /** Participants, where no sync changed anything meanwhile. */
  readonly pushEveryMinutes: number;
}

/** Design section 5 and 6, as the product ships. */
export const defaultSettings: Settings = {
  cadence: {
    high: { everyMinutes: 1, unitsPerTick: 50 },
    medium: { everyMinutes: 15, unitsPerTick: 20 },
    low: { everyMinutes: 240, unitsPerTick: 10 },
  },
  highFromHours: 4,
  mediumFromHours: 24,
  stopAfterHours: 1,
  slackSeconds: 30,
  retryMinutes: [2, 4, 8],
  relistHours: 24,
  overlapSeconds: 60,
  leaseSeconds: 60,
  massRemoval: { people: 5, share: 0.1 },
  scoring: { resultsEveryMinutes: 30, resultsUntilHours: 24, pushEveryMinutes: 240 },
};
