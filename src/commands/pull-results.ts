/** `pull-results`: the results of a scoring event, linked or not, as they are now. */
import { UsageError } from '../domain/errors.ts';
import type { ScoringState } from '../domain/scoring-work.ts';
import { isStored, storeScoringEvent } from '../store/events.ts';
import { readScoringStates } from '../store/scoring-states.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { chooseScoringCredential, findScoringEvent, nameEvent } from './scoring-events.ts';
import { runAskedScoring } from './scoring-report.ts';
import { takeOverDead } from './sync-setup.ts';
import { parseMaxSeconds, withTimeLimit } from './time-limit.ts';

export interface PullResultsOptions {
  readonly credential?: string;
  readonly allowMassRemoval?: boolean;
  readonly maxSeconds?: string;
}

export async function runPullResults(
  context: CommandContext,
  text: string,
  options: PullResultsOptions,
): Promise<CommandResult> {
  const signal = withTimeLimit(
    context.signal,
    options.maxSeconds === undefined ? undefined : parseMaxSeconds(options.maxSeconds),
  );
  const workspace = await context.openWorkspace();
  const named = await nameEvent(context, workspace, text);
  const { abilities, displayName } = named.provider;
  if (!abilities.givesResults) throw new UsageError(`${displayName} gives no results`);
  await takeOverDead(context, workspace);
  const { partnerId } = named.partner;
  const { providerId, eventId, provider } = named;
  const filter = { partnerId, event: { providerId, eventId } };
  const [linked] = await readScoringStates(
    workspace.database.db,
    workspace.providerIds.byId,
    filter,
    workspace.clock.now(),
  );
  const credential = await chooseScoringCredential(workspace, named, {
    asked: options.credential,
    linked: linked?.credentialId,
  });
  // A mistyped id is told at once, instead of failing and being tried again.
  if (!linked && !(await isStored(workspace.database.db, provider, { partnerId }, eventId))) {
    const run = await context.connect(workspace, credential, { signal, patience: 'fail' });
    const found = await findScoringEvent(run, named);
    await storeScoringEvent(workspace.database.db, provider, run.owner, found, workspace.clock.now());
  }
  const none = { lastCompleted: undefined, lastFailure: undefined, running: undefined };
  const event: ScoringState = {
    partnerId,
    providerId,
    provider: provider.name,
    eventId,
    can: { push: abilities.takesParticipants, results: true },
    linked: [],
    history: { push: none, results: none },
    ...linked,
    credentialId: credential.credentialId,
  };
  return runAskedScoring(context, workspace, 'results', [event], {
    signal,
    all: false,
    allowMassRemoval: options.allowMassRemoval ?? false,
  });
}
