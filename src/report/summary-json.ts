/** `full-sync --json` and `--summary FILE`. Fields are added, never renamed; times are ISO 8601 in UTC, durations in ms. */
import type { FullSyncSummary } from '../domain/summary.ts';
import { failureJson } from './outcome-json.ts';

/** The whole summary; `left` 0 and no failures: everything is in. */
export function summaryJson(summary: FullSyncSummary) {
  return {
    startedAt: summary.startedAt.toISOString(),
    finishedAt: summary.finishedAt.toISOString(),
    durationMs: summary.durationMs,
    database: summary.database,
    totals: { ...summary.totals },
    partners: summary.partners.map((partner) => ({ ...partner })),
    failures: summary.failures.map((failure) => ({
      partner: failure.partner,
      provider: failure.provider,
      /** Null: discovery itself failed. */
      eventIds: failure.eventIds === undefined ? null : [...failure.eventIds],
      ...failureJson(failure),
    })),
    left: summary.left,
    resumed: summary.resumed,
  };
}
