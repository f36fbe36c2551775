/** Credentials of partners with providers: stored encrypted, read decrypted, and their standing with the provider. */
import { sql } from 'kysely';
import { UsageError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Rest } from '../domain/planning.ts';
import type { CredentialSecrets } from '../domain/provider.ts';
import type { Db } from './database.ts';
import type { Cipher } from './encryption.ts';
import { onceMore } from './once-more.ts';

export interface StoredCredential {
  readonly credentialId: number;
  readonly partnerId: number;
  readonly partner: string;
  readonly providerId: number;
  /** `providers.name`, as this database spells it. */
  readonly providerName: string;
  readonly providerUrl: string | null;
  /** `providers.rate_limit_per_hour`. */
  readonly callsPerHour: number | null;
  readonly principal: string;
  readonly refusedAt: Date | undefined;
  readonly refusedReason: string | undefined;
  readonly refusals: number;
  readonly notBefore: Date | undefined;
  /** The provider asked it to slow down so many times in a row. */
  readonly throttles: number;
}

/** In `additional_config`: the secret part of it, encrypted as one text. */
export const sealedKey = '$encrypted';

export async function listCredentials(db: Db): Promise<readonly StoredCredential[]> {
  const rows = await db
    .selectFrom('partner_provider_credentials as c')
    .innerJoin('timing_partners as t', 't.timing_partner_id', 'c.timing_partner_id')
    .innerJoin('providers as p', 'p.provider_id', 'c.provider_id')
    .select([
      'c.partner_provider_credential_id as credentialId',
      'c.timing_partner_id as partnerId',
      't.company_name as partner',
      'c.provider_id as providerId',
      'p.name as providerName',
      'p.api_base_url as providerUrl',
      'p.rate_limit_per_hour as callsPerHour',
      'c.principal',
      'c.refused_at as refusedAt',
      'c.refused_reason as refusedReason',
      'c.refusals',
      'c.not_before as notBefore',
      'c.throttles',
    ])
    .orderBy('c.timing_partner_id')
    .orderBy('c.partner_provider_credential_id')
    .execute();
  return rows.map((row) => ({
    ...row,
    principal: row.principal ?? '',
    refusedAt: row.refusedAt ?? undefined,
    refusedReason: row.refusedReason ?? undefined,
    notBefore: row.notBefore ?? undefined,
  }));
}

/** @throws UsageError where the stored secret cannot be decrypted or `additional_config` is no object. */
export async function readSecrets(db: Db, cipher: Cipher, credential: StoredCredential): Promise<CredentialSecrets> {
  const row = await db
    .selectFrom('partner_provider_credentials')
    .where('partner_provider_credential_id', '=', credential.credentialId)
    .select(['principal', 'secret', 'additional_config'])
    .executeTakeFirstOrThrow();
  const { [sealedKey]: sealed, ...open } = asObject(row.additional_config, credential.credentialId);
  const hidden =
    typeof sealed === 'string'
      ? asObject(JSON.parse(cipher.decrypt(sealed, purposeOf(credential, 'config'))) as Json, credential.credentialId)
      : {};
  return {
    principal: row.principal ?? '',
    secret: cipher.decrypt(row.secret ?? '', purposeOf(credential, 'secret')),
    additionalConfig: { ...open, ...hidden },
  };
}

export interface NewCredential {
  readonly partnerId: number;
  readonly providerId: number;
  readonly principal: string;
  readonly secret: string;
  /** What is not secret: stored as it is. */
  readonly config: JsonObject;
  /** What is: stored encrypted. */
  readonly secretConfig: JsonObject;
}

