/** The calls that p88sync makes to Copernico: their addresses and limits, and nothing of what the answers mean. */
import { CallRefused, CredentialRefused, ProviderUnavailable, UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer, SessionTools } from '../../domain/provider.ts';
import type { CopernicoCredential } from './credential.ts';
import type { CopernicoEvent } from './event-id.ts';

/** Presets of a whole race take long to make: a client that was written for them waits 150 s. */
const presetTimeoutMs = 180_000;

const oneAnswerLimit =
  'Copernico gives no preset over 6 MB and is slow near it: give the preset fewer columns or a filter, or one for each event.';

export interface CopernicoCalls {
  /** The rows of one event as the credential's preset shows them. */
  preset(event: CopernicoEvent): Promise<Json>;
  /** Sends people to a race. Made once: whether the same id twice is one person or two is not documented. */
  register(raceUuid: string, people: Json[]): Promise<ApiAnswer>;
}

export function createCalls(credential: CopernicoCredential, tools: SessionTools): CopernicoCalls {
  return {
    async preset({ race, event }) {
      const [slug, name] = [encodeURIComponent(race), encodeURIComponent(event)];
      const view = `${encodeURIComponent(credential.login)}:::${encodeURIComponent(credential.preset)}`;
      try {
        const answer = await tools.call({
          method: 'GET',
          url: publicBase(tools.baseUrl),
          path: `/api/races/${slug}/preset/${view}/${name}`,
          // Login and preset are all that it takes to read the results, and the login is a person's address.
          loggedPath: `/api/races/${slug}/preset/*/${name}`,
          headersTimeoutMs: presetTimeoutMs,
        });
        return answer.json();
      } catch (error) {
        throw presetError(error);
      }
    },
    async register(raceUuid, people) {
      try {
        return await tools.call({
          method: 'POST',
          path: `/race-registrations/${encodeURIComponent(raceUuid)}`,
          // The vendor's description names no key; other calls to this host take it so, and one too many does no harm.
          headers: { 'x-api-key': credential.apiKey },
          json: people,
          repeatable: false,
        });
      } catch (error) {
        if (!(error instanceof CallRefused)) throw error;
        throw new CallRefused(error.message, {
          hint: "Is the UUID in the link the race's id in Sportmaniacs, and is the event's name there the same?",
          cause: error,
        });
      }
    },
  };
}

/** Presets come from a host of their own; whatever else stands in for Copernico (a sandbox) answers for both. */
function publicBase(baseUrl: URL): URL {
  return baseUrl.host === 'api.copernico.cloud' ? new URL('https://public-api.copernico.cloud') : baseUrl;
}

/** The same error with what it means here: a preset has no key, only names, and a size it must not exceed. */
function presetError(error: unknown): unknown {
  if (error instanceof CallRefused) {
    return new CallRefused(error.message, {
      hint: `Login, preset, race and event must be spelt exactly as in Copernico. ${oneAnswerLimit}`,
      cause: error,
    });
  }
  if (error instanceof CredentialRefused) {
    return new CredentialRefused(error.message, {
      hint: 'A preset needs no key: check the login e-mail and the preset of the credential, and the race in the link.',
      cause: error,
    });
  }
  if (error instanceof UnknownAnswer) return new UnknownAnswer(error.message, { hint: oneAnswerLimit, cause: error });
  if (error instanceof ProviderUnavailable) {
    const hint = `It is tried again by itself. If it stays: ${oneAnswerLimit}`;
    return new ProviderUnavailable(error.message, { hint, cause: error });
  }
  return error;
}
