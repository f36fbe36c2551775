/** `tick`: works out what is due now, syncs it in priority order, and stops within its time limit. */
import { exitCodes, worstExit } from '../domain/exit-codes.ts';
import type { UnitOutcome } from '../domain/outcomes.ts';
import type { Plan, PlannedUnit } from '../domain/planning.ts';
import type { QueueOutcome } from '../domain/queue.ts';
import type { Settings } from '../domain/settings.ts';
import { callsFreeFor } from '../plan/free-calls.ts';
import { planTick } from '../plan/plan.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { takeFromQueue } from './queue-take.ts';
import { openConnections, readSituation, type Situation, startsFrom, syncContext, takeOverDead } from './sync-setup.ts';
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
  const { clock } = workspace;
  if (!options.dryRun) await takeOverDead(context, workspace);
  const startedAt = clock.now();
  const situation = await readSituation(context, workspace, {
    startsFrom: startsFrom(context, startedAt),
    settled: settledEvents(context.settings, startedAt),
  });
  const query = { now: startedAt, ...situation, settings: context.settings };
  const plan = planTick(query);
  if (options.dryRun) return dryRun(context, workspace, plan);
  // A run that has not ended a lease behind its time limit is dead.
  const until = new Date(startedAt.getTime() + (maxSeconds + context.settings.leaseSeconds) * 1000);
  const queued = await takeFromQueue(context, workspace, until);
  if (plan.units.length === 0 && queued.length === 0)
    return report(context, { plan, ...situation }, nothing, clock.now().getTime() - startedAt.getTime());

  for (const one of plan.leftOut) context.log.debug({ event: one.event.eventId, why: one.why }, one.reason);
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
  const settled = await settleQueue(context, workspace, work, outcomes, signal);
  const ran = { units: work.units, outcomes, queue: settled };
  return report(context, { plan, ...situation }, ran, clock.now().getTime() - startedAt.getTime());
}

/** Events so far away that they are synced at the slowest pace, and were within it: the plan says nothing of them. */
export function settledEvents(settings: Settings, now: Date): { startsAfter: Date; syncedAfter: Date } {
  const { cadence, mediumFromHours, slackSeconds } = settings;
  // Two hours more: what enters the next window within the coming hour counts for the budget.
  const startsAfter = new Date(now.getTime() + (mediumFromHours + 2) * 3_600_000);
  const syncedAfter = new Date(now.getTime() - cadence.low.everyMinutes * 60_000 + slackSeconds * 1000);
  return { startsAfter, syncedAfter };
}

async function dryRun(context: CommandContext, workspace: Workspace, plan: Plan): Promise<CommandResult> {
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
}

const nothing: Ran = { units: [], outcomes: [], queue: [] };

async function report(
  context: CommandContext,
  { plan, events, credentials }: Situation & { readonly plan: Plan },
  { units, outcomes, queue }: Ran,
  durationMs: number,
): Promise<CommandResult> {
  const exit = worstExit([
    exitOf(context, outcomes, plan, { events, credentials }),
    ...(queue.some((one) => one.isFailure) ? (['someFailed'] as const) : []),
  ]);
  const names = eventNames(units);
  const ran = { outcomes, leftOut: plan.leftOut, durationMs, names, queue };
  if (context.json) {
    const { outcomesJson } = await import('../report/outcome-json.ts');
    return {
      exit,
      text: '',
      json: { exitCode: exitCodes[exit].code, ...outcomesJson(ran) },
    };
  }
  // The idle tick, once a minute all year, loads no table.
  if (outcomes.length + plan.leftOut.length + queue.length === 0)
    return { exit, text: 'Nothing is due.', json: undefined };
  const { renderOutcomes } = await import('../report/tick-text.ts');
  return {
    exit,
    text: renderOutcomes(ran, context.terminal),
    json: undefined,
  };
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
  ]);
}
