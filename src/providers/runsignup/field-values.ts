/** RunSignUp's spellings of plain values: money, truth, numbers in text. Pure; null where nothing is said. */
import type { Json, JsonObject } from '../../domain/json.ts';

/** Text or a number as text; blank is null. */
export function textOf(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}

/** `"T"` and `"F"`, and what other spellings an API might grow. */
export function booleanOf(value: Json | undefined): boolean | null {
  if (value === true || value === 'T' || value === 1 || value === '1') return true;
  if (value === false || value === 'F' || value === 0 || value === '0') return false;
  return null;
}

/** A whole number that `integer` holds, as number or digits. */
export function integerOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : null;
}

/** A positive id that `bigint` and a JSON number both hold exactly. */
export function idOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}

/** `"$1,055.00"`, `"-$5.00"`, `"$-5.00"` as decimal text: `1055.00`, `-5.00`. Null where it is no money. */
export function moneyOf(value: Json | undefined): string | null {
  if (typeof value === 'number') return value.toFixed(2);
  if (typeof value !== 'string') return null;
  const match = /^(-?)\$?(-?)(\d[\d,]*)(\.\d+)?$/.exec(value.trim());
  if (match === null) return null;
  const [, outer = '', inner = '', whole = '', cents = ''] = match;
  return `${outer || inner}${whole.replaceAll(',', '')}${cents}`;
}

/** The first number in free text: `5` of `5K`, `3.1` of `3.1 Miles`; null of `Half Marathon`. */
export function numberIn(value: Json | undefined): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return null;
  return /\d+(\.\d+)?/.exec(value.replaceAll(/(\d),(?=\d{3})/g, '$1'))?.[0] ?? null;
}

/** `M`, `F`, `X`, else null. */
export function genderOf(value: Json | undefined): string | null {
  const letter = typeof value === 'string' ? value.trim().toUpperCase() : '';
  return letter === 'M' || letter === 'F' || letter === 'X' ? letter : null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
