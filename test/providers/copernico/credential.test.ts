import { describe, expect, test } from 'vitest';
import type { ProviderSession } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/copernico/adapter.ts';
import { recordingCaller } from '../../http/recording-caller.ts';

const whole = { principal: 'timer@example.org', secret: 'hush', additionalConfig: { preset: 'all' } };

describe('the credential', () => {
  test.each([
    [{ principal: ' ' }, 'the login e-mail (principal)'],
    [{ secret: '' }, 'the API key (secret)'],
    [{ additionalConfig: {} }, 'preset (additional_config)'],
    [{ additionalConfig: { preset: 7 } }, 'preset (additional_config)'],
    [{ principal: '', additionalConfig: {} }, 'the login e-mail (principal), preset (additional_config)'],
  ])('%j lacks %s', (overrides, lacking) => {
    const check = () => adapter.checkCredential({ ...whole, ...overrides });
    expect(check).toThrow(`The Copernico credential lacks ${lacking}`);
    expect(check).not.toThrow(/hush|example\.org/);
  });

  const connect = (): { session: ProviderSession; calls: readonly string[] } => {
    const { call, recording } = recordingCaller();
    const session = adapter.connect(whole, {
      baseUrl: new URL('https://api.copernico.cloud'),
      pageSize: 500,
      call,
      tokens: { get: async () => undefined, set: async () => undefined, drop: async () => undefined },
      program: {},
      now: () => new Date('2026-09-12T10:00:00Z'),
      warn: () => undefined,
    });
    return { session, calls: recording.reserved };
  };

  test('cannot be tried without a race, and the check says so instead of claiming that it works', async () => {
    const { session, calls } = connect();
    expect(await session.check()).toMatch(/^preset "all"; nothing to ask Copernico without a race/);
    expect(calls).toEqual([]);
  });

  test('lists no registrations: asking for them is a bug of ours', () => {
    const { session } = connect();
    expect(() => session.listEvents({ startsFrom: undefined })).toThrow(/nobody may ask/);
    expect(() => session.listParticipants({ events: [], since: undefined, resume: undefined })).toThrow(
      /nobody may ask/,
    );
  });
});
