/** Copernico at work: presets to read, registrants to send. Loaded when something is due. */
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../domain/provider.ts';
import type { ScoringSession } from '../../domain/scoring.ts';
import { createCalls } from './calls.ts';
import { readCredential } from './credential.ts';
import { parseCopernicoEvent, raceUuidOf } from './event-id.ts';
import { mapEvent } from './map-event.ts';
import { readPreset } from './preset.ts';
import { readPushAnswer } from './push-answer.ts';
import { registrantOf } from './registrant.ts';
import { readResults, resultPages, warnOfStatuses } from './results.ts';

export const adapter: ProviderAdapter = {
  checkCredential: (credential) => {
    readCredential(credential);
  },
  connect,
};

function connect(secrets: CredentialSecrets, tools: SessionTools): ProviderSession {
  const credential = readCredential(secrets);
  return {
    async check() {
      return `preset "${credential.preset}"; nothing to ask Copernico without a race, \`p88sync link\` will try it`;
    },
    listEvents: notListed,
    listParticipants: notListed,
    scoring: scoringOf(credential, tools),
  };
}

function scoringOf(credential: ReturnType<typeof readCredential>, tools: SessionTools): ScoringSession {
  const calls = createCalls(credential, tools);
  return {
    // About 80 KB, a second of work for the other side; after a lost answer no more than these are in doubt.
    pushBatch: 200,
    async findEvent(eventId) {
      const named = parseCopernicoEvent(eventId);
      return mapEvent(eventId, named, readPreset(await calls.preset(named)));
    },
    async pushParticipants(eventId, people) {
      const named = parseCopernicoEvent(eventId);
      const raceUuid = raceUuidOf(named);
      if (people.length === 0) return { taken: [], left: [], refused: [] };
      const registrants = people.map((person) => registrantOf(person, named, raceUuid));
      return readPushAnswer(await calls.register(raceUuid, registrants), people);
    },
    async *listResults(eventId) {
      const preset = readPreset(await calls.preset(parseCopernicoEvent(eventId)));
      const results = readResults(eventId, preset);
      warnOfStatuses(results.unknownStatuses, eventId, tools.warn);
      yield* resultPages(results, tools.pageSize);
    },
  };
}

function notListed(): never {
  throw new Error('Copernico has no registrations to list: its abilities say so, and nobody may ask');
}
