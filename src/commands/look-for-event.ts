/** An event that somebody asks for and nobody has discovered yet: the provider is asked for it by its id. */
import { CredentialRefused, ProviderUnavailable, UsageError } from '../domain/errors.ts';
import { listCredentials } from '../store/credentials.ts';
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
    throw new UsageError(`timing partner ${wanted.partnerId} has no credential for this provider`, {
      hint: '`p88sync credentials list` shows all of them.',
    });
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
