/** ChronoTrack at work: a session made of login, calls and listings. Loaded when something is due. */
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { rowsOf } from './answers.ts';
import { createCalls } from './calls.ts';
import { readCredential } from './credential.ts';
import { eventPages, oneEvent, participantPages } from './listing.ts';
import { createLogin } from './login.ts';
import { resultPages } from './pull-results.ts';

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
  const listing = { calls, pageSize: tools.pageSize, timeZone: credential.timeZone, warn: tools.warn };

  return {
    async check() {
      // A cached token would prove nothing about a password that was changed since.
      await login.renew();
      const events = rowsOf((await calls.events({ page: 1, size: 1 })).json(), 'event', 'events');
      // Seen where access was refused, too: an empty list proves nothing.
      return events.length > 0
        ? `user ${credential.user}, may see events`
        : `user ${credential.user}, sees no event: either there is none, or client id, e-mail or password is wrong`;
    },
    listEvents: (query) => eventPages(query, listing),
    listParticipants: (query) => participantPages(query, listing),
    scoring: {
      async findEvent(eventId) {
        const { name, startAt, namedZone, timeZone, timeZoneAssumed, row, source } = await oneEvent(eventId, listing);
        return { eventId, name, startAt, timeZone: timeZoneAssumed ? namedZone : timeZone, row, source };
      },
      async *listResults(eventId) {
        // The event first: an account without access may see empty lists, but no event.
        yield* resultPages(await oneEvent(eventId, listing), { calls, pageSize: tools.pageSize, now: tools.now });
      },
    },
  };
}
