/** `credentials keygen`, `encrypt`, `rotate-key`: the key that secrets are kept under, and secrets that are not under it yet. */
import { exitCodes } from '../domain/exit-codes.ts';
import { safeText } from '../report/safe-text.ts';
import { newEncryptionKey } from '../store/encryption.ts';
import { type Resealed, resealSecrets } from '../store/reseal.ts';
import type { CommandContext, CommandResult } from './context.ts';

/** The key goes to a new file that only its owner may read, or to standard output for a secret store. */
export async function runKeygen(context: CommandContext, options: { out?: string }): Promise<CommandResult> {
  const key = newEncryptionKey();
  if (options.out === undefined) return { exit: 'done', text: key, json: { key } };
  await context.createSecretFile(options.out, `${key}\n`);
  const text = [
    `A new key is in ${options.out}; only its owner can read it.`,
    'Keep a copy somewhere safe: without it the stored secrets are lost.',
    `Next: P88SYNC_ENCRYPTION_KEY_FILE=${options.out}`,
  ].join('\n');
  return { exit: 'done', text, json: { file: options.out } };
}

export function runEncrypt(context: CommandContext): Promise<CommandResult> {
  return reseal(context, false);
}

export function runRotateKey(context: CommandContext): Promise<CommandResult> {
  return reseal(context, true);
}

async function reseal(context: CommandContext, formerToo: boolean): Promise<CommandResult> {
  const { database } = await context.openWorkspace();
  const all = await resealSecrets(database.db, context.cipher, formerToo);
  const changed = all.filter((one) => one.was === 'clear' || (formerToo && one.was === 'former-key'));
  const former = formerToo ? [] : all.filter((one) => one.was === 'former-key');
  const keys = all.filter((one) => one.keyInPrincipal);
  // What was asked for and could not be done is no success.
  const exit = keys.length > 0 ? 'someFailed' : 'done';
  const lines = [
    changed.length === 0
      ? 'Every credential is under the key already.'
      : `Encrypted ${changed.length} of ${all.length} credentials with the key: ${changed.map(nameOf).join(', ')}.`,
    ...(former.length > 0
      ? [`Under a former key: ${former.map(nameOf).join(', ')}. p88sync credentials rotate-key renews them.`]
      : []),
    ...(formerToo
      ? ['P88SYNC_ENCRYPTION_KEY_PREVIOUS is not needed any more once every machine has the new key.']
      : []),
    ...keys.map(
      (one) =>
        `Credential ${nameOf(one)} holds its key as the principal, in clear: remove it and add it with the organiser's name as --principal and the key on standard input.`,
    ),
  ];
  return {
    exit,
    text: lines.join('\n'),
    json: { exitCode: exitCodes[exit].code, credentials: all },
  };
}

function nameOf({ credentialId, partner, provider }: Resealed): string {
  return `${credentialId} (${safeText(partner)}, ${provider})`;
}
