/** What tick, sync-event and full-sync make of the units they ran: the log line, the exit, the names for the report. */
import type { ExitName } from '../domain/exit-codes.ts';
import type { UnitOutcome } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import { syncLogFields } from '../report/sync-log.ts';
import type { CommandContext } from './context.ts';

/** One line per unit; what was put off is no warning: nothing went wrong. */
export function logUnit(context: CommandContext, unit: PlannedUnit, outcome: UnitOutcome, now: Date): void {
  const fields = syncLogFields(unit, outcome, context.settings.cadence[unit.priority].everyMinutes, now);
  const level = outcome.failure && outcome.status !== 'deferred' ? 'warn' : 'info';
  context.log[level](fields, `sync ${outcome.status}`);
}

/** Rejected rows are a failure too: somebody is missing until they are looked at. */
export function exitOfOutcome(outcome: UnitOutcome): ExitName {
  if (outcome.status === 'deferred') return 'done';
  return outcome.failure?.exit ?? (outcome.counts.failed > 0 ? 'someFailed' : 'done');
}

/** Names of events by what operators type for them. */
export function eventNames(units: readonly PlannedUnit[]): ReadonlyMap<string, string> {
  return new Map(
    units.flatMap((unit) =>
      unit.events.map((event) => [`${event.partnerId}:${event.provider}:${event.eventId}`, event.name] as const),
    ),
  );
}
