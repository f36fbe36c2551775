import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/domain/errors.ts';
import { createCipher } from '../../src/store/encryption.ts';

const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const cipher = createCipher({ current: one, previous: [] });

describe('encryption', () => {
  test.each(['secret', '', 'ünïcode 🏃', 'x'.repeat(10_000), 'p88:v1:looks:alike'])('%# comes back', (text) => {
    const sealed = cipher.encrypt(text, 'a');
    expect(sealed).toMatch(/^p88:v1:[0-9a-f]{8}:[A-Za-z0-9+/=]+$/);
    expect(cipher.decrypt(sealed, 'a')).toBe(text);
  });

  test('the same text never looks the same twice', () => {
    expect(cipher.encrypt('secret', 'a')).not.toBe(cipher.encrypt('secret', 'a'));
  });

  test('text of an older program is read as it is, also without a key', () => {
    expect(cipher.decrypt('plain text', 'a')).toBe('plain text');
    expect(createCipher(undefined).decrypt('plain text', 'a')).toBe('plain text');
  });

  test('what was encrypted for one place is not read in another', () => {
    expect(() => cipher.decrypt(cipher.encrypt('secret', 'secret of 1:2:key'), 'secret of 2:2:key')).toThrow(
      UsageError,
    );
  });

  test('every changed byte is found', () => {
    const sealed = cipher.encrypt('secret', 'a');
    const head = sealed.slice(0, sealed.lastIndexOf(':') + 1);
    const body = Buffer.from(sealed.slice(head.length), 'base64');
    for (let index = 0; index < body.length; index += 1) {
      const changed = Buffer.from(body);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => cipher.decrypt(head + changed.toString('base64'), 'a')).toThrow(/damaged or was moved/);
    }
    // The purpose names the principal, which may be a key.
    const moved = cipher.encrypt('secret', 'secret of 1:6:eyJh.eyJz.c2ln');
    expect(() => cipher.decrypt(moved, 'secret of 1:6:eyJo.dGhl.cg')).toThrow(
      /^a stored secret is damaged or was moved from another row$/,
    );
    for (let length = 0; length < body.length; length += 1) {
      const cut = head + body.subarray(0, length).toString('base64');
      expect(() => cipher.decrypt(cut, 'a')).toThrow(/damaged or was moved/);
    }
  });

  test('a rotated key: the previous one still reads, the current one writes', () => {
    const old = cipher.encrypt('secret', 'a');
    const rotated = createCipher({ current: two, previous: [one] });
    expect(rotated.decrypt(old, 'a')).toBe('secret');
    const fresh = rotated.encrypt('secret', 'a');
    expect(createCipher({ current: two, previous: [] }).decrypt(fresh, 'a')).toBe('secret');
    expect(() => cipher.decrypt(fresh, 'a')).toThrow(/encrypted with the key [0-9a-f]{8}, which is not configured/);
  });

  test('without a key nothing is encrypted, and nothing encrypted is read', () => {
    const keyless = createCipher(undefined);
    expect(() => keyless.encrypt('secret', 'a')).toThrow('a secret cannot be stored: no encryption key is configured');
    expect(() => keyless.decrypt(cipher.encrypt('secret', 'a'), 'a')).toThrow('a stored secret cannot be read');
    // A new key opens nothing that is stored.
    const told = (act: () => unknown) => {
      try {
        return act();
      } catch (error) {
        return (error as UsageError).hint;
      }
    };
    expect(told(() => keyless.encrypt('secret', 'a'))).toContain('keygen');
    const reading = told(() => keyless.decrypt(cipher.encrypt('secret', 'a'), 'a'));
    expect(reading).toMatch(/to the key that the secrets were stored with/);
    expect(reading).not.toContain('keygen');
  });

  test('no message holds the secret', () => {
    const sealed = cipher.encrypt('open-sesame', 'a');
    for (const reader of [createCipher({ current: two, previous: [] }), createCipher(undefined)]) {
      expect(() => reader.decrypt(sealed, 'a')).toThrow(expect.not.stringContaining('open-sesame') as unknown as Error);
    }
  });
});
