/** `pull-results`: the results of a scoring event, linked or not, as they are now. */
import { UsageError } from '../domain/errors.ts';
import type { ScoringState } from '../domain/scoring-work.ts';
import { isStored, storeScoringEvent } from '../store/events.ts';
import { readScoringStates } from '../store/scoring-states.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
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
  await takeOverDead(context, workspace);
  const event = await eventToPull(context, workspace, text, { credential: options.credential, signal });
  return runAskedScoring(context, workspace, 'results', [event], {
    signal,
    all: false,
    allowMassRemoval: options.allowMassRemoval ?? false,
  });
}

/** The scoring event that is named, with the credential it is asked for with. @throws UsageError where it cannot be pulled. */
export async function eventToPull(
  context: CommandContext,
  workspace: Workspace,
  text: string,
  options: { readonly credential: string | undefined; readonly signal: AbortSignal },
): Promise<ScoringState> {
  const named = await nameEvent(context, workspace, text);
  const { abilities, displayName } = named.provider;
  if (!abilities.givesResults) {
    throw new UsageError(`${displayName} gives no results`, {
      hint: abilities.registrations
        ? 'Results come from the scoring event that it is linked to: `p88sync link list` names it.'
        : '`p88sync link list` names the events that are scored.',
    });
  }
  const { partnerId } = named.partner;
  const { providerId, eventId, provider } = named;
  const { database, providerIds, clock } = workspace;
  const filter = { partnerId, event: { providerId, eventId } };
  const [linked] = await readScoringStates(database.db, providerIds.byId, filter, clock.now());
  const credential = await chooseScoringCredential(workspace, named, {
    asked: options.credential,
    linked: linked?.credentialId,
  });
  // A mistyped id is told at once, instead of failing and being tried again.
  if (!linked && !(await isStored(database.db, provider, { partnerId }, eventId))) {
    const run = await context.connect(workspace, credential, { signal: options.signal, patience: 'fail' });
    const found = await findScoringEvent(run, named);
    await storeScoringEvent(database.db, provider, run.owner, found, clock.now());
  }
  const none = { lastCompleted: undefined, lastFailure: undefined, running: undefined };
  return {
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
}
