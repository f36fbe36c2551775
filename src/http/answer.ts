/** An answer's body: bytes become JSON here, or an error that says what came instead, never the body itself. */
import { UnknownAnswer } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { ApiAnswer } from '../domain/provider.ts';
import { parseHttpDate } from './retry-delay.ts';

/** An answer that came whole. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** `call` names the call for messages: `GET api.example.org/events`. */
export function apiAnswer(raw: RawAnswer, call: string): ApiAnswer {
  return {
    status: raw.status,
    headers: raw.headers,
    date: parseHttpDate(raw.headers.get('date')),
    json: () => parseJson(raw, call),
  };
}

function parseJson(raw: RawAnswer, call: string): Json {
  const text = new TextDecoder().decode(raw.body);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, so it goes no further.
    const type = raw.headers.get('content-type') ?? 'no content type';
    throw new UnknownAnswer(
      `${call} answered with ${whatCame(text)} instead of JSON (${type}, ${raw.body.length} bytes)`,
      {
        hint: 'Often maintenance at the provider, or a wrong provider address; it is tried again.',
      },
    );
  }
}

function whatCame(text: string): string {
  const start = text.trimStart();
  if (start === '') return 'an empty body';
  if (/^<(!doctype html|html|head|body)/i.test(start)) return 'an HTML page';
  if (start.startsWith('<')) return 'XML';
  const closing = start.startsWith('{') ? '}' : start.startsWith('[') ? ']' : undefined;
  if (closing === undefined) return 'plain text';
  return start.trimEnd().endsWith(closing) ? 'broken JSON' : 'truncated JSON';
}
