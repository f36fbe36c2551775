/** Brings stored secrets under the current key: those that older programs left in clear, and those of a former key. */
import { sql } from 'kysely';
import type { Json, JsonObject } from '../domain/json.ts';
import { purposeOf, sealedKey } from './credentials.ts';
import type { Db } from './database.ts';
import { type Cipher, isEncrypted } from './encryption.ts';

export interface Resealed {
  readonly credentialId: number;
  readonly partner: string;
  /** `providers.name`. */
  readonly provider: string;
  /** How it was kept; `current`: nothing was to do. */
  readonly was: 'clear' | 'former-key' | 'current';
  /** The key stands in `principal`, where it has to stay readable: such a row has to be added again. */
  readonly keyInPrincipal: boolean;
}

interface StoredRow {
  readonly id: number;
  readonly partner_id: number;
  readonly provider_id: number;
  readonly partner: string;
  readonly provider: string;
  readonly principal: string | null;
  readonly secret: string | null;
  readonly additional_config: Json;
}

/** A signed JWT: Let's Do This' keys, which older programs kept as the principal. */
export function isKey(principal: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(principal);
}

/**
 * All credentials in one transaction. `additional_config` becomes one sealed value as a whole, since older programs kept
 * passwords in it beside what is not secret.
 * @param formerToo also those of a former key; else only what is in clear.
 * @throws UsageError where one cannot be decrypted: nothing was changed.
 */
export async function resealSecrets(db: Db, cipher: Cipher, formerToo: boolean): Promise<readonly Resealed[]> {
  return db.transaction().execute(async (tx) => {
    const rows = await sql<StoredRow>`
      select c.partner_provider_credential_id as id, c.timing_partner_id as partner_id, c.provider_id,
        t.company_name as partner, p.name as provider, c.principal, c.secret, c.additional_config
      from partner_provider_credentials c
      join timing_partners t using (timing_partner_id) join providers p using (provider_id)
      order by 1 for update of c`.execute(tx);
    const done: Resealed[] = [];
    for (const row of rows.rows) done.push(await reseal(tx, cipher, row, formerToo));
    return done;
  });
}

async function reseal(tx: Db, cipher: Cipher, row: StoredRow, formerToo: boolean): Promise<Resealed> {
  const { [sealedKey]: sealed, ...open } = objectOf(row.additional_config);
  const secretText = row.secret ?? '';
  const texts = [secretText, ...(typeof sealed === 'string' ? [sealed] : [])];
  const isClear = secretText === '' ? sealed === undefined && Object.keys(open).length > 0 : !isEncrypted(secretText);
  const isFormer = texts.some((text) => isEncrypted(text) && !cipher.isCurrent(text));
  const was = isClear ? 'clear' : isFormer ? 'former-key' : 'current';
  const keyInPrincipal = isKey(row.principal ?? '');
  const told = { credentialId: row.id, partner: row.partner, provider: row.provider, was, keyInPrincipal } as const;
  if (was === 'current' || (was === 'former-key' && !formerToo)) return told;

  const owner = { partnerId: row.partner_id, providerId: row.provider_id, principal: row.principal ?? '' };
  const secret = cipher.decrypt(secretText, purposeOf(owner, 'secret'));
  const hidden =
    typeof sealed === 'string' ? objectOf(JSON.parse(cipher.decrypt(sealed, purposeOf(owner, 'config'))) as Json) : {};
  // What was in clear may hold a password; what p88sync itself left open beside a sealed part is not secret.
  const toSeal = isClear ? { ...open, ...hidden } : hidden;
  const stillOpen = isClear ? {} : open;
  const config = {
    ...stillOpen,
    ...(Object.keys(toSeal).length > 0 && {
      [sealedKey]: cipher.encrypt(JSON.stringify(toSeal), purposeOf(owner, 'config')),
    }),
  };
  await sql`update partner_provider_credentials set
      secret = ${secretText === '' ? row.secret : cipher.encrypt(secret, purposeOf(owner, 'secret'))},
      additional_config = ${Object.keys(config).length > 0 ? JSON.stringify(config) : null}::jsonb, updated_at = clock_timestamp()
    where partner_provider_credential_id = ${row.id}`.execute(tx);
  // Cached tokens are sealed as well; a login brings a new one.
  await tx.deleteFrom('access_tokens').where('partner_provider_credential_id', '=', row.id).execute();
  return told;
}

function objectOf(value: Json): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
