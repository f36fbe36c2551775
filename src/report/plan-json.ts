/** `tick --dry-run --json`: the same plan for machines. Fields are added, never renamed; times are ISO 8601 in UTC. */
import type { EventState, LeftOut, Plan, PlannedUnit } from '../domain/planning.ts';
import type { StatusQueueItem } from '../domain/queue.ts';
import { specOf } from './event-condition.ts';
import { isoOrNull } from './json-text.ts';
import { queueItemJson } from './queue-text.ts';
import { expectedCalls } from './unit-calls.ts';

/** Units in the order in which they would run, the events left out, and what waits in sync_queue. */
export function planJson(plan: Plan, queue: readonly StatusQueueItem[] = []) {
  return {
    now: plan.now.toISOString(),
    calls: plan.units.reduce((sum, unit) => sum + expectedCalls(unit), 0),
    units: plan.units.map(unitJson),
    leftOut: plan.leftOut.map(leftOutJson),
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

/** `why`: tick-full, budget, not-before, refused, running or retry-later. */
export function leftOutJson({ event, priority, why, reason }: LeftOut) {
  return { ...eventJson(event), priority, why, reason };
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
