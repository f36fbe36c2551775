/** After a failed sync: when the event is tried again. The sync asks, and writes the answer into the history row. Pure. */
import type { Settings } from '../domain/settings.ts';

/** `alert`: tell a person; true once, when the retries have run out. */
export type Retry =
  | { readonly status: 'failed'; readonly retryAt: Date; readonly alert: false }
  | { readonly status: 'failed_permanent'; readonly alert: boolean };

/**
 * Retries after 2, 4, 8 minutes, none later than the event's own interval; then the event goes on at its normal pace as
 * `failed_permanent`.
 * @param failures failures in a row, this one included.
 * @param intervalMinutes the event's interval at `now`.
 * @param retryAt the provider's Retry-After (UTC): it wins, even where it is longer than the interval.
 */
export function nextRetry(
  failures: number,
  intervalMinutes: number,
  now: Date,
  settings: Settings,
  retryAt?: Date,
): Retry {
  const wait = settings.retryMinutes[failures - 1];
  if (wait === undefined) {
    return { status: 'failed_permanent', alert: failures === settings.retryMinutes.length + 1 };
  }
  const own = new Date(now.getTime() + Math.min(wait, intervalMinutes) * 60_000);
  return { status: 'failed', retryAt: retryAt ?? own, alert: false };
}
