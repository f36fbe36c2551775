/**
 * The series of pages of one unit: a page is one transaction; the last one brings history row and watermark along. Where
 * registrations take a call each, the claim goes on behind it, and its checkpoint says that the listing is done.
 */
import { Interrupted, type P88Error, SafetyStop, UnknownAnswer } from '../domain/errors.ts';
import type { Counts } from '../domain/outcomes.ts';
import { noCounts, addCounts as sum } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import type { ParticipantPage, RejectedRow } from '../domain/records.ts';
import { lastCompletedOf } from '../plan/history.ts';
import {
  addCounts,
  askFurtherBack,
  type Checkpoint,
  type Claim,
  completeClaim,
  extendClaim,
  type FinishedListing,
} from '../store/claims.ts';
import type { Db } from '../store/database.ts';
import { noteListingStopped } from '../store/events.ts';
import { askAgain, storeOutlines } from '../store/outlines.ts';
import { forgetSeen, forgetTimes, rememberSeen, type Seen, storeParticipants } from '../store/participants.ts';
import { dropRejected, dropRejectedBefore, keepRejected } from '../store/rejected-rows.ts';
import { markMissing, nobodyListed } from './absence.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { eachPage } from './page-stream.ts';
import { listedAgain, listedBefore, setBackSince, timesYetToCome } from './provider-clock.ts';
import { clockAheadOf, clockOf, timesOf } from './watermark.ts';

export interface SeriesOptions {
  readonly allowMassRemoval: boolean;
}

/** What is stored so far, for the outcome of a unit that fails in the middle. */
export interface Progress {
  counts: Counts;
  /** Registrations of the unit's events that are left to be read; undefined where none take a call. */
  unread?: number;
}

/**
 * The pages of a unit into the tables, each in one transaction; the last one completes the claim, unless registrations
 * have to be read behind it. @returns where the series has got to. @throws what forbids to call it done.
 */
