/** Part of the store's suite: secrets brought under the current key. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { listCredentials, readSecrets, saveCredential } from '../../../src/store/credentials.ts';
import { createCipher } from '../../../src/store/encryption.ts';
import { resealSecrets } from '../../../src/store/reseal.ts';
import { createTokenCache } from '../../../src/store/tokens.ts';
import { at, cipher, hour, newOwner, now, type Opened, raceroster } from '../store-world.ts';

export function resealTests(opened: Opened): void {
  // All credentials are resealed together: those of other tests are in the way.
  beforeEach(() => sql`delete from partner_provider_credentials`.execute(opened.db));

  async function insert(secret: string | null, config: object | null, principal = 'client-1') {
    const owner = await newOwner(opened.db, raceroster);
    const result = await sql<{ id: number }>`insert into partner_provider_credentials
      (timing_partner_id, provider_id, principal, secret, additional_config)
      values (${owner.partnerId}, ${owner.providerId}, ${principal}, ${secret}, ${config && JSON.stringify(config)}::jsonb)
      returning partner_provider_credential_id as id`.execute(opened.db);
    return result.rows[0]?.id ?? 0;
  }
  const rawRow = async (id: number) =>
    (
      await sql<{ secret: string | null; additional_config: Record<string, string> | null }>`
        select secret, additional_config from partner_provider_credentials where partner_provider_credential_id = ${id}`.execute(
        opened.db,
      )
    ).rows[0];
  async function secretsOf(id: number, by = cipher) {
    const found = (await listCredentials(opened.db)).find((one) => one.credentialId === id);
    if (!found) throw new Error(`there is no credential ${id}`);
    return readSecrets(opened.db, by, found);
  }
  const stateOf = async (ids: readonly number[], by = cipher, formerToo = false) => {
    const all = await resealSecrets(opened.db, by, formerToo);
    return ids.map((id) => all.find((one) => one.credentialId === id)?.was);
  };
  const login = { username: 'ann@example.org', password: 'pass-open-sesame' };

  test('what older programs left in clear is sealed as a whole, and reads as before', async () => {
    const ids = [
      await insert('secret-open-sesame', login),
      await insert('secret-open-sesame', null),
      await insert(null, login),
    ];
    const before = await Promise.all(ids.map((id) => secretsOf(id)));
    expect(await stateOf(ids)).toEqual(['clear', 'clear', 'clear']);
    for (const [position, id] of ids.entries()) {
      expect(JSON.stringify(await rawRow(id))).not.toContain('open-sesame');
      expect(await secretsOf(id)).toEqual(before[position]);
    }
    expect(await rawRow(ids[1] ?? 0)).toMatchObject({ additional_config: null });
    expect(await stateOf(ids)).toEqual(['current', 'current', 'current']);
  });

  test('what is sealed already stays as it is, and what is not secret stays open', async () => {
    const { partnerId, providerId } = await newOwner(opened.db, raceroster);
    const { credentialId } = await saveCredential(opened.db, cipher, {
      partnerId,
      providerId,
      principal: 'client-1',
      secret: 'secret-open-sesame',
      config: { time_zone: 'America/Denver' },
      secretConfig: login,
    });
    const before = await rawRow(credentialId);
    expect(await stateOf([credentialId])).toEqual(['current']);
    expect(await rawRow(credentialId)).toEqual(before);
  });

  test('a key is rotated: the new one alone reads everything, and cached tokens are gone', async () => {
    const { partnerId, providerId } = await newOwner(opened.db, raceroster);
    const added = { partnerId, providerId, principal: 'client-1', secret: 'secret-open-sesame' };
    const config = { config: { time_zone: 'America/Denver' }, secretConfig: login };
    const { credentialId } = await saveCredential(opened.db, cipher, { ...added, ...config });
    await createTokenCache(opened.db, cipher, credentialId, { now: () => now }).set('token', at(hour));
    const before = await secretsOf(credentialId);
    const current = randomBytes(32);
    const former = Buffer.alloc(32, 7);
    const withNew = createCipher({ current, previous: [former] });
    expect(await stateOf([credentialId], withNew)).toEqual(['former-key']);
    expect(await secretsOf(credentialId, cipher)).toEqual(before);
    expect(await stateOf([credentialId], withNew, true)).toEqual(['former-key']);
    expect(await secretsOf(credentialId, createCipher({ current, previous: [] }))).toEqual(before);
    expect((await rawRow(credentialId))?.additional_config).toMatchObject({ time_zone: 'America/Denver' });
    const tokens =
      await sql`select 1 from access_tokens where partner_provider_credential_id = ${credentialId}`.execute(opened.db);
    expect(tokens.rows).toEqual([]);
  });

  test('one that cannot be decrypted stops all, and nothing was changed', async () => {
    const clear = await insert('secret-open-sesame', null);
    const foreign = await insert(createCipher({ current: randomBytes(32), previous: [] }).encrypt('x', 'y'), null);
    await expect(resealSecrets(opened.db, cipher, true)).rejects.toThrow(/which is not configured/);
    expect((await rawRow(clear))?.secret).toBe('secret-open-sesame');
    await sql`delete from partner_provider_credentials where partner_provider_credential_id = ${foreign}`.execute(
      opened.db,
    );
    expect(await stateOf([clear])).toEqual(['clear']);
  });

  test('a key that stands in the principal is pointed out', async () => {
    const id = await insert(null, null, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl');
    const found = (await resealSecrets(opened.db, cipher, false)).find((one) => one.credentialId === id);
    expect(found).toMatchObject({ was: 'current', keyInPrincipal: true });
  });
}
