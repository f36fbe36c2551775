/**
 * Let's Do This' answers as they come over the wire. The envelope and every field name are known from a single client,
 * which partly guessed them: only ids must be there, all else is read where it fits (`guess`), for nobody is lost over a
 * field we did not expect. Every key stays in the row's source.
 */
import * as z from 'zod';
import { UnknownAnswer } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { guess, guessedName, id, isObject, shapeOf } from '../../http/wire-fields.ts';

const notAList =
  "The answer is not read as an empty list; it is tried again, and if it stays, Let's Do This has changed.";

export interface WireList {
  readonly rows: readonly Json[];
  /** The cursor of the next page; undefined: this is the last one. */
  readonly next: string | undefined;
}

/**
 * `{ data: [...], page: { next } }`; `next` is null or absent on the last page. Without `page` nobody knows whether more
 * follows, and a list that was cut off would make people absent, so that is an unknown answer too.
 * @throws UnknownAnswer. `what`: `events`.
 */
export function listOf(answer: Json, what: string): WireList {
  const page = isObject(answer) ? answer['page'] : undefined;
  if (!isObject(answer) || !Array.isArray(answer['data']) || !isObject(page) || answer['error']) {
    throw unknown(what, `${shapeOf(answer)} instead of a list with its page`);
  }
  const next = page['next'] ?? '';
  if (typeof next !== 'string' && typeof next !== 'number') throw unknown(what, `${shapeOf(next)} for the next page`);
  return { rows: answer['data'], next: next === '' ? undefined : String(next) };
}

/** One event, which comes bare or as `{ data: {...} }`. @throws UnknownAnswer */
export function eventOf(answer: Json): JsonObject {
  const inner = isObject(answer) && 'data' in answer ? answer['data'] : answer;
  if (isObject(inner) && !inner['error']) return inner;
  throw unknown('one event', `${shapeOf(answer)} instead of it`);
}

function unknown(what: string, came: string): UnknownAnswer {
  return new UnknownAnswer(`Let's Do This answered the call for ${what} with ${came}`, { hint: notAList });
}

/** An object in a row; null where there is none, or something else. */
function nested<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).nullable().catch(null);
}

const guessedId = id.nullable().catch(null);
const guessedPlace = { city: guess, region: guess, country: guess };

export const wireEvent = z.object({
  id,
  name: guess,
  title: guess,
  eventName: guess,
  startDateTime: guess,
  startsAt: guess,
  startAt: guess,
  startTime: guess,
  startDate: guess,
  eventDate: guess,
  date: guess,
  endDateTime: guess,
  endsAt: guess,
  endDate: guess,
  timeZone: guess,
  timezone: guess,
  status: guess,
  venue: guessedName,
  location: nested({ name: guess, timeZone: guess, timezone: guess, ...guessedPlace }),
  ...guessedPlace,
});
export type WireEvent = z.infer<typeof wireEvent>;

/** The person of an application or a participant, which share their fields as far as is known. */
const person = {
  firstName: guess,
  lastName: guess,
  email: guess,
  phone: guess,
  dateOfBirth: guess,
  gender: guess,
  teamName: guess,
  ...guessedPlace,
  category: guess,
  status: guess,
  paymentStatus: guess,
  amountPaid: guess,
  updatedAt: guess,
  cancelledAt: guess,
};

export const wireApplication = z.object({ id, ...person, applicationDate: guess });
export type WireApplication = z.infer<typeof wireApplication>;

export const wireParticipant = z.object({
  id: guessedId,
  applicationId: guessedId,
  application: z
    .union([z.object({ id }).transform((one) => one.id), id])
    .nullable()
    .catch(null),
  ...person,
  bibNumber: guess,
  registrationDate: guess,
  division: guess,
});
export type WireParticipant = z.infer<typeof wireParticipant>;

/** The event that a row of either list belongs to, as text; undefined where it names none. */
export function eventIdOf(row: Json): string | undefined {
  if (!isObject(row)) return undefined;
  const { event, application } = row;
  const places = [row['eventId'], isObject(event) ? event['id'] : event];
  if (isObject(application)) places.push(application['eventId']);
  for (const place of places) {
    const known = id.safeParse(place);
    if (known.success) return known.data;
  }
  return undefined;
}
