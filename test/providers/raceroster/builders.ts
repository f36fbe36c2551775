/** A session's tools over a fake `call`, and rows as Race Roster sends them, with overrides. */
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type {
  ApiAnswer,
  ApiRequest,
  CredentialSecrets,
  ProviderSession,
  SessionTools,
  TokenCache,
} from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/raceroster/adapter.ts';

export const now = new Date('2026-05-01T12:00:00Z');
export const serverDate = new Date('2026-05-01T12:00:07Z');

export const credential: CredentialSecrets = {
  principal: 'client-7',
  secret: 'client-secret',
  additionalConfig: { username: 'timing@example.org', password: 'pass word ' },
};

export function answerOf(json: Json): ApiAnswer {
  return { status: 200, headers: new Headers(), date: serverDate, json: () => json };
}

/** A token cache in memory; `log` tells what was done to it. */
export function tokenCache(token?: string): TokenCache & { log: string[] } {
  let held = token;
  const log: string[] = [];
  return {
    log,
    get: async () => held,
    set: async (text, expiresAt) => {
      held = text;
      log.push(`set ${text} until ${expiresAt.toISOString()}`);
    },
    drop: async () => {
      held = undefined;
      log.push('drop');
    },
  };
}

export interface FakeSession {
  readonly session: ProviderSession;
  readonly requests: ApiRequest[];
  readonly warnings: string[];
}

/** A session whose calls `answer` answers; it holds a token unless `tools` says otherwise. */
export function connectTo(
  answer: (request: ApiRequest, number: number) => Json,
  options: { tools?: Partial<SessionTools>; credential?: CredentialSecrets } = {},
): FakeSession {
  const requests: ApiRequest[] = [];
  const warnings: string[] = [];
  const session = adapter.connect(options.credential ?? credential, {
    baseUrl: new URL('https://raceroster.test/api/v1'),
    pageSize: 3,
    call: async (request) => {
      requests.push(request);
      return answerOf(answer(request, requests.length));
    },
    tokens: tokenCache('token-1'),
    program: {},
    now: () => now,
    warn: (message) => {
      warnings.push(message);
    },
    ...options.tools,
  });
  return { session, requests, warnings };
}

/** All that a listing yields. */
export async function collect<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of listing) items.push(item);
  return items;
}

/** The rows that `offset` and `limit` of the request ask for, wrapped. */
export function sliceOf(rows: readonly Json[], request: ApiRequest, cap = 1000): Json {
  const offset = Number(request.query?.['offset']);
  return { data: rows.slice(offset, offset + Math.min(cap, Number(request.query?.['limit']))) };
}

export function personRow(overrides: JsonObject = {}): JsonObject {
  return {
    participantId: '88123456',
    firstName: 'Noor',
    lastName: 'Haddad',
    profile: { email: 'noor@example.org' },
    bibNumber: '1042',
    gender: 2,
    registrationDate: '2026-02-11T15:04:05Z',
    isActive: true,
    subEventId: '250001',
    ...overrides,
  };
}

export function peopleRows(...ids: string[]): JsonObject[] {
  return ids.map((participantId) => personRow({ participantId }));
}

export function eventRow(overrides: JsonObject = {}): JsonObject {
  return {
    eventId: '7f2c0f0e-1111-4c1d-9d0a-000000000001',
    name: 'Harbour Half',
    url: 'https://raceroster.com/events/2026/90001/harbour-half',
    startDate: '2026-05-03T08:00:00-04:00',
    city: 'Halifax',
    country: { code: 'CA' },
    subEvents: {
      data: [
        {
          subEventId: '250001',
          name: 'Half Marathon',
          distance: '21.1',
          distanceType: 'km',
          subEventDistance: { type: 'half', inMeters: '21097.5' },
        },
      ],
    },
    ...overrides,
  };
}
