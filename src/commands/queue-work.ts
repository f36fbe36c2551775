/**
 * What the queue's rows ask of a tick: they become units, before those of the plan where a row names its event, else behind
 * them, and end by what these came to.
 * What the plan would sync anyway serves a row as well. Loaded where a row was taken or something is due.
 */
import { DatabaseUnavailable, P88Error } from '../domain/errors.ts';
import type { UnitOutcome } from '../domain/outcomes.ts';
import type { EventState, Plan, PlannedUnit } from '../domain/planning.ts';
import type { QueuedItem, QueueOutcome, QueueRequest } from '../domain/queue.ts';
import { unitsAskedFor } from '../plan/asked-units.ts';
import { requestOf } from '../plan/queue-request.ts';
import { listCredentials } from '../store/credentials.ts';
import { eventKey } from '../store/status-reads.ts';
import type { CommandContext, Workspace } from './context.ts';
import { discoverAll } from './discover.ts';
import { lookForEvent } from './look-for-event.ts';
import { endItem, type QueueResult } from './queue-take.ts';
import { readSituation, type Situation, startsFrom, usableCredentials } from './sync-setup.ts';

export interface QueueWork {
  readonly items: readonly ReadyItem[];
  /** The plan's units without what was asked for by name, which runs before them. */
  readonly units: readonly PlannedUnit[];
  /** Units of events that a person asked for by name: they run whatever is due. */
  readonly asked: ReadonlySet<PlannedUnit>;
}

/** Registrations that a press of a button reads one by one: the newest. A backfill is the plan's, or it would take the hour. */
const detailsPerPress = 10;

interface ReadyItem {
  readonly item: QueuedItem;
  readonly request: QueueRequest;
  /** The events whose syncs it waits for. */
  readonly events: readonly EventState[];
  /** Why it failed before anything was synced. */
  readonly failure: string | undefined;
}

/** Finds the events that are asked for and puts their units before the plan's. */
export async function prepareQueue(
  context: CommandContext,
  workspace: Workspace,
  items: readonly QueuedItem[],
  { plan, situation, signal }: { readonly plan: Plan; readonly situation: Situation; readonly signal: AbortSignal },
): Promise<QueueWork> {
  const ready: ReadyItem[] = [];
  for (const item of items) ready.push(await readyItem(context, workspace, item, signal));
  // A unit that only reads registrations lists nothing, and who asks for participants asks for the list.
  const listed = plan.units.filter((unit) => unit.kind !== 'details');
  const planned = new Set(listed.flatMap((unit) => unit.events.map(eventKey)));
  const wanted = new Map<string, { event: EventState; full: boolean; named: boolean }>();
  for (const { request, events } of ready) {
    if (request.kind !== 'sync') continue;
    for (const event of events) {
      const key = eventKey(event);
      if (request.full || !planned.has(key)) {
        const known = wanted.get(key);
        const full = request.full || (known?.full ?? false);
        wanted.set(key, { event, full, named: request.eventId !== undefined || (known?.named ?? false) });
      }
    }
  }
  const unitsOf = (named: boolean, full: boolean) =>
    unitsAskedFor({
      events: [...wanted.values()].filter((one) => one.named === named && one.full === full).map((one) => one.event),
      credentials: situation.credentials,
      kind: full ? 'full' : 'as-due',
      reason: 'asked for in sync_queue',
      now: workspace.clock.now(),
      settings: context.settings,
    }).map((unit) => (unit.detailCalls === undefined ? unit : { ...unit, detailCalls: detailsPerPress }));
  const asked = [...unitsOf(true, true), ...unitsOf(true, false)];
  // All events of a partner are more than a tick may hold, and no more urgent than they are.
  const allOfThem = [...unitsOf(false, true), ...unitsOf(false, false)];
  const others = plan.units.flatMap((unit) => {
    const events = unit.events.filter((event) => !wanted.has(eventKey(event)));
    return events.length === 0 ? [] : [events.length === unit.events.length ? unit : { ...unit, events }];
  });
  return { items: ready, units: [...asked, ...others, ...allOfThem], asked: new Set(asked) };
}

