/** What a unit's error means for its history rows, its credential and the outcome. */
import {
  BudgetSpent,
  CallRefused,
  ClaimLost,
  ConnectionLost,
  CredentialRefused,
  DatabaseUnavailable,
  Interrupted,
  P88Error,
  ProviderThrottled,
  StatementGivenUp,
} from '../domain/errors.ts';
import { exitNameOf } from '../domain/exit-codes.ts';
import type { Counts, Failure, UnitOutcome } from '../domain/outcomes.ts';
import { nextProbe } from '../plan/probe.ts';
import { nextRetry } from '../plan/retry.ts';
import { type Claim, endClaim, standingOf } from '../store/claims.ts';
import { markRefused } from '../store/credentials.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { restCredential } from './rest-credential.ts';

type Ended = Pick<UnitOutcome, 'status' | 'failure' | 'deferredBecause'> & { readonly counts?: Counts };

/**
 * Records the failure and says how the unit ended.
 * @param everyMinutes the interval of the work: no retry waits longer.
 * @param apiCalls of the unit so far: to settle who is to blame may take one more.
 * @throws the error itself where the database is lost: the claim is taken over once this process is gone.
 */
export async function settleFailure(
  context: SyncContext,
  run: CredentialRun,
  everyMinutes: number,
  claim: Claim,
  thrown: unknown,
  apiCalls: () => number,
): Promise<Ended> {
  const error = await blameOf(run, explainDatabaseError(thrown, context.database.shown));
  if (isInDoubt(error)) return settleInDoubt(context, claim, everyMinutes, apiCalls, error);
  if (error instanceof DatabaseUnavailable) throw error;
  // The rows are the other run's business now.
  if (error instanceof ClaimLost) {
    return { status: 'deferred', deferredBecause: 'claimed-elsewhere', failure: failureOf(error) };
  }
  if (error instanceof Interrupted || error instanceof BudgetSpent) {
    await endAll(context, claim, apiCalls, error, 'abandoned', () => undefined);
    if (error instanceof Interrupted) return { status: 'deferred', deferredBecause: 'run-ended', failure: undefined };
    return { status: 'deferred', deferredBecause: 'budget', failure: failureOf(error) };
  }
  if (error instanceof CredentialRefused) {
    const at = context.clock.now();
    const refusals = run.refusals + 1;
    await markRefused(context.database.db, run.owner.credentialId, {
      at,
      reason: error.message,
      refusals,
      probeAt: nextProbe(refusals, at, context.settings),
    });
    // The events did nothing wrong: they are due again as soon as the credential works.
    await endAll(context, claim, apiCalls, error, 'abandoned', () => undefined);
    return { status: 'failed', failure: failureOf(error) };
  }
  if (mayBeOneEvent(run, failureOf(error), claim.eventIds)) {
    // Whoever runs the unit asks for each event by itself now: only one that is refused alone has failed.
    await endAll(context, claim, apiCalls, error, 'abandoned', () => undefined);
    return { status: 'failed', failure: failureOf(error) };
  }
  const retryAfter =
    error instanceof ProviderThrottled ? await restCredential(context, run.owner.credentialId, error) : undefined;
  const permanent = await endAll(context, claim, apiCalls, error, 'failed', (failures) =>
    nextRetry(failures, everyMinutes, context.clock.now(), context.settings, retryAfter),
  );
  return { status: permanent ? 'failed_permanent' : 'failed', failure: failureOf(error) };
}

function isInDoubt(error: unknown): error is ConnectionLost | StatementGivenUp {
  return error instanceof ConnectionLost || error instanceof StatementGivenUp;
}

/**
 * Whether the last transaction was committed is not known: it is looked up. What is still running is given back, so that the
 * next run goes on behind the last page that is stored. What the database gave up counts as a failure, so that it is retried
 * less and less, and somebody hears of it: another program may hold its rows for hours.
 * @throws where the database cannot be reached any more.
 */
