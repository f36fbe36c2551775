/** What a ChronoTrack credential must hold: read once per session, before any call. */
import * as z from 'zod';
import { UsageError } from '../../domain/errors.ts';
import { knownZone } from '../../domain/event-time.ts';
import type { CredentialSecrets } from '../../domain/provider.ts';

/** How the user proves to be one. Which of these a client id may use is not documented, so it can be set. */
const authStyles = ['sha1', 'plain', 'basic', 'oauth'] as const;
export type AuthStyle = (typeof authStyles)[number];

/** Never logged. */
export interface ChronoTrackCredential {
  /** The user's e-mail. */
  readonly user: string;
  readonly password: string;
  readonly clientId: string;
  /** `additional_config.auth`; default `sha1`. */
  readonly auth: AuthStyle;
  /** With `oauth`. */
  readonly clientSecret: string | undefined;
  /** IANA zone of events that name none (`additional_config.time_zone`). */
  readonly timeZone: string | undefined;
}

const filled = (name: string) => z.string(name).trim().min(1, name);

/** Each message is the name of what is missing. */
const wireLogin = z.object({
  user: filled("the user's e-mail (principal)"),
  // Not trimmed: a blank at its end may belong to it.
  password: z.string('the password (secret)').min(1, 'the password (secret)'),
  clientId: filled('client_id (additional_config)'),
});

/** @throws UsageError naming every value that is missing, and what cannot be used. */
export function readCredential(secrets: CredentialSecrets): ChronoTrackCredential {
  const { client_id: clientId, client_secret: clientSecret, auth = 'sha1', time_zone: zone } = secrets.additionalConfig;
  const login = wireLogin.safeParse({ user: secrets.principal, password: secrets.secret, clientId });
  const style = z.enum(authStyles).safeParse(auth ?? 'sha1');
  const missing = login.success ? [] : login.error.issues.map((issue) => issue.message);
  const secretOfClient = typeof clientSecret === 'string' && clientSecret !== '' ? clientSecret : undefined;
  if (style.data === 'oauth' && secretOfClient === undefined) missing.push('client_secret (additional_config)');
  if (!login.success || missing.length > 0) {
    throw new UsageError(`The ChronoTrack credential lacks ${missing.join(', ')}`, {
      hint:
        'E-mail and password are those of the ChronoTrack Live account, the client id is the one that ChronoTrack gave ' +
        'for its API: `p88sync credentials add PARTNER:chronotrack --principal EMAIL --config \'{"client_id":"…"}\'`; ' +
        'a client_secret comes with the password, as {"secret":"…","additional_config":{"client_secret":"…"}}.',
    });
  }
  if (!style.success) {
    throw new UsageError('auth in additional_config of the ChronoTrack credential is none that is known', {
      hint: `Known are ${authStyles.join(', ')}; leave it out for sha1.`,
    });
  }
  const timeZone = knownZone(zone);
  if (zone !== undefined && zone !== null && timeZone === undefined) {
    throw new UsageError('time_zone in additional_config of the ChronoTrack credential is not an IANA time zone', {
      hint: 'For example America/Denver; it stands in for events that name none.',
    });
  }
  return { ...login.data, auth: style.data, clientSecret: secretOfClient, timeZone };
}
