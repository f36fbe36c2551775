/** An event that somebody asks for and nobody has discovered yet: the provider is asked for it by its id. */
import { CredentialRefused, ProviderUnavailable, UsageError } from '../domain/errors.ts';
import { listCredentials } from '../store/credentials.ts';
import { findPartner } from '../store/partners.ts';
import type { CommandContext, Workspace } from './context.ts';
import { discoverAll } from './discover.ts';
import { usableCredentials } from './sync-setup.ts';

/** Asks the provider for it with each credential of the partner. @throws the refusal, where that is all there is. */
export async function lookForEvent(
  context: CommandContext,
  workspace: Workspace,
  wanted: { partnerId: number; providerId: number; eventId: string; signal: AbortSignal },
): Promise<void> {
  const credentials = usableCredentials(await listCredentials(workspace.database.db), workspace).filter(
    (one) => one.partnerId === wanted.partnerId && one.providerId === wanted.providerId,
  );
  if (credentials.length === 0) {
    throw await noCredential(workspace, wanted);
  }
  const outcomes = await discoverAll(context, workspace, credentials, {
    signal: wanted.signal,
    includePast: false,
    eventId: wanted.eventId,
  });
  const [failed] = outcomes.flatMap((one) => (one.failure ? [one.failure] : []));
  if (failed && outcomes.every((one) => one.failure)) {
    const Refusal = failed.exit === 'credentialRefused' ? CredentialRefused : ProviderUnavailable;
    throw new Refusal(
      `the event is not known yet, and looking for it failed: ${failed.message}`,
      failed.hint ? { hint: failed.hint } : {},
    );
  }
}

async function noCredential(
  { database, providerIds }: Workspace,
  { partnerId, providerId }: { partnerId: number; providerId: number },
): Promise<UsageError> {
  const partner = await findPartner(database.db, String(partnerId));
  const provider = providerIds.byId.get(providerId);
  return new UsageError(`${partner.name} has no credential for ${provider?.displayName ?? 'this provider'}`, {
    hint: `Add one: p88sync credentials add ${partnerId}:${provider?.name ?? 'PROVIDER'} --principal ID`,
  });
}
