/** Holds a claim while something takes longer than its lease: a call, a pause, a person who is asked. */
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
  let failed: { readonly error: unknown } | undefined;
  let underWay: Promise<void> = Promise.resolve();
  const beat = setInterval(
    () => {
      underWay = extend().catch((error: unknown) => {
        failed = { error };
      });
    },
    (leaseSeconds * 1000) / 3,
  );
  try {
    return await work(async () => {
      if (failed) throw failed.error;
      await extend();
    });
  } finally {
    clearInterval(beat);
    await underWay;
  }
}
