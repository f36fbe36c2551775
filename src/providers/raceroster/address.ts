/** From the address parts of a row to the one form that p88sync keeps for every provider. Pure. */
import type { Json, JsonObject } from '../../domain/json.ts';
import { isObject } from '../../http/wire-fields.ts';

/** Where each part may stand. No address of a public sample is fuller than an event's `city` and `country: { code }`. */
const partNames: Readonly<Record<string, readonly string[]>> = {
  street: ['street', 'address1'],
  city: ['city'],
  state: ['state', 'province', 'region'],
  zipcode: ['postalCode', 'zip'],
  country_code: ['country'],
};

/**
 * `{ street, city, state, zipcode, country_code }`, each part from the first source that has it; null where none has any.
 * A source may be the row itself, an `address` object in it, or an `address` that is the street alone. A part of an
 * unknown form is null: nobody is lost for an address.
 */
export function addressOf(...sources: (Json | undefined)[]): JsonObject | null {
  const parts = Object.entries(partNames).map(([part, names]) => [part, firstOf(sources, part, names)] as const);
  return parts.some(([, value]) => value !== null) ? Object.fromEntries(parts) : null;
}

function firstOf(sources: readonly (Json | undefined)[], part: string, names: readonly string[]): string | null {
  for (const source of sources) {
    if (part === 'street' && typeof source === 'string' && textOf(source) !== null) return textOf(source);
    if (!isObject(source)) continue;
    for (const name of names) {
      const value = textOf(source[name]);
      if (value !== null) return value;
    }
  }
  return null;
}

/** A part as text; a region or country may be `{ code, name }`. */
function textOf(value: Json | undefined): string | null {
  if (isObject(value)) return textOf(value['code'] ?? value['name']);
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() || null : null;
}