async function readyItem(
  context: CommandContext,
  workspace: Workspace,
  item: QueuedItem,
  signal: AbortSignal,
): Promise<ReadyItem> {
  const request = requestOf(item);
  const nothing = { item, request, events: [], failure: undefined };
  if (request.kind !== 'sync') return nothing;
  const { partnerId, providerId, eventId } = request;
  const filter = { partnerId, providerId, ...(eventId !== undefined && { eventId }) };
  const read = async () => {
    const from = eventId === undefined ? startsFrom(context, workspace.clock.now()) : undefined;
    return (await readSituation(context, workspace, { ...filter, startsFrom: from })).events;
  };
  try {
    let events = await read();
    if (events.length === 0 && eventId !== undefined) {
      await lookForEvent(context, workspace, { partnerId, providerId, eventId, signal });
      events = await read();
    }
    // What a tick before could not hold goes on behind what it did.
    const isDone = ({ lastFullAt, lastCompleted }: EventState) =>
      ((request.full ? lastFullAt : lastCompleted?.startedAt) ?? new Date(0)) >= item.takenAt;
    if (events.length > 0) return { ...nothing, events: events.filter((event) => !isDone(event)) };
    return {
      ...nothing,
      failure: eventId === undefined ? 'the partner has no upcoming event' : `no event ${eventId} is known`,
    };
  } catch (error) {
    if (!(error instanceof P88Error)) throw error;
    return { ...nothing, failure: error.message };
  }
}

/** What the tick did, and what it has left. */
interface Ran {
  readonly outcomes: readonly UnitOutcome[];
  readonly signal: AbortSignal;
  /** The tick's own end (UTC). */
  readonly endsBy: Date;
}

/** Ends the rows by what their units came to; discoveries that were asked for run here. */
export async function settleQueue(
  context: CommandContext,
  workspace: Workspace,
  work: QueueWork,
  ran: Ran,
): Promise<readonly QueueOutcome[]> {
  const settled: QueueOutcome[] = [];
  for (const ready of work.items) {
    const result = await resultOf(context, workspace, ready, ran);
    settled.push(await endItem(context, workspace, ready.item, workspace.identity.process, result));
  }
  return settled;
}

async function resultOf(
  context: CommandContext,
  workspace: Workspace,
  { request, events, failure }: ReadyItem,
  { outcomes, signal, endsBy }: Ran,
): Promise<QueueResult> {
  if (request.kind === 'refusal') return { kind: 'failed', reason: request.reason, final: true };
  if (failure !== undefined) return { kind: 'failed', reason: failure };
  if (request.kind === 'discover') return discovered(context, workspace, request, signal);
  if (request.kind === 'sync') return syncedAs(events, outcomes);
  try {
    const { scoreAsAsked } = await import('./queue-scoring.ts');
    return await scoreAsAsked(context, workspace, request, { signal, endsBy });
  } catch (error) {
    if (!(error instanceof P88Error) || error instanceof DatabaseUnavailable) throw error;
    return { kind: 'failed', reason: error.message };
  }
}

function syncedAs(events: readonly EventState[], outcomes: readonly UnitOutcome[]): QueueResult {
  for (const event of events) {
    const own = outcomes.filter(
      (one) =>
        one.partnerId === event.partnerId && one.provider === event.provider && one.eventIds.includes(event.eventId),
    );
    if (own.some((one) => one.status === 'completed')) continue;
    const failed = own.find((one) => one.status === 'failed' || one.status === 'failed_permanent');
    if (failed)
      return { kind: 'failed', reason: failed.failure?.message ?? `event ${event.eventId} could not be synced` };
    if (own.length === 0) return { kind: 'failed', reason: `event ${event.eventId} has no credential any more` };
    return { kind: 'deferred', reason: `event ${event.eventId}: ${own[0]?.deferredBecause ?? 'put off'}` };
  }
  return { kind: 'completed' };
}

async function discovered(
  context: CommandContext,
  workspace: Workspace,
  request: Extract<QueueRequest, { kind: 'discover' }>,
  signal: AbortSignal,
): Promise<QueueResult> {
  if (signal.aborted) return { kind: 'deferred', reason: 'the tick ended before its turn' };
  const credentials = usableCredentials(await listCredentials(workspace.database.db), workspace).filter(
    (one) =>
      one.provider.abilities.registrations &&
      one.partnerId === request.partnerId &&
      (request.providerId === undefined || one.providerId === request.providerId),
  );
  if (credentials.length === 0) return { kind: 'failed', reason: 'the partner has no such credential' };
  const outcomes = await discoverAll(context, workspace, credentials, {
    signal,
    includePast: false,
    ...(request.eventId !== undefined && { eventId: request.eventId }),
  });
  const failed = outcomes.find((one) => one.failure);
  if (failed) return { kind: 'failed', reason: failed.failure?.message ?? 'the discovery failed' };
  const isDone = outcomes.length === credentials.length && outcomes.every((one) => one.status === 'completed');
  return isDone ? { kind: 'completed' } : { kind: 'deferred', reason: 'another run is at it, or the tick ended' };
}
