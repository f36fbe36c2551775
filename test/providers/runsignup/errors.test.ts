import { describe, expect, it } from 'vitest';
import {
  CallRefused,
  CredentialRefused,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../../src/domain/errors.ts';
import { errorIn } from '../../../src/providers/runsignup/errors.ts';

const call = 'GET /race/17/participants';
const errorObject = (error_code: number | string) => ({ error: { error_code, error_msg: 'dana@example.org' } });

describe('errorIn', () => {
  it.each([
    [1, CallRefused],
    [3, CallRefused],
    [4, ProviderUnavailable],
    [5, ProviderUnavailable],
    [6, CredentialRefused],
    [7, CredentialRefused],
    ['7', CredentialRefused],
    [13, CredentialRefused],
    [14, ProviderThrottled],
    [201, CallRefused],
    [301, CallRefused],
    [905, CallRefused],
  ])('code %j', (code, kind) => {
    const error = errorIn(errorObject(code), call, undefined);
    expect(error).toBeInstanceOf(kind);
    expect(error?.message).toContain(`RunSignUp refused ${call}: `);
    expect(error?.message).toContain(`(code ${code})`);
    expect(error?.message).not.toContain('dana');
  });

  it('says when a throttle ends, where the provider did', () => {
    const retryAt = new Date('2026-09-12T10:01:00Z');
    expect(errorIn(errorObject(14), call, retryAt)).toMatchObject({ retryAt });
    expect(errorIn(errorObject(14), call, undefined)).toMatchObject({ retryAt: undefined });
  });

  it.each([[{ error: 'down' }], [{ error: {} }], [{ error: null }]])('does not know %j', (body) => {
    expect(errorIn(body, call, undefined)).toBeInstanceOf(UnknownAnswer);
  });

  it.each([[[]], [{ races: [] }], ['text'], [null]])('finds none in %j', (body) => {
    expect(errorIn(body, call, undefined)).toBeUndefined();
  });
});
