/**
 * What a provider writes about time is only as good as its clock, which may be set back (daylight saving read as a step, a
 * restored machine, a server that follows another). Whatever changes in the hour that comes twice carries a time that was
 * asked for already, and looks older than what is stored. Pure but for the last function, which reads pages.
 */
import type { CompletedSync } from '../domain/planning.ts';
import type { ParticipantPage } from '../domain/records.ts';

/** The answer's `Date` has whole seconds, and a call takes its time: less than this (ms) is no step of a clock. */
const toleranceMs = 5_000;

/** A completed sync that left a watermark. */
export type Listed = Required<CompletedSync> & { readonly watermark: Date };

/**
 * Until when (by the provider's clock) a stored time of change is one that the provider's clock had come to when the last
 * sync began: it tells older from newer. Undefined: nothing was completed before.
 */
export function timesKnownUntil(before: readonly Listed[], overlapSeconds: number): Date | undefined {
  if (before.length === 0) return undefined;
  return new Date(Math.min(...before.map(({ watermark }) => watermark.getTime())) + overlapSeconds * 1000);
}

export interface SetBack {
  /** By so much at least (ms). */
  readonly byMs: number;
  /** From when changes have to be asked for instead, where what was asked for may lack some. */
  readonly askFrom: Date | undefined;
}

/**
 * What the provider's clock shows at `at` (by ours, UTC; ms) if it went on evenly since the sync that left the watermark; ours
 * where it runs ahead, which a watermark does not tell, or where that sync waited before its first call.
 */
export function evenly({ startedAt, watermark }: Listed, at: Date, overlapSeconds: number): number {
  const clockThen = watermark.getTime() + overlapSeconds * 1000;
  return Math.min(clockThen + at.getTime() - startedAt.getTime(), at.getTime());
}

/**
 * Whether the provider's clock was set back since the last completed syncs of the events: it is then behind where it must be
 * by the time that has passed on ours.
 * @param answer `providerTime`: its clock (UTC) in an answer that was there at `ended` by ours.
 */
export function setBackSince(
  before: readonly Listed[],
  answer: { readonly providerTime: Date | undefined; readonly ended: Date },
  overlapSeconds: number,
): SetBack | undefined {
  const { providerTime, ended } = answer;
  if (providerTime === undefined || before.length === 0) return undefined;
  const byMs = Math.max(...before.map((one) => evenly(one, ended, overlapSeconds))) - providerTime.getTime();
  if (byMs <= toleranceMs) return undefined;
  const overlapMs = overlapSeconds * 1000;
  if (byMs <= overlapMs) return { byMs, askFrom: undefined };
  // What its clock would have shown when the first of them began, had it been set then as it is now.
  const earliest = Math.min(...before.map(({ startedAt }) => startedAt.getTime()));
  return { byMs, askFrom: new Date(earliest + providerTime.getTime() - ended.getTime() - overlapMs) };
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
