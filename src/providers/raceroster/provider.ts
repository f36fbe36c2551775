/** Race Roster as the rest of p88sync sees it: its data, and a session made of login, calls and listings. */
import type { CredentialSecrets, Provider, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { createCalls } from './calls.ts';
import { readCredential } from './credential.ts';
import { eventPages, participantPages } from './listing.ts';
import { migrations } from './migrations.ts';
import { eventsTable, participantsTable } from './tables.ts';
import { createLogin } from './token.ts';
import { eventsView, participantsView } from './views.ts';
import { rowsOf } from './wire.ts';

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

export const raceroster: Provider = {
  name: 'raceroster',
  displayName: 'Race Roster',
  otherNames: ['RaceRoster', 'Race-Roster', 'race_roster'],
  defaults: {
    baseUrl: 'https://raceroster.com/api/v1',
    callsPerHour: 1000,
    // What public clients are known to send. A larger one would save calls where it is taken, but no maximum is
    // documented, and a refused `limit` would stop every event; a server that caps it lower costs us nothing.
    pageSize: 50,
  },
  unit: 'event',
  // `isActive: false` is seen on some who left, but nothing says that all of them stay in the list.
  removals: 'absence',
  // Rows end at a page that brings nothing new, so a list with people takes two calls, an empty one (nobody changed) one.
  minimumCalls: { full: 2, incremental: 1 },
  tables: { events: eventsTable, participants: participantsTable },
  migrations,
  views: { events: eventsView, participants: participantsView },
  checkCredential: (credential) => {
    readCredential(credential);
  },
  connect,
};
