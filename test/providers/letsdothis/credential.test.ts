import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/domain/errors.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { adapter } from '../../../src/providers/letsdothis/adapter.ts';
import { isJwt, organiserOf } from '../../../src/providers/letsdothis/claims.ts';
import { readCredential } from '../../../src/providers/letsdothis/credential.ts';
import { scriptedTools } from '../scripted-session.ts';
import { list } from './builders.ts';

function jwt(claims: JsonObject): string {
  const part = (value: JsonObject) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}

const key = jwt({ organiserId: 'org_17', organiserName: 'Northern Runs' });
const credential = (principal: string, secret: string, additionalConfig: JsonObject = {}) => ({
  principal,
  secret,
  additionalConfig,
});

describe('the key', () => {
  test.each([
    ['is the secret', credential('Northern Runs', key)],
    ['is the principal of older rows', credential(key, '')],
    ['is the principal beside a secret that is none', credential(key, 'unused')],
    ['is the secret where both are', credential(jwt({ sub: 'other' }), key)],
    ['is taken without the line break behind it', credential('Northern Runs', `${key}\n`)],
  ])('%s', (_, given) => {
    expect(readCredential(given).key).toBe(key);
  });

  test('may be of another form, as long as it is the secret', () => {
    expect(readCredential(credential('Northern Runs', 'opaque-key')).key).toBe('opaque-key');
  });

  test.each([
    ['no key', credential('Northern Runs', ''), /lacks the key/],
    ['a host name in its place', credential('www.example.org', ' '), /lacks the key/],
    ['two lines', credential('Northern Runs', 'one\ntwo'), /holds a blank/],
    ['no time zone', credential('Northern Runs', key, { time_zone: 'GMT+1 or so' }), /time_zone/],
  ])('%s is refused before any call', (_, given, message) => {
    const check = () => adapter.checkCredential(given);
    expect(check).toThrow(UsageError);
    expect(check).toThrow(message);
    expect(check).not.toThrow(key);
  });

  test('goes with a time zone', () => {
    expect(readCredential(credential('x', key, { time_zone: 'Europe/Dublin' })).timeZone).toBe('Europe/Dublin');
    expect(readCredential(credential('x', key, { time_zone: null })).timeZone).toBeUndefined();
  });
});

test.each([
  [key, true],
  ['www.example.org', false],
  ['a.b', false],
  [`${key}.more`, false],
  ['Northern Runs', false],
  ['', false],
])('%s is a JWT: %s', (text, expected) => {
  expect(isJwt(text)).toBe(expected);
});

describe('check() says whose the key is', () => {
  test.each<[JsonObject, string]>([
    [{ organiserId: 'org_17', organiserName: 'Northern Runs' }, 'organiser Northern Runs (org_17)'],
    [{ organizer_id: 17 }, 'organiser 17'],
    [{ organisationId: 'o1', name: 'Northern Runs' }, 'organiser Northern Runs (o1)'],
    [{ organiser: { id: 'o2', name: 'Peak Runs' } }, 'organiser Peak Runs (o2)'],
    [{ org: 'o3' }, 'organiser o3'],
    [{ sub: 'o4' }, 'organiser o4'],
    [{ iat: 1 }, 'an organiser that the key does not name'],
  ])('%j: %s', (claims, expected) => {
    expect(organiserOf(jwt(claims))).toBe(expected);
  });

  test.each(['opaque-key', 'a.b.c', `${key.split('.')[0]}.!!!.x`])('%s names nobody', (text) => {
    expect(organiserOf(text)).toBe('an organiser that the key does not name');
  });

  test('with one call, and without the key', async () => {
    const { tools, asked } = scriptedTools(() => list([]));
    const line = await adapter.connect(credential('Northern Runs', key), tools).check();
    expect(line).toBe('key of organiser Northern Runs (org_17), sees no event');
    expect(asked.map(({ path, query }) => [path, query])).toEqual([['/events', { 'page[size]': '1' }]]);
  });
});
