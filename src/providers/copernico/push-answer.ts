/**
 * What Copernico answered to a batch of registrants. The vendor documents no answer, so a 2xx is a yes; an answer that
 * names errors is believed, and one that is no answer of an API (an HTML page, JSON that is cut off) is none.
 */
import { CallRefused, UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer } from '../../domain/provider.ts';
import type { PushAnswer, PushedParticipant } from '../../domain/scoring.ts';
import { isObject } from './preset.ts';

/** Who has left is in `left` as well as in `taken`: Copernico took the note, yet taking them out is a person's work. */
export function readPushAnswer(answer: ApiAnswer, people: readonly PushedParticipant[]): PushAnswer {
  const refused = errorsOf(bodyOf(answer), new Set(people.map((person) => person.sourceId)));
  const taken = people.filter((person) => !refused.has(person.sourceId));
  return {
    taken: taken.map((person) => person.sourceId),
    left: taken.filter((person) => person.removedReason !== null).map((person) => person.sourceId),
    refused: [...refused].map(([sourceId, error]) => ({ sourceId, error })),
  };
}

/**
 * Undefined: an answer without JSON, such as `OK` or nothing at all. @throws UnknownAnswer for an HTML page, and for what
 * claims to be JSON and is none: it may name errors where nobody can read them.
 */
function bodyOf(answer: ApiAnswer): Json | undefined {
  if (answer.isEmpty) return undefined;
  try {
    return answer.json();
  } catch (error) {
    const claimsMore = /html|json/i.test(answer.headers.get('content-type') ?? '');
    if (claimsMore || !(error instanceof UnknownAnswer)) throw error;
    return undefined;
  }
}

/** Errors by source id. @throws CallRefused where the answer is an error that names nobody of the batch. */
function errorsOf(body: Json | undefined, sent: ReadonlySet<string>): ReadonlyMap<string, string> {
  const rows = Array.isArray(body) ? body : isObject(body) ? (body['errors'] ?? body['data']) : undefined;
  const named = new Map<string, string>();
  for (const row of Array.isArray(rows) ? rows : []) {
    if (!isObject(row) || typeof row['id'] !== 'string' || !sent.has(row['id'])) continue;
    const isError = isFilled(row['error']) || isFilled(row['errors']) || (isObject(body) && body['errors'] === rows);
    if (isError) named.set(row['id'], `Copernico refused this registrant${codeOf(row)}`);
  }
  const isRefusal =
    isObject(body) && (isFilled(body['error']) || body['success'] === false || isFilled(body['errors']));
  if (named.size === 0 && isRefusal) {
    throw new CallRefused('Copernico answered the registrants with an error that names none of them', {
      hint: 'Some of the batch may be there: look at the race in Copernico; the push is tried again with the same ids.',
    });
  }
  return named;
}

/** `null`, `false`, `""`, `[]` and `{}` say that there is no error. */
function isFilled(error: Json | undefined): boolean {
  return typeof error === 'object' && error !== null ? Object.keys(error).length > 0 : Boolean(error);
}

/** A code word only: the text of an error may repeat the person's data. */
function codeOf({ code, error }: { [key: string]: Json }): string {
  const word = [code, error].find((one) => typeof one === 'string' && /^[\w.-]{1,40}$/.test(one));
  return word === undefined ? '' : ` (${word})`;
}
