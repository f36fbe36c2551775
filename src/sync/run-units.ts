/** Runs planned units: credentials side by side, the units of one credential in the plan's order. */
import { DatabaseUnavailable } from '../domain/errors.ts';
import type { DeferredBecause, UnitOutcome } from '../domain/outcomes.ts';
import { noCounts } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { sideBySide } from './side-by-side.ts';
import { stopsCredential } from './stops.ts';
import { syncUnit, type UnitOptions } from './sync-unit.ts';
import { failureOf, mayBeOneEvent } from './unit-failure.ts';

export interface RunOptions {
  /** Opens the credential; its failure (a secret that cannot be decrypted) fails the credential's units only. */
  connect(credentialId: number): Promise<CredentialRun>;
  optionsFor(unit: PlannedUnit): Promise<UnitOptions>;
  onOutcome(unit: PlannedUnit, outcome: UnitOutcome): Promise<void>;
}

/** @returns an outcome for every unit, in no particular order; what the end of the run left is `deferred`. */
export async function runUnits(
  context: SyncContext,
  units: readonly PlannedUnit[],
  options: RunOptions,
): Promise<readonly UnitOutcome[]> {
  const queues = new Map<number, PlannedUnit[]>();
  for (const unit of units) queues.set(unit.credentialId, [...(queues.get(unit.credentialId) ?? []), unit]);
  const outcomes: UnitOutcome[] = [];
  await sideBySide([...queues], providerOf, async ([credentialId, queue]) => {
    for await (const [unit, outcome] of runCredential(context, credentialId, queue, options)) {
      outcomes.push(outcome);
      await options.onOutcome(unit, outcome);
    }
  });
  return outcomes;
}

function providerOf([, [unit]]: readonly [number, readonly PlannedUnit[]]): string {
  return unit?.provider ?? '';
}

async function* runCredential(
  context: SyncContext,
  credentialId: number,
  units: readonly PlannedUnit[],
  options: RunOptions,
): AsyncGenerator<readonly [PlannedUnit, UnitOutcome]> {
  let run: CredentialRun;
  try {
    run = await options.connect(credentialId);
  } catch (thrown) {
    const error = explainDatabaseError(thrown, context.database.shown);
    if (error instanceof DatabaseUnavailable) throw error;
    for (const unit of units)
      yield [unit, { ...untouched(unit), status: 'failed', deferredBecause: undefined, failure: failureOf(error) }];
    return;
  }
  let stopped: DeferredBecause | undefined;
  const attempt = async (unit: PlannedUnit): Promise<UnitOutcome> => {
    if (stopped) return { ...untouched(unit), deferredBecause: stopped };
    if (context.signal.aborted) return untouched(unit);
    const outcome = await syncUnit(context, run, unit, await options.optionsFor(unit));
    stopped = stopsCredential(outcome.failure);
    return outcome;
  };
  for (const unit of units) {
    const outcome = await attempt(unit);
    if (!mayBeOneEvent(run, outcome.failure, outcome.eventIds)) {
      yield [unit, outcome];
      continue;
    }
    // One event that is gone must not hold up its race: each alone, and only the bad one fails.
    let callsBefore = outcome.apiCalls;
    for (const event of unit.events.filter(({ eventId }) => outcome.eventIds.includes(eventId))) {
      const single = { ...unit, events: [event] };
      const alone = await attempt(single);
      yield [single, { ...alone, apiCalls: alone.apiCalls + callsBefore }];
      callsBefore = 0;
    }
  }
}

function untouched(unit: PlannedUnit): UnitOutcome {
  return {
    status: 'deferred',
    deferredBecause: 'not-reached',
    partnerId: unit.partnerId,
    provider: unit.provider,
    credentialId: unit.credentialId,
    raceId: unit.raceId,
    eventIds: unit.events.map((event) => event.eventId),
    kind: unit.kind,
    priority: unit.priority,
    counts: noCounts,
    apiCalls: 0,
    durationMs: 0,
    failure: undefined,
  };
}
