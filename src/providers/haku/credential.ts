/** What a Haku credential must hold: read once per session, before any call. */
import * as z from 'zod';
import { UsageError } from '../../domain/errors.ts';
import { knownZone } from '../../domain/event-time.ts';
import type { CredentialSecrets } from '../../domain/provider.ts';

export interface HakuCredential {
  readonly clientId: string;
  readonly clientSecret: string;
  /** For people: tells credentials of several organisations apart. Calls do not need it. */
  readonly organizationName: string | undefined;
  /** IANA zone of the organisation's events (`additional_config.time_zone`). */
  readonly timeZone: string | undefined;
}

const filled = (name: string) => z.string(name).trim().min(1, name);

/** Each message is the name of what is missing. */
const wireClient = z.object({
  clientId: filled('the client id (principal)'),
  clientSecret: filled('the client secret (secret)'),
});

/** @throws UsageError naming every value that is missing, and a time zone that does not exist. */
export function readCredential(secrets: CredentialSecrets): HakuCredential {
  const { organization_name: name, time_zone: zone } = secrets.additionalConfig;
  const client = wireClient.safeParse({ clientId: secrets.principal, clientSecret: secrets.secret });
  if (!client.success) {
    const missing = client.error.issues.map((issue) => issue.message).join(', ');
    throw new UsageError(`The Haku credential lacks ${missing}`, {
      hint:
        "Haku gives out client id and secret per organisation; add them with `p88sync credentials add PARTNER:haku --principal CLIENT_ID --config '" +
        '{"organization_name":"…"}\'` and the secret on standard input.',
    });
  }
  const timeZone = knownZone(zone);
  if (zone !== undefined && zone !== null && timeZone === undefined) {
    throw new UsageError('time_zone in additional_config of the Haku credential is not an IANA time zone', {
      hint: 'For example America/New_York; leave it out and start times without a zone count as UTC.',
    });
  }
  const organizationName = typeof name === 'string' && name.trim() !== '' ? name.trim() : undefined;
  return { ...client.data, organizationName, timeZone };
}
