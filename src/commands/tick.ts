/** `tick`: works out from the history what is due now, syncs it in priority order, and stops within its time limit. */
import { exitCodes, worstExit } from '../domain/exit-codes.ts';
import type { UnitOutcome } from '../domain/outcomes.ts';
import type { Plan, PlannedUnit } from '../domain/planning.ts';
import type { QueueOutcome } from '../domain/queue.ts';
import type { TickPlan } from '../domain/scoring-work.ts';
import type { Settings } from '../domain/settings.ts';
import { callsFreeFor } from '../plan/free-calls.ts';
import { type PlanQuery, planTick } from '../plan/plan.ts';
import { linksFrom } from '../plan/window.ts';
import { readErrands } from '../store/errands.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { openConnections, readSituation, type Situation, startsFrom, syncContext, takeOverDead } from './sync-setup.ts';
import type { TickScoring } from './tick-scoring.ts';
import { parseMaxSeconds, withTimeLimit } from './time-limit.ts';
import { eventNames, exitOfOutcome, logUnit } from './unit-report.ts';

export interface TickOptions {
  readonly dryRun?: boolean;
  readonly maxSeconds: string;
}

export async function runTick(context: CommandContext, options: TickOptions): Promise<CommandResult> {
  const maxSeconds = parseMaxSeconds(options.maxSeconds);
  const signal = withTimeLimit(context.signal, maxSeconds);
  const workspace = await context.openWorkspace();
  const result = await tickIn(context, workspace, options, { maxSeconds, signal });
  if (context.alerting && !options.dryRun) {
    const { tellAlerts } = await import('./tell-alerts.ts');
    await tellAlerts(context, workspace, context.alerting);
  }
  return result;
}

async function tickIn(
  context: CommandContext,
  workspace: Workspace,
  options: TickOptions,
  { maxSeconds, signal }: { readonly maxSeconds: number; readonly signal: AbortSignal },
): Promise<CommandResult> {
  const { clock } = workspace;
  if (!options.dryRun) await takeOverDead(context, workspace);
  const startedAt = clock.now();
  const { linked, queued: mayBeQueued } = await readErrands(
    workspace.database.db,
    linksFrom(startedAt, context.settings),
  );
  const query = await readFacts(context, workspace, startedAt, linked);
  const { now: _, settings: __, ...situation } = query;
  const plan = planTick(query);
  const scoringSide = linked ? await import('./tick-scoring.ts') : undefined;
  const planScoring = async (facts: PlanQuery) => scoringSide?.planScoringNow(context, workspace, facts);
  if (options.dryRun) {
    const scoring = (await planScoring(query))?.plan;
    return dryRun(context, workspace, { ...plan, ...(scoring && { scoring }) });
  }
  const tookMs = () => clock.now().getTime() - startedAt.getTime();
  const queued = mayBeQueued ? await takeQueue(context, workspace) : [];
  if (plan.units.length === 0 && queued.length === 0) {
    const planned = await planScoring(query);
    if (!planned || planned.plan.units.length === 0) {
      const ran = { ...nothing, scoring: planned && scoringSide?.scoringReport(planned, []) };
      return report(context, { plan, ...situation }, ran, tookMs());
    }
  }

  for (const one of plan.leftOut) context.log.debug({ event: one.event.eventId, why: one.why }, one.reason);
  const carryOut = async () => {
    const sync = syncContext(context, workspace, signal);
    const connections = await openConnections(context, workspace, { signal, patience: 'fail' });
    const { runUnits } = await import('../sync/run-units.ts');
    const { prepareQueue, settleQueue } = await import('./queue-work.ts');
    const work = await prepareQueue(context, workspace, queued, { plan, situation, signal });
    const outcomes = await runUnits(sync, work.units, {
      connect: connections.connect,
      optionsFor: async (unit) => ({
        allowMassRemoval: false,
        ...(!work.asked.has(unit) && { plannedAt: startedAt }),
        ceiling: async () =>
          callsFreeFor(query, unit.credentialId, work.asked.has(unit) ? 'high' : unit.priority).ceiling,
      }),
      onOutcome: async (unit, outcome) => logUnit(context, unit, outcome, clock.now()),
    });
    // With the facts as they are now: what the syncs changed is pushed by the same tick.
    const planned =
      scoringSide && !signal.aborted
        ? await planScoring(await readFacts(context, workspace, clock.now(), linked))
        : undefined;
    const scoring = planned && (await scoringSide?.runPlanned(context, sync, planned, connections.connect));
    const endsBy = new Date(startedAt.getTime() + maxSeconds * 1000);
    const queue = await settleQueue(context, workspace, work, { outcomes, signal, endsBy });
    return report(context, { plan, ...situation }, { units: work.units, outcomes, queue, scoring }, tookMs());
  };
  if (queued.length === 0) return carryOut();
  const { whileTaken } = await import('./queue-take.ts');
  return whileTaken(context, workspace, carryOut);
}

async function takeQueue(context: CommandContext, workspace: Workspace) {
  const { takeFromQueue } = await import('./queue-take.ts');
  return takeFromQueue(context, workspace);
}

