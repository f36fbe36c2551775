/** Holds a claim while something takes longer than its lease: a call, a pause, a person who is asked. */
import { ClaimLost } from '../domain/errors.ts';
import { type Claim, keepClaim } from '../store/claims.ts';
import type { SyncContext } from './context.ts';

/**
 * Extends the lease three times within its length, however long `work` takes. `work` asks `stillOurs` before it changes
 * anything elsewhere.
 * @throws what `work` throws; `stillOurs` throws ClaimLost where another run took over.
 */
export async function whileHeld<Result>(
  context: SyncContext,
  claim: Claim,
  work: (stillOurs: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const { leaseSeconds } = context.settings;
  const extend = () => keepClaim(context.database.db, claim, { now: context.clock.now(), leaseSeconds });
  return whileExtended(leaseSeconds, extend, work);
}

/** The same for whatever has a lease. @param extend throws ClaimLost where another run took over. */
export async function whileExtended<Result>(
  leaseSeconds: number,
  extend: () => Promise<void>,
  work: (stillOurs: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  let taken: { readonly error: ClaimLost } | undefined;
  let underWay: Promise<void> | undefined;
  const beat = setInterval(
    () => {
      underWay ??= extend()
        .catch((error: unknown) => {
          // A connection that broke off says nothing of the claim: the next beat asks again.
          if (error instanceof ClaimLost) taken = { error };
        })
        .finally(() => {
          underWay = undefined;
        });
    },
    (leaseSeconds * 1000) / 3,
  );
  try {
    return await work(async () => {
      if (taken) throw taken.error;
      await extend();
    });
  } finally {
    clearInterval(beat);
    await underWay;
  }
}
