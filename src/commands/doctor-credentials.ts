/** Each credential as `doctor` sees it: can it be read, and does the provider take it. Marks nothing. */
import { Interrupted, P88Error } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import { readSecrets, type StoredCredential } from '../store/credentials.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import { lastDiscoveries, readSecretForms } from '../store/doctor-reads.ts';
import { sideBySide } from '../sync/side-by-side.ts';
import { failureOf } from '../sync/unit-failure.ts';
import type { CommandContext, Workspace } from './context.ts';
import type { CallFacts, ClockReading, CredentialFacts } from './doctor-facts.ts';

type Usable = StoredCredential & { readonly provider: Provider };

/** @param calls one per credential, within its budget; false: none. */
export async function gatherCredentials(
  context: CommandContext,
  workspace: Workspace,
  credentials: readonly Usable[],
  calls: boolean,
): Promise<readonly CredentialFacts[]> {
  const { db } = workspace.database;
  const [forms, discoveries] = await Promise.all([readSecretForms(db), lastDiscoveries(db)]);
  const facts = new Map<number, CredentialFacts>();
  await sideBySide(
    credentials,
    ({ provider }) => provider.name,
    async (credential) => {
      const { credentialId, partnerId, partner, provider } = credential;
      const unusable = await readable(context, workspace, credential);
      const { call, clock } = await tryOut(context, workspace, credential, calls && !unusable);
      facts.set(credentialId, {
        credentialId,
        partnerId,
        partner,
        provider: provider.name,
        providerName: provider.displayName,
        form: forms.get(credentialId) ?? { encrypted: false, plain: [] },
        unusable,
        refused: credential.refusedAt && {
          since: credential.refusedAt,
          reason: credential.refusedReason ?? 'no reason was recorded',
        },
        call,
        clock,
        registrations: provider.abilities.registrations,
        lastDiscoveryAt: discoveries.get(credentialId),
      });
    },
  );
  return credentials.flatMap(({ credentialId }) => facts.get(credentialId) ?? []);
}

/** Why its secret cannot be read, or is not what the provider needs. */
async function readable(context: CommandContext, { database }: Workspace, credential: Usable) {
  try {
    await context.checkSecrets(credential.provider, await readSecrets(database.db, context.cipher, credential));
    return undefined;
  } catch (error) {
    return known(error, database.shown);
  }
}

async function tryOut(
  context: CommandContext,
  workspace: Workspace,
  credential: Usable,
  wanted: boolean,
): Promise<{ call: CallFacts; clock: ClockReading | undefined }> {
  const { refusedAt, notBefore } = credential;
  let clock: ClockReading | undefined;
  if (!wanted) return { call: { status: 'not-made' }, clock };
  // A refused credential is tried: a person asks, who may just have had it mended. A pause is the provider's wish.
  if (!refusedAt && notBefore && notBefore > workspace.clock.now()) {
    return { call: { status: 'not-made', until: notBefore }, clock };
  }
  try {
    const run = await context.connect(workspace, credential, {
      signal: context.signal,
      patience: 'fail',
      onDate: (reading) => {
        clock = reading;
      },
    });
    return { call: { status: 'accepted', belongsTo: await run.session.check() }, clock };
  } catch (error) {
    return { call: { status: 'failed', failure: known(error, workspace.database.shown) }, clock };
  }
}

/** @throws what is a bug, and the end of the run. */
function known(error: unknown, shown: string) {
  const explained = explainDatabaseError(error, shown);
  if (!(explained instanceof P88Error) || explained instanceof Interrupted) throw explained;
  return failureOf(explained);
}