async function readFacts(
  context: CommandContext,
  workspace: Workspace,
  now: Date,
  linked: boolean,
): Promise<PlanQuery> {
  const situation = await readSituation(context, workspace, {
    startsFrom: startsFrom(context, now),
    settled: settledEvents(context.settings, now, linked),
  });
  return { now, ...situation, settings: context.settings };
}

/**
 * Events so far away that they are synced at the slowest pace, and were within it: the plan says nothing of them.
 * @param linked those that are due within the hour are told too: what they need is kept from pushes and pulls of results.
 */
export function settledEvents(settings: Settings, now: Date, linked = false): { startsAfter: Date; syncedAfter: Date } {
  const { cadence, mediumFromHours, slackSeconds } = settings;
  const ahead = linked ? 3_600_000 : 0;
  // Two hours more: what enters the next window within the coming hour counts for the budget.
  const startsAfter = new Date(now.getTime() + (mediumFromHours + 2) * 3_600_000);
  const syncedAfter = new Date(now.getTime() - cadence.low.everyMinutes * 60_000 + slackSeconds * 1000 + ahead);
  return { startsAfter, syncedAfter };
}

async function dryRun(context: CommandContext, workspace: Workspace, plan: TickPlan): Promise<CommandResult> {
  const { shownQueue } = await import('./shown-queue.ts');
  const waiting = (await shownQueue(workspace, { now: plan.now })).filter(({ status }) => status === 'pending');
  if (context.json) {
    const { planJson } = await import('../report/plan-json.ts');
    return { exit: 'done', text: '', json: planJson(plan, waiting) };
  }
  const { renderPlan } = await import('../report/plan-text.ts');
  return { exit: 'done', text: renderPlan(plan, waiting, context.terminal), json: undefined };
}

/** What a tick did. */
interface Ran {
  readonly units: readonly PlannedUnit[];
  readonly outcomes: readonly UnitOutcome[];
  readonly queue: readonly QueueOutcome[];
  readonly scoring: TickScoring | undefined;
}

const nothing: Ran = { units: [], outcomes: [], queue: [], scoring: undefined };

async function report(
  context: CommandContext,
  { plan, events, credentials }: Situation & { readonly plan: Plan },
  { units, outcomes, queue, scoring }: Ran,
  durationMs: number,
): Promise<CommandResult> {
  const exit = worstExit([
    exitOf(context, outcomes, plan, { events, credentials }),
    ...(scoring?.exits ?? []),
    ...(queue.some((one) => one.isFailure) ? (['someFailed'] as const) : []),
  ]);
  const { leftOut } = plan;
  const told = {
    outcomes: [...outcomes, ...(scoring?.outcomes ?? [])],
    leftOut,
    scoringLeftOut: scoring?.plan.leftOut ?? [],
    durationMs,
    names: new Map([...eventNames(units), ...(scoring?.names ?? [])]),
    queue,
  };
  if (context.json) {
    const { outcomesJson } = await import('../report/outcome-json.ts');
    return { exit, text: '', json: { exitCode: exitCodes[exit].code, ...outcomesJson(told) } };
  }
  // The idle tick, once a minute all year, loads no table.
  if (told.outcomes.length + leftOut.length + told.scoringLeftOut.length + queue.length === 0)
    return { exit, text: 'Nothing is due.', json: undefined };
  const { renderOutcomes } = await import('../report/tick-text.ts');
  return { exit, text: renderOutcomes(told, context.terminal), json: undefined };
}

/**
 * A safety stop keeps its exit code until a person has allowed it or a full listing is believed again. So does
 * a refused credential while it is refused, not only in the tick that saw it. One that its probe found
 * working is no longer refused, and events whose credential a person removed wait for nobody.
 */
function exitOf(
  context: CommandContext,
  outcomes: readonly UnitOutcome[],
  plan: Plan,
  { events, credentials }: Situation,
) {
  const working = new Set(outcomes.flatMap((one) => (one.status === 'completed' ? [one.credentialId] : [])));
  const refused = new Set(credentials.flatMap((one) => (working.has(one.credentialId) ? [] : [one.credentialId])));
  const waiting = plan.leftOut.some((one) => one.why === 'refused' && refused.has(one.event.credentialId));
  return worstExit([
    ...outcomes.map(exitOfOutcome),
    ...(waiting ? (['credentialRefused'] as const) : []),
    ...(events.some((one) => one.listingStoppedAt) ? (['safetyStop'] as const) : []),
    ...(context.signal.aborted ? (['terminated'] as const) : []),
    ...(gotNowhere(outcomes) ? (['someFailed'] as const) : []),
  ]);
}

/** Its time was over before a page was stored: by the next tick that may be so again, and it is not well. */
function gotNowhere(outcomes: readonly UnitOutcome[]): boolean {
  return (
    outcomes.some(({ deferredBecause }) => deferredBecause === 'run-ended') &&
    outcomes.every(({ status, counts }) => status === 'deferred' && counts.fetched === 0)
  );
}
