/** RunSignUp as data and two functions; the promises are those of src/domain/provider.ts. */
import type { CredentialSecrets, Provider, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { createCalls, type RunSignUpCalls } from './calls.ts';
import { checkCredential, timeZoneOf } from './credential.ts';
import { listEvents } from './discovery.ts';
import { migrations } from './migrations.ts';
import { listParticipants } from './participants.ts';
import { eventsTable, participantsTable, racesTable } from './tables.ts';
import { eventsView, participantsView } from './views.ts';
import { readEntity, readRaces } from './wire.ts';

/** Its program tools are `registrationId` and `registrationSecret`. */
export const runsignup: Provider = {
  name: 'runsignup',
  displayName: 'RunSignUp',
  otherNames: [],
  defaults: {
    // The server of the official specifications since August 2025; the older runsignup.com/Rest works too.
    baseUrl: 'https://api.runsignup.com/rest',
    callsPerHour: 1_000,
    pageSize: 2_500,
  },
  unit: 'race',
  removals: 'feed',
  // Active and removed people are two lists.
  minimumCalls: { full: 2, incremental: 2 },
  tables: { races: racesTable, events: eventsTable, participants: participantsTable },
  migrations,
  views: { events: eventsView, participants: participantsView },
  checkCredential,
  connect,
};

function connect(credential: CredentialSecrets, tools: SessionTools): ProviderSession {
  const calls = createCalls(credential, tools);
  return {
    check: () => check(calls),
    listEvents: (query) => listEvents({ get: calls.get, fallbackZone: timeZoneOf(credential) }, query),
    listParticipants: (query) => listParticipants(calls.get, query, tools.pageSize),
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
