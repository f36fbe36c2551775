/** Envelopes: each call's rows stand under a key of its own (`event_entry`), and nothing else is ever read as a list. */
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { isObject, shapeOf } from '../../http/wire-fields.ts';

export type EnvelopeKey =
  | 'event'
  | 'event_race'
  | 'event_entry'
  | 'event_interval'
  | 'event_bracket'
  | 'event_results'
  | 'bracket_results';

/**
 * The rows of a list. An empty list is seen as `[]` under the key, and only that counts as one; a single row may come as
 * an object. @throws UnknownAnswer for everything else. `what`: `entries of event 17`.
 */
export function rowsOf(answer: Json, key: EnvelopeKey, what: string): readonly Json[] {
  const rows = isObject(answer) && !answer['error'] ? answer[key] : undefined;
  if (Array.isArray(rows)) return rows;
  if (isObject(rows) && Object.keys(rows).length > 0) return [rows];
  throw new UnknownAnswer(`ChronoTrack answered the call for ${what} with ${shapeOf(answer)} instead of a list`, {
    hint: 'The answer is not read as an empty list; it is tried again, and if it stays, ChronoTrack has changed.',
  });
}
