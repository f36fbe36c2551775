/** The scoring side of a tick, behind the registrations: pushes to and pulls from linked scoring events that are due now. */
import type { ExitName } from '../domain/exit-codes.ts';
import type { ScoringPlan } from '../domain/scoring-work.ts';
import { callsFreeFor } from '../plan/free-calls.ts';
import type { PlanQuery } from '../plan/plan.ts';
import { planScoring, type ScoringQuery, scoringPace } from '../plan/scoring.ts';
import { linksFrom } from '../plan/window.ts';
import { readScoringStates } from '../store/scoring-states.ts';
import type { CredentialRun, SyncContext } from '../sync/context.ts';
import { runScoring } from '../sync/run-scoring.ts';
import type { ScoringOutcome } from '../sync/scoring-unit.ts';
import type { CommandContext, Workspace } from './context.ts';
import { logScoring, scoringNames } from './scoring-report.ts';
import { exitOfOutcome } from './unit-report.ts';

export interface TickScoring {
  readonly plan: ScoringPlan;
  readonly outcomes: readonly ScoringOutcome[];
  readonly names: ReadonlyMap<string, string>;
  readonly exits: readonly ExitName[];
}

export interface PlannedScoring {
  readonly query: ScoringQuery;
  readonly plan: ScoringPlan;
}

/** The plan from what the registrations' plan was made of. */
export async function planScoringNow(
  context: CommandContext,
  workspace: Workspace,
  facts: PlanQuery,
): Promise<PlannedScoring> {
  const filter = { startsFrom: linksFrom(facts.now, context.settings) };
  const { database, providerIds } = workspace;
  const states = await readScoringStates(database.db, providerIds.byId, filter, facts.now);
  const query = { ...facts, scoring: states };
  return { query, plan: planScoring(query) };
}

export async function runPlanned(
  context: CommandContext,
  sync: SyncContext,
  planned: PlannedScoring,
  connect: (credentialId: number) => Promise<CredentialRun>,
): Promise<TickScoring> {
  const { query, plan } = planned;
  for (const { kind, event, why, reason } of plan.leftOut) {
    context.log.debug({ event: event.eventId, kind, why }, reason);
  }
  const outcomes = await runScoring(sync, plan.units, {
    connect,
    optionsFor: ({ event }) => ({
      all: false,
      allowMassRemoval: false,
      onlyIfStillDue: true,
      ceiling: async () => callsFreeFor(query, event.credentialId, 'scoring').ceiling,
    }),
    onOutcome: (unit, outcome) => logScoring(context, unit, outcome),
  });
  return scoringReport(planned, outcomes);
}

export function scoringReport({ query, plan }: PlannedScoring, outcomes: readonly ScoringOutcome[]): TickScoring {
  const exits = [...outcomes.map(exitOfOutcome), ...standing(query, plan, outcomes)];
  return { plan, outcomes, names: scoringNames(plan.units), exits };
}

/** A safety stop and a refused credential keep their exit code until a person has acted, not only in the tick that met them. */
function standing(query: ScoringQuery, plan: ScoringPlan, outcomes: readonly ScoringOutcome[]): readonly ExitName[] {
  const { now, settings, scoring, credentials } = query;
  const known = new Set(credentials.map((one) => one.credentialId));
  const refused = plan.leftOut.some(({ why, event }) => why === 'refused' && known.has(event.credentialId));
  const pulled = new Set(
    outcomes.flatMap(({ kind, status, partnerId, provider, eventIds: [eventId] }) =>
      kind === 'results' && status === 'completed' ? [`${partnerId}:${provider}:${eventId}`] : [],
    ),
  );
  const stopped = scoring.some(
    (event) =>
      event.history.results.lastFailure?.kind === 'SafetyStop' &&
      scoringPace('results', event, now, settings) !== undefined &&
      !pulled.has(`${event.partnerId}:${event.provider}:${event.eventId}`),
  );
  return [...(refused ? (['credentialRefused'] as const) : []), ...(stopped ? (['safetyStop'] as const) : [])];
}
