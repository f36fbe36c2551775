/** Work on scoring events that a person or a tick asks for: run, logged, and reported. */
import { exitCodes, worstExit } from '../domain/exit-codes.ts';
import { type ScoringKind, type ScoringState, type ScoringUnit, scoringName } from '../domain/scoring-work.ts';
import { scoringOutcomesJson } from '../report/outcome-json.ts';
import { renderScoring } from '../report/scoring-text.ts';
import { runScoring } from '../sync/run-scoring.ts';
import type { ScoringOutcome } from '../sync/scoring-unit.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { chooseScoringCredential, nameEvent } from './scoring-events.ts';
import { openConnections, syncContext } from './sync-setup.ts';
import { exitOfOutcome } from './unit-report.ts';

export interface AskedScoring {
  readonly signal: AbortSignal;
  readonly all: boolean;
  readonly allowMassRemoval: boolean;
}

/** Runs it now, whatever is due, within the hour of its credential. */
export async function runAsked(
  context: CommandContext,
  workspace: Workspace,
  kind: ScoringKind,
  events: readonly ScoringState[],
  { signal, all, allowMassRemoval }: AskedScoring,
): Promise<{ readonly units: readonly ScoringUnit[]; readonly outcomes: readonly ScoringOutcome[] }> {
  const units: ScoringUnit[] = [];
  for (const event of events) {
    const named = await nameEvent(context, workspace, `${event.partnerId}:${event.provider}:${event.eventId}`);
    const chosen = await chooseScoringCredential(workspace, named, { asked: undefined, linked: event.credentialId });
    units.push({ kind, event: { ...event, credentialId: chosen.credentialId }, cost: 1, reason: 'asked for by hand' });
  }
  const connections = await openConnections(context, workspace, { signal, patience: 'fail' });
  const outcomes = await runScoring(syncContext(context, workspace, signal), units, {
    connect: connections.connect,
    optionsFor: () => ({ all, allowMassRemoval, ceiling: async () => Number.POSITIVE_INFINITY }),
    onOutcome: (unit, outcome) => logScoring(context, unit, outcome),
  });
  return { units, outcomes };
}

/** The same, as the result of a command. */
export async function runAskedScoring(
  context: CommandContext,
  workspace: Workspace,
  kind: ScoringKind,
  events: readonly ScoringState[],
  options: AskedScoring,
): Promise<CommandResult> {
  const { clock } = workspace;
  const startedAt = clock.now();
  const { units, outcomes } = await runAsked(context, workspace, kind, events, options);
  // Asked for and not done is no success, whoever else is at it.
  const deferred = outcomes.some((one) => one.status === 'deferred') ? (['someFailed'] as const) : [];
  const exit = worstExit([
    ...outcomes.map(exitOfOutcome),
    ...deferred,
    ...(context.signal.aborted ? (['terminated'] as const) : []),
  ]);
  const report = { outcomes, names: scoringNames(units), durationMs: clock.now().getTime() - startedAt.getTime() };
  return {
    exit,
    text: context.json ? '' : renderScoring(report, context.terminal),
    json: { exitCode: exitCodes[exit].code, ...scoringOutcomesJson(report) },
  };
}

/** One line per piece of work; no person's data in it. */
export function logScoring(context: CommandContext, { kind, event }: ScoringUnit, outcome: ScoringOutcome): void {
  const { counts, failure, apiCalls, durationMs, status, byHand } = outcome;
  const level = failure && status !== 'deferred' ? 'warn' : 'info';
  context.log[level](
    {
      partner: event.partnerId,
      provider: event.provider,
      event: event.eventId,
      name: scoringName(event),
      ...counts,
      ...(byHand.length > 0 && { byHand: byHand.length }),
      calls: apiCalls,
      durationMs,
      ...(failure && { error: failure.message, kindOfError: failure.kind }),
    },
    `${kind} ${status}`,
  );
}

/** Names by what operators type. */
export function scoringNames(units: readonly ScoringUnit[]): ReadonlyMap<string, string> {
  return new Map(
    units.map(({ event }) => [`${event.partnerId}:${event.provider}:${event.eventId}`, scoringName(event)] as const),
  );
}
