/** The linked scoring events of `status`: when they were pushed to and pulled from, and what waits. */
import type { FailedSync } from '../domain/planning.ts';
import { type ScoringKind, type ScoringPlan, type ScoringState, scoringKinds } from '../domain/scoring-work.ts';
import type { StatusLink, StatusScoring } from '../domain/status.ts';
import type { PlanQuery } from '../plan/plan.ts';
import { planScoring, scoringPace } from '../plan/scoring.ts';
import { linksFrom } from '../plan/window.ts';
import { hasLinks } from '../store/links.ts';
import { countWaiting } from '../store/pushes.ts';
import { countResults, resultsOf } from '../store/results.ts';
import { readScoringStates } from '../store/scoring-states.ts';
import type { Workspace } from './context.ts';

export interface LinksQuery {
  readonly query: PlanQuery;
  /** Names by id. */
  readonly partners: ReadonlyMap<number, string>;
  /** By `partner:provider:event`. */
  readonly rejected: ReadonlyMap<string, number>;
  readonly partnerId: number | undefined;
  /** Of either side. */
  readonly eventId: string | undefined;
}

export async function statusLinks(workspace: Workspace, links: LinksQuery): Promise<readonly StatusLink[]> {
  const { db } = workspace.database;
  const { byId } = workspace.providerIds;
  const { query, partnerId, eventId } = links;
  const startsFrom = linksFrom(query.now, query.settings);
  if (!(await hasLinks(db, startsFrom))) return [];
  // The plan is made for all: budgets are shared by what is not shown.
  const scoring = await readScoringStates(db, byId, { startsFrom }, query.now);
  const plan = planScoring({ ...query, scoring });
  const shown = scoring.filter(
    (event) =>
      (partnerId === undefined || event.partnerId === partnerId) &&
      (eventId === undefined || [event, ...event.linked].some((one) => one.eventId === eventId)),
  );
  const found: StatusLink[] = [];
  for (const event of shown) {
    const [push, results] = scoringKinds.map((kind) => stateOf(kind, event, query, plan));
    const spec = byId.get(event.providerId)?.tables.results;
    found.push({
      event,
      partner: links.partners.get(event.partnerId) ?? '',
      push: push && { ...push, waiting: await countWaiting(db, byId, event) },
      results:
        results && spec
          ? {
              ...results,
              results: await countResults(db, spec, event, event.eventId),
              rejectedRows:
                links.rejected.get(`${event.partnerId}:${event.providerId}:${resultsOf(event.eventId)}`) ?? 0,
            }
          : undefined,
    });
  }
  return found.filter((one) => one.push?.dueAt ?? one.results?.dueAt);
}

function stateOf(
  kind: ScoringKind,
  event: ScoringState,
  query: PlanQuery,
  plan: ScoringPlan,
): StatusScoring | undefined {
  if (!event.can[kind]) return undefined;
  const { lastCompleted, lastFailure, running } = event.history[kind];
  const pace = scoringPace(kind, event, query.now, query.settings);
  if (!pace) {
    const nothing = { dueAt: undefined, failure: undefined, leftOut: undefined };
    return { ...nothing, lastAt: lastCompleted?.startedAt, running: running !== undefined };
  }
  const left = plan.leftOut.find((one) => one.kind === kind && one.event === event);
  return {
    lastAt: lastCompleted?.startedAt,
    dueAt: pace.dueAt,
    failure: lastFailure && failureOf(lastFailure),
    running: running !== undefined,
    // What runs or waits for its retry is told by the fields above.
    leftOut: left && left.why !== 'running' && left.why !== 'retry-later' ? left.reason : undefined,
  };
}

function failureOf({ startedAt, status, failures, reason, retryAt }: FailedSync): StatusScoring['failure'] {
  return { at: startedAt, status, failures, reason, retryAt };
}
