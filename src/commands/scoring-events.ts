/** What `link`, `push-participants` and `pull-results` share: a spec becomes an event, its partner, and a credential to call with. */
import { CallRefused, UsageError } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { ScoringEvent } from '../domain/scoring.ts';
import { parseEventSpec } from '../domain/spec.ts';
import { listCredentials } from '../store/credentials.ts';
import { findPartner, type Partner } from '../store/partners.ts';
import type { CredentialRun } from '../sync/context.ts';
import type { CommandContext, Workspace } from './context.ts';
import { findProvider } from './find-provider.ts';
import { type UsableCredential, usableCredentials } from './sync-setup.ts';

/** An event as an operator typed it. */
export interface NamedEvent {
  readonly partner: Partner;
  readonly provider: Provider;
  readonly providerId: number;
  readonly eventId: string;
  /** `1:copernico:RACE/EVENT` */
  readonly spec: string;
}

/** @throws UsageError where partner or provider is not known. */
export async function nameEvent(context: CommandContext, workspace: Workspace, text: string): Promise<NamedEvent> {
  const named = parseEventSpec(text);
  const partner = await findPartner(workspace.database.db, named.partner);
  const provider = findProvider(workspace, context.providers, named.provider);
  return {
    partner,
    provider,
    providerId: workspace.providerIds.idOf(provider),
    eventId: named.event,
    spec: `${partner.partnerId}:${provider.name}:${named.event}`,
  };
}

/** Whether its events are scored there. */
export function isScoring({ abilities }: Provider): boolean {
  return abilities.takesParticipants || abilities.givesResults;
}

/**
 * The credential to call the scoring system with: the one that was asked for, the one that the link names, or the only one.
 * @throws UsageError where there is none, or several and nobody says which.
 */
export async function chooseScoringCredential(
  workspace: Workspace,
  { partner, provider, providerId, spec }: NamedEvent,
  wanted: { readonly asked: string | undefined; readonly linked?: number | undefined },
): Promise<UsableCredential> {
  const all = usableCredentials(await listCredentials(workspace.database.db), workspace).filter(
    (one) => one.partnerId === partner.partnerId && one.providerId === providerId,
  );
  const ids = all.map((one) => one.credentialId).join(', ');
  if (all.length === 0) {
    throw new UsageError(`${partner.name} has no credential for ${provider.displayName}`, {
      hint: `Add one: p88sync credentials add ${partner.partnerId}:${provider.name} --principal ID`,
    });
  }
  if (wanted.asked !== undefined) {
    const found = all.find((one) => String(one.credentialId) === wanted.asked);
    if (found) return found;
    throw new UsageError(`--credential ${wanted.asked} is none of ${partner.name} for ${provider.displayName}`, {
      hint: `There are: ${ids}.`,
    });
  }
  const linked = all.find((one) => one.credentialId === wanted.linked);
  const [only, ...others] = all;
  if (linked) return linked;
  if (only && others.length === 0) return only;
  throw new UsageError(`${partner.name} has several credentials for ${provider.displayName}: ${ids}`, {
    hint: `Say which one sees ${spec}: --credential ID`,
  });
}

/** Looks at it with one call. @throws UsageError where the scoring system does not have it. */
export async function findScoringEvent(run: CredentialRun, { provider, eventId }: NamedEvent): Promise<ScoringEvent> {
  const { scoring } = run.session;
  if (!scoring) throw new UsageError(`${provider.displayName} is no scoring system`);
  try {
    return await scoring.findEvent(eventId);
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    throw new UsageError(`${provider.displayName} does not have the event ${eventId}: ${error.message}`, {
      hint: error.hint ?? 'The README says how its events are written.',
      cause: error,
    });
  }
}
