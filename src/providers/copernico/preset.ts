/** The envelope of a preset: which rows it holds, and when the gun went off. */
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

export interface Preset {
  readonly rows: readonly Json[];
  /** UTC; undefined where the answer names none that can be one. */
  readonly gunAt: Date | undefined;
}

/**
 * A bare list, or `{ gunTime, data: […] }`; one client has also met `results` in the place of `data`.
 * @throws UnknownAnswer for everything else, an error object with status 200 included.
 */
export function readPreset(answer: Json): Preset {
  if (Array.isArray(answer)) return { rows: answer, gunAt: undefined };
  if (isObject(answer) && !answer['error']) {
    const rows = answer['data'] ?? answer['results'];
    if (Array.isArray(rows)) return { rows, gunAt: instantOf(answer['gunTime']) };
  }
  throw new UnknownAnswer(`Copernico answered the call for a preset with ${shapeOf(answer)} instead of a list`, {
    hint: 'The answer is not read as an empty list; it is tried again, and if it stays, Copernico has changed.',
  });
}

const earliest = Date.parse('2000-01-01T00:00:00Z');
const latest = Date.parse('2100-01-01T00:00:00Z');

/** `gunTime` was seen as epoch milliseconds by one client only: what falls outside this century is none. */
function instantOf(value: Json | undefined): Date | undefined {
  const ms = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof ms === 'number' && ms >= earliest && ms < latest ? new Date(Math.round(ms)) : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its keys at most: the values may be anything. */
function shapeOf(answer: Json): string {
  if (!isObject(answer)) return answer === null ? 'null' : `a ${typeof answer}`;
  return `an object {${Object.keys(answer).slice(0, 8).join(', ')}}`;
}
