import { describe, expect, it } from 'vitest';
import { CredentialRefused, UsageError } from '../../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { ApiRequest } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/runsignup/adapter.ts';
import { allOf, scriptedTools } from '../scripted-session.ts';

const refusal = { error: { error_code: 6, error_msg: 'no' } };
const entity = { generic_entity_id: 5001, entity_type: 'partner', entity_name: 'Peak Timing', entity_specific_id: 901 };

function credential(additionalConfig: JsonObject = {}) {
  return { principal: 'k-1', secret: 's-1', additionalConfig };
}

const isV2 = (request: ApiRequest) => request.secretQuery?.['rsu_api_key'] !== undefined;
const classicOnly = (request: ApiRequest): Json => (isV2(request) ? refusal : { races: [] });
const upcoming = { startsFrom: new Date('2026-09-12T10:00:00Z') };

describe('the way a key is sent', () => {
  it('v2: the secret in a header only', async () => {
    const { tools, asked } = scriptedTools(() => entity);
    expect(await adapter.connect(credential({ key_style: 'v2' }), tools).check()).toBe(
      'RunSignUp partner Peak Timing (v2 key)',
    );
    expect(asked).toEqual([
      {
        method: 'GET',
        path: '/v2/auth-info/entity-info.json',
        query: { format: 'json' },
        secretQuery: { rsu_api_key: 'k-1' },
        headers: { 'X-RSU-API-SECRET': 's-1' },
      },
    ]);
  });

  it('classic: both in the query that is never logged, with the registration beside them', async () => {
    const program = { registrationId: 'r-1', registrationSecret: 'rs-1' };
    const { tools, asked } = scriptedTools(() => ({ races: [] }), { program });
    expect(await adapter.connect(credential({ key_style: 'classic' }), tools).check()).toBe(
      'RunSignUp accepts the key (classic key)',
    );
    expect(asked).toEqual([
      {
        method: 'GET',
        path: '/races',
        query: { results_per_page: '1', format: 'json' },
        secretQuery: { api_key: 'k-1', api_secret: 's-1', rsu_api_reg: 'r-1' },
        headers: { 'X-RSU-API-REG-SECRET': 'rs-1' },
      },
    ]);
  });

  it('unset: v2, then classic where that is refused; found out once per session', async () => {
    const { tools, asked, warnings } = scriptedTools(classicOnly);
    const session = adapter.connect(credential(), tools);
    await allOf(session.listEvents(upcoming));
    await allOf(session.listEvents(upcoming));
    expect(asked.map(isV2)).toEqual([true, false, false]);
    expect(warnings).toEqual([expect.stringContaining('set key_style to "classic"')]);
  });

  it('unset: the check finds a classic key too', async () => {
    const { tools } = scriptedTools(classicOnly);
    expect(await adapter.connect(credential(), tools).check()).toBe('RunSignUp accepts the key (classic key)');
  });

  it('unset: a key that worked as v2 is not tried as classic when a race is refused', async () => {
    const { tools, asked } = scriptedTools((request) => (request.path === '/races' ? { races: [] } : refusal));
    const session = adapter.connect(credential(), tools);
    await allOf(session.listEvents(upcoming));
    const events = [{ eventId: '1', raceId: '2', timeZone: 'America/New_York' }];
    await expect(allOf(session.listParticipants({ events, since: undefined, resume: undefined }))).rejects.toThrow(
      CredentialRefused,
    );
    expect(asked.map(isV2)).toEqual([true, true]);
  });

  it('refused both ways', async () => {
    const { tools, asked, warnings } = scriptedTools(() => refusal);
    await expect(adapter.connect(credential(), tools).check()).rejects.toThrow(CredentialRefused);
    expect([asked.length, warnings]).toEqual([2, []]);
  });

  it('half a registration is refused before any call', async () => {
    const { tools, asked } = scriptedTools(() => entity, { program: { registrationId: 'r-1' } });
    const check = adapter.connect(credential({ key_style: 'v2' }), tools).check();
    await expect(check).rejects.toThrow(UsageError);
    await expect(check).rejects.not.toThrow(/r-1/);
    expect(asked).toEqual([]);
  });
});

describe('checkCredential', () => {
  it.each([
    [{ principal: '', secret: 's-1', additionalConfig: {} }, 'lacks the API key'],
    [{ principal: 'k-1', secret: ' ', additionalConfig: {} }, 'lacks the API secret'],
    [credential({ key_style: 'v3' }), 'unknown key_style'],
    [credential({ time_zone: 'Mars/Base' }), 'unknown time_zone'],
    [credential({ time_zone: 5 }), 'unknown time_zone'],
  ])('refuses %j', (values, message) => {
    const check = () => adapter.checkCredential(values);
    expect(check).toThrow(UsageError);
    expect(check).toThrow(message);
    expect(check).not.toThrow(/k-1|s-1/);
  });

  it.each([{}, { key_style: 'v2' }, { key_style: 'classic', time_zone: 'America/Denver' }])('takes %j', (config) => {
    expect(() => adapter.checkCredential(credential(config))).not.toThrow();
  });
});
