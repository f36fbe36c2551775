/** The watermark: from when on the next incremental sync asks for changes. Pure. */

export interface WatermarkInput {
  /** Start and end of the first page's call, by our clock (UTC). */
  readonly begun: Date;
  readonly ended: Date;
  /** The provider's clock in that answer. */
  readonly providerTime: Date | undefined;
  readonly overlapSeconds: number;
  /** The lower bound of this sync, and when the sync that left it began, by our clock (UTC). */
  readonly since: Date | undefined;
  readonly leftAt?: Date | undefined;
}

/**
 * The provider's clock when the series began, less the overlap. A provider's clock that runs ahead of ours is not
 * believed: too early a watermark costs rows that come back unchanged, too late a one loses changes.
 *
 * What the last watermark said of the provider's clock is remembered: an answer without a time is taken to be as far behind
 * ours as that one was. Where the clock was set back by more than the overlap, changes since the last sync bear times
 * before `since`, and this sync has not asked for them: only then the watermark moves back, by as much, and the next sync
 * brings them.
 */
export function watermarkOf(input: WatermarkInput): Date {
  const { since, leftAt, providerTime } = input;
  const begun = input.begun.getTime();
  const overlap = input.overlapSeconds * 1000;
  const callMs = Math.max(0, input.ended.getTime() - begun);
  const expected = since && leftAt ? Math.min(since.getTime() + overlap + begun - leftAt.getTime(), begun) : begun;
  const clock = providerTime ? Math.min(providerTime.getTime() - callMs, begun) : expected;
  if (since === undefined) return new Date(clock - overlap);
  const setBack = expected - clock;
  if (leftAt && setBack > overlap) return new Date(since.getTime() - setBack);
  return new Date(Math.max(clock - overlap, since.getTime()));
}
