import { expect, test } from 'vitest';
import { UsageError } from '../../../src/domain/errors.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { readCredential } from '../../../src/providers/haku/credential.ts';

const read = (additionalConfig: JsonObject, principal = ' client ', secret = 'hush') =>
  readCredential({ principal, secret, additionalConfig });

test.each<[JsonObject, string | undefined, string | undefined]>([
  [{}, undefined, undefined],
  [{ organization_name: ' Bay Races ' }, 'Bay Races', undefined],
  [{ organization_name: '', time_zone: 'america/new_york' }, undefined, 'America/New_York'],
  [{ organization_name: 7, time_zone: null }, undefined, undefined],
])('%j is a credential', (config, organizationName, timeZone) => {
  expect(read(config)).toEqual({ clientId: 'client', clientSecret: 'hush', organizationName, timeZone });
});

test.each([
  ['', 'hush', 'The Haku credential lacks the client id (principal)'],
  ['client', ' ', 'The Haku credential lacks the client secret (secret)'],
  ['', '', 'The Haku credential lacks the client id (principal), the client secret (secret)'],
])('principal %j and secret %j are refused', (principal, secret, message) => {
  const refusal = () => read({}, principal, secret);
  expect(refusal).toThrow(UsageError);
  expect(refusal).toThrow(new RegExp(`^${message.replaceAll(/[()]/g, '\\$&')}$`));
});

test.each(['Miami', '-04:00', 5])('time zone %j is refused', (zone) => {
  expect(() => read({ time_zone: zone })).toThrow(/not an IANA time zone/);
});
