/** Pieces of wire schemas that providers share: tolerant fields, and what to say of an answer without repeating its values. */
import * as z from 'zod';
import type { Json, JsonObject } from '../domain/json.ts';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Which fields of a row are wrong and how; the values themselves are people's data and stay out. */
export function problemsOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`).join('; ');
}

/** Its keys at most: the values may be anything. */
export function shapeOf(answer: Json): string {
  if (Array.isArray(answer)) return `a list of ${answer.length}`;
  if (!isObject(answer)) return answer === null ? 'null' : `a ${typeof answer}`;
  return `an object {${Object.keys(answer).slice(0, 8).join(', ')}}`;
}

/** Text, with numbers and booleans written out; blank and absent are null. */
export const text = z
  .union([z.string(), z.number(), z.boolean()], { error: 'expected text' })
  .nullish()
  .transform((value) => (value === undefined || value === null ? null : String(value).trim() || null));

/** A field that no public source shows; null where it is absent or something else than text. */
export const guess = text.catch(null);

const noId = 'missing or not an id';

/** An id as text, from text or a whole number. */
export const id = z
  .union([z.string().trim().min(1, noId), z.int()], { error: noId })
  .transform((value) => String(value));

/** A guessed name: alone, or in an object. */
export const guessedName = z.union([z.object({ name: text }).transform(({ name }) => name), text]).catch(null);
