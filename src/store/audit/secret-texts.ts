/** The secrets that must stand nowhere, in the shapes in which one could slip into a text. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { UsageError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { purposeOf, sealedKey } from '../credentials.ts';
import type { Db } from '../database.ts';
import type { Cipher } from '../encryption.ts';
import { isKey } from '../reseal.ts';

export interface KnownSecret {
  /** Whose it is, in words. */
  readonly of: string;
  readonly texts: readonly string[];
}

export interface KnownSecrets {
  readonly secrets: readonly KnownSecret[];
  /** Too short to be told from a word by chance. */
  readonly short: number;
  /** Credentials and tokens that the configured key does not open. */
  readonly closed: number;
}

/** A shorter one would be found in ordinary words. */
const shortest = 8;

interface CredentialRow {
  readonly id: number;
  readonly partner_id: number;
  readonly provider_id: number;
  readonly principal: string | null;
  readonly secret: string | null;
  readonly config: Json;
  readonly token: string | null;
}

/** @param others secrets that are not in the database, by whose they are. */
export async function readKnownSecrets(
  tx: Db,
  cipher: Cipher,
  others: readonly { readonly of: string; readonly secret: string }[],
): Promise<KnownSecrets> {
  const rows = await sql<CredentialRow>`
    select partner_provider_credential_id as id, c.timing_partner_id as partner_id, c.provider_id, c.principal, c.secret,
      c.additional_config as config, a.token
    from partner_provider_credentials c left join access_tokens a using (partner_provider_credential_id)
    order by 1`.execute(tx);
  const secrets: KnownSecret[] = [];
  let short = 0;
  let closed = 0;
  const add = (of: string, secret: string, texts: readonly string[]) => {
    if (secret.length >= shortest) secrets.push({ of, texts });
    else if (secret !== '') short += 1;
  };
  for (const row of rows.rows) {
    const open = (stored: string, purpose: string) => {
      try {
        return cipher.decrypt(stored, purpose);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        closed += 1;
        return '';
      }
    };
    const principal = row.principal ?? '';
    const owner = { partnerId: row.partner_id, providerId: row.provider_id, principal };
    const secret = open(row.secret ?? '', purposeOf(owner, 'secret'));
    const { [sealedKey]: sealed, ...config } = objectOf(row.config);
    const hidden = typeof sealed === 'string' ? open(sealed, purposeOf(owner, 'config')) : '';
    const values = { ...config, ...(hidden === '' ? {} : objectOf(JSON.parse(hidden) as Json)) };
    const of = `credential ${row.id}`;
    add(`the secret of ${of}`, secret, shapesOf(secret, principal));
    // Older programs kept the key of Let's Do This here; all other principals are no secrets.
    if (isKey(principal)) add(`the key of ${of}`, principal, shapesOf(principal));
    for (const [name, value] of Object.entries(values)) {
      if (isSecretName(name) && typeof value === 'string') add(`"${name}" of ${of}`, value, shapesOf(value));
    }
    if (row.token !== null) {
      const token = open(row.token, `token ${row.id}`);
      add(`the access token of ${of}`, token, shapesOf(token));
    }
  }
  for (const { of, secret } of others) add(of, secret, shapesOf(secret));
  return { secrets, short, closed };
}

/** As it is, in a URL, in JSON, in a Basic header, and as the SHA-1 with which ChronoTrack is logged in to. */
function shapesOf(secret: string, principal?: string): readonly string[] {
  const shapes = [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    createHash('sha1').update(secret).digest('hex'),
  ];
  if (principal !== undefined) shapes.push(Buffer.from(`${principal}:${secret}`).toString('base64'));
  return [...new Set(shapes)];
}

/** Of what a configuration holds, organisations, presets and time zones are no secrets, even where they are sealed with one. */
function isSecretName(name: string): boolean {
  return /pass|secret|token|(^|_)key$/i.test(name);
}

function objectOf(value: Json): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** What looks like a secret, whoever's it is. */
const patterns: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'what looks like a secret in an address',
    /\b(?:api_secret|client_secret|reg_secret|user_pass|password|access_token|refresh_token)=(?!\*)[^&\s"']{3,}/i,
  ],
  ['what looks like an access token', /\bBearer\s+[\w.~+/-]{16,}/i],
  ['what looks like a login', /\bBasic\s+[A-Za-z0-9+/]{16,}={0,2}/],
  ['what looks like a signed token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}/],
  ['what looks like a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/:@]+@/i],
];

/** @returns what the text holds that it must not, in words and without it; undefined: nothing. */
export function secretIn(text: string, known: KnownSecrets): string | undefined {
  const found = known.secrets.find(({ texts }) => texts.some((one) => text.includes(one)));
  return found?.of ?? patterns.find(([, pattern]) => pattern.test(text))?.[0];
}
