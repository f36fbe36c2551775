/** Marks who is missing from a complete listing, where the provider does not say who left; stops where too many are. */
import { SafetyStop } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Listing } from '../domain/records.ts';
import type { Settings } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { countAbsent, forgetSeen, markAbsent, type Owner } from '../store/participants.ts';

export interface FinishedListing {
  readonly eventId: string;
  readonly series: string;
  readonly listing: Listing;
  /** People it held, over all pages. */
  readonly fetched: number;
  readonly allowMassRemoval: boolean;
}

/**
 * Runs in the transaction of the last page. An empty, partial or unstable listing marks nobody.
 * @returns how many were marked; a SafetyStop, for the caller to throw once the page's rows are committed, where it
 * would mark more than max(5, 10 %) of the event's people and nobody allowed it.
 */
export async function markMissing(
  tx: Db,
  provider: Provider,
  owner: Owner,
  finished: FinishedListing,
  limits: Settings['massRemoval'],
  now: Date,
): Promise<number | SafetyStop> {
  const { eventId, series } = finished;
  const spec = provider.tables.participants;
  let marked = 0;
  if (finished.listing === 'complete' && finished.fetched > 0) {
    const { active, absent } = await countAbsent(tx, spec, owner, eventId, series);
    const most = Math.max(limits.people, Math.floor(active * limits.share));
    if (absent > most && !finished.allowMassRemoval) {
      return new SafetyStop(
        `${provider.displayName} event ${eventId}: ${absent} of ${active} people are missing from the listing; more than ${most} are not marked without a person's word`,
        {
          hint: `Look at the event at ${provider.displayName}. If they really left: p88sync sync-event ${owner.partnerId}:${provider.name}:${eventId} --full --allow-mass-removal`,
        },
      );
    }
    if (absent > 0) marked = await markAbsent(tx, spec, owner, eventId, series, now);
  }
  await forgetSeen(tx, owner, eventId);
  return marked;
}
