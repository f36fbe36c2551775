/** `tick --dry-run --json`: the same plan for machines. Fields are added, never renamed; times are ISO 8601 in UTC. */
import type { EventState, LeftOut, PlannedUnit } from '../domain/planning.ts';
import type { StatusQueueItem } from '../domain/queue.ts';
import {
  firstStart,
  type ScoringKind,
  type ScoringLeftOut,
  type ScoringState,
  type ScoringUnit,
  scoringName,
  type TickPlan,
} from '../domain/scoring-work.ts';
import { specOf } from './event-condition.ts';
import { isoOrNull } from './json-text.ts';
import { queueItemJson } from './queue-text.ts';
import { expectedCalls } from './unit-calls.ts';

/** Units in the order in which they would run, the events left out, and what waits in sync_queue. */
export function planJson(plan: TickPlan, queue: readonly StatusQueueItem[] = []) {
  const { units = [], leftOut = [] } = plan.scoring ?? {};
  const calls = plan.units.reduce((sum, unit) => sum + expectedCalls(unit), 0);
  return {
    now: plan.now.toISOString(),
    calls: units.reduce((sum, { cost }) => sum + cost, calls),
    units: [...plan.units.map(unitJson), ...units.map(scoringUnitJson)],
    leftOut: [...plan.leftOut.map(leftOutJson), ...leftOut.map(scoringLeftOutJson)],
    queue: queue.map(queueItemJson),
  };
}

function unitJson(unit: PlannedUnit) {
  return {
    partnerId: unit.partnerId,
    provider: unit.provider,
    credentialId: unit.credentialId,
    raceId: unit.raceId ?? null,
    kind: unit.kind,
    priority: unit.priority,
    since: isoOrNull(unit.since),
    calls: expectedCalls(unit),
    /** Registrations it may read one by one; null where none take a call of their own. */
    detailCalls: unit.detailCalls ?? null,
    /** Null: one of its events was never synced. */
    lateness: Number.isFinite(unit.lateness) ? unit.lateness : null,
    reason: unit.reason,
    events: unit.events.map(eventJson),
  };
}

/** `why`: tick-full, budget, not-before, refused, running or retry-later. `kind`: of work on a scoring event. */
export function leftOutJson({ event, priority, why, reason }: LeftOut) {
  return { ...eventJson(event), priority, kind: null, why, reason };
}

/** A push or a pull of results; `events` names the scoring event, `linked` the registration events. */
function scoringUnitJson({ kind, event, cost, reason }: ScoringUnit) {
  return {
    partnerId: event.partnerId,
    provider: event.provider,
    credentialId: event.credentialId,
    raceId: null,
    kind,
    priority: 'low',
    since: null,
    calls: cost,
    lateness: null,
    reason,
    events: [scoringEventJson(kind, event)],
    linked: event.linked.map((one) => specOf({ ...one, partnerId: event.partnerId })),
  };
}

export function scoringLeftOutJson({ kind, event, why, reason }: ScoringLeftOut) {
  return { ...scoringEventJson(kind, event), priority: 'low', kind, why, reason };
}

function scoringEventJson(kind: ScoringKind, event: ScoringState) {
  return {
    /** What `push-participants` and `pull-results` take. */
    id: specOf(event),
    eventId: event.eventId,
    name: scoringName(event),
    /** Of the first linked event. */
    startAt: isoOrNull(firstStart(event)),
    lastSyncAt: isoOrNull(event.history[kind].lastCompleted?.startedAt),
  };
}

function eventJson(event: EventState) {
  return {
    /** What `sync-event` takes: PARTNER:PROVIDER:EVENT. */
    id: specOf(event),
    eventId: event.eventId,
    name: event.name,
    startAt: event.startAt.toISOString(),
    lastSyncAt: isoOrNull(event.lastCompleted?.startedAt),
  };
}
