/** `credentials add`, `list`, `test`, `remove`. What is secret comes on standard input or from a file, never as an argument. */
import { CredentialRefused, P88Error, UsageError } from '../domain/errors.ts';
import { exitNameOf, worstExit } from '../domain/exit-codes.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { parsePartnerSpec } from '../domain/spec.ts';
import { nextProbe } from '../plan/probe.ts';
import { safeText } from '../report/safe-text.ts';
import { renderTable } from '../report/table-text.ts';
import {
  listCredentials,
  markAccepted,
  markRefused,
  noSuchCredential,
  removeCredential,
  saveCredential,
} from '../store/credentials.ts';
import { findPartner } from '../store/partners.ts';
import { isKey } from '../store/reseal.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { findProvider } from './find-provider.ts';
import { noCredentialsYet } from './no-credentials.ts';
import { usableCredentials } from './sync-setup.ts';

export interface CredentialsAddOptions {
  readonly principal: string;
  readonly config?: string;
  readonly secretFile?: string;
}

export async function runCredentialsAdd(
  context: CommandContext,
  spec: string,
  options: CredentialsAddOptions,
): Promise<CommandResult> {
  const named = parsePartnerSpec(spec);
  if (!named.provider)
    throw new UsageError(`"${spec}" names no provider: expected PARTNER:PROVIDER`, {
      hint: 'For example 1:runsignup.',
    });
  if (!options.principal.trim())
    throw new UsageError('--principal is blank', { hint: 'It is the API key or client id; the README says which.' });
  const principal = options.principal.trim();
  if (isKey(principal)) {
    throw new UsageError('--principal holds a key, which would be kept in clear and stands in the list of processes', {
      hint: "Give the organiser's name as --principal, and the key on standard input or with --secret-file.",
    });
  }
  const config = options.config === undefined ? {} : parseConfig(context, options.config);
  const workspace = await context.openWorkspace();
  const partner = await findPartner(workspace.database.db, named.partner);
  const provider = findProvider(workspace, context.providers, named.provider);
  const given =
    options.secretFile === undefined
      ? await context.terminal.readStandardInput()
      : await readSecretFile(context, options.secretFile);
  const { secret, secretConfig } = parseSecret(given);
  await context.checkSecrets(provider, { principal, secret, additionalConfig: { ...config, ...secretConfig } });
  const { credentialId, replaced } = await saveCredential(workspace.database.db, context.cipher, {
    partnerId: partner.partnerId,
    providerId: workspace.providerIds.idOf(provider),
    principal,
    secret,
    config,
    secretConfig,
  });
  return {
    exit: 'done',
    text: `${replaced ? 'Replaced' : 'Added'} credential ${credentialId}: ${safeText(partner.name)}, ${provider.displayName}.\nNext: p88sync credentials test ${credentialId}`,
    json: { credentialId, partnerId: partner.partnerId, provider: provider.name, replaced },
  };
}

/** Not refused, as a key file is: it is read this once, and the harm of a secret that others saw is done already. */
async function readSecretFile(context: CommandContext, path: string): Promise<string> {
  const text = await context.readFile(path);
  const exposure = context.exposureOf(path);
  if (exposure) context.log.warn({}, `${path} holds a secret and ${exposure.what}; remove it, or ${exposure.command}`);
  return text;
}

export async function runCredentialsList(context: CommandContext): Promise<CommandResult> {
  const workspace = await context.openWorkspace();
  const credentials = (await listCredentials(workspace.database.db)).map((one) => ({
    credentialId: one.credentialId,
    partnerId: one.partnerId,
    partner: one.partner,
    provider: workspace.providerIds.byId.get(one.providerId)?.name ?? one.providerName,
    principal: masked(one.principal),
    state: one.refusedAt ? 'refused' : 'ok',
    reason: one.refusedReason ?? null,
  }));
  const text =
    credentials.length === 0
      ? await noCredentialsYet(workspace.database.db)
      : renderTable(
          [
            { head: 'ID', align: 'right' },
            { head: 'PARTNER' },
            { head: 'PROVIDER' },
            { head: 'PRINCIPAL' },
            { head: 'STATE' },
          ],
          credentials.map((one) => [
            String(one.credentialId),
            `${one.partnerId} ${one.partner}`,
            one.provider,
            one.principal,
            one.state,
          ]),
          context.terminal,
        );
  return { exit: 'done', text, json: { credentials } };
}

