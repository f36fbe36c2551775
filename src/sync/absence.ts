/** Marks who is missing from a complete listing, where the provider does not say who left; stops where too many are. */
import { SafetyStop } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Listing } from '../domain/records.ts';
import type { Settings } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { forgetAbsent } from '../store/outlines.ts';
import { countAbsent, forgetSeen, markAbsent, type Owner } from '../store/participants.ts';

export interface FinishedListing {
  readonly eventId: string;
  readonly series: string;
  readonly listing: Listing;
  readonly allowMassRemoval: boolean;
}

export interface Marked {
  readonly people: number;
  /** In words, where a listing that should tell who left does not. */
  readonly doubt: string | undefined;
}

/**
 * Runs in the transaction of the last page. An empty, partial or unstable listing marks nobody, nor does one with a row of
 * which nobody can say whose it is.
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
): Promise<Marked | SafetyStop> {
  const { eventId, series } = finished;
  const spec = provider.tables.participants;
  let people = 0;
  let doubt = finished.listing === 'unstable' ? 'rows moved while the listing was read' : undefined;
  if (finished.listing === 'complete') {
    const { active, absent, anybody, somebodyUnknown } = await countAbsent(tx, spec, owner, eventId, series);
    if (somebodyUnknown) doubt = 'the listing held a row that could not be read, and nobody knows whose it is';
    if (anybody && !somebodyUnknown) {
      const most = Math.max(limits.people, Math.floor(active * limits.share));
      if (absent > most && !finished.allowMassRemoval)
        return tooMany(provider, owner, eventId, { absent, active, most });
      if (absent > 0) people = await markAbsent(tx, spec, owner, eventId, series, now);
      if (provider.abilities.details) await forgetAbsent(tx, owner, eventId, series);
    }
  }
  await forgetSeen(tx, owner, eventId);
  return { people, doubt };
}

function tooMany(
  provider: Provider,
  owner: Owner,
  eventId: string,
  { absent, active, most }: { absent: number; active: number; most: number },
): SafetyStop {
  return new SafetyStop(
    `${provider.displayName} event ${eventId}: ${absent} of ${active} people are missing from the listing; more than ${most} are not marked without a person's word`,
    {
      hint: `Look at the event at ${provider.displayName}. If they really left: p88sync sync-event ${owner.partnerId}:${provider.name}:${eventId} --full --allow-mass-removal`,
    },
  );
}
