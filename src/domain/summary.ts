/** The summary of a full sync, as `--summary FILE` and `--json` write it. */
import type { Counts, Failure } from './outcomes.ts';

export interface FullSyncSummary {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly durationMs: number;
  readonly database: string;
  readonly totals: SummaryTotals;
  readonly partners: readonly PartnerSummary[];
  readonly failures: readonly SummaryFailure[];
  /** Events that were left for the next run: the time limit, a signal, or a budget that is spent. */
  readonly left: number;
  /** Events that a former, interrupted run of the same command had already brought in. */
  readonly resumed: number;
}

export interface SummaryTotals extends Counts {
  readonly partners: number;
  readonly races: number;
  readonly events: number;
  readonly participants: number;
  readonly apiCalls: number;
}

export interface PartnerSummary extends Counts {
  readonly partnerId: number;
  readonly partner: string;
  readonly provider: string;
  readonly races: number;
  readonly events: number;
  readonly apiCalls: number;
  readonly durationMs: number;
}

export interface SummaryFailure extends Failure {
  readonly partner: string;
  readonly provider: string;
  /** Undefined where discovery itself failed. */
  readonly eventIds: readonly string[] | undefined;
}
