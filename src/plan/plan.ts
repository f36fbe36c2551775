/** The plan of a tick: what is synced now, in which order and why, and what is left out and why. Pure. */
import type { CredentialState, EventState, LeftOut, Plan, PlannedUnit } from '../domain/planning.ts';
import { priorities, type Settings } from '../domain/settings.ts';
import { type Account, admitClass } from './admission.ts';
import { roomByMinute } from './budget.ts';
import { planDetails } from './details.ts';
import { sortEvents } from './due.ts';
import { needByMinute } from './need.ts';
import { reasonOf } from './reasons.ts';
import { stretchesOf } from './stretch.ts';
import { groupUnits, rank, type UnitDraft } from './units.ts';

export interface PlanQuery {
  readonly now: Date;
  /** Upcoming events, and those within the hour after their start; others are ignored. */
  readonly events: readonly EventState[];
  readonly credentials: readonly CredentialState[];
  readonly settings: Settings;
}

/**
 * High before medium before low; inside a class by relative lateness. Each class has a number of units per tick over all
 * credentials; each credential its hour, in which the lower classes leave what the higher ones will need.
 */
export function planTick(query: PlanQuery): Plan {
  const { now, events, settings } = query;
  const credentials = new Map(query.credentials.map((credential) => [credential.credentialId, credential]));
  const stretches = stretchesOf(events, query.credentials, now, settings);
  const sorted = sortEvents(events, credentials, stretches, now, settings);
  const drafts = groupUnits(sorted.due, now, settings);

  const accounts = new Map<number, Account>();
  const accountOf = (credential: CredentialState): Account => {
    const known = accounts.get(credential.credentialId);
    if (known !== undefined) return known;
    const room = roomByMinute(credential);
    const opened: Account = { credential, room, spent: 0, waiting: undefined, probed: false };
    accounts.set(credential.credentialId, opened);
    return opened;
  };
  const units: PlannedUnit[] = [];
  const leftOut: LeftOut[] = [...sorted.leftOut].sort(byPlace);
  const needs = needsOver(query, units);
  for (const priority of priorities) {
    const { taken, left } = admitClass({
      priority,
      unitsPerTick: settings.cadence[priority].unitsPerTick,
      units: drafts.filter((unit) => unit.priority === priority),
      accountOf: (unit) => accountOf(unit.credential),
      callsPerTickOf: ({ credential }) => stretches.get(credential.credentialId)?.callsPerTick,
      needsOf: (account) => needs(account.credential, rank[priority]),
      now,
    });
    for (const unit of taken) units.push(planned(unit, reasonOf(unit, now, settings)));
    for (const one of left) leftOut.push(one);
  }
  const withDetails = query.credentials.filter((credential) => credential.details).map(accountOf);
  if (withDetails.length === 0) return { now, units, leftOut };
  const details = planDetails({ now, settings, events, accounts: withDetails, units, leftOut, needsOf: needs });
  return { now, units: details.units, leftOut: [...leftOut, ...details.leftOut] };
}

/** What the highest classes need of a credential; asked class by class, each time when those have been planned. */
function needsOver(
  { events, now, settings }: PlanQuery,
  units: readonly PlannedUnit[],
): (credential: CredentialState, classes: number) => readonly Float64Array[] {
  const byCredential = new Map<number, { events: EventState[]; needs: Float64Array[] }>();
  for (const event of events) {
    const own = byCredential.get(event.credentialId);
    if (own === undefined) byCredential.set(event.credentialId, { events: [event], needs: [] });
    else own.events.push(event);
  }
  return (credential, classes) => {
    const own = byCredential.get(credential.credentialId);
    if (own === undefined) return [];
    const taken = units.filter((unit) => unit.credentialId === credential.credentialId);
    const planned = new Set(taken.flatMap((unit) => unit.events));
    for (const higher of priorities.slice(own.needs.length, classes)) {
      own.needs.push(needByMinute({ credential, events: own.events, priority: higher, planned, now, settings }));
    }
    return own.needs.slice(0, classes);
  };
}

function planned({ credential: _, due: __, nearestStart: ___, ...unit }: UnitDraft, reason: string): PlannedUnit {
  return { ...unit, reason };
}

/** By priority, nearest start, id: the same facts give the same list, in whatever order they came. */
function byPlace(a: LeftOut, b: LeftOut): number {
  return (
    rank[a.priority] - rank[b.priority] ||
    a.event.startAt.getTime() - b.event.startAt.getTime() ||
    a.event.credentialId - b.event.credentialId ||
    (a.event.eventId < b.event.eventId ? -1 : 1)
  );
}
