/** `sync-event`: one event now, incremental or full; an event that is not known yet is looked for first. */
import { UsageError } from '../domain/errors.ts';
import { exitCodes, worstExit } from '../domain/exit-codes.ts';
import { parseEventSpec } from '../domain/spec.ts';
import { unitsAskedFor } from '../plan/asked-units.ts';
import { outcomesJson } from '../report/outcome-json.ts';
import { renderOutcomes } from '../report/tick-text.ts';
import { findPartner } from '../store/partners.ts';
import { runUnits } from '../sync/run-units.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { checkRegistrations, findProvider } from './find-provider.ts';
import { lookForEvent } from './look-for-event.ts';
import { openConnections, readSituation, syncContext, takeOverDead } from './sync-setup.ts';
import { parseMaxSeconds, withTimeLimit } from './time-limit.ts';
import { eventNames, exitOfOutcome, logUnit } from './unit-report.ts';

export interface SyncEventOptions {
  readonly full?: boolean;
  readonly allowMassRemoval?: boolean;
  readonly maxSeconds?: string;
}

export async function runSyncEvent(
  context: CommandContext,
  text: string,
  options: SyncEventOptions,
): Promise<CommandResult> {
  const spec = parseEventSpec(text);
  const signal = withTimeLimit(
    context.signal,
    options.maxSeconds === undefined ? undefined : parseMaxSeconds(options.maxSeconds),
  );
  const workspace = await context.openWorkspace();
  const { clock } = workspace;
  const partner = await findPartner(workspace.database.db, spec.partner);
  const provider = findProvider(workspace, context.providers, spec.provider);
  checkRegistrations(provider);
  await takeOverDead(context, workspace);
  const filter = {
    partnerId: partner.partnerId,
    providerId: workspace.providerIds.idOf(provider),
    eventId: spec.event,
    startsFrom: undefined,
  };
  const startedAt = clock.now();
  let situation = await readSituation(context, workspace, filter);
  if (situation.events.length === 0) {
    await lookForEvent(context, workspace, { ...filter, eventId: spec.event, signal });
    situation = await readSituation(context, workspace, filter);
  }
  const units = unitsAskedFor({
    ...situation,
    kind: options.full ? 'full' : 'as-due',
    reason: 'asked for by hand',
    now: clock.now(),
    settings: context.settings,
  });
  if (situation.events.length === 0) {
    throw new UsageError(`${partner.name} has no upcoming event ${spec.event} at ${provider.displayName}`, {
      hint: '`p88sync status` lists the events. A past one comes in with `p88sync full-sync --include-past`.',
    });
  }
  if (units.length === 0) {
    throw new UsageError(`event ${spec.event} has no credential any more: the one that discovered it was removed`, {
      hint: `Add one: p88sync credentials add ${partner.partnerId}:${provider.name} --principal KEY; then p88sync discover.`,
    });
  }
  const callsPerHour = new Map(situation.credentials.map((one) => [one.credentialId, one.callsPerHour]));
  const connections = await openConnections(context, workspace, { signal, patience: 'fail' });
  const outcomes = await runUnits(syncContext(context, workspace, signal), units, {
    connect: connections.connect,
    optionsFor: async (unit) => ({
      allowMassRemoval: options.allowMassRemoval ?? false,
      ceiling: async () => callsPerHour.get(unit.credentialId) ?? 0,
    }),
    onOutcome: async (unit, outcome) => logUnit(context, unit, outcome, clock.now()),
  });
  // Asked for and not done is no success, whoever else is at it.
  const deferred = outcomes.some((one) => one.status === 'deferred') ? (['someFailed'] as const) : [];
  const exit = worstExit([
    ...outcomes.map(exitOfOutcome),
    ...deferred,
    ...(context.signal.aborted ? (['terminated'] as const) : []),
  ]);
  const report = {
    outcomes,
    leftOut: [],
    durationMs: clock.now().getTime() - startedAt.getTime(),
    names: eventNames(units),
  };
  return {
    exit,
    text: context.json ? '' : renderOutcomes(report, context.terminal),
    json: { exitCode: exitCodes[exit].code, ...outcomesJson(report) },
  };
}
