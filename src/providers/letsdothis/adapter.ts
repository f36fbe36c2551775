/** Let's Do This at work: a session made of a key, calls and listings. Loaded when something is due. */
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { createCalls } from './calls.ts';
import { organiserOf } from './claims.ts';
import { readCredential } from './credential.ts';
import { eventPages, participantPages } from './listing.ts';
import { listOf } from './wire.ts';

export const adapter: ProviderAdapter = {
  checkCredential: (credential) => {
    readCredential(credential);
  },
  connect,
};

function connect(secrets: CredentialSecrets, tools: SessionTools): ProviderSession {
  const { key, timeZone } = readCredential(secrets);
  const calls = createCalls(tools.call, key);
  let told = false;
  const noParticipants = () => {
    if (!told) tools.warn("Let's Do This has no list of participants for this key: bibs and divisions do not come");
    told = true;
  };
  const listing = { calls, pageSize: tools.pageSize, warn: tools.warn, timeZone, noParticipants };

  return {
    async check() {
      const answer = await calls.list('events', { size: 1, after: null });
      const sees = listOf(answer.json(), 'events').rows.length > 0 ? 'sees its events' : 'sees no event';
      return `key of ${organiserOf(key)}, ${sees}`;
    },
    listEvents: (query) => eventPages(query, listing),
    listParticipants: (query) => participantPages(query, listing),
  };
}
