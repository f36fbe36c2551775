/** Whether a credential's events are looked for as they should be: used by the screen, the verdict and the JSON alike. */
import type { StatusCredential } from '../domain/status.ts';

/** `never`: not yet, by this program. `refused`: nothing can be found until the credential is mended. */
export type DiscoveryCondition = 'fine' | 'failed' | 'overdue' | 'never' | 'refused';

/** Twice a day, and an hour for the timer and for the discovery itself. */
const overdueMs = 13 * 3_600_000;
/** When the timers discover (hours, UTC). */
const discoveryHours = [6, 18, 30];

export function discoveryConditionOf(
  { lastDiscovery, refused, registrations }: StatusCredential,
  now: Date,
): DiscoveryCondition {
  if (refused) return 'refused';
  // Nothing is discovered there.
  if (!registrations) return 'fine';
  if (!lastDiscovery) return 'never';
  if (lastDiscovery.status === 'failed') return 'failed';
  return now.getTime() - lastDiscovery.at.getTime() > overdueMs ? 'overdue' : 'fine';
}

/** Whether a person should look at it: the next one by the timer is up to 12 h away, or does not come. */
export function discoveryIsBehind(credential: StatusCredential, now: Date): boolean {
  const condition = discoveryConditionOf(credential, now);
  return condition === 'failed' || condition === 'overdue';
}

/** `18:00 UTC` */
export function nextDiscoveryText(now: Date): string {
  const next = discoveryHours.find((hour) => hour > now.getUTCHours()) ?? 6;
  return `${String(next % 24).padStart(2, '0')}:00 UTC`;
}

/** What an operator types to discover now: `p88sync discover 2:runsignup`. */
export function discoverCommand({ partnerId, provider }: { partnerId: number; provider: string }): string {
  return `p88sync discover ${partnerId}:${provider}`;
}
