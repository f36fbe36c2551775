/** Marks who is missing from a complete listing, where the provider does not say who left; stops where too many are. */
import { SafetyStop, UnknownAnswer } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { Listing } from '../domain/records.ts';
import type { Settings } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { forgetAbsent } from '../store/outlines.ts';
import { countAbsent, forgetSeen, markAbsent, type Owner, wasAnybodySeen } from '../store/participants.ts';

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
 * Runs in the transaction of the last page. A partial or unstable listing marks nobody, nor does one with a row of which
 * nobody can say whose it is.
 * @returns how many were marked; a SafetyStop, for the caller to throw once the page's rows are committed, where it
 * holds nobody of the event, or would mark more than max(5, 10 %) of its people, and nobody allowed it.
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
    if (!somebodyUnknown) {
      const most = anybody ? Math.max(limits.people, Math.floor(active * limits.share)) : 0;
      if (absent > most && !finished.allowMassRemoval)
        return tooMany(provider, owner, eventId, { absent, active, most, anybody });
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
  { absent, active, most, anybody }: { absent: number; active: number; most: number; anybody: boolean },
): SafetyStop {
  const missing = `${provider.displayName} event ${eventId}: ${absent} of ${active} people are missing from the listing`;
  const problem = anybody
    ? `more than ${most} are not marked without a person's word`
    : 'one without anybody marks nobody';
  return new SafetyStop(`${missing}; ${problem}`, { hint: wayOut(provider, owner, eventId) });
}

function wayOut(provider: Provider, owner: Owner, eventId: string): string {
  return `Look at the event at ${provider.displayName}. If they really left: p88sync sync-event ${owner.partnerId}:${provider.name}:${eventId} --full --allow-mass-removal`;
}

/**
 * What a listing is that holds nobody at all, of none of its events, although people are stored: no answer. It is the
 * provider's bad moment (or a login that is answered with nothing) far more often than the end of everybody, so it is tried
 * again like any other failure, and a person may allow it.
 * @returns undefined where somebody was listed, or nobody is stored.
 */
export async function nobodyListed(
  tx: Db,
  provider: Provider,
  owner: Owner,
  eventIds: readonly string[],
  series: string,
): Promise<UnknownAnswer | undefined> {
  if (await wasAnybodySeen(tx, owner, eventIds, series)) return undefined;
  for (const eventId of eventIds) {
    const { active } = await countAbsent(tx, provider.tables.participants, owner, eventId, series);
    if (active === 0) continue;
    return new UnknownAnswer(
      `${provider.displayName} lists nobody, and of event ${eventId} alone ${active} people are stored`,
      { hint: `Nobody is marked as removed; it is tried again. ${wayOut(provider, owner, eventId)}` },
    );
  }
  return undefined;
}
