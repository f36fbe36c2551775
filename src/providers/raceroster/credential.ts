/** What a Race Roster credential must hold: read once per session, before any call. */
import * as z from 'zod';
import { UsageError } from '../../domain/errors.ts';
import { knownZone } from '../../domain/event-time.ts';
import type { CredentialSecrets } from '../../domain/provider.ts';

/** The four values of a login (never logged), and the zone that stands in where Race Roster names none. */
export interface RaceRosterCredential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  /** IANA zone of the partner's events (`additional_config.time_zone`). */
  readonly timeZone: string | undefined;
}

const filled = (name: string) => z.string(name).trim().min(1, name);

/** Each message is the name of what is missing. */
const wireLogin = z.object({
  clientId: filled('the client id (principal)'),
  clientSecret: filled('the client secret (secret)'),
  username: filled('username (additional_config)'),
  // Not trimmed: a blank at its end may belong to it.
  password: z.string('password (additional_config)').min(1, 'password (additional_config)'),
});

/** @throws UsageError naming every value that is missing, and a time zone that does not exist. */
export function readCredential(secrets: CredentialSecrets): RaceRosterCredential {
  const { username, password, time_zone: zone } = secrets.additionalConfig;
  const login = wireLogin.safeParse({ clientId: secrets.principal, clientSecret: secrets.secret, username, password });
  if (!login.success) {
    const missing = login.error.issues.map((issue) => issue.message).join(', ');
    throw new UsageError(`The Race Roster credential lacks ${missing}`, {
      hint:
        'Client id and secret stand at raceroster.com/dashboard/account/api-settings; give the rest as ' +
        '{"secret":"…","additional_config":{"username":"…","password":"…"}} on standard input of ' +
        '`p88sync credentials add PARTNER:raceroster --principal CLIENT_ID`.',
    });
  }
  const timeZone = knownZone(zone);
  if (zone !== undefined && zone !== null && timeZone === undefined) {
    throw new UsageError('time_zone in additional_config of the Race Roster credential is not an IANA time zone', {
      hint: 'For example America/Toronto; leave it out and the offset of each start time is used.',
    });
  }
  return { ...login.data, timeZone };
}
