/** `full-sync`: everything upcoming (or the past too) of one or all partners; goes on where an interrupted run stopped. */
import { exitCodes, worstExit } from '../domain/exit-codes.ts';
import type { UnitOutcome } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import type { FullSyncSummary } from '../domain/summary.ts';
import { unitsAskedFor } from '../plan/asked-units.ts';
import { callsFreeFor } from '../plan/free-calls.ts';
import { jsonText } from '../report/json-text.ts';
import { type Progress, silentProgress, spinnerProgress } from '../report/progress.ts';
import { relativeText } from '../report/relative-time.ts';
import { summaryJson } from '../report/summary-json.ts';
import { renderSummary } from '../report/summary-text.ts';
import { readCredentialStates } from '../store/due.ts';
import { beginFullSync, discoveredSince, endFullSync, extendFullSync } from '../store/full-sync-runs.ts';
import type { DiscoveryOutcome } from '../sync/discover.ts';
import { whileExtended } from '../sync/hold-claim.ts';
import { runUnits } from '../sync/run-units.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { chooseCredentials, discoverAll } from './discover.ts';
import { summarise } from './full-sync-summary.ts';
import { openConnections, readSituation, startsFrom, syncContext, takeOverDead } from './sync-setup.ts';
import { parseMaxSeconds, withTimeLimit } from './time-limit.ts';
import { exitOfOutcome, logUnit } from './unit-report.ts';

export interface FullSyncOptions {
  readonly includePast?: boolean;
  readonly summary?: string;
  readonly test?: boolean;
  readonly allowMassRemoval?: boolean;
  readonly maxSeconds?: string;
}

export async function runFullSync(
  context: CommandContext,
  spec: string | undefined,
  options: FullSyncOptions,
): Promise<CommandResult> {
  const signal = withTimeLimit(
    context.signal,
    options.maxSeconds === undefined ? undefined : parseMaxSeconds(options.maxSeconds),
  );
  // Hours of work must not end with a summary that has nowhere to go.
  if (options.summary !== undefined) await context.checkWritable(options.summary);
  const workspace = await context.openWorkspace();
  const { clock, database } = workspace;
  await takeOverDead(context, workspace);
  const all = await chooseCredentials(context, workspace, spec);
  const chosen = options.test ? all.filter((one) => one.partnerId === all[0]?.partnerId) : all;
  const ids = new Set(chosen.map((one) => one.credentialId));
  const startedAt = clock.now();
  const includePast = options.includePast ?? false;
  const scope = `${spec?.toLowerCase() ?? (options.test ? `${chosen[0]?.partnerId}` : 'all')} ${includePast ? 'with-past' : 'upcoming'}`;
  const { leaseSeconds } = context.settings;
  const run = await beginFullSync(database.db, workspace.identity, scope, { now: startedAt, leaseSeconds });
  if (run.resumed)
    context.log.info({ since: run.from.toISOString() }, 'going on where the interrupted full sync stopped');
  const progress =
    context.terminal.progress && !context.json ? await spinnerProgress(context.terminal.progress) : silentProgress;
  let discoveries: readonly DiscoveryOutcome[] = [];
  let work: Work = { outcomes: [], units: [], resumed: 0 };
  let finished = false;
  try {
    const extend = () => extendFullSync(database.db, run, { now: clock.now(), leaseSeconds });
    await whileExtended(leaseSeconds, extend, async () => {
      progress.start(0);
      progress.update(0, 'looking for events');
      const listed = run.resumed ? await discoveredSince(database.db, run.from, includePast) : new Set<number>();
      discoveries = await discoverAll(
        context,
        workspace,
        chosen.filter((one) => !listed.has(one.credentialId)),
        { signal, includePast },
      );
      work = await syncEverything(context, workspace, {
        ids,
        signal,
        from: run.from,
        progress,
        includePast,
        allowMassRemoval: options.allowMassRemoval ?? false,
      });
    });
    finished = !signal.aborted && !work.outcomes.some((one) => one.status === 'deferred');
  } finally {
    progress.done();
    await endFullSync(database.db, run, finished ? 'completed' : 'abandoned', clock.now());
  }
  const summary = await summarise(database, { startedAt, finishedAt: clock.now(), chosen, discoveries, ...work });
  return result(context, summary, discoveries, work.outcomes, signal, options.summary);
}

interface Work {
  readonly outcomes: readonly UnitOutcome[];
  readonly units: readonly PlannedUnit[];
  /** Events that the interrupted run had brought in. */
  readonly resumed: number;
}

interface WorkOptions {
  readonly ids: ReadonlySet<number>;
  readonly signal: AbortSignal;
  readonly from: Date;
  readonly progress: Progress;
  readonly includePast: boolean;
  readonly allowMassRemoval: boolean;
}

async function syncEverything(context: CommandContext, workspace: Workspace, options: WorkOptions): Promise<Work> {
  const { clock, database, providerIds } = workspace;
  const now = clock.now();
  const situation = await readSituation(context, workspace, {
    startsFrom: options.includePast ? undefined : startsFrom(context, now),
  });
  const events = situation.events.filter((event) => options.ids.has(event.credentialId));
  const open = events.filter((event) => !event.lastFullAt || event.lastFullAt < options.from);
  const units = unitsAskedFor({
    events: open,
    credentials: situation.credentials,
    kind: 'full',
    reason: 'full sync',
    now,
    settings: context.settings,
  });
  const connections = await openConnections(context, workspace, {
    signal: options.signal,
    patience: 'wait',
    onWait: (freeAt) => {
      context.log.info(
        { until: freeAt.toISOString() },
        `the hour of a credential is spent; going on ${relativeText(freeAt, clock.now())}`,
      );
    },
  });
  options.progress.start(open.length);
  let done = 0;
  const outcomes = await runUnits(syncContext(context, workspace, options.signal), units, {
    connect: connections.connect,
    optionsFor: async (unit) => ({
      allowMassRemoval: options.allowMassRemoval,
      // A full sync leaves race mornings what they need, as the situation is when it asks.
      ceiling: async () => {
        const now = clock.now();
        const credentials = await readCredentialStates(database.db, providerIds.byId, context.callsPerHour, now);
        const query = { now, events: situation.events, credentials, settings: context.settings };
        return callsFreeFor(query, unit.credentialId, 'low').ceiling;
      },
    }),
    onOutcome: async (unit, outcome) => {
      done += outcome.eventIds.length;
      options.progress.update(done, unit.events[0]?.name ?? '');
      logUnit(context, unit, outcome, clock.now());
    },
  });
  return { outcomes, units, resumed: events.length - open.length };
}

async function result(
  context: CommandContext,
  summary: FullSyncSummary,
  discoveries: readonly DiscoveryOutcome[],
  outcomes: readonly UnitOutcome[],
  signal: AbortSignal,
  file: string | undefined,
): Promise<CommandResult> {
  const exit = worstExit([
    ...discoveries.map((one) => one.failure?.exit ?? (one.counts.failed > 0 ? 'someFailed' : 'done')),
    ...outcomes.map(exitOfOutcome),
    // What is left will be done by the next run of the same command.
    ...(summary.left > 0 || signal.aborted ? (['someFailed'] as const) : []),
    ...(context.signal.aborted ? (['terminated'] as const) : []),
  ]);
  const json = { exitCode: exitCodes[exit].code, ...summaryJson(summary) };
  if (file !== undefined) await context.writeFile(file, `${jsonText(json)}\n`);
  return { exit, text: context.json ? '' : renderSummary(summary, context.terminal), json };
}
