/** One piece of work on a scoring event, from claim to outcome; what the work is stands in push-participants and pull-results. */
import { Interrupted, ProviderUnavailable, UsageError } from '../domain/errors.ts';
import { noCounts, type UnitOutcome } from '../domain/outcomes.ts';
import type { ScoringKind, ScoringState } from '../domain/scoring-work.ts';
import { claimEvents, keepClaim } from '../store/claims.ts';
import { markAccepted } from '../store/credentials.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { pullResults } from './pull-results.ts';
import { pushParticipants } from './push-participants.ts';
import type { LeftByHand, ScoringOptions, ScoringProgress, ScoringRun } from './scoring-run.ts';
import { settleFailure } from './unit-failure.ts';

export interface ScoringOutcome extends UnitOutcome {
  /** Who left and has to be taken out of the scoring event by a person. */
  readonly byHand: readonly LeftByHand[];
}

/** A scoring system may take two minutes and a half to answer one call, in which nothing extends the lease. */
const leaseFactor = 5;

const work: Readonly<Record<ScoringKind, (scoring: ScoringRun) => Promise<void>>> = {
  push: pushParticipants,
  results: pullResults,
};

/** Never throws for what happens to the work; a lost database does throw, since nothing can be recorded then. */
export async function runScoringUnit(
  context: SyncContext,
  run: CredentialRun,
  { kind, event }: { readonly kind: ScoringKind; readonly event: ScoringState },
  options: ScoringOptions,
): Promise<ScoringOutcome> {
  const { clock, settings, database } = context;
  const startedAt = clock.now();
  const callsBefore = run.callsMade();
  const apiCalls = () => run.callsMade() - callsBefore;
  const leaseSeconds = settings.leaseSeconds * leaseFactor;
  const progress: ScoringProgress = { counts: noCounts, byHand: [] };
  const { lastCompleted, lastFailure } = event.history[kind];
  const claim = await claimEvents(database.db, context.identity, {
    owner: run.owner,
    unitId: context.newId(),
    eventIds: [event.eventId],
    kind,
    since: undefined,
    leaseSeconds,
    now: startedAt,
    ...(options.onlyIfStillDue && {
      newestKnown: new Map([[event.eventId, lastFailure?.startedAt ?? lastCompleted?.startedAt]]),
    }),
  });
  const outcome = (changes: Partial<ScoringOutcome>): ScoringOutcome => ({
    ...untouchedScoring({ kind, event }),
    deferredBecause: undefined,
    counts: progress.counts,
    byHand: progress.byHand,
    apiCalls: apiCalls(),
    durationMs: clock.now().getTime() - startedAt.getTime(),
    ...changes,
  });
  if (!claim) return outcome({ deferredBecause: 'claimed-elsewhere' });
  run.begin({
    unitId: claim.unitId,
    ceiling: await options.ceiling(),
    whileWaiting: async () => {
      await keepClaim(database.db, claim, { now: clock.now(), leaseSeconds });
      return options.ceiling();
    },
  });
  try {
    const { scoring: session } = run.session;
    if (!session) throw new UsageError(`${run.provider.displayName} is no scoring system`);
    await work[kind]({ context, run, session, event, claim, leaseSeconds, options, progress, apiCalls });
    if (run.refusals > 0) await markAccepted(database.db, run.owner.credentialId);
    return outcome({ status: 'completed' });
  } catch (thrown) {
    const error =
      kind === 'results' && thrown instanceof Interrupted && isOutOfTime(context.signal)
        ? tooSlow(run, event, apiCalls(), clock.now().getTime() - startedAt.getTime())
        : thrown;
    const { resultsEveryMinutes, pushEveryMinutes } = settings.scoring;
    const everyMinutes = kind === 'push' ? pushEveryMinutes : resultsEveryMinutes;
    return outcome(await settleFailure(context, run, everyMinutes, claim, error, apiCalls));
  } finally {
    run.begin({ unitId: undefined });
  }
}

function isOutOfTime({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

/**
 * A pull keeps nothing of what it read before, so one that needs longer than a tick has would be begun and broken off every
 * minute for ever, and nobody would see it: it counts as failed. A push goes on where it was broken off.
 */
function tooSlow(run: CredentialRun, event: ScoringState, calls: number, tookMs: number): ProviderUnavailable {
  const seconds = Math.round(tookMs / 1000);
  return new ProviderUnavailable(
    `${run.provider.displayName} had not given all results when the time of the run was over (calls: ${calls}, seconds: ${seconds})`,
    {
      hint: `The next pull begins anew. Without a time limit: p88sync pull-results ${event.partnerId}:${event.provider}:${event.eventId}`,
    },
  );
}

/** The outcome of work that was not begun. */
export function untouchedScoring(unit: { readonly kind: ScoringKind; readonly event: ScoringState }): ScoringOutcome {
  const { partnerId, provider, credentialId, eventId } = unit.event;
  return {
    status: 'deferred',
    deferredBecause: 'not-reached',
    partnerId,
    provider,
    credentialId,
    raceId: undefined,
    eventIds: [eventId],
    kind: unit.kind,
    priority: 'low',
    counts: noCounts,
    apiCalls: 0,
    durationMs: 0,
    failure: undefined,
    byHand: [],
  };
}
