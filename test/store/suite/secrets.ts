/** Part of the store's suite: credentials and tokens, at rest encrypted, and a credential's standing with its provider. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { UsageError } from '../../../src/domain/errors.ts';
import {
  listCredentials,
  markAccepted,
  markRefused,
  type NewCredential,
  readRest,
  readSecrets,
  removeCredential,
  rest,
  saveCredential,
} from '../../../src/store/credentials.ts';
import { createCipher } from '../../../src/store/encryption.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { createTokenCache } from '../../../src/store/tokens.ts';
import {
  addEvents,
  at,
  cipher,
  hour,
  minute,
  newOwner,
  now,
  type Opened,
  raceroster,
  runsignup,
} from '../store-world.ts';

export function secretTests(opened: Opened): void {
  const stored = async (credentialId: number) => {
    const found = (await listCredentials(opened.db)).find((one) => one.credentialId === credentialId);
    if (!found) throw new Error(`there is no credential ${credentialId}`);
    return found;
  };
  const added = async (changes: Partial<NewCredential> = {}) => {
    const { partnerId, providerId } = await newOwner(opened.db, raceroster);
    const credential: NewCredential = {
      partnerId,
      providerId,
      principal: 'client-1',
      secret: 'secret-open-sesame',
      config: { time_zone: 'America/Denver' },
      secretConfig: { username: 'ann@example.org', password: 'pass-open-sesame' },
      ...changes,
    };
    return { ...(await saveCredential(opened.db, cipher, credential)), credential };
  };
  const rawRows = async (table: string, credentialId: number) =>
    (
      await sql<Record<string, unknown>>`select * from ${sql.table(table)}
        where partner_provider_credential_id = ${credentialId}`.execute(opened.db)
    ).rows;

  test('what was saved is read, and nothing secret stands in the table', async () => {
    const { credentialId, replaced, credential } = await added();
    expect(replaced).toBe(false);
    expect(await readSecrets(opened.db, cipher, await stored(credentialId))).toEqual({
      principal: 'client-1',
      secret: 'secret-open-sesame',
      additionalConfig: { ...credential.config, ...credential.secretConfig },
    });
    const [row] = await rawRows('partner_provider_credentials', credentialId);
    expect(JSON.stringify(row)).not.toContain('open-sesame');
    expect(row).toMatchObject({
      principal: 'client-1',
      secret: expect.stringMatching(/^p88:v1:/),
      additional_config: { time_zone: 'America/Denver', $encrypted: expect.stringMatching(/^p88:v1:/) },
    });
  });

  test('saving it again replaces secret and configuration, forgets its token and its refusals', async () => {
    const { credentialId, credential } = await added();
    await createTokenCache(opened.db, cipher, credentialId, { now: () => now }).set('token', at(hour));
    await markRefused(opened.db, credentialId, { at: now, reason: 'no', refusals: 3, probeAt: at(hour) });
    const again = { ...credential, secret: 'new', config: {}, secretConfig: {} };
    expect(await saveCredential(opened.db, cipher, again)).toEqual({ credentialId, replaced: true });
    expect(await readSecrets(opened.db, cipher, await stored(credentialId))).toEqual({
      principal: 'client-1',
      secret: 'new',
      additionalConfig: {},
    });
    expect(await rawRows('access_tokens', credentialId)).toEqual([]);
    const [row] = await rawRows('partner_provider_credentials', credentialId);
    expect(String(row?.['updated_at']) > String(row?.['created_at'])).toBe(true);
    expect(await stored(credentialId)).toMatchObject({
      refusedAt: undefined,
      refusedReason: undefined,
      refusals: 0,
      notBefore: undefined,
    });
  });

  test('another principal of the same provider is another credential', async () => {
    const { credentialId, credential } = await added();
    const second = await saveCredential(opened.db, cipher, { ...credential, principal: 'client-2', secret: 'two' });
    expect(second).toMatchObject({ replaced: false });
    const secrets = [await stored(credentialId), await stored(second.credentialId)].map((one) =>
      readSecrets(opened.db, cipher, one),
    );
    expect((await Promise.all(secrets)).map((one) => one.secret)).toEqual(['secret-open-sesame', 'two']);
  });

  test('rows of older programs, in clear, are read as they are', async () => {
    const owner = await newOwner(opened.db);
    await sql`update partner_provider_credentials set secret = 'plain', additional_config = '{"key_style":"v2"}'
      where partner_provider_credential_id = ${owner.credentialId}`.execute(opened.db);
    const read = async () => readSecrets(opened.db, createCipher(undefined), await stored(owner.credentialId));
    expect(await read()).toEqual({ principal: 'key-1', secret: 'plain', additionalConfig: { key_style: 'v2' } });
    await sql`update partner_provider_credentials set secret = null, principal = null, additional_config = null
      where partner_provider_credential_id = ${owner.credentialId}`.execute(opened.db);
    expect(await read()).toEqual({ principal: '', secret: '', additionalConfig: {} });
    await sql`update partner_provider_credentials set additional_config = '[1]'
      where partner_provider_credential_id = ${owner.credentialId}`.execute(opened.db);
    await expect(read()).rejects.toThrow(`additional_config of credential ${owner.credentialId} is not a JSON object`);
  });

  test('a secret that was moved to another credential is refused', async () => {
    const [one, two] = [await newOwner(opened.db), await newOwner(opened.db)];
    await sql`update partner_provider_credentials set secret =
        (select secret from partner_provider_credentials where partner_provider_credential_id = ${one.credentialId})
      where partner_provider_credential_id = ${two.credentialId}`.execute(opened.db);
    await expect(stored(two.credentialId).then((row) => readSecrets(opened.db, cipher, row))).rejects.toThrow(
      UsageError,
    );
  });

  test('a removed credential leaves its events behind, without one', async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100']);
    await createTokenCache(opened.db, cipher, owner.credentialId, { now: () => now }).set('token', at(hour));
    await removeCredential(opened.db, owner.credentialId);
    await expect(removeCredential(opened.db, owner.credentialId)).rejects.toThrow('there is no credential');
    const events = await sql`select event_id, partner_provider_credential_id from sync_events
      where timing_partner_id = ${owner.partnerId}`.execute(opened.db);
    expect(events.rows).toEqual([{ event_id: '100', partner_provider_credential_id: null }]);
    expect(await rawRows('access_tokens', owner.credentialId)).toEqual([]);
  });

  test('a refusal is kept from its first time on, and ends with the first success', async () => {
    const { credentialId } = await newOwner(opened.db);
    await markRefused(opened.db, credentialId, { at: now, reason: 'first', refusals: 1, probeAt: at(2 * minute) });
    await markRefused(opened.db, credentialId, {
      at: at(minute),
      reason: 'again',
      refusals: 2,
      probeAt: at(5 * minute),
    });
    expect(await stored(credentialId)).toMatchObject({
      refusedAt: now,
      refusedReason: 'again',
      refusals: 2,
      notBefore: at(5 * minute),
    });
    await markAccepted(opened.db, credentialId);
    const clear = { refusedAt: undefined, refusedReason: undefined, refusals: 0, notBefore: undefined };
    expect(await stored(credentialId)).toMatchObject(clear);
  });

  test('a rest is known to every machine, and ends with the first success', async () => {
    const { credentialId } = await newOwner(opened.db);
    expect(await readRest(opened.db, credentialId)).toEqual({ throttles: 0, notBefore: undefined });
    await rest(opened.db, credentialId, { throttles: 3, notBefore: at(4 * minute) });
    expect(await readRest(opened.db, credentialId)).toEqual({ throttles: 3, notBefore: at(4 * minute) });
    expect(await stored(credentialId)).toMatchObject({ refusedAt: undefined, throttles: 3, notBefore: at(4 * minute) });
    // A run that connected before, and knew of two, does not end the pause that another one was told meanwhile.
    await markAccepted(opened.db, credentialId, 2);
    expect(await readRest(opened.db, credentialId)).toEqual({ throttles: 3, notBefore: at(4 * minute) });
    await markAccepted(opened.db, credentialId, 3);
    expect(await readRest(opened.db, credentialId)).toEqual({ throttles: 0, notBefore: undefined });
    await rest(opened.db, credentialId, { throttles: 1, notBefore: at(minute) });
    await markAccepted(opened.db, credentialId);
    expect(await readRest(opened.db, credentialId)).toEqual({ throttles: 0, notBefore: undefined });
  });

  const cache = (owner: Owner, when = now, keys = cipher) =>
    createTokenCache(opened.db, keys, owner.credentialId, { now: () => when });

  test('a token is kept encrypted, replaced and dropped', async () => {
    const [owner, other] = [await newOwner(opened.db), await newOwner(opened.db)];
    expect(await cache(owner).get()).toBeUndefined();
    await cache(owner).set('token-open-sesame', at(hour));
    expect(await cache(owner).get()).toBe('token-open-sesame');
    expect(await cache(other).get()).toBeUndefined();
    const [row] = await rawRows('access_tokens', owner.credentialId);
    expect(row?.['token']).toMatch(/^p88:v1:/);
    await cache(owner).set('second', at(2 * hour));
    expect(await cache(owner).get()).toBe('second');
    await cache(owner).drop();
    expect(await cache(owner).get()).toBeUndefined();
  });

  test.each([
    [60_001, 'token'],
    [60_000, undefined],
    [-1, undefined],
  ])('a token that ends in %i ms', async (ms, token) => {
    const owner = await newOwner(opened.db);
    await cache(owner).set('token', at(ms));
    expect(await cache(owner).get()).toBe(token);
  });

  test('a token that cannot be read any more is none: the provider gives another', async () => {
    const owner = await newOwner(opened.db);
    await cache(owner).set('token', at(hour));
    const rotated = createCipher({ current: Buffer.alloc(32, 9), previous: [] });
    expect(await cache(owner, now, rotated).get()).toBeUndefined();
    await cache(owner, now, rotated).set('fresh', at(hour));
    expect(await cache(owner, now, rotated).get()).toBe('fresh');
  });
}
