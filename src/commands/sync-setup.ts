/** The beginning that discover, tick, sync-event and full-sync share: dead claims away, credentials at hand. */
import type { CredentialState, EventState } from '../domain/planning.ts';
import type { Provider } from '../domain/provider.ts';
import { abandonDeadClaims } from '../store/claims.ts';
import { listCredentials, noSuchCredential, type StoredCredential } from '../store/credentials.ts';
import { type EventFilter, readCredentialStates, readEventStates } from '../store/due.ts';
import { processIsAlive } from '../store/process-identity.ts';
import type { CredentialRun, SyncContext } from '../sync/context.ts';
import type { CommandContext, ConnectOptions, Workspace } from './context.ts';

export function syncContext(context: CommandContext, workspace: Workspace, signal: AbortSignal): SyncContext {
  const { settings, log, newId } = context;
  return {
    database: workspace.database,
    providers: workspace.providerIds.byId,
    clock: workspace.clock,
    identity: workspace.identity,
    settings,
    log,
    signal,
    newId,
  };
}

/** Whatever a killed run held is free again before anything is planned. */
export async function takeOverDead(context: CommandContext, workspace: Workspace): Promise<void> {
  const { database, identity, clock } = workspace;
  const abandoned = await abandonDeadClaims(database.db, identity.host, processIsAlive, clock.now(), {
    judgeLeases: !workspace.rehearsal,
  });
  for (const claim of abandoned) {
    context.log.warn({ event: claim.eventId, host: claim.host }, 'a sync that never ended was taken over');
  }
}

export interface Situation {
  readonly events: readonly EventState[];
  readonly credentials: readonly CredentialState[];
}

/** The facts of the plan, at the workspace's clock. */
export async function readSituation(
  context: CommandContext,
  workspace: Workspace,
  filter: EventFilter,
): Promise<Situation> {
  const { database, clock, providerIds } = workspace;
  const now = clock.now();
  const [events, credentials] = await Promise.all([
    readEventStates(database.db, providerIds.byId, filter, now),
    readCredentialStates(database.db, providerIds.byId, context.callsPerHour, now),
  ]);
  return { events, credentials };
}

/** Events that started earlier are over (UTC). */
export function startsFrom(context: CommandContext, now: Date): Date {
  return new Date(now.getTime() - context.settings.stopAfterHours * 3_600_000);
}

export interface Connections {
  /** Each credential once per run. */
  connect(credentialId: number): Promise<CredentialRun>;
}

export async function openConnections(
  context: CommandContext,
  workspace: Workspace,
  options: ConnectOptions,
): Promise<Connections> {
  const credentials = new Map((await listCredentials(workspace.database.db)).map((one) => [one.credentialId, one]));
  const runs = new Map<number, Promise<CredentialRun>>();
  return {
    connect(credentialId) {
      const known = runs.get(credentialId);
      if (known) return known;
      const credential = credentials.get(credentialId);
      const run = credential
        ? context.connect(workspace, credential, options)
        : Promise.reject<CredentialRun>(noSuchCredential(credentialId));
      runs.set(credentialId, run);
      return run;
    },
  };
}

/** A credential whose provider this program knows. */
export type UsableCredential = StoredCredential & { readonly provider: Provider };

export function usableCredentials(
  credentials: readonly StoredCredential[],
  workspace: Workspace,
): readonly UsableCredential[] {
  return credentials.flatMap((credential) => {
    const provider = workspace.providerIds.byId.get(credential.providerId);
    return provider ? [{ ...credential, provider }] : [];
  });
}
