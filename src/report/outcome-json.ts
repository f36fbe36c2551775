/** `tick --json` and `sync-event --json`. Fields are added, never renamed; durations in ms. */
import { addCounts, type Failure, noCounts, type UnitOutcome } from '../domain/outcomes.ts';
import { specOf } from './event-condition.ts';
import { leftOutJson, scoringLeftOutJson } from './plan-json.ts';
import { queueOutcomeJson } from './queue-text.ts';
import type { ScoringReport } from './scoring-text.ts';
import { isSync, type OutcomeReport } from './tick-text.ts';

/** Totals, every unit, and what was left out. The counts of the totals are those of the syncs. */
export function outcomesJson({ outcomes, leftOut, scoringLeftOut = [], durationMs, names, queue = [] }: OutcomeReport) {
  const count = (status: UnitOutcome['status']) => outcomes.filter((one) => one.status === status).length;
  return {
    durationMs,
    totals: {
      units: outcomes.length,
      completed: count('completed'),
      failed: count('failed') + count('failed_permanent'),
      deferred: count('deferred'),
      apiCalls: outcomes.reduce((sum, { apiCalls }) => sum + apiCalls, 0),
      counts: outcomes
        .filter(isSync)
        .map((one) => one.counts)
        .reduce(addCounts, noCounts),
    },
    units: outcomes.map((outcome) => unitJson(outcome, names)),
    leftOut: [...leftOut.map(leftOutJson), ...scoringLeftOut.map(scoringLeftOutJson)],
    queue: queue.map(queueOutcomeJson),
  };
}

/** `push-participants --json` and `pull-results --json`. */
export function scoringOutcomesJson({ outcomes, names, durationMs }: ScoringReport) {
  return {
    durationMs,
    events: outcomes.map((outcome) => {
      const { events, raceId: _, priority: __, ...unit } = unitJson(outcome, names);
      const [event] = events;
      return {
        id: event?.id ?? null,
        name: event?.name ?? null,
        ...unit,
        byHand: outcome.byHand.map((one) => ({ ...one })),
      };
    }),
  };
}

function unitJson(outcome: UnitOutcome, names: ReadonlyMap<string, string>) {
  return {
    /** completed, failed, failed_permanent or deferred. */
    status: outcome.status,
    partnerId: outcome.partnerId,
    provider: outcome.provider,
    credentialId: outcome.credentialId,
    raceId: outcome.raceId ?? null,
    events: outcome.eventIds.map((eventId) => {
      const id = specOf({ ...outcome, eventId });
      return { id, eventId, name: names.get(id) ?? null };
    }),
    kind: outcome.kind,
    priority: outcome.priority ?? null,
    counts: { ...outcome.counts },
    /** Registrations that are announced and left to be read; null where none take a call of their own. */
    unread: outcome.unread ?? null,
    apiCalls: outcome.apiCalls,
    durationMs: outcome.durationMs,
    /** claimed-elsewhere, run-ended, budget, credential-refused, provider-pause or not-reached; null: not deferred, or not known. */
    deferredBecause: outcome.deferredBecause ?? null,
    failure: outcome.failure ? failureJson(outcome.failure) : null,
  };
}

/** `kind`: the error's class; `exit`: the name of its exit code. */
export function failureJson({ kind, message, hint, exit }: Failure) {
  return { kind, message, hint: hint ?? null, exit };
}
