/** The watermark: from when on the next incremental sync asks for changes. Pure. */

export interface WatermarkInput {
  /** Start and end of the first page's call, by our clock (UTC). */
  readonly begun: Date;
  readonly ended: Date;
  /** The provider's clock in that answer. */
  readonly providerTime: Date | undefined;
  readonly overlapSeconds: number;
  /** The lower bound of this sync. */
  readonly since: Date | undefined;
}

/**
 * The provider's clock when the series began, less the overlap. A provider's clock that runs ahead of ours is not
 * believed: too early a watermark costs rows that come back unchanged, too late a one loses changes. It never moves back.
 */
export function watermarkOf(input: WatermarkInput): Date {
  const callMs = Math.max(0, input.ended.getTime() - input.begun.getTime());
  const providerBegun = input.providerTime ? input.providerTime.getTime() - callMs : Number.POSITIVE_INFINITY;
  const mark = Math.min(providerBegun, input.begun.getTime()) - input.overlapSeconds * 1000;
  return new Date(Math.max(mark, input.since?.getTime() ?? Number.NEGATIVE_INFINITY));
}
