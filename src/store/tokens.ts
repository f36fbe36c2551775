/** Access tokens, kept encrypted beside their credential. */
import type { Clock } from '../domain/clock.ts';
import type { TokenCache } from '../domain/provider.ts';
import type { Db } from './database.ts';
import type { Cipher } from './encryption.ts';

/** A token that ends within this time is not handed out: a series of pages would outlive it. */
const marginMs = 60_000;

export function createTokenCache(db: Db, cipher: Cipher, credentialId: number, clock: Clock): TokenCache {
  const purpose = `token ${credentialId}`;
  const row = () => db.selectFrom('access_tokens').where('partner_provider_credential_id', '=', credentialId);
  return {
    async get() {
      const stored = await row().select(['token', 'expires_at']).executeTakeFirst();
      if (!stored || stored.expires_at.getTime() - marginMs <= clock.now().getTime()) return undefined;
      try {
        return cipher.decrypt(stored.token, purpose);
      } catch {
        // Encrypted with a key that is gone: the provider gives another, and the credential itself says what is wrong.
        return undefined;
      }
    },
    async set(token, expiresAt) {
      const values = { token: cipher.encrypt(token, purpose), expires_at: expiresAt };
      await db
        .insertInto('access_tokens')
        .values({ partner_provider_credential_id: credentialId, ...values })
        .onConflict((conflict) => conflict.column('partner_provider_credential_id').doUpdateSet(values))
        .execute();
    },
    async drop() {
      await db.deleteFrom('access_tokens').where('partner_provider_credential_id', '=', credentialId).execute();
    },
  };
}
