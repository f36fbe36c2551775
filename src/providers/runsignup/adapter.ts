/** RunSignUp at work: credentials, sessions, calls. Loaded when something is due. */
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { createCalls, type RunSignUpCalls } from './calls.ts';
import { checkCredential, timeZoneOf } from './credential.ts';
import { listEvents } from './discovery.ts';
import { listParticipants } from './participants.ts';
import { publishing } from './publishing.ts';
import { readEntity, readRaces } from './wire.ts';

export const adapter: ProviderAdapter = { checkCredential, connect };

function connect(credential: CredentialSecrets, tools: SessionTools): ProviderSession {
  const calls = createCalls(credential, tools);
  return {
    check: () => check(calls),
    listEvents: (query) => listEvents({ get: calls.call, fallbackZone: timeZoneOf(credential) }, query),
    listParticipants: (query) => listParticipants(calls.call, query, tools.pageSize),
    publishing: publishing(calls.call),
  };
}

/** A v2 key can be asked whose it is; a classic one only shows that it opens the list of races. */
function check(calls: RunSignUpCalls): Promise<string> {
  return calls.withStyle(async (call, style) => {
    if (style === 'v2') {
      const entity = readEntity((await call('/v2/auth-info/entity-info.json')).body);
      const name = entity.entity_name ?? entity.entity_specific_id ?? 'without a name';
      return `RunSignUp ${entity.entity_type} ${name} (v2 key)`;
    }
    readRaces((await call('/races', { results_per_page: '1' })).body);
    return 'RunSignUp accepts the key (classic key)';
  });
}
