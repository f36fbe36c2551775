/**
 * Race Roster's answers as they come over the wire. Nine fields of a participant and about as many of an event are known
 * from public clients: a row is rejected where one of these is not what we know. The names of all others are guesses,
 * read where they fit (`guess`), for nobody is lost over a field we did not expect. Every key stays in the row's source.
 */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { guess, guessedName, id, isObject, shapeOf, text } from '../../http/wire-fields.ts';

const notAList =
  'The answer is not read as an empty list; it is tried again, and if it stays, Race Roster has changed.';

/**
 * The rows of a list, which comes bare or as `{ data: [...] }`.
 * @throws UnknownAnswer for everything else, an error object with status 200 included. `what`: `events`.
 */
export function rowsOf(answer: Json, what: string): Json[] {
  if (Array.isArray(answer)) return answer;
  if (isObject(answer) && Array.isArray(answer['data']) && !answer['error']) return answer['data'];
  throw new UnknownAnswer(`Race Roster answered the call for ${what} with ${shapeOf(answer)} instead of a list`, {
    hint: notAList,
  });
}

/** One object, which comes bare, as `{ data: {...} }` or as `{ data: [{...}] }`. @throws UnknownAnswer */
export function objectOf(answer: Json, what: string): JsonObject {
  const inner = isObject(answer) && 'data' in answer && !answer['error'] ? answer['data'] : answer;
  const object = Array.isArray(inner) && inner.length === 1 ? inner[0] : inner;
  if (isObject(object) && !object['error']) return object;
  throw new UnknownAnswer(`Race Roster answered the call for ${what} with ${shapeOf(answer)} instead of one object`, {
    hint: notAList,
  });
}

/** The id in a row, as text; null where it has none that can be read. */
export function idOf(row: Json, key: 'participantId' | 'eventId'): string | null {
  const id = isObject(row) ? row[key] : undefined;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  return typeof id === 'string' && id.trim() !== '' ? id.trim() : null;
}

/** A nested object, perhaps in `{ data: ... }` again, or in a list of one; an empty list stands for none. */
function nested<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(unwrapped, z.object(shape).nullable());
}

function unwrapped(value: unknown): unknown {
  const inner = typeof value === 'object' && value !== null && 'data' in value ? value.data : value;
  return (Array.isArray(inner) ? inner[0] : inner) ?? null;
}

export const wireEvent = z.object({
  eventId: id,
  name: text,
  startDate: text,
  subEvents: z.preprocess(unwrappedList, z.custom<Json[] | null>()),
  endDate: guess,
  timezone: guess,
  timeZone: guess,
  venue: guessedName,
  locationName: guess,
  distance: guess,
  eventType: guess,
  status: guess,
  currentParticipants: guess,
  participantCount: guess,
});

export const wireSubEvent = z.object({ distance: text });

/** The rows of a list inside a row, bare or in `{ data: [...] }`; null for anything else. */
function unwrappedList(value: unknown): unknown {
  const list = typeof value === 'object' && value !== null && 'data' in value ? value.data : value;
  return Array.isArray(list) ? list : null;
}

const guessedContact = { phone: guess, dateOfBirth: guess, birthDate: guess };

export const wireParticipant = z.object({
  participantId: id,
  firstName: text,
  lastName: text,
  profile: nested({ email: text, ...guessedContact }),
  bibNumber: text,
  gender: text,
  registrationDate: text,
  isActive: text,
  // Shown by no source as a fact: an inference of ours from the sub-events of an event.
  subEventId: guess,
  ...guessedContact,
  email: guess,
  age: guess,
  status: guess,
  registrationStatus: guess,
  subEventName: guess,
  subEvent: nested({ subEventId: guess, name: guess }).catch(null),
  division: guess,
  teamName: guess,
  team: guessedName,
  paymentStatus: guess,
  amountPaid: guess,
  updatedAt: guess,
  lastModified: guess,
  lastModifiedDate: guess,
});
export type WireParticipant = z.infer<typeof wireParticipant>;
