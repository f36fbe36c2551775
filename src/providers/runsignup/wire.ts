/**
 * What RunSignUp's answers look like. Strict on the envelope: an unknown one is UnknownAnswer, never an empty list.
 * Tolerant in rows: weaker keys leave fields out, and only what a row cannot be stored without is required.
 */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { idOf, isObject } from './field-values.ts';

const json = z.custom<Json>(() => true);
const object = z.custom<JsonObject>((value) => isObject(value as Json), { error: 'must be an object' });
const id = z.custom<number | string>((value) => idOf(value as Json) !== null, { error: 'must be a positive number' });
const scalar = z.union([z.string(), z.number(), z.null()], { error: 'must be text or a number' }).optional();

const racesAnswer = z.object({ races: z.array(z.object({ race: object })) });
const raceAnswer = z.object({ race: object });
const rows = z.array(json).optional();
/** Active rows stand beside `event` (whose own list is then empty), removed ones inside it. */
const eventElement = z.object({ event: z.object({ event_id: id, participants: rows }), participants: rows });
const entityAnswer = z.object({ entity_type: z.string(), entity_name: scalar, entity_specific_id: scalar });

const raceRow = z.object({ race_id: id, name: scalar, timezone: scalar, events: z.array(json).nullish() });
const eventRow = z.object({ event_id: id, name: scalar, start_time: scalar });
const participantRow = z.object({
  registration_id: id,
  event_id: id.optional(),
  user: z.object({ first_name: scalar, last_name: scalar, email: scalar, dob: scalar, gender: scalar }),
  bib_num: scalar,
  chip_num: scalar,
  age: scalar,
  last_modified: scalar,
  last_modified_ts: scalar,
  removed_reason: scalar,
  new_registration_id: scalar,
});

/** The rows of one event in an answer to participants or removed-participants. */
export interface EventRows {
  readonly eventId: string;
  readonly rows: readonly Json[];
}

/** @throws UnknownAnswer */
export function readRaces(body: Json): JsonObject[] {
  return envelope(racesAnswer, body, 'races').races.map((element) => element.race);
}

/** @throws UnknownAnswer */
export function readRace(body: Json): JsonObject {
  return envelope(raceAnswer, body, 'race').race;
}

/**
 * One element per event; the documentation's example lacks the array around them, so both are read.
 * @throws UnknownAnswer
 */
export function readEventRows(body: Json): EventRows[] {
  const elements = envelope(z.array(eventElement), Array.isArray(body) ? body : [body], 'participants');
  return elements.map((element) => ({
    eventId: String(idOf(element.event.event_id)),
    rows: [...(element.event.participants ?? []), ...(element.participants ?? [])],
  }));
}

/** @throws UnknownAnswer */
export function readEntity(body: Json): z.infer<typeof entityAnswer> {
  return envelope(entityAnswer, body, 'entity-info');
}

/** What keeps a row from being read, by field and without its values; undefined: nothing. */
export const raceProblem = (row: Json) => problemOf(raceRow, row);
export const eventProblem = (row: Json) => problemOf(eventRow, row);
export const participantProblem = (row: Json) => problemOf(participantRow, row);

function problemOf(schema: z.ZodType, row: Json): string | undefined {
  const result = schema.safeParse(row);
  return result.success ? undefined : issuesOf(result.error);
}

export function envelope<T>(schema: z.ZodType<T>, body: Json, what: string): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new UnknownAnswer(`RunSignUp answered ${what} in an unknown form: ${issuesOf(result.error)}`, {
    hint: 'It is tried again; if it stays, the API has changed and p88sync needs an update.',
  });
}

function issuesOf(error: z.ZodError): string {
  const texts = error.issues.map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`);
  return [...new Set(texts)].slice(0, 3).join('; ');
}
