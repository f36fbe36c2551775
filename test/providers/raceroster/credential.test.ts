import { expect, test } from 'vitest';
import { UsageError } from '../../../src/domain/errors.ts';
import type { CredentialSecrets } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/raceroster/adapter.ts';
import { readCredential } from '../../../src/providers/raceroster/credential.ts';
import { credential } from './builders.ts';

test('a whole credential', () => {
  const additionalConfig = { ...credential.additionalConfig, time_zone: 'America/Toronto' };
  expect(readCredential({ ...credential, principal: ' client-7\n', additionalConfig })).toEqual({
    clientId: 'client-7',
    clientSecret: 'client-secret',
    username: 'timing@example.org',
    password: 'pass word ',
    timeZone: 'America/Toronto',
  });
});

test.each<[Partial<CredentialSecrets>, string]>([
  [{ principal: ' ' }, 'the client id (principal)'],
  [{ secret: '' }, 'the client secret (secret)'],
  [{ additionalConfig: { username: 'u' } }, 'password (additional_config)'],
  [{ additionalConfig: { username: 5, password: '' } }, 'username (additional_config), password (additional_config)'],
  [{ secret: '', additionalConfig: { password: 'p' } }, 'the client secret (secret), username (additional_config)'],
])('%j lacks %s', (overrides, missing) => {
  const check = () => adapter.checkCredential({ ...credential, ...overrides });
  expect(check).toThrow(UsageError);
  expect(check).toThrow(`The Race Roster credential lacks ${missing}`);
});

test('a time zone that does not exist is refused', () => {
  const additionalConfig = { ...credential.additionalConfig, time_zone: 'Eastern' };
  expect(() => adapter.checkCredential({ ...credential, additionalConfig })).toThrow(UsageError);
});
