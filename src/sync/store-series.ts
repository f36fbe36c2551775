/** The series of pages of one unit: a page is one transaction; the last one brings history row and watermark along. */
import { Interrupted, type P88Error, SafetyStop, UnknownAnswer } from '../domain/errors.ts';
import type { Counts } from '../domain/outcomes.ts';
import { noCounts, addCounts as sum } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import type { ParticipantPage } from '../domain/records.ts';
import { addCounts, type Checkpoint, type Claim, completeClaim, extendClaim } from '../store/claims.ts';
import type { Db } from '../store/database.ts';
import { noteListingStopped } from '../store/events.ts';
import { forgetSeen, rememberSeen, type Seen, storeParticipants } from '../store/participants.ts';
import { dropRejected, dropRejectedBefore, keepRejected } from '../store/rejected-rows.ts';
import { markMissing } from './absence.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { eachPage } from './page-stream.ts';
import { watermarkOf } from './watermark.ts';

export interface SeriesOptions {
  readonly allowMassRemoval: boolean;
}

/** What is stored so far, for the outcome of a unit that fails in the middle. */
export interface Progress {
  counts: Counts;
}

/** The pages of a unit into the tables, each in one transaction; the last one completes the claim. @throws what forbids that. */
export async function storeSeries(
  context: SyncContext,
  run: CredentialRun,
  unit: PlannedUnit,
  claim: Claim,
  options: SeriesOptions,
  progress: Progress,
  apiCalls: () => number,
): Promise<void> {
  const { clock, settings, database } = context;
  const infersRemovals = run.provider.removals === 'absence' && unit.kind === 'full';
  const since = claim.checkpoint ? parseDate(claim.checkpoint.since) : unit.since;
  let checkpoint = claim.checkpoint;
  const isWhole = unit.kind === 'full' && checkpoint === undefined;
  const begun = clock.now();
  const claimed = new Set(claim.eventIds);
  const pages = run.session.listParticipants({
    events: unit.events.filter((event) => claimed.has(event.eventId)),
    since,
    resume: checkpoint?.resume,
  });
  await eachPage(
    pages,
    () => clock.now(),
    async (page, call) => {
      const now = clock.now();
      const first = checkpoint === undefined;
      checkpoint = {
        series: checkpoint?.series ?? claim.unitId,
        events: claim.eventIds,
        since: since?.toISOString() ?? null,
        watermark:
          checkpoint?.watermark ??
          watermarkOf({
            ...call,
            providerTime: page.providerTime,
            overlapSeconds: settings.overlapSeconds,
            since,
          }).toISOString(),
        resume: page.resume,
        fetched: (checkpoint?.fetched ?? 0) + page.records.length,
      };
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
        if (page.last && isAllOfIt) objection = unreadable(sum(progress.counts, total(counts)), page);
        if (page.last && infersRemovals && !objection) {
          const inferred = await inferRemovals(tx, context, run, claim, page, reached, options, counts);
          counts = inferred.counts;
          objection = inferred.objection;
        }
        await addCounts(tx, claim, counts);
        if (page.last && !objection) {
          if (isWhole) await dropRejectedBefore(tx, run.owner, claim.eventIds, begun);
          if (infersRemovals) await noteListingStopped(tx, run.owner, claim.eventIds, null);
          await completeClaim(tx, claim, {
            now: clock.now(),
            watermark: new Date(reached.watermark),
            apiCalls: apiCalls(),
          });
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
}

async function storePage(
  tx: Db,
  run: CredentialRun,
  claim: Claim,
  page: ParticipantPage,
  now: Date,
): Promise<Map<string, Counts>> {
  const stored = await storeParticipants(tx, run.provider.tables.participants, run.owner, page.records, now);
  // A rejected row often has no readable event: it is counted with the first one.
  const fallback = claim.eventIds[0] ?? '';
  const rejected = page.rejected.map((row) => ({ ...row, eventId: row.eventId ?? fallback }));
  await keepRejected(tx, run.owner, [...rejected, ...stored.rejected], now);
  const refused = new Set(stored.rejected.map((row) => row.id));
  for (const eventId of claim.eventIds) {
    const good = page.records.filter((record) => record.eventId === eventId && !refused.has(record.id));
    await dropRejected(
      tx,
      run.owner,
      eventId,
      good.map((record) => record.id),
    );
  }
  const counts = new Map(stored.counts);
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
  return [...page.records, ...unreadable];
}

/** A key that may not see registration ids yields rows that are all unreadable: that is no sync. */
function unreadable(counts: Counts, page: ParticipantPage): UnknownAnswer | undefined {
  if (counts.failed === 0 || counts.failed < counts.fetched) return undefined;
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
): Promise<{ counts: Map<string, Counts>; objection: SafetyStop | undefined }> {
  const all = new Map(counts);
  for (const eventId of claim.eventIds) {
    const { allowMassRemoval } = options;
    const finished = { eventId, series: reached.series, listing: page.listing, allowMassRemoval };
    const found = await markMissing(
      tx,
      run.provider,
      run.owner,
      finished,
      context.settings.massRemoval,
      context.clock.now(),
    );
    if (found instanceof SafetyStop) return { counts: all, objection: found };
    const sums = all.get(eventId) ?? noCounts;
    all.set(eventId, { ...sums, removed: sums.removed + found.people });
    if (found.doubt) context.log.warn({ event: eventId }, `${found.doubt}: nobody is marked as absent this time`);
  }
  return { counts: all, objection: undefined };
}

function total(counts: ReadonlyMap<string, Counts>): Counts {
  return [...counts.values()].reduce(sum, noCounts);
}

function parseDate(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
