/** Sorts the events of a tick: due and free to go, due but kept back (with the reason), or not due at all. Pure. */
import type { CredentialState, EventState, LeftOut } from '../domain/planning.ts';
import type { Priority, Settings } from '../domain/settings.ts';
import { catchUpsOf } from './catch-up.ts';
import { lastFailureOf } from './history.ts';
import { normalDueAtMs, paceOf } from './pace.ts';
import type { Stretch } from './stretch.ts';
import { duration } from './words.ts';

/** An event that may go into a unit of this tick. */
export interface DueEvent {
  readonly event: EventState;
  readonly credential: CredentialState;
  readonly priority: Priority;
  /** Its interval (minutes), stretched where the class is. */
  readonly everyMinutes: number;
  readonly stretch: Stretch | undefined;
  /** Time since the last sync ÷ interval; Infinity where it was never synced. */
  readonly lateness: number;
}

export interface SortedEvents {
  readonly due: readonly DueEvent[];
  readonly leftOut: readonly LeftOut[];
}

/** Every event that is due is in one of the two lists; one that is not due is in neither. */
export function sortEvents(
  events: readonly EventState[],
  credentials: ReadonlyMap<number, CredentialState>,
  stretches: ReadonlyMap<number, Stretch>,
  now: Date,
  settings: Settings,
): SortedEvents {
  const due: DueEvent[] = [];
  const leftOut: LeftOut[] = [];
  const catchUps = catchUpsOf(events, credentials.values());
  for (const event of events) {
    const credential = credentials.get(event.credentialId);
    const stretch = stretches.get(event.credentialId);
    const catchUp = catchUps.get(event.credentialId);
    const { priority, everyMinutes, dueAt, lagMs } = paceOf(event, stretch?.factor ?? 1, now, settings, catchUp);
    if (priority === 'ended' || everyMinutes === undefined || dueAt === undefined) continue;
    const retryIn = dueAt.getTime() - now.getTime();
    if (retryIn > 0 && !hidesBeat(event, everyMinutes, now, settings)) continue;
    const kept = keptBack(event, credential, retryIn, now);
    if (credential === undefined || kept !== undefined) {
      if (kept !== undefined) leftOut.push({ event, priority, ...kept });
      continue;
    }
    const lateness = lagMs === undefined ? Number.POSITIVE_INFINITY : lagMs / (everyMinutes * 60_000);
    due.push({ event, credential, priority, everyMinutes, stretch, lateness });
  }
  return { due, leftOut };
}

/** True where the event waits for its retry although its cadence has come round. */
function hidesBeat(event: EventState, everyMinutes: number, now: Date, settings: Settings): boolean {
  if (lastFailureOf(event, now)?.status !== 'failed') return false;
  return normalDueAtMs(event, everyMinutes, now, settings) <= now.getTime();
}

function keptBack(
  event: EventState,
  credential: CredentialState | undefined,
  retryIn: number,
  now: Date,
): Pick<LeftOut, 'why' | 'reason'> | undefined {
  if (credential === undefined) {
    return { why: 'refused', reason: 'its credential was removed: it is not synced until another one discovers it' };
  }
  if (event.running !== undefined) {
    const { host, pid, startedAt } = event.running;
    const since = duration(Math.max(0, now.getTime() - startedAt.getTime()));
    return { why: 'running', reason: `running for ${since} on ${host} (process ${pid})` };
  }
  if (retryIn > 0) {
    const failure = lastFailureOf(event, now);
    return {
      why: 'retry-later',
      reason: `failed (${failure?.reason ?? 'no reason kept'}), retry in ${duration(retryIn)}`,
    };
  }
  const wait = credential.notBefore === undefined ? 0 : credential.notBefore.getTime() - now.getTime();
  if (wait <= 0) return undefined;
  if (credential.refusedAt === undefined) {
    return { why: 'not-before', reason: `the provider wants no call for another ${duration(wait)}` };
  }
  const refused = refusedFor(credential.refusedAt, now);
  return { why: 'refused', reason: `${refused}, next probe in ${duration(wait)}` };
}

/** `credential refused 20 min ago`. */
export function refusedFor(refusedAt: Date, now: Date): string {
  return `credential refused ${duration(Math.max(0, now.getTime() - refusedAt.getTime()))} ago`;
}
