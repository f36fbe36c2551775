/** One piece of work on a scoring event, from claim to outcome; what the work is stands in push-participants and pull-results. */
import { Interrupted, ProviderUnavailable, UsageError } from '../domain/errors.ts';
import { noCounts, type UnitOutcome } from '../domain/outcomes.ts';
import type { ScoringKind, ScoringState } from '../domain/scoring-work.ts';
import { type Claim, claimEvents, keepClaim } from '../store/claims.ts';
import { markAccepted } from '../store/credentials.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { whileHeld } from './hold-claim.ts';
import { pullResults } from './pull-results.ts';
import { pushParticipants } from './push-participants.ts';
import type { LeftByHand, ScoringOptions, ScoringProgress, ScoringRun } from './scoring-run.ts';
import { settleFailure, settleUnclaimed } from './unit-failure.ts';

export interface ScoringOutcome extends UnitOutcome {
  /** Who left and has to be taken out of the scoring event by a person. */
  readonly byHand: readonly LeftByHand[];
}

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
  const { leaseSeconds, scoring } = settings;
  const everyMinutes = kind === 'push' ? scoring.pushEveryMinutes : scoring.resultsEveryMinutes;
  const progress: ScoringProgress = { counts: noCounts, byHand: [] };
  const { lastCompleted, lastFailure } = event.history[kind];
  const asked = { owner: run.owner, unitId: context.newId(), eventIds: [event.eventId] };
  const outcome = (changes: Partial<ScoringOutcome>): ScoringOutcome => ({
    ...untouchedScoring({ kind, event }),
    deferredBecause: undefined,
    counts: progress.counts,
    byHand: progress.byHand,
    apiCalls: apiCalls(),
    durationMs: clock.now().getTime() - startedAt.getTime(),
    ...changes,
  });
  let claim: Claim | undefined;
  try {
    claim = await claimEvents(database.db, context.identity, {
      ...asked,
      kind,
      since: undefined,
      leaseSeconds,
      now: startedAt,
      ...(options.onlyIfStillDue && {
        newestKnown: new Map([[event.eventId, lastFailure?.startedAt ?? lastCompleted?.startedAt]]),
      }),
    });
  } catch (error) {
    return outcome(await settleUnclaimed(context, asked, everyMinutes, error));
  }
  if (!claim) return outcome({ deferredBecause: 'claimed-elsewhere' });
  const held = claim;
  run.begin({
    unitId: held.unitId,
    ceiling: await options.ceiling(),
    whileWaiting: async () => {
      await keepClaim(database.db, held, { now: clock.now(), leaseSeconds });
      return options.ceiling();
    },
  });
  try {
    const session = run.session.scoring;
    if (!session) throw new UsageError(`${run.provider.displayName} is no scoring system`);
    // A scoring system may take minutes to answer one call, in which no page extends the lease.
    await whileHeld(context, held, (stillOurs) =>
      work[kind]({ context, run, session, event, claim: held, stillOurs, leaseSeconds, options, progress, apiCalls }),
    );
    if (run.refusals > 0 || run.throttles > 0) {
      await markAccepted(database.db, run.owner.credentialId, run.throttles);
    }
    return outcome({ status: 'completed' });
  } catch (thrown) {
    const error =
      kind === 'results' && thrown instanceof Interrupted && isOutOfTime(context.signal)
        ? tooSlow(run, event, apiCalls(), clock.now().getTime() - startedAt.getTime())
        : thrown;
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
