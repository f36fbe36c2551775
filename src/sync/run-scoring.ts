/** Runs planned work on scoring events: credentials side by side, the work of one credential in the plan's order. */
import { DatabaseUnavailable } from '../domain/errors.ts';
import type { DeferredBecause } from '../domain/outcomes.ts';
import type { ScoringUnit } from '../domain/scoring-work.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import type { ScoringOptions } from './scoring-run.ts';
import { runScoringUnit, type ScoringOutcome, untouchedScoring } from './scoring-unit.ts';
import { sideBySide } from './side-by-side.ts';
import { stopsCredential } from './stops.ts';
import { failureOf } from './unit-failure.ts';

export interface RunScoringOptions {
  /** Opens the credential; its failure fails the credential's work only. */
  connect(credentialId: number): Promise<CredentialRun>;
  optionsFor(unit: ScoringUnit): ScoringOptions;
  onOutcome(unit: ScoringUnit, outcome: ScoringOutcome): void;
}

/** @returns an outcome for every unit, in no particular order; what the end of the run left is `deferred`. */
export async function runScoring(
  context: SyncContext,
  units: readonly ScoringUnit[],
  options: RunScoringOptions,
): Promise<readonly ScoringOutcome[]> {
  const queues = new Map<number, ScoringUnit[]>();
  for (const unit of units) {
    const { credentialId } = unit.event;
    queues.set(credentialId, [...(queues.get(credentialId) ?? []), unit]);
  }
  const outcomes: ScoringOutcome[] = [];
  await sideBySide([...queues], providerOf, async ([credentialId, queue]) => {
    let stopped: DeferredBecause | undefined;
    for (const unit of queue) {
      const outcome =
        stopped || context.signal.aborted
          ? { ...untouchedScoring(unit), deferredBecause: stopped ?? 'not-reached' }
          : await attempt(context, credentialId, unit, options);
      stopped ??= stopsCredential(outcome.failure);
      outcomes.push(outcome);
      options.onOutcome(unit, outcome);
    }
  });
  return outcomes;
}

function providerOf([, [unit]]: readonly [number, readonly ScoringUnit[]]): string {
  return unit?.event.provider ?? '';
}

async function attempt(
  context: SyncContext,
  credentialId: number,
  unit: ScoringUnit,
  options: RunScoringOptions,
): Promise<ScoringOutcome> {
  let run: CredentialRun;
  try {
    run = await options.connect(credentialId);
  } catch (thrown) {
    const error = explainDatabaseError(thrown, context.database.shown);
    if (error instanceof DatabaseUnavailable) throw error;
    return { ...untouchedScoring(unit), status: 'failed', deferredBecause: undefined, failure: failureOf(error) };
  }
  return runScoringUnit(context, run, unit, options.optionsFor(unit));
}
