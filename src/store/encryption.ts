/** Secrets at rest: AES-256-GCM under a key that lives outside the database, with the key's id in front so that it can be rotated. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { UsageError } from '../domain/errors.ts';

/** 32-byte keys: the current one encrypts, the previous ones still decrypt. */
export interface EncryptionKeys {
  readonly current: Buffer;
  readonly previous: readonly Buffer[];
}

export interface Cipher {
  /** @param purpose bound into the result, so that a value cannot be moved to another row or column. */
  encrypt(text: string, purpose: string): string;
  /** Text without our prefix (rows of older programs) comes back as it is. @throws UsageError where no key fits. */
  decrypt(stored: string, purpose: string): string;
  /** True for what `encrypt` would make now, as far as the key goes. */
  isCurrent(stored: string): boolean;
}

const prefix = 'p88:v1';
const ivBytes = 12;
const tagBytes = 16;

/** @returns a cipher that refuses to encrypt, and to read what is encrypted, while `keys` is undefined. */
export function createCipher(keys: EncryptionKeys | undefined): Cipher {
  const byId = new Map((keys ? [keys.current, ...keys.previous] : []).map((key) => [keyId(key), key]));
  return {
    isCurrent: (stored) => keys !== undefined && stored.startsWith(`${prefix}:${keyId(keys.current)}:`),
    encrypt(text, purpose) {
      if (!keys) {
        throw new UsageError('a secret cannot be stored: no encryption key is configured', {
          hint: 'Set P88SYNC_ENCRYPTION_KEY (or P88SYNC_ENCRYPTION_KEY_FILE); `p88sync credentials keygen` makes one. Keep it: without it the stored secrets are lost.',
        });
      }
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', keys.current, iv).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${prefix}:${keyId(keys.current)}:${sealed.toString('base64')}`;
    },
    decrypt(stored, purpose) {
      if (!isEncrypted(stored)) return stored;
      if (!keys) {
        throw new UsageError('a stored secret cannot be read: no encryption key is configured', {
          hint: 'Set P88SYNC_ENCRYPTION_KEY (or P88SYNC_ENCRYPTION_KEY_FILE) to the key that the secrets were stored with; a new one does not open them.',
        });
      }
      const [, , id = '', body = ''] = stored.split(':');
      const key = byId.get(id);
      if (!key) {
        throw new UsageError(`a stored secret was encrypted with the key ${id}, which is not configured`, {
          hint: 'Set P88SYNC_ENCRYPTION_KEY (or P88SYNC_ENCRYPTION_KEY_PREVIOUS) to that key, or add the credential again.',
        });
      }
      const sealed = Buffer.from(body, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes))
          .setAAD(Buffer.from(purpose))
          .setAuthTag(sealed.subarray(-tagBytes));
        return decipher.update(sealed.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        // Not `purpose`: it names the principal, which in rows of older programs may be the key itself.
        throw new UsageError('a stored secret is damaged or was moved from another row', {
          hint: '`p88sync doctor` tells which credential it is: remove that one and add it again.',
          cause,
        });
      }
    },
  };
}

/** 32 random bytes as base64: what P88SYNC_ENCRYPTION_KEY takes. */
export function newEncryptionKey(): string {
  return randomBytes(32).toString('base64');
}

/** False for text that older programs stored in clear. */
export function isEncrypted(stored: string): boolean {
  return stored.startsWith(`${prefix}:`);
}

function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
