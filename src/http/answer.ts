/** An answer's body: bytes become JSON here, or an error that says what came instead, never the body itself. */
import { gunzipSync } from 'node:zlib';
import { UnknownAnswer } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import type { ApiAnswer } from '../domain/provider.ts';
import { parseJson } from './parse-json.ts';
import { parseHttpDate } from './retry-delay.ts';

/** An answer that came whole. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** `call` names the call for messages: `GET api.example.org/events`; `maxBytes` is what a body may unpack to. */
export function apiAnswer(raw: RawAnswer, call: string, maxBytes: number): ApiAnswer {
  return {
    status: raw.status,
    headers: raw.headers,
    date: parseHttpDate(raw.headers.get('date')),
    isEmpty: raw.body.length === 0,
    json: () => jsonOf(raw, call, maxBytes),
  };
}

function jsonOf(raw: RawAnswer, call: string, maxBytes: number): Json {
  const text = new TextDecoder().decode(isGzip(raw.body) ? unpacked(raw, call, maxBytes) : raw.body);
  try {
    return parseJson(text);
  } catch {
    // The parser's own message quotes the body, so it goes no further.
    throw notJson(raw, call, whatCame(text));
  }
}

/** RFC 1952's magic number; no JSON begins with it. Bodies that a header announces as gzip, fetch has unpacked already. */
function isGzip(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

/** The body that was sent gzipped without being asked for or announced (seen at Copernico). */
function unpacked(raw: RawAnswer, call: string, maxBytes: number): Buffer {
  try {
    return gunzipSync(raw.body, { maxOutputLength: maxBytes });
  } catch (error) {
    const isTooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw notJson(raw, call, isTooLarge ? `gzip that unpacks to more than ${maxBytes} bytes` : 'broken gzip');
  }
}

function notJson(raw: RawAnswer, call: string, what: string): UnknownAnswer {
  const type = raw.headers.get('content-type') ?? 'no content type';
  return new UnknownAnswer(`${call} answered with ${what} instead of JSON (${type}, ${raw.body.length} bytes)`, {
    hint: 'Often maintenance at the provider, or a wrong provider address; it is tried again.',
  });
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
