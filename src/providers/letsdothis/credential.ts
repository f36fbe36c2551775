/** What a Let's Do This credential must hold: read once per session, before any call. */
import { UsageError } from '../../domain/errors.ts';
import { knownZone } from '../../domain/event-time.ts';
import type { CredentialSecrets } from '../../domain/provider.ts';
import { isJwt } from './claims.ts';

export interface LetsDoThisCredential {
  /** The key, never logged. */
  readonly key: string;
  /** IANA zone of the organiser's events (`additional_config.time_zone`). */
  readonly timeZone: string | undefined;
}

/**
 * The key is the secret. Rows of older programs hold it in the principal, so a principal that is a JWT counts where the
 * secret is none; the organiser's name, which belongs there, is never taken for a key.
 * @throws UsageError where there is no key, where it cannot be sent, and for a time zone that does not exist.
 */
export function readCredential(secrets: CredentialSecrets): LetsDoThisCredential {
  const secret = secrets.secret.trim();
  const principal = secrets.principal.trim();
  const key = !isJwt(secret) && isJwt(principal) ? principal : secret;
  if (key === '') {
    throw new UsageError("The Let's Do This credential lacks the key (secret)", {
      hint:
        "A key is made at Let's Do This under account settings → credentials; give it on standard input of " +
        '`p88sync credentials add PARTNER:letsdothis --principal ORGANISER`.',
    });
  }
  // A header holds nothing else; a key that was pasted with a line break would be refused by the HTTP client.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError("The Let's Do This key holds a blank or a character that no key has", {
      hint: 'Copy it again, as one line, and enter it with `p88sync credentials add`.',
    });
  }
  const zone = secrets.additionalConfig['time_zone'];
  const timeZone = knownZone(zone);
  if (zone !== undefined && zone !== null && timeZone === undefined) {
    throw new UsageError("time_zone in additional_config of the Let's Do This credential is not an IANA time zone", {
      hint: 'For example Europe/London, which is assumed where it is left out and the event names none.',
    });
  }
  return { key, timeZone };
}
