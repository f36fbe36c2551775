/** What a key says of itself: a JWT whose claims carry the organiser (vendor documentation). Read, never verified. Pure. */
import type { Json, JsonObject } from '../../domain/json.ts';
import { id, isObject } from '../../http/wire-fields.ts';

const threeParts = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Three base64url parts, the first of them a JSON object: `www.example.org` is none. */
export function isJwt(text: string): boolean {
  return threeParts.test(text) && partOf(text, 0) !== undefined;
}

/** The names under which claims may carry the organiser; which of them they do is not documented. */
const words = ['organiser', 'organizer', 'organisation', 'organization', 'org', 'account'];
const idNames = words.flatMap((word) => [`${word}Id`, `${word}_id`, `${word}ID`]);
const nameNames = words.flatMap((word) => [`${word}Name`, `${word}_name`]);

/** `organiser Northern Runs (org_17)` as far as the key tells; nothing of it is secret. */
export function organiserOf(key: string): string {
  const claims = isJwt(key) ? (partOf(key, 1) ?? {}) : {};
  const inner = words.map((word) => claims[word]).find((value) => value !== undefined && value !== null);
  const object = isObject(inner) ? inner : {};
  const name = firstText(...nameNames.map((one) => claims[one]), object['name'], claims['name']);
  const plain = isObject(inner) ? undefined : inner;
  const known = firstText(...idNames.map((one) => claims[one]), object['id'], plain, claims['sub']);
  if (name === undefined && known === undefined) return 'an organiser that the key does not name';
  return `organiser ${name ?? known}${name !== undefined && known !== undefined ? ` (${known})` : ''}`;
}

function firstText(...values: (Json | undefined)[]): string | undefined {
  for (const value of values) {
    const known = id.safeParse(value);
    if (known.success) return known.data;
  }
  return undefined;
}

function partOf(jwt: string, position: 0 | 1): JsonObject | undefined {
  try {
    const part: Json = JSON.parse(Buffer.from(jwt.split('.')[position] ?? '', 'base64url').toString('utf8'));
    return isObject(part) ? part : undefined;
  } catch {
    return undefined;
  }
}
