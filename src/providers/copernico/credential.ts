/** What a Copernico credential must hold: read once per session, before any call. */
import * as z from 'zod';
import { UsageError } from '../../domain/errors.ts';
import type { CredentialSecrets } from '../../domain/provider.ts';

export interface CopernicoCredential {
  /** The e-mail address of the account that the preset is saved in. */
  readonly login: string;
  readonly apiKey: string;
  /** Name of the preset, exactly. */
  readonly preset: string;
}

const filled = (name: string) => z.string(name).trim().min(1, name);

/** Each message is the name of what is missing. */
const wireCredential = z.object({
  login: filled('the login e-mail (principal)'),
  apiKey: filled('the API key (secret)'),
  preset: filled('preset (additional_config)'),
});

/** @throws UsageError naming every value that is missing. */
export function readCredential({ principal, secret, additionalConfig }: CredentialSecrets): CopernicoCredential {
  const values = { login: principal, apiKey: secret, preset: additionalConfig['preset'] };
  const credential = wireCredential.safeParse(values);
  if (credential.success) return credential.data;
  const missing = credential.error.issues.map((issue) => issue.message).join(', ');
  throw new UsageError(`The Copernico credential lacks ${missing}`, {
    hint:
      'The principal is the e-mail address you log in to Copernico with, the preset one that is saved in that account: ' +
      '`p88sync credentials add PARTNER:copernico --principal E-MAIL --config \'{"preset":"…"}\'`, the key on standard input.',
  });
}
