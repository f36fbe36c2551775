/** `discover`: lists the upcoming events of every credential; stores new and changed ones, never touches past ones. */
import { ProviderThrottled } from '../domain/errors.ts';
import { exitCodes, worstExit } from '../domain/exit-codes.ts';
import { parsePartnerSpec } from '../domain/spec.ts';
import { renderDiscovery } from '../report/discovery-text.ts';
import { listCredentials, noSuchCredential } from '../store/credentials.ts';
import { findPartner } from '../store/partners.ts';
import type { CredentialRun } from '../sync/context.ts';
import { type DiscoveryOutcome, discoverCredential, undiscovered } from '../sync/discover.ts';
import { sideBySide } from '../sync/side-by-side.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { checkRegistrations, findProvider } from './find-provider.ts';
import { noCredentialsYet } from './no-credentials.ts';
import { syncContext, takeOverDead, type UsableCredential, usableCredentials } from './sync-setup.ts';
import { parseMaxSeconds, withTimeLimit } from './time-limit.ts';

export interface DiscoverOptions {
  readonly maxSeconds?: string;
}

export async function runDiscover(
  context: CommandContext,
  spec: string | undefined,
  options: DiscoverOptions,
): Promise<CommandResult> {
  const signal = withTimeLimit(
    context.signal,
    options.maxSeconds === undefined ? undefined : parseMaxSeconds(options.maxSeconds),
  );
  const workspace = await context.openWorkspace();
  await takeOverDead(context, workspace);
  const chosen = await chooseCredentials(context, workspace, spec);
  const outcomes = await discoverAll(context, workspace, chosen, { signal, includePast: false });
  if (context.alerting) {
    const { tellAlerts } = await import('./tell-alerts.ts');
    await tellAlerts(context, workspace, context.alerting);
  }
  return discoveryResult(context, workspace, outcomes, chosen);
}

/**
 * Those that have registrations: of one partner, or of one provider of it; all without a spec. @throws UsageError where
 * nothing fits.
 */
export async function chooseCredentials(context: CommandContext, workspace: Workspace, spec: string | undefined) {
  const all = usableCredentials(await listCredentials(workspace.database.db), workspace).filter(
    ({ provider }) => provider.abilities.registrations,
  );
  if (spec === undefined) return all;
  const named = parsePartnerSpec(spec);
  const partner = await findPartner(workspace.database.db, named.partner);
  const provider =
    named.provider === undefined ? undefined : findProvider(workspace, context.providers, named.provider);
  if (provider) checkRegistrations(provider);
  const chosen = all.filter((one) => one.partnerId === partner.partnerId && (!provider || one.provider === provider));
  if (chosen.length === 0) throw noSuchCredential(`of ${spec}`);
  return chosen;
}

/** Discovers with each credential, side by side; one that fails does not stop the others. */
export async function discoverAll(
  context: CommandContext,
  workspace: Workspace,
  credentials: readonly UsableCredential[],
  options: { signal: AbortSignal; includePast: boolean; eventId?: string },
): Promise<readonly DiscoveryOutcome[]> {
  const { signal, ...wanted } = options;
  const sync = syncContext(context, workspace, signal);
  const outcomes: DiscoveryOutcome[] = [];
  await sideBySide(
    credentials,
    ({ provider }) => provider.name,
    async (credential) => {
      if (signal.aborted) return;
      const outcome = await open(context, workspace, credential, signal).then(
        (run) => discoverCredential(sync, run, wanted),
        // A secret that cannot be read: the partner's other credentials, and the other partners, go on.
        (error: unknown) => undiscovered({ ...credential, provider: credential.provider.name }, error),
      );
      const { counts, failure, ...rest } = outcome;
      const level = outcome.status === 'failed' ? 'warn' : 'info';
      context.log[level]({ ...rest, ...counts, ...(failure && { error: failure.message }) }, 'discovery');
      outcomes.push(outcome);
    },
  );
  return outcomes;
}

/** @throws ProviderThrottled while the provider wants no call; a refused credential may be tried at any time. */
async function open(
  context: CommandContext,
  workspace: Workspace,
  credential: UsableCredential,
  signal: AbortSignal,
): Promise<CredentialRun> {
  const { notBefore, refusedAt, provider, credentialId } = credential;
  if (!refusedAt && notBefore && notBefore > workspace.clock.now()) {
    throw new ProviderThrottled(`${provider.displayName} wants no call with credential ${credentialId} for now`, {
      hint: `It asked for a pause until ${notBefore.toISOString()}: try again then.`,
      retryAt: notBefore,
    });
  }
  return context.connect(workspace, credential, { signal, patience: 'fail' });
}

async function discoveryResult(
  context: CommandContext,
  workspace: Workspace,
  begun: readonly DiscoveryOutcome[],
  chosen: readonly UsableCredential[],
): Promise<CommandResult> {
  const names = new Map(chosen.map((one) => [one.credentialId, `${one.partnerId} ${one.partner}`]));
  const seen = new Set(begun.map((one) => one.credentialId));
  const outcomes = [...begun, ...chosen.filter((one) => !seen.has(one.credentialId)).map(notReached)];
  const exits = outcomes.map((one) => one.failure?.exit ?? 'done');
  const unreadable = outcomes.some((one) => one.counts.failed > 0);
  // Put off by this run's own end: it is not done. What another run is at is.
  const left = outcomes.some((one) => one.status === 'deferred' && one.deferredBecause !== 'claimed-elsewhere');
  const interrupted = context.signal.aborted ? (['terminated'] as const) : [];
  const exit = worstExit([...exits, ...(unreadable || left ? (['someFailed'] as const) : []), ...interrupted]);
  const nothing = outcomes.length === 0;
  return {
    exit,
    text: nothing
      ? await noCredentialsYet(workspace.database.db)
      : renderDiscovery(
          outcomes.map((one) => ({ ...one, name: names.get(one.credentialId) ?? '' })),
          context.terminal,
        ),
    json: {
      exitCode: exitCodes[exit].code,
      credentials: outcomes.map(({ counts, failure, deferredBecause, ...one }) => ({
        ...one,
        ...counts,
        failure: failure ?? null,
        deferredBecause: deferredBecause ?? null,
      })),
    },
  };
}

/** A credential whose turn did not come before the run had to end. */
function notReached({ partnerId, credentialId, provider }: UsableCredential): DiscoveryOutcome {
  const counts = { races: 0, events: 0, newEvents: 0, changedEvents: 0, failed: 0 };
  const nothing = { counts, apiCalls: 0, durationMs: 0, failure: undefined };
  return {
    status: 'deferred',
    partnerId,
    provider: provider.name,
    credentialId,
    ...nothing,
    deferredBecause: 'not-reached',
  };
}
