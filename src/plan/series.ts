/** What one series of calls covers, whether it has to be a full one, and how many calls it needs. Pure. */
import type { CredentialState, EventState } from '../domain/planning.ts';
import type { SyncKind } from '../domain/provider.ts';
import type { Settings } from '../domain/settings.ts';
import { lastCompletedOf, lastFullOf } from './history.ts';

const hourMs = 3_600_000;

/**
 * Full where an incremental sync would miss something: never synced, no watermark, or (absence) an old listing. Where the
 * provider has no filter every listing is whole, so it may as well tell who is missing.
 */
export function kindOf(
  event: EventState,
  credential: CredentialState,
  now: Date,
  settings: Settings,
): 'full' | 'incremental' {
  if (lastCompletedOf(event, now)?.watermark === undefined) return 'full';
  if (credential.removals === 'feed') return credential.incremental ? 'incremental' : 'full';
  if (!credential.incremental && event.listingStoppedAt === undefined) return 'full';
  // After a safety stop the next try is a person's, or a day later: until then what changed comes in as usual.
  const listed = latest(lastFullOf(event, now), event.listingStoppedAt);
  const old = listed === undefined || now.getTime() - listed.getTime() > settings.relistHours * hourMs;
  return old ? 'full' : 'incremental';
}

function latest(a: Date | undefined, b: Date | undefined): Date | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}

/**
 * True where nothing else can be asked for together with the event: one that the provider refuses (it was deleted there)
 * would fail the calls of its whole race, so it goes alone until it is answered again.
 */
export function standsAlone(event: EventState, credential: CredentialState): boolean {
  if (credential.unit === 'organiser') return false;
  return credential.unit === 'event' || event.raceId === undefined || event.lastFailure?.kind === 'CallRefused';
}

/** Events of a credential with the same series can be asked for together. */
export function seriesOf(event: EventState, credential: CredentialState): string {
  if (credential.unit === 'organiser') return 'organiser';
  return standsAlone(event, credential) ? `event ${event.eventId}` : `race ${event.raceId}`;
}

/** What most syncs of the credential's events are. */
export function usualKind(credential: CredentialState): 'full' | 'incremental' {
  return credential.incremental ? 'incremental' : 'full';
}

/** Calls a unit is expected to need. The history has them on its first row and 0 on the others. */
export function costOf(kind: SyncKind, events: readonly EventState[], credential: CredentialState): number {
  let calls = 0;
  for (const event of events) {
    calls = together(credential, calls, Math.max(0, (event.calls[kind] ?? 0) - storedCalls(event, kind)));
  }
  return kind === 'details' ? 0 : Math.max(credential.minimumCalls[kind], calls);
}

/**
 * Calls of one series for events that were last asked for apart: a race's add up, as far as they are kept on several rows;
 * an organiser's are the same list each time, however many of its events it was read for.
 */
export function together({ unit }: CredentialState, one: number, other: number): number {
  return unit === 'organiser' ? Math.max(one, other) : one + other;
}

/** Calls of a listing that was interrupted: it goes on behind what is stored. */
function storedCalls({ lastFailure }: EventState, kind: SyncKind): number {
  return lastFailure?.listed?.kind === kind ? lastFailure.listed.calls : 0;
}

/** The events of one credential by series, as they would be asked for together. */
export function bySeries(events: readonly EventState[], credential: CredentialState): EventState[][] {
  const series = new Map<string, EventState[]>();
  for (const event of events) {
    const key = seriesOf(event, credential);
    const group = series.get(key);
    if (group === undefined) series.set(key, [event]);
    else group.push(event);
  }
  return [...series.values()];
}
