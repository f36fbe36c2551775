/** `publish-results`: the results of one event to the provider that its runners registered with; asked for by a person. */
import { ClaimLost, UsageError } from '../domain/errors.ts';
import { type ExitName, exitCodes } from '../domain/exit-codes.ts';
import { publicationJson } from '../report/publication-json.ts';
import { changesText, renderPublication } from '../report/publication-text.ts';
import { type Claim, claimEvents } from '../store/claims.ts';
import type { SyncContext } from '../sync/context.ts';
import { whileHeld } from '../sync/hold-claim.ts';
import { carryOut, type Prepared, preparePublication } from '../sync/publish.ts';
import { endPublishing } from '../sync/publish-failure.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { type OpenedJob, openPublishJob, type PublishOptions } from './publish-job.ts';
import { publicationReport } from './publish-report.ts';
import { requireRoomToPublish } from './publish-room.ts';
import { syncContext, takeOverDead } from './sync-setup.ts';

export async function runPublishResults(
  context: CommandContext,
  text: string,
  options: PublishOptions,
): Promise<CommandResult> {
  const confirm = context.json ? undefined : context.terminal.confirm;
  if (!options.dryRun && !options.yes && !confirm) {
    throw new UsageError('publishing is confirmed on a terminal, and here is none', {
      hint: 'Look at it with --dry-run; --yes publishes without asking.',
    });
  }
  const ask = options.yes ? undefined : confirm;
  const workspace = await context.openWorkspace();
  const interruption = interruptible(context.signal);
  try {
    const opened = await openPublishJob(context, workspace, text, options, interruption.signal);
    const sync = syncContext(context, workspace, interruption.signal);
    const startedAt = workspace.clock.now();
    const requireRoom = async ({ publication }: Prepared) => {
      if (!options.onlyIfItFits) return;
      const times = { startedAt, endsBy: options.onlyIfItFits.endsBy };
      await requireRoomToPublish(context, workspace, { ...opened, ...times }, publication);
    };
    const work = { context, sync, opened, startedAt, requireRoom };
    if (options.dryRun) {
      const prepared = await preparePublication(sync, opened.session, opened.job, async () => undefined);
      const shown = preview(work, prepared);
      return resultOf(work, 'preview', prepared, `${shown}\n\nDry run: nothing was changed.`);
    }
    await takeOverDead(context, workspace);
    const claim = await claimPublishing(context, workspace, opened);
    return await publishHeld(work, claim, ask, interruption.defer);
  } finally {
    interruption.end();
  }
}

interface Work {
  readonly context: CommandContext;
  readonly sync: SyncContext;
  readonly opened: OpenedJob;
  readonly startedAt: Date;
  /** Called before anything is changed. */
  readonly requireRoom: (prepared: Prepared) => Promise<void>;
}

/** Compares, asks, publishes; the claim ends with it, however it ends. */
async function publishHeld(
  work: Work,
  claim: Claim,
  ask: CommandContext['terminal']['confirm'],
  deferInterruption: () => void,
): Promise<CommandResult> {
  const { context, sync, opened } = work;
  const { session, job, run, spec } = opened;
  let changing = false;
  try {
    return await whileHeld(sync, claim, async (stillOurs) => {
      run.begin({ unitId: claim.unitId });
      const prepared = await preparePublication(sync, session, job, stillOurs);
      const shown = preview(work, prepared);
      const changes = prepared.publication.action !== 'nothing';
      if (changes) await work.requireRoom(prepared);
      if (changes && ask) {
        await context.terminal.print(shown);
        if (!(await ask('Publish this?', context.signal))) {
          await endPublishing(sync, claim, undefined, run.callsMade());
          return resultOf(work, 'declined', prepared, 'Nothing was published.');
        }
      }
      changing = changes;
      deferInterruption();
      const setId = await carryOut(sync, session, job, claim, prepared, { stillOurs, apiCalls: run.callsMade });
      context.log.info(
        {
          event: spec,
          resultSet: setId,
          action: prepared.publication.action,
          rows: job.wanted.length,
          refused: job.refused,
        },
        changes ? 'results published' : 'results are published already',
      );
      const done = changes ? `Published to result set ${setId}: ${changesText(prepared)}` : 'Nothing had to change.';
      const told = changes && ask ? done : `${shown}\n\n${done}`;
      return resultOf(work, changes ? 'published' : 'unchanged', prepared, told, setId);
    });
  } catch (error) {
    throw await endPublishing(sync, claim, { error, changing, spec }, run.callsMade());
  } finally {
    run.begin({ unitId: undefined });
  }
}

/** @throws ClaimLost where somebody else is at it. */
async function claimPublishing(
  context: CommandContext,
  { database, identity, clock }: Workspace,
  { run, job, spec }: OpenedJob,
): Promise<Claim> {
  const claim = await claimEvents(database.db, identity, {
    owner: run.owner,
    unitId: context.newId(),
    eventIds: [job.event.eventId],
    kind: 'publish',
    since: undefined,
    leaseSeconds: context.settings.leaseSeconds,
    now: clock.now(),
  });
  if (claim) return claim;
  throw new ClaimLost(`the results of ${spec} are being published by somebody else right now`, {
    hint: '`p88sync status` shows who runs. Wait until that has ended, then look again with --dry-run.',
  });
}

/**
 * A signal that follows the outer one until it is deferred: what has begun to change is brought to its end, since between
 * clearing a set and filling it runners see nothing. Whoever does not want to wait interrupts a second time.
 */
function interruptible(outer: AbortSignal) {
  const controller = new AbortController();
  const follow = () => controller.abort();
  if (outer.aborted) follow();
  outer.addEventListener('abort', follow, { once: true });
  const end = () => outer.removeEventListener('abort', follow);
  return { signal: controller.signal, defer: end, end };
}

type Status = 'preview' | 'published' | 'unchanged' | 'declined';

function preview({ context, opened }: Work, prepared: Prepared): string {
  return context.json ? '' : renderPublication(publicationReport(opened, prepared), context.terminal);
}

/** Results that a person has to look at are a failure too: somebody is missing from the list. */
function resultOf(work: Work, status: Status, prepared: Prepared, text: string, setId?: string): CommandResult {
  const { sync, opened, startedAt } = work;
  const exit: ExitName = opened.facts.assignment.refused.length > 0 ? 'someFailed' : 'done';
  const { resultSet, ...rest } = publicationJson(publicationReport(opened, prepared));
  return {
    exit,
    text,
    json: {
      exitCode: exitCodes[exit].code,
      status,
      durationMs: sync.clock.now().getTime() - startedAt.getTime(),
      apiCalls: opened.run.callsMade(),
      resultSet: { ...resultSet, id: setId ?? resultSet.id },
      ...rest,
    },
  };
}
