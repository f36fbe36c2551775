/** From one row of the list of participants to the outline of a registration. Pure: the same row twice, equal outlines. */
import { createHash } from 'node:crypto';
import type { Json } from '../../domain/json.ts';
import type { Outline, RejectedRow } from '../../domain/records.ts';
import { isObject } from '../../http/wire-fields.ts';
import { numberOf } from './wire.ts';

export type MappedRow = { readonly outline: Outline } | { readonly rejected: RejectedRow };

export function mapRow(source: Json, eventId: string): MappedRow {
  const id = numberOf(source);
  if (id === null || !isObject(source)) {
    return { rejected: { eventId, error: 'registration_number: missing or not an id', source } };
  }
  return { outline: { eventId, id, fingerprint: fingerprintOf(source), source } };
}

/** When the row last changed, as written; null where the list does not tell. */
export function updatedAtOf(row: Json): string | null {
  const text = isObject(row) ? row['updated_at'] : undefined;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}

/** Whether list rows carry `updated_at` is unknown; without it every change that the row shows makes another hash. */
export function fingerprintOf(row: Json): string {
  return updatedAtOf(row) ?? hashOf(row);
}

/** The same for the same values, in whatever order their keys come. */
export function hashOf(value: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(value)))
    .digest('base64url');
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, ordered(value[name] ?? null)]));
}
