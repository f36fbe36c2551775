/** In which shapes a secret is found, and which texts of ours only look a little like one. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KnownSecrets, readKnownSecrets, secretIn } from '../../../src/store/audit/secret-texts.ts';
import { saveCredential } from '../../../src/store/credentials.ts';
import { createCipher } from '../../../src/store/encryption.ts';
import { createTokenCache } from '../../../src/store/tokens.ts';
import { type OpenPostgresStore, openOnPostgres } from '../opening.ts';
import { at, cipher, hour, newOwner, now } from '../store-world.ts';

const secret = 'hush & "hush"/32';
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJvcmciOiJ4In0.c2lnbmF0dXJl';

let store: OpenPostgresStore;
let known: KnownSecrets;
/** Of the second credential. */
let id: number;
beforeAll(async () => {
  store = await openOnPostgres();
  const { db } = store.database;
  // Its secret is "secret-1".
  const owner = await newOwner(db);
  ({ credentialId: id } = await saveCredential(db, cipher, {
    ...owner,
    principal: 'client',
    secret,
    config: { time_zone: 'America/Denver', key_style: 'classic' },
    secretConfig: {
      username: 'timer@example.org',
      password: 'correct horse',
      organization_name: 'Bayside Races',
      pin_token: 'short',
    },
  }));
  await saveCredential(db, cipher, { ...owner, principal: jwt, secret: '', config: {}, secretConfig: {} });
  await createTokenCache(db, cipher, id, { now: () => now }).set('token-of-the-hour', at(hour));
  known = await readKnownSecrets(db, cipher, [{ of: 'the password of the database', secret: 'p88-database' }]);
});
afterAll(() => store.close());

test('what cannot be looked for is counted', async () => {
  expect(known).toMatchObject({ short: 1, closed: 0 });
  const other = createCipher({ current: Buffer.alloc(32, 9), previous: [] });
  // Three secrets, one of them blank, a sealed configuration, a token; what is in no database is known all the same.
  const closed = await readKnownSecrets(store.database.db, other, [{ of: 'x', secret: 'p88-database' }]);
  expect(closed).toMatchObject({ short: 0, closed: 5 });
  expect(secretIn(`a ${secret} b`, closed)).toBeUndefined();
  expect(secretIn('p88-database', closed)).toBe('x');
});

describe('found', () => {
  const basic = Buffer.from(`client:${secret}`).toString('base64');
  test.each([
    ['as it is', () => `x ${secret} y`, () => `the secret of credential ${id}`],
    ['in a path', () => `/a?s=${encodeURIComponent(secret)}`, () => `the secret of credential ${id}`],
    [
      'in a form',
      () => `s=${new URLSearchParams({ s: secret }).toString().slice(2)}`,
      () => `the secret of credential ${id}`,
    ],
    ['in JSON', () => JSON.stringify({ secret }), () => `the secret of credential ${id}`],
    ['in a header', () => `authorization: ${basic}`, () => `the secret of credential ${id}`],
    ['as a SHA-1', () => createHash('sha1').update(secret).digest('hex'), () => `the secret of credential ${id}`],
    ['a password', () => 'for correct horse', () => `"password" of credential ${id}`],
    ['a token', () => 'token-of-the-hour', () => `the access token of credential ${id}`],
    ['a key that is a principal', () => `key ${jwt}`, () => `the key of credential ${id + 1}`],
    ['one of the environment', () => 'p88-database', () => 'the password of the database'],
    ['an unknown one', () => '/race/1?api_secret=abc', () => 'what looks like a secret in an address'],
    ['an unknown token', () => 'Bearer abcdefghijklmnopq', () => 'what looks like an access token'],
    ['an unknown login', () => 'Basic dXNlcjpwYXNzd29yZA==', () => 'what looks like a login'],
    ['an unknown key', () => 'eyJhbGciOiJIUzUxMiJ9.eyJvcmdhIjoieCJ9.c2lnbmF0', () => 'what looks like a signed token'],
    ['a database', () => 'postgresql://p88:pass@db/p88', () => 'what looks like a password in an address'],
  ])('%s', (_, text, found) => {
    expect(secretIn(text(), known)).toBe(found());
  });
});

test.each([
  '/race/85001/participants?event_id=661009&results_per_page=2500&page=3',
  '/organizations/Bayside Races/events?page[after]=eyJpZCI6MTIzfQ==',
  'timer@example.org, America/Denver, classic',
  'Race Roster refuses user or password: Basic authentication failed',
  '/oauth2/token?api_secret=***',
  'password= is missing',
  'The bearer of a bib; https://user@example.org:8080/path',
])('not taken for a secret: %s', (text) => {
  expect(secretIn(text, known)).toBeUndefined();
});
