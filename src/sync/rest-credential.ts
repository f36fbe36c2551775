/** A credential that was throttled rests, in the database, so that every machine lets it. */
import type { ProviderThrottled } from '../domain/errors.ts';
import { restAfter } from '../plan/throttle.ts';
import { readRest, rest } from '../store/credentials.ts';
import type { SyncContext } from './context.ts';

/** @returns until when (UTC). */
export async function restCredential(
  { database: { db }, clock }: Pick<SyncContext, 'database' | 'clock'>,
  credentialId: number,
  { retryAt }: ProviderThrottled,
): Promise<Date> {
  const next = restAfter(await readRest(db, credentialId), clock.now(), retryAt);
  await rest(db, credentialId, next);
  return next.notBefore;
}
