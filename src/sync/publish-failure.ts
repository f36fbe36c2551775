/** What an error of publishing means for its history row, and what the person is told to do next. */
import {
  CallRefused,
  ClaimLost,
  DatabaseUnavailable,
  Interrupted,
  P88Error,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../domain/errors.ts';
import { type Claim, endClaim } from '../store/claims.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import type { SyncContext } from './context.ts';
import { restCredential } from './rest-credential.ts';
import { failureOf } from './unit-failure.ts';

export interface BrokenOff {
  readonly error: unknown;
  /** Whether anything may have been changed at the provider. */
  readonly changing: boolean;
  /** What operators type for the event. */
  readonly spec: string;
}

/**
 * Ends the claim without success; a credential is not marked as refused, since the right to change results is another
 * than the right to read, and the syncs go on.
 * @param broken undefined: the person said no.
 * @returns the error as it is to be thrown.
 */
export async function endPublishing(
  context: SyncContext,
  claim: Claim,
  broken: BrokenOff | undefined,
  apiCalls: number,
): Promise<unknown> {
  const error = broken && explainDatabaseError(broken.error, context.database.shown);
  // Nothing can be recorded, or the row is another run's: its lease ends by itself.
  if (error instanceof DatabaseUnavailable || error instanceof ClaimLost) return error;
  const failure = error === undefined ? undefined : failureOf(error);
  const [eventId = ''] = claim.eventIds;
  const failures = (claim.failures.get(eventId) ?? 0) + (failure ? 1 : 0);
  const isFailure = failure !== undefined && !(error instanceof Interrupted);
  await endClaim(context.database.db, claim, eventId, {
    now: context.clock.now(),
    status: isFailure ? 'failed' : 'abandoned',
    reason: failure?.message ?? 'it was not confirmed',
    error: failure ? { kind: failure.kind, message: failure.message, hint: failure.hint ?? null } : null,
    failures: isFailure ? failures : 0,
    retryAt: undefined,
    apiCalls,
  });
  if (error instanceof ProviderThrottled) await restCredential(context, claim.owner.credentialId, error);
  return broken ? explained(error, broken) : undefined;
}

/** Publishing is tried again by no timer. */
function explained(error: unknown, { changing, spec }: BrokenOff): unknown {
  if (!(error instanceof P88Error)) return error;
  const again = changing
    ? `Some of it may be published. Publish again: it goes on from what is there (p88sync publish-results ${spec}).`
    : 'Nothing was changed. Publish again.';
  if (error instanceof ProviderUnavailable)
    return new ProviderUnavailable(error.message, { hint: again, cause: error });
  if (error instanceof ProviderThrottled) {
    const retryAt = error.retryAt ? { retryAt: error.retryAt } : {};
    return new ProviderThrottled(error.message, { hint: `Wait a while. ${again}`, cause: error, ...retryAt });
  }
  if (error instanceof CallRefused && changing) {
    return new CallRefused(error.message, {
      hint: `A registration may have left meanwhile: p88sync sync-event ${spec}, then publish again.`,
      cause: error,
    });
  }
  if (error instanceof UnknownAnswer && error.hint === undefined) {
    return new UnknownAnswer(error.message, { hint: again, cause: error });
  }
  return error;
}
