import { describe, expect, test } from 'vitest';
import { CallRefused, CredentialRefused, ProviderUnavailable, UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ApiRequest, SessionTools } from '../../../src/domain/provider.ts';
import { allOf } from '../scripted-session.ts';
import { connectTo, credential, tokenCache } from './wire-rows.ts';

const refused = new CredentialRefused('GET haku.test/events was refused with 401');
const token = { access_token: 'token-2', expires_in: 3600, token_type: 'Bearer' };

const isLogin = (request: ApiRequest) => request.method === 'POST';

/** The header each call carried; `login` for the login. */
const headersOf = (requests: readonly ApiRequest[]) =>
  requests.map((request) => (isLogin(request) ? 'login' : request.headers?.['authorization']));

async function listEvents(tools: Partial<SessionTools>, answer: (request: ApiRequest) => Json) {
  const fake = connectTo(answer, { tools });
  const result = await allOf(fake.session.listEvents({ startsFrom: undefined })).then(
    () => 'listed',
    (error: unknown) => error,
  );
  return { ...fake, result };
}

describe('the token', () => {
  test('in the cache is used without a login, and is the whole header', async () => {
    const { asked, result } = await listEvents({}, () => []);
    expect([result, headersOf(asked)]).toEqual(['listed', ['token-1']]);
  });

  test.each<[string, Json, string]>([
    ['with its life', token, '2026-09-12T11:00:00.000Z'],
    ['with its life as text', { ...token, expires_in: '60' }, '2026-09-12T10:01:00.000Z'],
    ['without its life', { access_token: 'token-2' }, '2026-09-12T11:00:00.000Z'],
    ['with an absurd life', { ...token, expires_in: 1e300 }, '2026-09-12T11:00:00.000Z'],
  ])('%s is fetched once where the cache has none, and cached', async (_, answer, until) => {
    const tokens = tokenCache();
    const { asked, result } = await listEvents({ tokens }, (request) => {
      if (isLogin(request)) return answer;
      return request.query?.['page'] === '1' ? [{ id: 1, event_date: '2026-05-03' }] : [];
    });
    expect([result, headersOf(asked)]).toEqual(['listed', ['login', 'token-2', 'token-2']]);
    expect(tokens.log).toEqual([`set token-2 until ${until}`]);
  });

  test.each([
    ['https://api.hakuapp.com', 'https://prod-auth.hakuapp.com/oauth2/token'],
    ['https://api.hakuapp.com/', 'https://prod-auth.hakuapp.com/oauth2/token'],
    ['http://127.0.0.1:8088/haku', 'http://127.0.0.1:8088/haku/oauth2/token'],
    ['https://proxy.test', 'https://proxy.test/oauth2/token'],
  ])('for %s comes from %s, by client id and secret as HTTP Basic', async (base, address) => {
    const tools = { baseUrl: new URL(base), tokens: tokenCache() };
    const { asked } = await listEvents(tools, (request) => (isLogin(request) ? token : []));
    expect(asked[0]).toEqual({
      method: 'POST',
      path: '/',
      url: new URL(address),
      headers: { authorization: 'Basic Y2xpZW50LTc6Y2xpZW50LXNlY3JldA==' },
      form: { grant_type: 'client_credentials' },
    });
  });

  test('is renewed once when a call is refused', async () => {
    const tokens = tokenCache('old');
    const { asked, result } = await listEvents({ tokens }, (request) => {
      if (isLogin(request)) return token;
      if (request.headers?.['authorization'] === 'old') throw refused;
      return [];
    });
    expect([result, headersOf(asked)]).toEqual(['listed', ['old', 'login', 'token-2']]);
    expect(tokens.log).toEqual(['drop', 'set token-2 until 2026-09-12T11:00:00.000Z']);
  });

  test('is not renewed again when the new one is refused too', async () => {
    const { asked, result } = await listEvents({}, (request) => {
      if (isLogin(request)) return token;
      throw refused;
    });
    expect([result, headersOf(asked)]).toEqual([refused, ['token-1', 'login', 'token-2']]);
  });

  test('stays where a call fails for another reason', async () => {
    const tokens = tokenCache('old');
    const failure = new ProviderUnavailable('GET haku.test/events failed with 500');
    const { asked, result } = await listEvents({ tokens }, () => {
      throw failure;
    });
    expect([result, headersOf(asked), tokens.log]).toEqual([failure, ['old'], []]);
  });
});

describe('a login', () => {
  test.each([refused, new CallRefused('POST haku.test/oauth2/token was refused with 400')])(
    'refused as %s is a refused credential, and is not repeated',
    async (error) => {
      const { asked, result } = await listEvents({ tokens: tokenCache() }, () => {
        throw error;
      });
      expect(result).toBeInstanceOf(CredentialRefused);
      expect(result).toMatchObject({ message: 'Haku refused the login', cause: error });
      expect((result as CredentialRefused).hint).toContain('p88sync credentials test');
      expect((result as CredentialRefused).hint).not.toContain(credential.secret);
      expect(headersOf(asked)).toEqual(['login']);
    },
  );

  test.each<[Json]>([[{}], [[]], ['ok'], [null], [{ access_token: '' }], [{ error: 'invalid_client' }]])(
    'answered with %j is an unknown answer',
    async (answer) => {
      const tokens = tokenCache();
      const { result } = await listEvents({ tokens }, () => answer);
      expect(result).toBeInstanceOf(UnknownAnswer);
      expect(tokens.log).toEqual([]);
    },
  );
});

describe('check', () => {
  test.each<[Json, string]>([
    [[{ id: 1 }], 'organization Bay Races, may see events'],
    [{ events: [] }, 'organization Bay Races, may see no event'],
  ])('logs in even with a token at hand; events %j', async (events, line) => {
    const { session, asked } = connectTo((request) => (isLogin(request) ? token : events));
    expect(await session.check()).toBe(line);
    expect(headersOf(asked)).toEqual(['login', 'token-2']);
    expect(asked[1]).toMatchObject({ path: '/events', query: { page: '1', per_page: '1' } });
  });

  test('says that the organization has no name', async () => {
    const unnamed = { ...credential, additionalConfig: {} };
    const { session } = connectTo((request) => (isLogin(request) ? token : []), { credential: unnamed });
    expect(await session.check()).toBe('organization (organization_name is not set), may see no event');
  });
});
