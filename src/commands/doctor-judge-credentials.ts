/** What `doctor` says of the encryption key and of each credential. Pure. */
import type { Failure } from '../domain/outcomes.ts';
import { type Finding, ok, problem, warning } from '../report/finding.ts';
import { nounText } from '../report/numbers.ts';
import { relativeText, spanText } from '../report/relative-time.ts';
import { safeClause } from '../report/safe-text.ts';
import type { CredentialFacts, WorkFacts } from './doctor-facts.ts';

const makeKey =
  'Set P88SYNC_ENCRYPTION_KEY, or P88SYNC_ENCRYPTION_KEY_FILE; `p88sync credentials keygen` makes one. Keep a copy.';

export function judgeEncryptionKey({ credentials }: WorkFacts, hasKey: boolean): readonly Finding[] {
  if (hasKey) return [ok('encryptionKey', 'set')];
  const locked = credentials.filter((one) => one.form.encrypted).length;
  if (locked === 0) return [warning('encryptionKey', 'none is set: no secret can be stored', makeKey)];
  const text = `none is set, and ${nounText(locked, 'credential is', 'credentials are')} encrypted with one`;
  return [
    problem(
      'encryptionKey',
      text,
      'Set P88SYNC_ENCRYPTION_KEY (or …_FILE) to the key that they were stored with.',
      'usage',
    ),
  ];
}

export function judgeCredentials(work: WorkFacts, hasKey: boolean, now: Date): readonly Finding[] {
  const { partners, credentials, unknownProviders } = work;
  const found = credentials.flatMap((credential) => [
    // Without the key none of them can be read: said once.
    ...(!hasKey && credential.form.encrypted ? [] : [judgeOne(credential, now)]),
    ...judgeForm(credential),
  ]);
  if (unknownProviders.length > 0) {
    const names = [...new Set(unknownProviders)].join(', ');
    const text = `${nounText(unknownProviders.length, 'credential is', 'credentials are')} of providers that this version does not sync: ${names}`;
    found.push(warning('credentials', text, 'Their events come in by other programs only, or not at all.'));
  }
  if (credentials.length + unknownProviders.length > 0) return found;
  const hint =
    partners === 0
      ? 'Begin with `p88sync partners add "Peak Timing"`.'
      : 'Add one: `p88sync credentials add 1:runsignup --principal KEY < secret.txt`.';
  return [warning('credentials', partners === 0 ? 'no timing partners yet' : 'none yet', hint)];
}

function judgeOne(credential: CredentialFacts, now: Date): Finding {
  const { unusable, call } = credential;
  const named = nameOf(credential);
  if (unusable) {
    return problem(
      'credentials',
      `${named}: ${safeClause(unusable.message)}`,
      unusable.hint ?? addAgain(credential),
      unusable.exit,
    );
  }
  switch (call.status) {
    case 'accepted':
      return judgeAccepted(credential, `${named}: ${call.belongsTo}`);
    case 'failed':
      return judgeFailure(credential, call.failure);
    case 'not-made':
      if (credential.refused) {
        const text = `${named}: refused ${relativeText(credential.refused.since, now)} (${safeClause(credential.refused.reason)})`;
        return problem('credentials', text, addAgain(credential), 'credentialRefused');
      }
      if (call.until) {
        const hint = 'It goes on by itself.';
        return warning(
          'credentials',
          `${named}: the provider wants no call for ${spanText(call.until.getTime() - now.getTime())}`,
          hint,
        );
      }
      return ok('credentials', `${named}: its secret can be read; no call was made`);
  }
}

function judgeAccepted(credential: CredentialFacts, text: string): Finding {
  if (!credential.refused) return ok('credentials', text);
  const hint = `The next probe takes it back by itself; at once: \`p88sync credentials test ${credential.credentialId}\`.`;
  return warning('credentials', `${text}; works again, though still marked as refused`, hint);
}

function judgeFailure(credential: CredentialFacts, { kind, message, hint, exit }: Failure): Finding {
  const text = `${nameOf(credential)}: ${safeClause(message)}`;
  // Neither says anything about the credential.
  if (kind === 'BudgetSpent' || kind === 'ProviderThrottled') {
    return warning('credentials', text, hint ?? 'It goes on by itself; it was not tested now.');
  }
  const next =
    exit === 'credentialRefused'
      ? addAgain(credential)
      : 'Try again; if it lasts, ask the provider, and look at the network.';
  return problem('credentials', text, hint ?? next, exit);
}

function judgeForm(credential: CredentialFacts): readonly Finding[] {
  const { plain } = credential.form;
  if (plain.length === 0) return [];
  const text = `${nameOf(credential)}: ${plain.join(', ')} ${plain.length === 1 ? 'lies' : 'lie'} in the database in clear text`;
  return [warning('credentials', text, `To encrypt it, add it again with the same principal. ${addAgain(credential)}`)];
}

function addAgain({ partnerId, provider }: CredentialFacts): string {
  return `\`p88sync credentials add ${partnerId}:${provider} --principal ID < secret.txt\` replaces it.`;
}

function nameOf({ credentialId, partner, provider }: CredentialFacts): string {
  return `${credentialId} ${partner}, ${provider}`;
}
