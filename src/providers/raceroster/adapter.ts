/** Race Roster at work: a session made of login, calls and listings. Loaded when something is due. */
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { createCalls } from './calls.ts';
import { readCredential } from './credential.ts';
import { eventPages, participantPages } from './listing.ts';
import { createLogin } from './token.ts';
import { rowsOf } from './wire.ts';

export const adapter: ProviderAdapter = {
  checkCredential: (credential) => {
    readCredential(credential);
  },
  connect,
};

function connect(secrets: CredentialSecrets, tools: SessionTools): ProviderSession {
  const credential = readCredential(secrets);
  const login = createLogin(credential, tools);
  const calls = createCalls(login.call);
  const listing = { calls, pageSize: tools.pageSize, warn: tools.warn, timeZone: credential.timeZone };

  return {
    async check() {
      // A cached token would prove nothing about a password that was changed since.
      await login.renew();
      const answer = await calls.events({ offset: 0, limit: 1 }, tools.now());
      const sees = rowsOf(answer.json(), 'events').length > 0 ? 'upcoming events' : 'no upcoming event';
      return `user ${credential.username}, may see ${sees}`;
    },
    listEvents: (query) => eventPages(query, listing),
    listParticipants: (query) => participantPages(query, listing),
  };
}