async function settleInDoubt(
  context: SyncContext,
  claim: Claim,
  everyMinutes: number,
  apiCalls: () => number,
  error: ConnectionLost | StatementGivenUp,
): Promise<Ended> {
  const isLost = error instanceof ConnectionLost;
  const permanent = await endAll(context, claim, apiCalls, error, isLost ? 'abandoned' : 'failed', (failures) =>
    isLost ? undefined : nextRetry(failures, everyMinutes, context.clock.now(), context.settings, undefined),
  );
  const { isCompleted, counts } = await standingOf(context.database.db, claim);
  if (isCompleted) return { status: 'completed', failure: undefined, counts };
  const status = permanent ? 'failed_permanent' : 'failed';
  return { status, failure: { ...failureOf(error), exit: 'someFailed' }, counts };
}

/** The same where it came to that while the events were claimed. @throws whatever else went wrong. */
export async function settleUnclaimed(
  context: SyncContext,
  unit: Pick<Claim, 'owner' | 'unitId' | 'eventIds'>,
  everyMinutes: number,
  thrown: unknown,
): Promise<Ended> {
  const error = explainDatabaseError(thrown, context.database.shown);
  if (!isInDoubt(error)) throw error;
  const claim = { ...unit, checkpoint: undefined, failures: new Map() };
  return settleInDoubt(context, claim, everyMinutes, () => 0, error);
}

/**
 * Whether a call was refused that names several events, one of which may be at fault: each is asked for by itself then.
 * The calls of an organiser name none, and would only be refused again.
 */
export function mayBeOneEvent(
  { provider }: CredentialRun,
  failure: Failure | undefined,
  eventIds: readonly string[],
): boolean {
  return failure?.kind === CallRefused.name && eventIds.length > 1 && provider.unit !== 'organiser';
}

/**
 * Providers use one answer for "this key is no good" and for "not this race": RunSignUp's code 7, a 403. One call tells
 * them apart, so that a partner who loses one race does not lose all the others with it.
 */
async function blameOf(run: CredentialRun, error: unknown): Promise<unknown> {
  if (!(error instanceof CredentialRefused)) return error;
  try {
    await run.session.check();
  } catch (checked) {
    // Only a second refusal confirms the first; a spent hour or a broken line says nothing about the credential.
    return checked;
  }
  return new CallRefused(`the credential works, yet not for this race: ${error.message}`, {
    hint: `Ask the organiser for access again, or let the event run out. \`p88sync credentials test ${run.owner.credentialId}\` shows whose it is.`,
    cause: error,
  });
}

type Retry = ReturnType<typeof nextRetry> | undefined;

/** Ends each event's row with its own count of failures. @returns whether one of them failed for good. */
async function endAll(
  context: SyncContext,
  claim: Claim,
  apiCalls: () => number,
  error: unknown,
  status: 'failed' | 'abandoned',
  retryOf: (failures: number) => Retry,
): Promise<boolean> {
  const failure = failureOf(error);
  if (failure.exit === 'bug') context.log.error({ error, events: claim.eventIds }, 'an error that should not happen');
  let permanent = false;
  for (const eventId of claim.eventIds) {
    const before = claim.failures.get(eventId);
    const failures = status === 'failed' ? (before ?? 0) + 1 : before;
    const retry = retryOf(failures ?? 0);
    await endClaim(context.database.db, claim, eventId, {
      now: context.clock.now(),
      status: retry?.status ?? status,
      reason: failure.message,
      error: { kind: failure.kind, message: failure.message, hint: failure.hint ?? null },
      failures,
      retryAt: retry?.status === 'failed' ? retry.retryAt : undefined,
      apiCalls: apiCalls(),
    });
    if (retry?.status === 'failed_permanent') {
      permanent = true;
      if (retry.alert) {
        context.log.error(
          { partner: claim.owner.partnerId, event: eventId, failures, error: failure.message },
          'sync failed for good: it goes on at its normal pace, a person should look',
        );
      }
    }
  }
  return permanent;
}

/** The error as the outcome carries it; a bug keeps its class and message, its stack goes to the log. */
export function failureOf(error: unknown): Failure {
  const known = error instanceof P88Error ? error : undefined;
  return {
    kind: error instanceof Error ? error.name : 'Error',
    message: error instanceof Error ? error.message : String(error),
    hint: known?.hint,
    exit: exitNameOf(error),
  };
}
