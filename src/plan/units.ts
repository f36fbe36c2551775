/** Third step of the plan: due events become units, each one series of calls with its kind and cost. Pure. */
import type { CredentialState, EventState, PlannedUnit } from '../domain/planning.ts';
import type { Priority, Settings } from '../domain/settings.ts';
import type { DueEvent } from './due.ts';
import { oldestWatermark } from './history.ts';
import { costOf, kindOf, seriesOf, standsAlone } from './series.ts';

/** A unit before the budget has been asked. */
export interface UnitDraft extends Omit<PlannedUnit, 'reason'> {
  readonly credential: CredentialState;
  /** Its events, the latest first: the first one is the reason. */
  readonly due: readonly DueEvent[];
  /** From now to the nearest start of its events, or back to it (ms). */
  readonly nearestStart: number;
}

/** Order of the classes: the lower goes first. */
export const rank: Readonly<Record<Priority, number>> = { high: 0, medium: 1, low: 2 };

/** Groups due events into units, in the order of urgency. */
export function groupUnits(due: readonly DueEvent[], now: Date, settings: Settings): UnitDraft[] {
  const groups = new Map<string, DueEvent[]>();
  const units: UnitDraft[] = [];
  for (const one of due) {
    if (standsAlone(one.event, one.credential)) {
      units.push(draft([one], one, now, settings));
      continue;
    }
    const kind = kindOf(one.event, one.credential, now, settings);
    const key = `${one.credential.credentialId} ${kind} ${seriesOf(one.event, one.credential)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  for (const group of groups.values()) {
    const [latest] = group.sort((a, b) => byUrgency(a, b, now));
    if (latest !== undefined) units.push(draft(group, latest, now, settings));
  }
  return units.sort(
    (a, b) =>
      rank[a.priority] - rank[b.priority] ||
      descending(a.lateness, b.lateness) ||
      a.nearestStart - b.nearestStart ||
      a.credentialId - b.credentialId ||
      byEventId(a.events[0], b.events[0]) ||
      ascending(a.kind, b.kind),
  );
}

function draft(group: readonly DueEvent[], latest: DueEvent, now: Date, settings: Settings): UnitDraft {
  const { credential } = latest;
  const kind = kindOf(latest.event, credential, now, settings);
  const events: EventState[] = [];
  let priority = latest.priority;
  let nearestStart = Number.POSITIVE_INFINITY;
  for (const one of group) {
    events.push(one.event);
    if (rank[one.priority] < rank[priority]) priority = one.priority;
    nearestStart = Math.min(nearestStart, distanceMs(one.event, now));
  }
  // One fixed order, so that the row that carries the calls stays the same from sync to sync.
  if (events.length > 1) events.sort(byEventId);
  return {
    partnerId: credential.partnerId,
    providerId: latest.event.providerId,
    provider: credential.provider,
    credentialId: credential.credentialId,
    raceId: latest.event.raceId,
    kind,
    priority,
    since: kind === 'full' ? undefined : oldestWatermark(events, now),
    events,
    cost: costOf(kind, events, credential),
    lateness: latest.lateness,
    credential,
    due: group,
    nearestStart,
  };
}

function byUrgency(a: DueEvent, b: DueEvent, now: Date): number {
  const nearer = distanceMs(a.event, now) - distanceMs(b.event, now);
  return descending(a.lateness, b.lateness) || nearer || byEventId(a.event, b.event);
}

function distanceMs(event: EventState, now: Date): number {
  return Math.abs(event.startAt.getTime() - now.getTime());
}

/** Numbers from high to low; safe for Infinity, whose difference is NaN. */
function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

function ascending(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function byEventId(a: EventState | undefined, b: EventState | undefined): number {
  return ascending(a?.eventId ?? '', b?.eventId ?? '');
}
