/** Rows of the queue that ask for the scoring side: participants to push, results to pull or to publish. */
import { Interrupted } from '../domain/errors.ts';
import type { QueueRequest } from '../domain/queue.ts';
import type { CommandContext, Workspace } from './context.ts';
import { runPublishResults } from './publish-results.ts';
import { eventToPull } from './pull-results.ts';
import { scoringEventsOf } from './push-participants.ts';
import type { QueueResult } from './queue-take.ts';
import { runAsked } from './scoring-report.ts';

type ScoringRequest = Extract<QueueRequest, { kind: 'push' | 'results' | 'publish' }>;

/** @throws what forbids it. */
export async function scoreAsAsked(
  context: CommandContext,
  workspace: Workspace,
  request: ScoringRequest,
  { signal, endsBy }: { readonly signal: AbortSignal; readonly endsBy: Date },
): Promise<QueueResult> {
  const provider = workspace.providerIds.byId.get(request.providerId)?.name ?? request.providerId;
  const spec = `${request.partnerId}:${provider}:${request.eventId}`;
  if (signal.aborted) return { kind: 'deferred', reason: 'the tick ended before its turn' };
  if (request.kind === 'publish') return publish({ ...context, signal }, spec, endsBy);
  const isPush = request.kind === 'push';
  const events = isPush
    ? await scoringEventsOf(context, workspace, spec)
    : [await eventToPull(context, workspace, spec, { credential: undefined, signal })];
  const options = { signal, all: false, allowMassRemoval: false };
  const { outcomes } = await runAsked(context, workspace, request.kind, events, options);
  const failed = outcomes.find(({ status }) => status === 'failed' || status === 'failed_permanent');
  if (failed) return { kind: 'failed', reason: failed.failure?.message ?? `${spec} could not be served` };
  const put = outcomes.find(({ status }) => status === 'deferred');
  if (put) return { kind: 'deferred', reason: `${spec}: ${put.deferredBecause ?? 'put off'}` };
  const refused = outcomes.reduce((sum, { counts }) => sum + counts.failed, 0);
  if (refused > 0)
    return { kind: 'failed', reason: `${refused} rows were refused; \`p88sync status\` says where to look` };
  return { kind: 'completed' };
}

/** A set of thousands does not fit into a tick: that is a failure which says so, not something to put off for ever. */
async function publish(context: CommandContext, spec: string, endsBy: Date): Promise<QueueResult> {
  const byHand = `p88sync publish-results ${spec}`;
  try {
    const { exit } = await runPublishResults({ ...context, json: true }, spec, {
      yes: true,
      onlyIfItFits: { endsBy },
    });
    if (exit === 'done') return { kind: 'completed' };
    return { kind: 'failed', reason: `some results could not be published: ${byHand} --dry-run names them` };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { kind: 'failed', reason: `it did not fit into what was left of the tick: ${byHand} takes its time` };
  }
}
