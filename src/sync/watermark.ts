/** The watermark: from when on the next incremental sync asks for changes. Pure. */
import { evenly, type Listed } from './provider-clock.ts';

export interface WatermarkInput {
  /** Start and end of the first page's call, by our clock (UTC). */
  readonly begun: Date;
  readonly ended: Date;
  /** The provider's clock in that answer. */
  readonly providerTime: Date | undefined;
  readonly overlapSeconds: number;
  /** The lower bound of this sync. */
  readonly since: Date | undefined;
  /** The last completed syncs of its events. */
  readonly before: readonly Listed[];
}

/**
 * The provider's clock when the series began, less the overlap, and never before `since`. A provider's clock that runs ahead
 * of ours is not believed: too early a watermark costs rows that come back unchanged, too late a one loses changes. For the
 * same reason an answer that tells no time is taken to be as far behind ours as the provider was before.
 */
export function watermarkOf({ begun, ended, providerTime, overlapSeconds, since, before }: WatermarkInput): Date {
  const callMs = Math.max(0, ended.getTime() - begun.getTime());
  const clock = providerTime
    ? Math.min(providerTime.getTime() - callMs, begun.getTime())
    : Math.min(begun.getTime(), ...before.map((one) => evenly(one, begun, overlapSeconds)));
  return new Date(Math.max(clock - overlapSeconds * 1000, since?.getTime() ?? -Infinity));
}