export async function storeSeries(
  context: SyncContext,
  run: CredentialRun,
  unit: PlannedUnit,
  claim: Claim,
  options: SeriesOptions,
  progress: Progress,
  apiCalls: () => number,
): Promise<Checkpoint | undefined> {
  const { clock, settings, database } = context;
  const { details } = run.provider.abilities;
  const infersRemovals = run.provider.removals === 'absence' && unit.kind === 'full';
  let since = claim.checkpoint ? parseDate(claim.checkpoint.since) : unit.since;
  let checkpoint = claim.checkpoint;
  const callsBefore = checkpoint?.calls ?? 0;
  let announced = 0;
  const isWhole = unit.kind === 'full' && checkpoint === undefined;
  const begun = clock.now();
  const claimed = new Set(claim.eventIds);
  const events = unit.events.filter((event) => claimed.has(event.eventId));
  const before = listedBefore(events.map((event) => lastCompletedOf(event, begun)));
  const forget = (tx: Db, after: Date) =>
    forgetTimes(tx, run.provider.tables.participants, run.owner, claim.eventIds, after);
  let yetToCome: Date | undefined;
  const judgeClock = async ({ providerTime }: ParticipantPage): Promise<Date | undefined> => {
    // Of a listing that is continued, the pages before are not asked for again: the next one sees it, and asks.
    if (claim.checkpoint) return undefined;
    const aheadMs = clockAheadOf(providerTime, clock.now());
    const setBack = setBackSince(before, aheadMs, since, settings.overlapSeconds);
    if (!setBack) return undefined;
    const { byMs, askFrom, forgetAfter } = setBack;
    const told = { events: claim.eventIds, seconds: Math.round(byMs / 1000) };
    // An answer that takes its time looks like a small step.
    context.log[askFrom ? 'warn' : 'debug'](
      told,
      `the clock of ${run.provider.displayName} was set back; nothing is passed over`,
    );
    await database.db.transaction().execute(async (tx) => {
      const { leaseSeconds } = settings;
      await extendClaim(tx, claim, { now: clock.now(), leaseSeconds, checkpoint: null });
      if (askFrom) await askFurtherBack(tx, claim, askFrom);
      await forget(tx, forgetAfter);
    });
    since = askFrom ?? since;
    return askFrom;
  };
  const list = (from: Date | undefined) =>
    run.session.listParticipants({ events, since: from, resume: claim.checkpoint?.resume });
  const pages = listedAgain(list, since, judgeClock);
  await eachPage(
    pages,
    () => clock.now(),
    async (page, call) => {
      const now = clock.now();
      const first = checkpoint === undefined;
      const { providerTime } = page;
      const times = timesOf({ ...call, providerTime }, since, before, settings.overlapSeconds);
      checkpoint = {
        series: checkpoint?.series ?? claim.unitId,
        events: claim.eventIds,
        since: since?.toISOString() ?? null,
        watermark: checkpoint?.watermark ?? times.watermark.toISOString(),
        clockAheadMs: checkpoint === undefined ? times.clockAheadMs : checkpoint.clockAheadMs,
        resume: page.resume,
        fetched: (checkpoint?.fetched ?? 0) + page.records.length + (page.outlines?.length ?? 0),
        calls: callsBefore + apiCalls(),
        ...(page.last && details && { listed: true }),
      };
      announced += page.outlines?.length ?? 0;
      const reached: Checkpoint = checkpoint;
      // What forbids to call the sync complete, found with the last page: its rows are committed all the same.
      let objection: P88Error | undefined;
      const stored = await database.db.transaction().execute(async (tx) => {
        await extendClaim(tx, claim, {
          now,
          leaseSeconds: settings.leaseSeconds,
          checkpoint: page.last ? null : reached,
        });
        if (infersRemovals && first) for (const eventId of claim.eventIds) await forgetSeen(tx, run.owner, eventId);
        let counts = await storePage(tx, run, claim, page, now);
        if (infersRemovals) await rememberSeen(tx, run.owner, reached.series, seenIn(page, claim));
        // Of a listing that is continued the pages before had good rows, or this one began with none.
        const isAllOfIt = unit.kind === 'full' && !claim.checkpoint?.fetched;
        if (page.last && isAllOfIt) objection = unreadable(sum(progress.counts, total(counts)), announced, page);
        if (page.last && infersRemovals && !objection) {
          const inferred = await inferRemovals(tx, context, run, claim, page, reached, options, counts);
          counts = inferred.counts;
          objection = inferred.objection;
        }
        await addCounts(tx, claim, counts);
        yetToCome ??= timesYetToCome(page.records, clockOf(times, call.ended));
        // Not sooner: of two lists that hold the same person, these times still say which is newer.
        if (page.last && yetToCome) await forget(tx, yetToCome);
        if (page.last && !objection) {
          if (isWhole) await dropRejectedBefore(tx, run.owner, claim.eventIds, begun);
          if (infersRemovals) await noteListingStopped(tx, run.owner, claim.eventIds, null);
          if (details) {
            if (unit.kind === 'full')
              await askAgain(tx, run.owner, claim.eventIds, hoursBefore(now, settings.relistHours));
            await extendClaim(tx, claim, { now, leaseSeconds: settings.leaseSeconds, checkpoint: reached });
          } else {
            await completeClaim(tx, claim, { now: clock.now(), listing: listingOf(reached), apiCalls: apiCalls() });
          }
        }
        return total(counts);
      });
      progress.counts = sum(progress.counts, stored);
      context.log.debug({ events: claim.eventIds, last: page.last, ...stored }, 'page stored');
      if (objection) throw objection;
      if (!page.last && context.signal.aborted) {
        throw new Interrupted('the run was told to end; the stored pages stay and the next run goes on behind them');
      }
    },
  );
  return checkpoint;
}

/** What the history keeps of a listing that is done. */
export function listingOf({ watermark, calls = 0, series, clockAheadMs }: Checkpoint): FinishedListing {
  return { watermark: new Date(watermark), calls, series, clockAheadMs };
}

/** Why an announced registration can never be read: no column and no address holds such an id. */
const impossibleId = 'its id is empty, too long, or holds what no database can hold';

