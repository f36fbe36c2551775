import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CallRefused, CredentialRefused, UnknownAnswer, UsageError } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ApiRequest } from '../../../src/domain/provider.ts';
import { readCredential } from '../../../src/providers/chronotrack/credential.ts';
import { createLogin } from '../../../src/providers/chronotrack/login.ts';
import { allOf, scriptedTools } from '../scripted-session.ts';
import { sampleEvent } from './session.ts';

const secrets = (additionalConfig: Record<string, string>, secret = 'pass-word ') => ({
  principal: 'timer@example.org',
  secret,
  additionalConfig,
});
const request: ApiRequest = { method: 'GET', path: '/event', query: { format: 'json' } };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('what proves a call', () => {
  const hash = createHash('sha1').update('pass-word ').digest('hex');
  const user = { client_id: 'c1', user_id: 'timer@example.org' };
  test.each([
    [{ client_id: 'c1' }, { secretQuery: { ...user, user_pass: hash }, headers: {} }],
    [
      { client_id: 'c1', auth: 'sha1' },
      { secretQuery: { ...user, user_pass: hash }, headers: {} },
    ],
    [
      { client_id: 'c1', auth: 'plain' },
      { secretQuery: { ...user, user_pass: 'pass-word ' }, headers: {} },
    ],
    [
      { client_id: 'c1', auth: 'basic' },
      { secretQuery: { client_id: 'c1' }, headers: { authorization: basic('timer@example.org:pass-word ') } },
    ],
  ])('with %j', async (config: Record<string, string>, proof) => {
    const { tools, asked } = scriptedTools(() => ({ event: [] }));
    const login = createLogin(readCredential(secrets(config)), tools);
    await login.renew();
    await login.call(request);
    expect(asked).toEqual([{ ...request, ...proof }]);
  });

  test('the hash is lower-case hexadecimal of the password as UTF-8', async () => {
    const { tools, asked } = scriptedTools(() => ({ event: [] }));
    await createLogin(readCredential(secrets({ client_id: 'c1' }, 'pässword')), tools).call(request);
    expect(asked[0]?.secretQuery?.['user_pass']).toMatch(/^[0-9a-f]{40}$/);
    expect(asked[0]?.secretQuery?.['user_pass']).toBe(createHash('sha1').update('pässword', 'utf8').digest('hex'));
  });
});

describe('a token', () => {
  const config = { client_id: 'c1', client_secret: 's1', auth: 'oauth' };
  const credential = readCredential(secrets(config));
  const baseUrl = new URL('https://api.chronotrack.com/api');

  /** Tools with a cache, whose calls to /event take the tokens named. */
  function tokenTools(
    good: (token: string) => boolean,
    answer: (issued: number) => Json = (issued) => ({ access_token: `t${issued}` }),
  ) {
    let issued = 0;
    let cached: string | undefined;
    const lives: Date[] = [];
    const scripted = scriptedTools(
      (call) => {
        if (call.url !== undefined) return answer(++issued);
        const token = call.headers?.['authorization']?.replace('Bearer ', '') ?? '';
        if (!good(token)) throw new CredentialRefused('no');
        return { event: [] };
      },
      {
        baseUrl,
        tokens: {
          get: async () => cached,
          set: async (token, until) => {
            cached = token;
            lives.push(until);
          },
          drop: async () => {
            cached = undefined;
          },
        },
      },
    );
    return { ...scripted, lives };
  }

  test('is asked for once, beside the API, with the password in what is not logged', async () => {
    const { tools, asked, lives } = tokenTools(() => true);
    const login = createLogin(credential, tools);
    await login.call(request);
    await login.call(request);
    const call = { ...request, secretQuery: { client_id: 'c1' }, headers: { authorization: 'Bearer t1' } };
    expect(asked).toEqual([
      {
        method: 'GET',
        path: '/',
        url: new URL('https://api.chronotrack.com/oauth2/token'),
        query: { grant_type: 'password' },
        secretQuery: { username: 'timer@example.org', password: 'pass-word ' },
        headers: { authorization: basic('c1:s1') },
      },
      call,
      call,
    ]);
    expect(lives).toEqual([new Date('2026-09-12T11:00:00Z')]);
  });

  test('that is refused is renewed once, and a second refusal stands', async () => {
    const { tools, asked } = tokenTools((token) => token !== 't1' && token !== 't3');
    await tools.tokens.set('t1', new Date('2026-09-13T00:00:00Z'));
    const login = createLogin(credential, tools);
    await expect(login.call(request)).rejects.toBeInstanceOf(CredentialRefused);
    expect(asked.filter(({ url }) => url !== undefined)).toHaveLength(1);
    await tools.tokens.drop();
    await login.call(request);
    await tools.tokens.drop();
    await expect(login.call(request)).rejects.toBeInstanceOf(CredentialRefused);
  });

  test.each([new CallRefused('400'), new CredentialRefused('401')])(
    'refused with %o is a refused login',
    async (error) => {
      const { tools } = tokenTools(
        () => true,
        () => {
          throw error;
        },
      );
      await expect(createLogin(credential, tools).call(request)).rejects.toThrow('ChronoTrack refused the login');
    },
  );

  test('that is none is an unknown answer', async () => {
    const { tools } = tokenTools(
      () => true,
      () => ({ token: 't' }),
    );
    await expect(createLogin(credential, tools).call(request)).rejects.toBeInstanceOf(UnknownAnswer);
  });
});

describe('against the sandbox', () => {
  test.each([
    { client_id: 'c1', auth: 'plain' },
    { client_id: 'c1', auth: 'basic' },
    { client_id: 'c1', auth: 'oauth', client_secret: 's1' },
    { client_id: 'c1' },
  ])('%j works, and nothing of it is logged', async (config: Record<string, string>) => {
    const sample = sampleEvent(config);
    const line = await sample.connect().check();
    expect(line).toBe('user timer@example.org, may see events');
    const { sandbox, asked } = sample;
    const hash = createHash('sha1').update('pass-word').digest('hex');
    for (const secret of ['pass-word', hash, 's1', 'c1']) expect(asked.join(' ')).not.toContain(secret);
    sandbox.world.behaviour.chronotrack.refusesWithEmptyList = true;
    Object.assign(sample.account, { secret: 'another', raceIds: new Set() });
    const now = sample.connect();
    Object.assign(sample.account, { enabled: false });
    if (config['auth'] === 'oauth') await expect(now.check()).rejects.toBeInstanceOf(CredentialRefused);
    else {
      expect(await now.check()).toMatch(/sees no event/);
      // Seen of the real one: nothing tells a refusal from an account without events, but somebody should look.
      const pages = await allOf(now.listEvents({ startsFrom: undefined }));
      expect(pages).toEqual([{ races: [], events: [], rejected: [], last: true }]);
      expect(sample.warnings).toEqual([expect.stringMatching(/lists no event .* login is not accepted/)]);
    }
  });
});

describe('a credential', () => {
  test.each([
    [{ principal: '', secret: '', additionalConfig: {} }, /lacks the user's e-mail .*, the password .*, client_id/],
    [secrets({}), /lacks client_id/],
    [secrets({ client_id: 'c1', auth: 'oauth' }), /lacks client_secret/],
    [secrets({ client_id: 'c1', auth: 'md5' }), /auth .* none that is known/],
    [secrets({ client_id: 'c1', time_zone: 'Denver' }), /not an IANA time zone/],
  ])('%j is refused', (given, message) => {
    expect(() => readCredential(given)).toThrow(message);
    expect(() => readCredential(given)).toThrow(UsageError);
  });
});
