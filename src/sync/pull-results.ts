/** The results of a scoring event, page by page; the last page brings the history row along. */
import { Interrupted, type P88Error, SafetyStop, UnknownAnswer, UsageError } from '../domain/errors.ts';
import { type Counts, noCounts, addCounts as sum } from '../domain/outcomes.ts';
import type { ResultPage } from '../domain/scoring.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { TableSpec } from '../domain/tables.ts';
import { addCounts, completeClaim, extendClaim } from '../store/claims.ts';
import type { Db } from '../store/database.ts';
import { isStored, storeRaces, storeScoringEvent } from '../store/events.ts';
import { dropRejected, dropRejectedBefore, dropRejectedListed, keepRejected } from '../store/rejected-rows.ts';
import {
  adoptOlderResults,
  countAbsentResults,
  forgetResults,
  markAbsentResults,
  rememberResults,
  resultsOf,
  storeResults,
} from '../store/results.ts';
import { eachPage } from './page-stream.ts';
import type { ScoringRun } from './scoring-run.ts';

/** @throws what ends the pull; pages that were stored stay, and the next pull begins with the first page again. */
export async function pullResults(scoring: ScoringRun): Promise<void> {
  const { context, run, session, event, claim, leaseSeconds, progress } = scoring;
  const { database, clock } = context;
  const { results: spec } = run.provider.tables;
  if (!session.listResults || !spec) throw new UsageError(`${run.provider.displayName} gives no results`);
  const begun = clock.now();
  if (!(await isStored(database.db, run.provider, run.owner, event.eventId))) {
    const found = await session.findEvent(event.eventId);
    await storeScoringEvent(database.db, run.provider, run.owner, found, clock.now());
  }
  let first = true;
  await eachPage(
    session.listResults(event.eventId),
    () => clock.now(),
    async (page) => {
      let objection: P88Error | undefined;
      const stored = await database.db.transaction().execute(async (tx) => {
        await extendClaim(tx, claim, { now: clock.now(), leaseSeconds, checkpoint: null });
        if (first) {
          await forgetResults(tx, run.owner, event.eventId);
          await adoptOlderResults(tx, spec, run.owner, event.eventId);
        }
        await storeRacesOf(tx, scoring, page);
        let counts = await storePage(tx, scoring, spec, page);
        const ids = [...page.records, ...page.rejected].map(({ id }) => id);
        await rememberResults(tx, run.owner, claim.unitId, event.eventId, ids);
        if (page.last) {
          objection = unreadable(sum(progress.counts, counts), page);
          if (!objection) {
            const marked = await markMissing(tx, scoring, spec, page);
            if (marked instanceof SafetyStop) objection = marked;
            else counts = { ...counts, removed: marked };
          }
        }
        await addCounts(tx, claim, new Map([[event.eventId, counts]]));
        if (page.last && !objection) {
          await dropRejectedBefore(tx, run.owner, [resultsOf(event.eventId)], begun);
          await completeClaim(tx, claim, { now: clock.now(), listing: undefined, apiCalls: scoring.apiCalls() });
        }
        return counts;
      });
      first = false;
      progress.counts = sum(progress.counts, stored);
      context.log.debug({ event: event.eventId, last: page.last, ...stored }, 'page of results stored');
      if (objection) throw objection;
      if (!page.last && context.signal.aborted) {
        throw new Interrupted('the run was told to end; the stored results stay and the next pull reads them again');
      }
    },
  );
}

async function storePage(tx: Db, scoring: ScoringRun, spec: TableSpec, page: ResultPage): Promise<Counts> {
  const { run, event } = scoring;
  const now = scoring.context.clock.now();
  const eventId = resultsOf(event.eventId);
  const stored = await storeResults(tx, spec, run.owner, page.records, now);
  const rejected = [...page.rejected, ...stored.rejected].map((row) => ({ ...row, eventId }));
  await keepRejected(tx, run.owner, rejected, now);
  const refused = new Set(stored.rejected.map(({ id }) => id));
  const good = page.records.flatMap(({ id }) => (refused.has(id) ? [] : [id]));
  await dropRejected(tx, run.owner, eventId, good);
  const unread = page.rejected.length;
  return sum(stored.counts, { ...noCounts, fetched: unread, failed: unread });
}

/** Races are no results and count as none; one that cannot be stored is kept as discovery would keep it. */
async function storeRacesOf(tx: Db, { context, run }: ScoringRun, { races = [] }: ResultPage): Promise<void> {
  if (races.length === 0) return;
  const now = context.clock.now();
  const refused = await storeRaces(tx, run.provider, run.owner, races, now);
  const bad = new Set(refused.map(({ row }) => row.raceId));
  const good = races.flatMap(({ raceId }) => (bad.has(raceId) ? [] : [raceId]));
  await dropRejectedListed(tx, run.owner, { races: good, events: [] });
  const rejected = refused.map(({ row, error }) => ({ id: row.raceId, error, source: row.source }));
  await keepRejected(tx, run.owner, rejected, now);
}

/** An account that may not see what a result is known by yields rows that are all unreadable: that is no pull. */
function unreadable(counts: Counts, page: ResultPage): UnknownAnswer | undefined {
  if (counts.failed === 0 || counts.failed < counts.fetched) return undefined;
  const [example] = page.rejected;
  return new UnknownAnswer(
    `none of the ${counts.fetched} results could be read${example ? `: ${example.error}` : ''}`,
    {
      hint: 'The rows are kept in rejected_rows. A preset without the columns that are needed is the usual cause.',
    },
  );
}

/**
 * Marks results that a complete listing no longer holds. An empty, partial or unstable one marks none, nor does one with a row
 * of which nobody can say whose it is.
 */
async function markMissing(
  tx: Db,
  { context, run, event, claim, options }: ScoringRun,
  spec: TableSpec,
  page: ResultPage,
): Promise<number | SafetyStop> {
  const { owner, provider } = run;
  const { eventId } = event;
  let marked = 0;
  let doubt = page.listing === 'unstable' ? 'results moved while they were read' : undefined;
  if (page.listing === 'complete') {
    const { active, absent, anybody, somebodyUnknown } = await countAbsentResults(
      tx,
      spec,
      owner,
      eventId,
      claim.unitId,
    );
    if (somebodyUnknown) doubt = 'the listing held a row that could not be read, and nobody knows whose it is';
    if (anybody && !somebodyUnknown && absent > 0) {
      const { people, share } = context.settings.massRemoval;
      const most = Math.max(people, Math.floor(active * share));
      if (absent > most && !options.allowMassRemoval) {
        return new SafetyStop(
          `${provider.displayName} event ${eventId}: ${absent} of ${active} results are missing from the listing; more than ${most} are not marked without a person's word`,
          {
            hint: `Look at the event at ${provider.displayName}. If they were really taken back: p88sync pull-results ${shellWord(`${owner.partnerId}:${provider.name}:${eventId}`)} --allow-mass-removal`,
          },
        );
      }
      marked = await markAbsentResults(tx, spec, owner, eventId, claim.unitId, context.clock.now());
    }
  }
  if (doubt) context.log.warn({ event: eventId }, `${doubt}: no result is marked as taken back this time`);
  await forgetResults(tx, owner, eventId);
  return marked;
}