async function storePage(
  tx: Db,
  run: CredentialRun,
  claim: Claim,
  page: ParticipantPage,
  now: Date,
): Promise<Map<string, Counts>> {
  const stored = await storeParticipants(tx, run.provider.tables.participants, run.owner, page.records, now);
  const { outlines = [] } = page;
  const { unchanged, impossible } = await storeOutlines(tx, run.owner, outlines, now);
  const withoutId = impossible.map(({ eventId, source }): RejectedRow => ({ eventId, error: impossibleId, source }));
  // A rejected row often has no readable event: it is counted with the first one.
  const fallback = claim.eventIds[0] ?? '';
  const rejected = [...page.rejected, ...withoutId].map((row) => ({ ...row, eventId: row.eventId ?? fallback }));
  await keepRejected(tx, run.owner, [...rejected, ...stored.rejected], now);
  const refused = new Set(stored.rejected.map((row) => row.id));
  for (const eventId of claim.eventIds) {
    const listed = [...page.records, ...outlines];
    const good = listed.filter((one) => one.eventId === eventId && !refused.has(one.id));
    await dropRejected(
      tx,
      run.owner,
      eventId,
      good.map((one) => one.id),
    );
  }
  const counts = new Map(stored.counts);
  // What is new or has changed counts when it is read.
  for (const [eventId, n] of unchanged) {
    const sums = counts.get(eventId) ?? noCounts;
    counts.set(eventId, { ...sums, fetched: sums.fetched + n, unchanged: sums.unchanged + n });
  }
  for (const row of rejected) {
    const sums = counts.get(row.eventId) ?? noCounts;
    counts.set(row.eventId, { ...sums, fetched: sums.fetched + 1, failed: sums.failed + 1 });
  }
  return counts;
}

/** A row that could not be read is no absence: whoever it is, is still listed. */
function seenIn(page: ParticipantPage, claim: Claim): readonly Seen[] {
  const unreadable = page.rejected.flatMap(({ id, eventId }) =>
    (eventId === undefined ? claim.eventIds : [eventId]).map((one) => ({ id, eventId: one })),
  );
  return [...page.records, ...(page.outlines ?? []), ...unreadable];
}

/** A key that may not see registration ids yields rows that are all unreadable: that is no sync. */
function unreadable(counts: Counts, announced: number, page: ParticipantPage): UnknownAnswer | undefined {
  if (counts.failed === 0 || announced > 0 || counts.failed < counts.fetched) return undefined;
  const [example] = page.rejected;
  return new UnknownAnswer(`none of the ${counts.fetched} rows could be read${example ? `: ${example.error}` : ''}`, {
    hint: 'The rows are kept in rejected_rows. A key with fewer rights than needed is the usual cause.',
  });
}

async function inferRemovals(
  tx: Db,
  context: SyncContext,
  run: CredentialRun,
  claim: Claim,
  page: ParticipantPage,
  reached: Checkpoint,
  options: SeriesOptions,
  counts: Map<string, Counts>,
): Promise<{ counts: Map<string, Counts>; objection: P88Error | undefined }> {
  const all = new Map(counts);
  const { allowMassRemoval } = options;
  let objection: P88Error | undefined;
  if (page.listing === 'complete' && !allowMassRemoval) {
    objection = await nobodyListed(tx, run.provider, run.owner, claim.eventIds, reached.series);
    if (objection) return { counts: all, objection };
  }
  for (const eventId of claim.eventIds) {
    const finished = { eventId, series: reached.series, listing: page.listing, allowMassRemoval };
    const now = context.clock.now();
    const found = await markMissing(tx, run.provider, run.owner, finished, context.settings.massRemoval, now);
    if (found instanceof SafetyStop) {
      // Of this event alone: the others of the listing are judged by their own people, and listed again without it.
      await noteListingStopped(tx, run.owner, [eventId], now);
      objection ??= found;
      continue;
    }
    const sums = all.get(eventId) ?? noCounts;
    all.set(eventId, { ...sums, removed: sums.removed + found.people });
    if (found.doubt) context.log.warn({ event: eventId }, `${found.doubt}: nobody is marked as absent this time`);
  }
  return { counts: all, objection };
}

function hoursBefore(now: Date, hours: number): Date {
  return new Date(now.getTime() - hours * 3_600_000);
}

function total(counts: ReadonlyMap<string, Counts>): Counts {
  return [...counts.values()].reduce(sum, noCounts);
}

function parseDate(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