/** Adds it, or replaces secret and configuration where partner, provider and principal are known. @returns its id. */
export async function saveCredential(
  db: Db,
  cipher: Cipher,
  added: NewCredential,
): Promise<{ credentialId: number; replaced: boolean }> {
  const owner = { partnerId: added.partnerId, providerId: added.providerId, principal: added.principal };
  const config =
    Object.keys(added.secretConfig).length === 0
      ? added.config
      : {
          ...added.config,
          [sealedKey]: cipher.encrypt(JSON.stringify(added.secretConfig), purposeOf(owner, 'config')),
        };
  const values = {
    secret: cipher.encrypt(added.secret, purposeOf(owner, 'secret')),
    additional_config: JSON.stringify(config),
    refused_at: null,
    refused_reason: null,
    refusals: 0,
    not_before: null,
    throttles: 0,
    // Other programs read it.
    updated_at: sql<string>`clock_timestamp()`,
  };
  return db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('partner_provider_credentials')
      .where('timing_partner_id', '=', added.partnerId)
      .where('provider_id', '=', added.providerId)
      .where('principal', '=', added.principal)
      .select('partner_provider_credential_id as id')
      .executeTakeFirst();
    if (known) {
      await tx
        .updateTable('partner_provider_credentials')
        .set(values)
        .where('partner_provider_credential_id', '=', known.id)
        .execute();
      await tx.deleteFrom('access_tokens').where('partner_provider_credential_id', '=', known.id).execute();
      return { credentialId: known.id, replaced: true };
    }
    const row = await tx
      .insertInto('partner_provider_credentials')
      .values({
        timing_partner_id: added.partnerId,
        provider_id: added.providerId,
        principal: added.principal,
        ...values,
      })
      .returning('partner_provider_credential_id as id')
      .executeTakeFirstOrThrow();
    return { credentialId: row.id, replaced: false };
  });
}

/** @throws UsageError where there is none with this id. */
export async function removeCredential(db: Db, credentialId: number): Promise<void> {
  const result = await db
    .deleteFrom('partner_provider_credentials')
    .where('partner_provider_credential_id', '=', credentialId)
    .returning('partner_provider_credential_id')
    .execute();
  if (result.length === 0) throw noSuchCredential(credentialId);
}

export function noSuchCredential(id: number | string): UsageError {
  return new UsageError(`there is no credential ${id}`, { hint: '`p88sync credentials list` shows all of them.' });
}

/** The provider refused it: until `probeAt` (UTC) nothing is called with it, then one probe. */
export async function markRefused(
  db: Db,
  credentialId: number,
  refusal: { at: Date; reason: string; refusals: number; probeAt: Date },
): Promise<void> {
  const statement = db
    .updateTable('partner_provider_credentials')
    .set((e) => ({
      refused_at: e.fn.coalesce('refused_at', e.val(refusal.at)),
      refused_reason: refusal.reason,
      refusals: refusal.refusals,
      not_before: refusal.probeAt,
    }))
    .where('partner_provider_credential_id', '=', credentialId);
  await onceMore(() => statement.execute());
}

/**
 * It works (again), or is not throttled any more.
 * @param throttles as they were when the run connected: where there are more by now, another run was told to pause meanwhile.
 * Undefined: a person has asked, and whatever was is over.
 */
export async function markAccepted(db: Db, credentialId: number, throttles?: number): Promise<void> {
  const statement = db
    .updateTable('partner_provider_credentials')
    .set({ refused_at: null, refused_reason: null, refusals: 0, not_before: null, throttles: 0 })
    .where('partner_provider_credential_id', '=', credentialId)
    .where((e) => e.or([e('refused_at', 'is not', null), e('throttles', '>', 0)]))
    .$if(throttles !== undefined, (query) => query.where('throttles', '<=', throttles ?? 0));
  await onceMore(() => statement.execute());
}

/** How it stands with its provider's patience now, whichever machine was throttled. */
export async function readRest(db: Db, credentialId: number): Promise<Rest> {
  const row = await db
    .selectFrom('partner_provider_credentials')
    .where('partner_provider_credential_id', '=', credentialId)
    .select(['throttles', 'not_before as notBefore'])
    .executeTakeFirst();
  return { throttles: row?.throttles ?? 0, notBefore: row?.notBefore ?? undefined };
}

/** The provider asked it to slow down: nothing is called with it until then (UTC). */
export async function rest(db: Db, credentialId: number, { throttles, notBefore }: Rest): Promise<void> {
  const statement = db
    .updateTable('partner_provider_credentials')
    .set({ throttles, not_before: notBefore ?? null })
    .where('partner_provider_credential_id', '=', credentialId);
  await onceMore(() => statement.execute());
}

/** What a sealed value is bound to: it cannot be moved to another credential or column. */
export function purposeOf(owner: { partnerId: number; providerId: number; principal: string }, part: string): string {
  return `${part} of ${owner.partnerId}:${owner.providerId}:${owner.principal}`;
}

function asObject(value: Json | null, credentialId: number): JsonObject {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new UsageError(`additional_config of credential ${credentialId} is not a JSON object`, {
      hint: 'Add the credential again with `p88sync credentials add`.',
    });
  }
  return value;
}
