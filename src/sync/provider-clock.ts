/**
 * What a provider writes about time is only as good as its clock, which may be set back (daylight saving read as a step, a
 * restored machine, a server that follows another). Whatever changes in the hour that comes twice carries a time that was
 * asked for already, and looks older than what is stored. Pure but for the last function, which reads pages.
 */
import type { CompletedSync } from '../domain/planning.ts';
import type { ParticipantPage } from '../domain/records.ts';

/** The answer's `Date` has whole seconds, and a call takes its time: less than this (ms) is no step of a clock. */
const toleranceMs = 5_000;

/** A completed sync that knows how far the provider's clock was ahead of ours (ms; negative: behind) as its listing began. */
export interface Listed {
  readonly watermark: Date;
  readonly clockAheadMs: number;
}

/** The last completed syncs of some events, as far as they tell of the provider's clock. */
export function listedBefore(completed: readonly (CompletedSync | undefined)[]): readonly Listed[] {
  return completed.flatMap((one): Listed[] =>
    one?.watermark && one.clockAheadMs !== undefined
      ? [{ watermark: one.watermark, clockAheadMs: one.clockAheadMs }]
      : [],
  );
}

export interface SetBack {
  /** By so much at least (ms). */
  readonly byMs: number;
  /** From when changes have to be asked for instead, where what was asked for may lack some. */
  readonly askFrom: Date | undefined;
  /** Stored times of change behind this one (UTC) tell older from newer no longer; all of them are listed in this sync. */
  readonly forgetAfter: Date;
}

/**
 * Whether the provider's clock was set back since the last completed syncs of the events.
 * @param clockAheadMs how far it is ahead of ours now.
 * @param since the lower bound of this sync (UTC); undefined: everybody is listed.
 */
export function setBackSince(
  before: readonly Listed[],
  clockAheadMs: number | undefined,
  since: Date | undefined,
  overlapSeconds: number,
): SetBack | undefined {
  if (clockAheadMs === undefined || before.length === 0) return undefined;
  const byMs = Math.max(...before.map((one) => one.clockAheadMs)) - clockAheadMs;
  if (byMs <= toleranceMs) return undefined;
  const overlapMs = overlapSeconds * 1000;
  // What its clock would have shown when the first of their listings began, had it been set then as it is now.
  const then = Math.min(
    ...before.map((one) => one.watermark.getTime() + overlapMs - Math.min(one.clockAheadMs, 0) + clockAheadMs),
  );
  const earlier = new Date(then - overlapMs);
  if (since === undefined) return { byMs, askFrom: undefined, forgetAfter: earlier };
  const isLacking = then < since.getTime();
  return { byMs, askFrom: isLacking ? earlier : undefined, forgetAfter: isLacking ? earlier : since };
}

/**
 * From when on (UTC) times of change are yet to come by the provider's clock: written before it was set back, they are later
 * than whatever comes next. Undefined: there are none.
 */
export function timesYetToCome(records: ParticipantPage['records'], clock: Date | undefined): Date | undefined {
  if (clock === undefined) return undefined;
  const from = clock.getTime() + toleranceMs;
  return records.some(({ modifiedAt }) => modifiedAt && modifiedAt.getTime() > from) ? new Date(from) : undefined;
}

/**
 * The pages of a listing, once more from an earlier time on where `judge` says so of its first page.
 * @param judge is told the first page; what it returns is where to ask from instead.
 */
export async function* listedAgain(
  list: (since: Date | undefined) => AsyncIterable<ParticipantPage>,
  since: Date | undefined,
  judge: (first: ParticipantPage) => Promise<Date | undefined>,
): AsyncGenerator<ParticipantPage, void, void> {
  const pages = list(since)[Symbol.asyncIterator]();
  const { done, value: first } = await pages.next();
  if (done) return;
  const earlier = await judge(first);
  if (earlier !== undefined) {
    await pages.return?.();
    yield* list(earlier);
    return;
  }
  yield first;
  yield* { [Symbol.asyncIterator]: () => pages };
}
