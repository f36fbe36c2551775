/** Haku at work: a session made of login, calls and listings. Loaded when something is due. */
import { CallRefused } from '../../domain/errors.ts';
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../domain/provider.ts';
import { createCalls, type HakuCalls } from './calls.ts';
import { readCredential } from './credential.ts';
import { eventPages, participantPages } from './listing.ts';
import { mapRegistration } from './map-registration.ts';
import { createLogin } from './token.ts';
import { registrationIn, rowsOf } from './wire.ts';

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
  const listing = { calls, pageSize: tools.pageSize, timeZone: credential.timeZone };

  return {
    async check() {
      // A cached token would prove nothing about a secret that was changed since.
      await login.renew();
      const answer = await calls.events({ page: 1, perPage: 1 });
      const sees = rowsOf(answer.json(), 'events').length > 0 ? 'events' : 'no event';
      return `organization ${credential.organizationName ?? '(organization_name is not set)'}, may see ${sees}`;
    },
    listEvents: (query) => eventPages(query, listing),
    listParticipants: (query) => participantPages(query, listing),
    async readRegistration({ eventId }, registrationNumber) {
      const body = await askFor(calls, eventId, registrationNumber);
      return mapRegistration(registrationIn(body, registrationNumber), eventId, registrationNumber);
    },
  };
}

async function askFor(calls: HakuCalls, eventId: string, registrationNumber: string) {
  try {
    return (await calls.registration(eventId, registrationNumber)).json();
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    throw new CallRefused(`Haku lists registration ${registrationNumber} of event ${eventId}, yet does not show it`, {
      hint: 'Most likely it was deleted in between; the next complete listing of the event tells.',
      cause: error,
    });
  }
}
