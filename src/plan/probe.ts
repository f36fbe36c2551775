/** After a credential was refused: when one unit may try it again. Pure. */
import type { Settings } from '../domain/settings.ts';

/** A person needs minutes to correct a credential; then it should work without another command. */
const thenEveryMinutes = 15;

/**
 * The next probe (UTC): after the waits of a retry (2, 4, 8 minutes), then every 15 minutes.
 * @param refusals refusals in a row, this one included.
 */
export function nextProbe(refusals: number, now: Date, settings: Settings): Date {
  const minutes = settings.retryMinutes[refusals - 1] ?? thenEveryMinutes;
  return new Date(now.getTime() + minutes * 60_000);
}
