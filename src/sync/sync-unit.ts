/** One unit from claim to outcome. */
import type { UnitOutcome } from '../domain/outcomes.ts';
import { noCounts } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import { type Claim, claimEvents, keepClaim } from '../store/claims.ts';
import { markAccepted } from '../store/credentials.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { readDetails } from './read-details.ts';
import { type Progress, type SeriesOptions, storeSeries } from './store-series.ts';
import { settleFailure, settleUnclaimed } from './unit-failure.ts';

export interface UnitOptions extends SeriesOptions {
  /** Calls that may stand in the credential's sliding hour while this unit runs; asked again while it waits for room. */
  ceiling(): Promise<number>;
  /** When the plan was made (UTC): leaves out events that another run has ended since. Undefined: leaves out none. */
  readonly plannedAt?: Date;
}

/** Never throws for what happens to the unit; a lost database does throw, since nothing can be recorded then. */
export async function syncUnit(
  context: SyncContext,
  run: CredentialRun,
  unit: PlannedUnit,
  options: UnitOptions,
): Promise<UnitOutcome> {
  const { clock, settings } = context;
  const startedAt = clock.now();
  const callsBefore = run.callsMade();
  const asked = { owner: run.owner, unitId: context.newId(), eventIds: unit.events.map((event) => event.eventId) };
  const outcome = (changes: Partial<UnitOutcome>): UnitOutcome => ({
    status: 'deferred',
    partnerId: unit.partnerId,
    provider: unit.provider,
    credentialId: unit.credentialId,
    raceId: unit.raceId,
    eventIds: asked.eventIds,
    kind: unit.kind,
    priority: unit.priority,
    counts: noCounts,
    apiCalls: run.callsMade() - callsBefore,
    durationMs: clock.now().getTime() - startedAt.getTime(),
    failure: undefined,
    ...changes,
  });
  const { everyMinutes } = settings.cadence[unit.priority];
  let claim: Claim | undefined;
  try {
    claim = await claimEvents(context.database.db, context.identity, {
      ...asked,
      kind: unit.kind,
      since: unit.since,
      leaseSeconds: settings.leaseSeconds,
      now: startedAt,
      ...(options.plannedAt && { newestKnown: newestRuns(unit, options.plannedAt) }),
    });
  } catch (error) {
    return outcome(await settleUnclaimed(context, asked, everyMinutes, error));
  }
  if (!claim) return outcome({ deferredBecause: 'claimed-elsewhere' });
  const held = claim;
  run.begin({
    unitId: held.unitId,
    ceiling: await options.ceiling(),
    whileWaiting: async () => {
      await keepClaim(context.database.db, held, { now: clock.now(), leaseSeconds: settings.leaseSeconds });
      return options.ceiling();
    },
  });
  const progress: Progress = { counts: noCounts };
  const apiCalls = () => run.callsMade() - callsBefore;
  try {
    const listed = listsNothing(unit, claim)
      ? claim.checkpoint
      : await storeSeries(context, run, unit, claim, options, progress, apiCalls);
    if (run.provider.abilities.details) {
      await readDetails({ context, run, unit, claim, listed, progress, apiCalls });
    }
    if (run.refusals > 0 || run.throttles > 0) {
      await markAccepted(context.database.db, run.owner.credentialId, run.throttles);
    }
    return outcome({ status: 'completed', eventIds: claim.eventIds, ...progress });
  } catch (error) {
    const ended = await settleFailure(context, run, everyMinutes, claim, error, apiCalls);
    return outcome({ eventIds: claim.eventIds, ...progress, ...ended });
  } finally {
    run.begin({ unitId: undefined });
  }
}

/** It only reads registrations: by its kind, or since the run that it continues had done the listing. */
function listsNothing(unit: PlannedUnit, claim: Claim): boolean {
  return unit.kind === 'details' || claim.checkpoint?.listed === true;
}

/**
 * Start of the newest run of each event that the plan was made from. Runs that only read details follow each other from tick
 * to tick: to another one of them, whatever began behind the plan is news.
 */
function newestRuns(unit: PlannedUnit, plannedAt: Date): ReadonlyMap<string, Date | undefined> {
  return new Map(
    unit.events.map(({ eventId, lastCompleted, lastFailure }) => [
      eventId,
      // A failure is known only where it is newer than the last success.
      unit.kind === 'details' ? plannedAt : (lastFailure?.startedAt ?? lastCompleted?.startedAt),
    ]),
  );
}
