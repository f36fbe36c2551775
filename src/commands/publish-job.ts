/** The beginning of `publish-results`: which event, whether it can be published, with which credential, and what. */
import { UsageError } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { PublishingSession } from '../domain/publishing.ts';
import { parseEventSpec } from '../domain/spec.ts';
import { readEventToPublish } from '../store/linked-results.ts';
import { findPartner } from '../store/partners.ts';
import type { CredentialRun } from '../sync/context.ts';
import type { PublishJob } from '../sync/publish.ts';
import type { CommandContext, Workspace } from './context.ts';
import { findProvider } from './find-provider.ts';
import { type PublishFacts, readPublishFacts } from './publish-facts.ts';
import { openConnections } from './sync-setup.ts';

export interface PublishOptions {
  readonly name?: string;
  readonly resultSet?: string;
  readonly split?: readonly string[];
  readonly public?: boolean;
  readonly final?: boolean;
  readonly notify?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /**
   * For another program: nothing is begun that the hour, or the run until its own end (UTC), cannot hold to its end, instead
   * of waiting with a cleared set.
   */
  readonly onlyIfItFits?: { readonly endsBy: Date };
}

export interface OpenedJob {
  /** What operators type for the event, by ids. */
  readonly spec: string;
  readonly provider: Provider;
  readonly run: CredentialRun;
  readonly session: PublishingSession;
  readonly facts: PublishFacts;
  readonly job: PublishJob;
}

/** Makes no call. @throws UsageError where there is nothing that could be published. */
export async function openPublishJob(
  context: CommandContext,
  workspace: Workspace,
  text: string,
  options: PublishOptions,
  signal: AbortSignal,
): Promise<OpenedJob> {
  const named = parseEventSpec(text);
  const { db } = workspace.database;
  const partner = await findPartner(db, named.partner);
  const provider = findProvider(workspace, context.providers, named.provider);
  if (!provider.abilities.takesResults) throw takesNoResults(provider, context.providers);
  const owner = {
    partnerId: partner.partnerId,
    providerId: workspace.providerIds.idOf(provider),
    eventId: named.event,
  };
  const spec = `${owner.partnerId}:${provider.name}:${owner.eventId}`;
  const event = await readEventToPublish(db, owner);
  if (!event) {
    throw new UsageError(`${partner.name} has no event ${named.event} at ${provider.displayName}`, {
      hint: '`p88sync status` lists the upcoming ones. A past one comes in with `p88sync full-sync --include-past`.',
    });
  }
  if (event.credentialId === undefined) {
    throw new UsageError(`event ${named.event} has no credential any more: the one that discovered it was removed`, {
      hint: `Add one: p88sync credentials add ${owner.partnerId}:${provider.name} --principal KEY; then p88sync discover.`,
    });
  }
  const connections = await openConnections(context, workspace, {
    signal,
    // Better late than half: a set that was cleared is filled as soon as the hour has room.
    patience: 'wait',
    onWait: (freeAt) => context.log.warn({ event: spec, freeAt }, 'the hour of the credential is spent: waiting'),
  });
  const run = await connections.connect(event.credentialId);
  const session = publishingOf(run);
  const facts = await readPublishFacts(workspace, {
    spec,
    event: owner,
    provider,
    splits: options.split ?? [],
    problemOf: session.problemOf,
  });
  const job: PublishJob = {
    event: { eventId: owner.eventId, raceId: event.raceId, name: facts.ownName ?? event.name },
    owner,
    asked: {
      resultSetId: options.resultSet,
      name: options.name,
      isPublic: options.public ?? false,
      isFinal: options.final ?? false,
      notify: options.notify ?? false,
    },
    wanted: facts.assignment.assigned.map((one) => one.result),
    bibs: facts.bibs,
    splits: facts.splits,
    refused: facts.assignment.refused.length,
  };
  return { spec, provider, run, session, facts, job };
}

function publishingOf(run: CredentialRun): PublishingSession {
  if (run.session.publishing) return run.session.publishing;
  throw new Error(`${run.provider.name} says that it takes results, and its session cannot`);
}

function takesNoResults(provider: Provider, providers: readonly Provider[]): UsageError {
  const others = providers.filter((one) => one.abilities.takesResults).map((one) => one.displayName);
  return new UsageError(`${provider.displayName} has no known way to take results`, {
    hint: `p88sync publishes to ${others.join(', ')}. Enter the results of other providers by hand, in their dashboards.`,
  });
}
