import { describe, expect, test } from 'vitest';
import { CallRefused, CredentialRefused, ProviderUnavailable, UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ApiRequest } from '../../../src/domain/provider.ts';
import { collect, connectTo, credential, tokenCache } from './builders.ts';

const refused = new CredentialRefused('GET raceroster.test/api/v1/events was refused with 401');

function isLogin(request: ApiRequest): boolean {
  return request.method === 'POST';
}

/** The token each call carried; `login` for the login. */
function callsOf(requests: readonly ApiRequest[]): string[] {
  return requests.map((request) => (isLogin(request) ? 'login' : (request.headers?.['authorization'] ?? 'none')));
}

async function listEvents(options: Parameters<typeof connectTo>[1], answer: Parameters<typeof connectTo>[0]) {
  const fake = connectTo(answer, options);
  const result = await collect(fake.session.listEvents({ startsFrom: undefined })).then(
    () => 'listed',
    (error: unknown) => error,
  );
  return { ...fake, result };
}

describe('the token', () => {
  test('in the cache is used without a login', async () => {
    const { requests, result } = await listEvents({}, () => []);
    expect([result, callsOf(requests)]).toEqual(['listed', ['Bearer token-1']]);
  });

  const token = { access_token: 'token-2', refresh_token: 'r', expires_in: 7200, token_type: 'Bearer' };
  test.each<[string, Json, string]>([
    ['bare', token, '2026-05-01T14:00:00.000Z'],
    ['under data', { data: token }, '2026-05-01T14:00:00.000Z'],
    ['under data[0]', { data: [token] }, '2026-05-01T14:00:00.000Z'],
    ['with its life as text', { ...token, expires_in: '60' }, '2026-05-01T12:01:00.000Z'],
    ['without its life', { access_token: 'token-2' }, '2026-05-01T13:00:00.000Z'],
    ['with an absurd life', { ...token, expires_in: 1e300 }, '2026-05-01T13:00:00.000Z'],
  ])('%s is fetched once where the cache has none, and cached', async (_, answer, until) => {
    const tokens = tokenCache();
    const { requests, result } = await listEvents({ tools: { tokens } }, (request, number) =>
      isLogin(request) ? answer : number === 2 ? [{ eventId: '1' }] : [],
    );
    expect([result, callsOf(requests)]).toEqual(['listed', ['login', 'Bearer token-2', 'Bearer token-2']]);
    expect(tokens.log).toEqual([`set token-2 until ${until}`]);
  });

  test('is asked for beside the API, with the four values in the form', async () => {
    const { requests } = await listEvents({ tools: { tokens: tokenCache() } }, (request) =>
      isLogin(request) ? token : [],
    );
    expect(requests[0]).toEqual({
      method: 'POST',
      path: '/',
      url: new URL('https://raceroster.test/api/oauth/authorize'),
      form: {
        grant_type: 'access_token',
        client_id: 'client-7',
        client_secret: 'client-secret',
        username: 'timing@example.org',
        password: 'pass word ',
      },
    });
  });

  test('is renewed once when a call is refused', async () => {
    const tokens = tokenCache('old');
    const { requests, result } = await listEvents({ tools: { tokens } }, (request) => {
      if (isLogin(request)) return token;
      if (request.headers?.['authorization'] === 'Bearer old') throw refused;
      return [];
    });
    expect([result, callsOf(requests)]).toEqual(['listed', ['Bearer old', 'login', 'Bearer token-2']]);
    expect(tokens.log).toEqual(['drop', 'set token-2 until 2026-05-01T14:00:00.000Z']);
  });

  test('is not renewed again when the new one is refused too', async () => {
    const { requests, result } = await listEvents({}, (request) => {
      if (isLogin(request)) return token;
      throw refused;
    });
    expect([result, callsOf(requests)]).toEqual([refused, ['Bearer token-1', 'login', 'Bearer token-2']]);
  });

  test('stays where a call fails for another reason', async () => {
    const tokens = tokenCache('old');
    const failure = new ProviderUnavailable('GET raceroster.test/api/v1/events failed with 500');
    const { requests, result } = await listEvents({ tools: { tokens } }, () => {
      throw failure;
    });
    expect([result, callsOf(requests), tokens.log]).toEqual([failure, ['Bearer old'], []]);
  });
});

describe('a login', () => {
  test.each([refused, new CallRefused('POST raceroster.test/api/oauth/authorize was refused with 400')])(
    'refused as %s is a refused credential, and is not repeated',
    async (error) => {
      const { requests, result } = await listEvents({ tools: { tokens: tokenCache() } }, () => {
        throw error;
      });
      expect(result).toBeInstanceOf(CredentialRefused);
      expect(result).toMatchObject({ message: 'Race Roster refused the login', cause: error });
      expect((result as CredentialRefused).hint).toContain('p88sync credentials test');
      expect(callsOf(requests)).toEqual(['login']);
    },
  );

  test.each<[Json]>([
    [{}],
    [[]],
    ['ok'],
    [null],
    [{ data: [] }],
    [{ data: null }],
    [{ access_token: '' }],
    [{ error: 'invalid_client', data: { access_token: 'x' } }],
  ])('answered with %j is an unknown answer', async (answer) => {
    const tokens = tokenCache();
    const { result } = await listEvents({ tools: { tokens } }, () => answer);
    expect(result).toBeInstanceOf(UnknownAnswer);
    expect(tokens.log).toEqual([]);
  });
});

describe('check', () => {
  const token = { access_token: 'token-2', expires_in: 60 };
  test.each<[Json, string]>([
    [[{ eventId: '1' }], 'user timing@example.org, may see upcoming events'],
    [{ data: [] }, 'user timing@example.org, may see no upcoming event'],
  ])('logs in even with a token at hand; events %j', async (events, line) => {
    const { session, requests } = connectTo((request) => (isLogin(request) ? token : events));
    expect(await session.check()).toBe(line);
    expect(callsOf(requests)).toEqual(['login', 'Bearer token-2']);
    expect(requests[1]).toMatchObject({
      path: '/events',
      query: { offset: '0', limit: '1', eventDateFrom: '2026-05-01T12:00:00Z' },
    });
  });

  test('says nothing of the secrets when it is refused', async () => {
    const { session } = connectTo(() => {
      throw refused;
    });
    const error: unknown = await session.check().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredentialRefused);
    const told = `${(error as CredentialRefused).message} ${(error as CredentialRefused).hint}`;
    for (const secret of [credential.secret, 'pass word ']) expect(told).not.toContain(secret);
  });
});
