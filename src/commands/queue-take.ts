/** The queue's rows for one tick: taken under a lease, and ended with what came of them. */
import type { QueuedItem, QueueOutcome } from '../domain/queue.ts';
import { queueWords } from '../plan/queue-request.ts';
import { processIsAlive } from '../store/process-identity.ts';
import { deadQueued, endQueued, extendQueued, takeQueued } from '../store/queue.ts';
import { whileExtended } from '../sync/hold-claim.ts';
import type { CommandContext, Workspace } from './context.ts';

/** A press of a button is one call or two; a tick that took more would keep race mornings waiting. */
const itemsPerTick = 10;

/** What a try came to. */
export type QueueResult =
  | { readonly kind: 'completed' }
  /** `final`: no try of the same will do better. */
  | { readonly kind: 'failed'; readonly reason: string; readonly final?: boolean }
  | { readonly kind: 'deferred'; readonly reason: string };

/** Rows of dead runs get their next try, then the due ones are taken. */
export async function takeFromQueue(context: CommandContext, workspace: Workspace): Promise<readonly QueuedItem[]> {
  const { database, identity, clock } = workspace;
  const dead = await deadQueued(database.db, identity.host, processIsAlive, clock.now(), {
    judgeLeases: !workspace.rehearsal,
  });
  for (const item of dead) {
    await endItem(context, workspace, item, item.process, {
      kind: 'failed',
      reason: 'its run ended before it was done',
    });
  }
  const until = leaseEnd(context, workspace);
  return takeQueued(database.db, identity, { now: clock.now(), until, limit: itemsPerTick });
}

/** Keeps what was taken while `work` is at it. */
export async function whileTaken<Result>(
  context: CommandContext,
  workspace: Workspace,
  work: () => Promise<Result>,
): Promise<Result> {
  const { database, identity } = workspace;
  const extend = () => extendQueued(database.db, identity.process, leaseEnd(context, workspace));
  return whileExtended(context.settings.leaseSeconds, extend, work);
}

function leaseEnd({ settings }: CommandContext, { clock }: Workspace): Date {
  return new Date(clock.now().getTime() + settings.leaseSeconds * 1000);
}

/** Writes the end of a try: completed, failed, or pending until its next one. What was put off counts as no try. */
export async function endItem(
  context: CommandContext,
  workspace: Workspace,
  item: QueuedItem,
  process: string,
  result: QueueResult,
): Promise<QueueOutcome> {
  const now = workspace.clock.now();
  const reason = result.kind === 'completed' ? undefined : result.reason;
  const { retryMinutes, slackSeconds } = context.settings;
  const wait = retryMinutes[Math.min(item.retries, retryMinutes.length - 1)] ?? 0;
  const isLast = result.kind === 'failed' && (result.final === true || item.retries >= item.maxRetries);
  const status = result.kind === 'completed' ? 'completed' : isLast ? 'failed' : 'pending';
  // From the beginning of this try, and a little early: a timer jitters, and the next tick must not just miss it.
  const waitMs = result.kind === 'deferred' ? 0 : wait * 60_000 - slackSeconds * 1000;
  const retryAt = status === 'pending' ? new Date(item.takenAt.getTime() + waitMs) : undefined;
  const retries = result.kind === 'failed' && !isLast ? item.retries + 1 : item.retries;
  const isOurs = await endQueued(workspace.database.db, item.id, process, {
    status,
    now,
    reason,
    retries,
    retryAt,
    goesOn: result.kind === 'deferred',
  });
  const what = queueWords(item, (id) => workspace.providerIds.byId.get(id)?.name);
  if (!isOurs) {
    const taken = 'another run took the row over, and its word counts';
    return { id: item.id, what, status: 'pending', isFailure: false, reason: taken, retryAt: undefined };
  }
  const fields = { queue: item.id, what, ...(reason !== undefined && { reason }) };
  context.log[result.kind === 'failed' ? 'warn' : 'info'](fields, `sync_queue ${status}`);
  return { id: item.id, what, status, isFailure: result.kind === 'failed', reason, retryAt };
}
