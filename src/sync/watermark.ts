/** The watermark: from when on the next incremental sync asks for changes. Pure. */
import type { Listed } from './provider-clock.ts';

/** The provider's clock against ours in the first answer of a listing (ms ahead; negative: behind). */
export function clockAheadOf(providerTime: Date | undefined, ended: Date): number | undefined {
  return providerTime && providerTime.getTime() - ended.getTime();
}

export interface ListingTimes {
  readonly watermark: Date;
  /** What `clockAheadOf` says, or said when an answer told it last; undefined: none ever did. */
  readonly clockAheadMs: number | undefined;
}

/** What the provider's clock shows when ours shows `at`; undefined: no answer has told. */
export function clockOf({ clockAheadMs }: Pick<ListingTimes, 'clockAheadMs'>, at: Date): Date | undefined {
  return clockAheadMs === undefined ? undefined : new Date(at.getTime() + clockAheadMs);
}

/**
 * What a listing leaves behind: the provider's clock when it began, less the overlap, and never before `since`. A provider's
 * clock that runs ahead of ours is not believed: too early a watermark costs rows that come back unchanged, too late a one
 * loses changes. For the same reason an answer that tells no time is taken to be as far behind ours as those before it.
 * @param call `begun`, `ended`: of the first page, by our clock (UTC); `providerTime`: the provider's in its answer.
 * @param since the lower bound of this sync.
 * @param before the last completed syncs of its events.
 */
export function timesOf(
  call: { readonly begun: Date; readonly ended: Date; readonly providerTime: Date | undefined },
  since: Date | undefined,
  before: readonly Listed[],
  overlapSeconds: number,
): ListingTimes {
  const told = clockAheadOf(call.providerTime, call.ended);
  const known = before.map((one) => one.clockAheadMs);
  const clockAheadMs = told ?? (known.length === 0 ? undefined : Math.min(...known));
  const clock = call.begun.getTime() + Math.min(clockAheadMs ?? 0, 0);
  const watermark = new Date(Math.max(clock - overlapSeconds * 1000, since?.getTime() ?? -Infinity));
  return { watermark, clockAheadMs };
}
