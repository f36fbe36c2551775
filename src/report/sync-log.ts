/** What a finished sync logs: the operator's questions, answered in one line. Data only; the command hands it to the log. */
import type { UnitOutcome } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import { everyText, relativeText } from './relative-time.ts';

/** Fields of the log line of one unit. `everyMinutes`: the interval of its class. */
export function syncLogFields(
  unit: PlannedUnit,
  outcome: UnitOutcome,
  everyMinutes: number,
  now: Date,
): Record<string, unknown> {
  const [first] = unit.events;
  return {
    partner: unit.partnerId,
    provider: unit.provider,
    ...(unit.raceId !== undefined && { race: unit.raceId }),
    events: outcome.eventIds,
    name: first?.name,
    kind: outcome.kind,
    start: first?.startAt.toISOString(),
    starts: first && relativeText(first.startAt, now),
    priority: unit.priority,
    frequency: everyText(everyMinutes),
    ...outcome.counts,
    ...(outcome.unread !== undefined && { unread: outcome.unread }),
    calls: outcome.apiCalls,
    durationMs: outcome.durationMs,
    ...(outcome.failure && { error: outcome.failure.message, kindOfError: outcome.failure.kind }),
  };
}
