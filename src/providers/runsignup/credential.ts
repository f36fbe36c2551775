/**
 * A RunSignUp credential: principal = API key, secret = API secret. Two styles: v2 keeps the secret in a header,
 * classic has both in the query. Beside it goes the program's own registration (mandatory from 2027-01-01).
 */
import { UsageError } from '../../domain/errors.ts';
import type { CredentialSecrets } from '../../domain/provider.ts';
import { instantOf } from './times.ts';

export type KeyStyle = 'v2' | 'classic';

/** What authenticates a call; neither part is ever logged. */
export interface Authentication {
  readonly secretQuery: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws UsageError naming what is missing or unknown. */
export function checkCredential(credential: CredentialSecrets): void {
  if (credential.principal.trim() === '') throw lacks('the API key (principal)');
  if (credential.secret.trim() === '') throw lacks('the API secret');
  if (!/^[\x21-\x7e]+$/.test(credential.secret.trim())) {
    throw new UsageError('The RunSignUp API secret holds a character that no key has', {
      hint: 'Copy it again from RunSignUp: letters and digits only, in one line.',
    });
  }
  keyStyleOf(credential);
  timeZoneOf(credential);
}

/** Undefined: not said, so v2 is tried first. @throws UsageError for another word. */
export function keyStyleOf(credential: CredentialSecrets): KeyStyle | undefined {
  const style = credential.additionalConfig['key_style'];
  if (style === undefined || style === null || style === 'v2' || style === 'classic') return style ?? undefined;
  throw new UsageError('The RunSignUp credential has an unknown key_style', { hint: 'Use "v2" or "classic".' });
}

/** The zone of races whose answer names none. @throws UsageError unless it is an IANA zone. */
export function timeZoneOf(credential: CredentialSecrets): string | undefined {
  const zone = credential.additionalConfig['time_zone'];
  if (zone === undefined || zone === null) return undefined;
  if (typeof zone !== 'string' || !isTimeZone(zone)) {
    throw new UsageError('The RunSignUp credential has an unknown time_zone', { hint: 'For example America/Chicago.' });
  }
  return zone;
}

/** @param program holds `registrationId` and `registrationSecret`, both or none. @throws UsageError for one alone. */
export function authenticationOf(
  style: KeyStyle,
  credential: CredentialSecrets,
  program: Readonly<Record<string, string>>,
): Authentication {
  const { principal, secret } = credential;
  const registration = registrationOf(program);
  if (style === 'classic') {
    return {
      secretQuery: { api_key: principal, api_secret: secret, ...registration.secretQuery },
      headers: registration.headers,
    };
  }
  return {
    secretQuery: { rsu_api_key: principal, ...registration.secretQuery },
    headers: { 'X-RSU-API-SECRET': secret, ...registration.headers },
  };
}

function registrationOf(program: Readonly<Record<string, string>>): Authentication {
  const { registrationId, registrationSecret } = program;
  if (!registrationId && !registrationSecret) return { secretQuery: {}, headers: {} };
  if (!registrationId || !registrationSecret) {
    throw new UsageError('Only one half of the RunSignUp registration pair is set', {
      hint: 'Set both P88SYNC_RUNSIGNUP_REG_ID and P88SYNC_RUNSIGNUP_REG_SECRET, or none.',
    });
  }
  return { secretQuery: { rsu_api_reg: registrationId }, headers: { 'X-RSU-API-REG-SECRET': registrationSecret } };
}

function isTimeZone(zone: string): boolean {
  return instantOf('2026-01-01 00:00:00', zone) !== undefined;
}

function lacks(what: string): UsageError {
  return new UsageError(`The RunSignUp credential lacks ${what}`, {
    hint: 'Add it again: `p88sync credentials add PARTNER:runsignup --principal KEY`, the secret on standard input.',
  });
}
