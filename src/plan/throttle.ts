/** After a provider asked to slow down: until when the credential rests. Pure. */
import type { Rest } from '../domain/planning.ts';

const firstRestMinutes = 1;
const longestRestMinutes = 60;

/**
 * What the provider named wins. Where it named nothing the rest is a minute, doubled with each throttle in a row up to an
 * hour: a call of the next minute would only be throttled too, and so would that of every other machine.
 * @param before a rest that began meanwhile: who is throttled on another machine at the same time is not throttled twice.
 * @param retryAt what the provider named (UTC); in the past it says nothing.
 */
export function restAfter(before: Rest, now: Date, retryAt: Date | undefined): Rest & { readonly notBefore: Date } {
  const isUnderWay = before.throttles > 0 && before.notBefore !== undefined && before.notBefore > now;
  const throttles = isUnderWay ? before.throttles : before.throttles + 1;
  if (retryAt && retryAt > now) return { throttles, notBefore: retryAt };
  if (isUnderWay) return { throttles, notBefore: before.notBefore };
  const minutes = Math.min(firstRestMinutes * 2 ** (throttles - 1), longestRestMinutes);
  return { throttles, notBefore: new Date(now.getTime() + minutes * 60_000) };
}
