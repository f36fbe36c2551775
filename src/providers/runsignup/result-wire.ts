/** What RunSignUp's answers about results look like; strict on the envelope, as in wire.ts. */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ResultSet } from '../../domain/publishing.ts';
import { booleanOf, idOf, isObject, textOf } from './field-values.ts';
import { envelope } from './wire.ts';

const json = z.custom<Json>(() => true);
const object = z.custom<JsonObject>((value) => isObject(value as Json), { error: 'must be an object' });
const id = z.custom<number | string>((value) => idOf(value as Json) !== null, { error: 'must be a positive number' });

/** `individual_results_sets`: the plural stands in the middle, as documented. */
const setsAnswer = z.object({
  individual_results_sets: z.array(
    z.object({
      individual_result_set_id: id,
      individual_result_set_name: json.optional(),
      public_results: json.optional(),
      preliminary_results: json.optional(),
      results: z.array(object).optional(),
    }),
  ),
});
const createdAnswer = z.object({ individual_result_set_id: id });

/** @throws UnknownAnswer */
export function readResultSets(body: Json): ResultSet[] {
  return envelope(setsAnswer, body, 'result sets').individual_results_sets.map((set) => ({
    resultSetId: String(idOf(set.individual_result_set_id)),
    name: textOf(set.individual_result_set_name) ?? '',
    isPublic: booleanOf(set.public_results) ?? undefined,
    isPreliminary: booleanOf(set.preliminary_results) ?? undefined,
  }));
}

/** The rows of one set; none where the answer knows no set, as one without results may be left out. @throws UnknownAnswer */
export function readResultRows(body: Json, resultSetId: string): readonly JsonObject[] {
  const sets = envelope(setsAnswer, body, 'results').individual_results_sets;
  const set = sets.find((one) => String(idOf(one.individual_result_set_id)) === resultSetId);
  if (set === undefined && sets.length > 0) {
    throw new UnknownAnswer(`RunSignUp answered results of another set than ${resultSetId}`);
  }
  return set?.results ?? [];
}

/** @throws UnknownAnswer */
export function readCreatedSet(body: Json): string {
  return String(idOf(envelope(createdAnswer, body, 'new-result-set').individual_result_set_id));
}

/** An answer to a change that is neither an error nor an object says nothing about the change. @throws UnknownAnswer */
export function readDone(body: Json, what: string): void {
  envelope(object, body, what);
}