export async function runCredentialsTest(context: CommandContext, id: string | undefined): Promise<CommandResult> {
  const workspace = await context.openWorkspace();
  const { db } = workspace.database;
  const all = usableCredentials(await listCredentials(db), workspace);
  const chosen = id === undefined ? all : all.filter((one) => String(one.credentialId) === id);
  if (id !== undefined && chosen.length === 0) throw noSuchCredential(id);
  const results = [];
  for (const credential of chosen) {
    const shown = {
      credentialId: credential.credentialId,
      partner: credential.partner,
      provider: credential.provider.name,
    };
    try {
      const run = await context.connect(workspace, credential, { signal: context.signal, patience: 'fail' });
      const belongsTo = await run.session.check();
      await markAccepted(db, credential.credentialId);
      results.push({ ...shown, exit: 'done' as const, message: belongsTo, hint: undefined });
    } catch (error) {
      if (!(error instanceof P88Error)) throw error;
      if (error instanceof CredentialRefused) {
        const at = workspace.clock.now();
        const refusals = credential.refusals + 1;
        await markRefused(db, credential.credentialId, {
          at,
          reason: error.message,
          refusals,
          probeAt: nextProbe(refusals, at, context.settings),
        });
      }
      results.push({ ...shown, exit: exitNameOf(error), message: error.message, hint: error.hint });
    }
  }
  const lines = results.flatMap((one) => [
    `${one.exit === 'done' ? '✓' : '✗'} ${one.credentialId} ${one.partner}, ${one.provider}: ${one.message}`,
    ...(one.hint ? [`    ${one.hint}`] : []),
  ]);
  return {
    exit: worstExit(results.map((one) => one.exit)),
    text: lines.length === 0 ? await noCredentialsYet(db) : lines.join('\n'),
    json: {
      credentials: results.map(({ exit, hint, ...one }) => ({ ...one, ok: exit === 'done', hint: hint ?? null })),
    },
  };
}

export async function runCredentialsRemove(context: CommandContext, id: string): Promise<CommandResult> {
  if (!/^\d{1,9}$/.test(id)) throw noSuchCredential(id);
  const { database } = await context.openWorkspace();
  await removeCredential(database.db, Number(id));
  return {
    exit: 'done',
    text: `Removed credential ${id}. Its events stay, and are no longer synced until another credential discovers them.`,
    json: { removed: Number(id) },
  };
}

const secretForm = '{"secret":"…","additional_config":{…}}';

/** The bare secret, or `{"secret": …, "additional_config": {…}}` where there is more than one secret value. */
function parseSecret(text: string): { secret: string; secretConfig: JsonObject } {
  const trimmed = text.trim();
  if (!trimmed) {
    throw new UsageError('no secret was given', {
      hint: 'Pipe it in (`pass show runsignup | p88sync credentials add …`) or use --secret-file.',
    });
  }
  if (!trimmed.startsWith('{')) return { secret: trimmed, secretConfig: {} };
  const { secret, additional_config: secretConfig = {}, ...others } = parseObject(trimmed, 'the secret', secretForm);
  const unknown = Object.keys(others);
  if (unknown.length > 0)
    throw new UsageError(`the secret's JSON has unknown keys: ${unknown.join(', ')}`, {
      hint: 'Expected "secret" and "additional_config".',
    });
  if (typeof secret !== 'string' || !secret) throw new UsageError('the secret\'s JSON has no text "secret"');
  if (typeof secretConfig !== 'object' || secretConfig === null || Array.isArray(secretConfig)) {
    throw new UsageError('"additional_config" in the secret\'s JSON is not an object');
  }
  return { secret, secretConfig };
}

/** What is secret with one provider is refused for all: it was meant as a secret. @throws UsageError, without any value. */
function parseConfig({ providers }: CommandContext, text: string): JsonObject {
  const config = parseObject(text, '--config', '{"key_style":"v2"}');
  const secretKeys = new Set(providers.flatMap((provider) => provider.secretConfig ?? []));
  const [first, ...others] = Object.keys(config).filter((key) => secretKeys.has(key));
  if (first === undefined) return config;
  throw new UsageError(
    `--config holds what is secret, and stands in the list of processes: ${[first, ...others].join(', ')}`,
    {
      hint: `Give it with the secret, as {"secret":"…","additional_config":{"${first}":"…"}} on standard input or with --secret-file.`,
    },
  );
}

/** @param form what is expected, for the hint. */
function parseObject(text: string, what: string, form: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    throw new UsageError(`${what} is not valid JSON`, { hint: `Expected an object such as ${form}.` });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${what} is not a JSON object`);
  return value;
}

/** Enough to tell two keys apart, too little to use one. */
function masked(principal: string): string {
  return principal.length <= 6 ? principal : `${principal.slice(0, 4)}…${principal.slice(-2)}`;
}
