/** What a provider, or the network before it, does to a call: each is a trouble that provider-line.ts plays. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Json } from '../../../src/domain/json.ts';
import type { LineAnswer, Trouble } from './provider-line.ts';

/** An error of the provider's own, as JSON. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Trouble {
  const body = Buffer.from(JSON.stringify({ message: 'The laboratory was told to fail.', code }));
  return ({ send }) => send({ status: code, headers: { 'content-type': 'application/json', ...headers }, body });
}

/** Whatever text, with status 200. */
export function text(body: string, contentType: string): Trouble {
  return ({ send }) => send({ status: 200, headers: { 'content-type': contentType }, body: Buffer.from(body) });
}

export const html = text(
  '<!doctype html><html><body><h1>We will be back soon</h1></body></html>',
  'text/html; charset=utf-8',
);

export const resetBeforeHeaders: Trouble = ({ response }) => {
  response.socket?.resetAndDestroy();
};

export const resetBehindHeaders: Trouble = async ({ ask, response }) => {
  const { body } = await ask();
  writeHalf(response, body);
  // What was written is to arrive before the connection is torn down.
  await delay(20);
  response.socket?.resetAndDestroy();
};

/** Takes the call and says nothing. */
export const silent: Trouble = () => undefined;

/** Headers and half of the body come, and the rest after so many ms; undefined: never. */
export function stalls(ms?: number): Trouble {
  return async ({ ask, response }) => {
    const { body } = await ask();
    writeHalf(response, body);
    if (ms === undefined) return;
    await delay(ms);
    response.end(body.subarray(body.length >>> 1));
  };
}

/** A body that goes on for as long as somebody reads it. */
export const endless: Trouble = async ({ response }) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  await pipeline(Readable.from(spaces()), response);
};

function* spaces(): Generator<string> {
  yield '[';
  for (;;) yield ' '.repeat(1024 * 1024);
}

/** 100 MB of spaces, in 100 kB. */
const packed = gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '));

/** @param announced whether a header says that it is gzip. */
export function gzipBomb(announced: boolean): Trouble {
  const headers = { 'content-type': 'application/json', ...(announced && { 'content-encoding': 'gzip' }) };
  return ({ send }) => send({ status: 200, headers, body: packed });
}

export function redirect(code: number, to: string | ((path: string) => string)): Trouble {
  return ({ send, path }) =>
    send({ status: code, headers: { location: typeof to === 'string' ? to : to(path) }, body: Buffer.alloc(0) });
}

/** The right answer, its bytes changed. */
export function bytes(change: (body: Buffer) => Buffer, headers: Readonly<Record<string, string>> = {}): Trouble {
  return async ({ ask, send }) => {
    const answer = await ask();
    send({ ...answer, headers: { ...answer.headers, ...headers }, body: change(answer.body) });
  };
}

export const truncated = bytes((body) => body.subarray(0, Math.ceil(body.length / 2)));

/** The right answer, changed. @param change gets the body as JSON. */
export function rewritten(change: (body: Json, answer: LineAnswer) => Json): Trouble {
  return async ({ ask, send }) => {
    const answer = await ask();
    const body: Json = JSON.parse(String(answer.body));
    send({ ...answer, body: Buffer.from(JSON.stringify(change(body, answer))) });
  };
}

/** The right answer, with headers changed; undefined takes one out. */
export function withHeaders(change: Readonly<Record<string, string | undefined>>): Trouble {
  return async ({ ask, send }) => {
    const answer = await ask();
    const headers = Object.entries({ ...answer.headers, ...change });
    send({
      ...answer,
      headers: Object.fromEntries(
        headers.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])),
      ),
    });
  };
}

/** The answer to another call than the one that was made. */
export function insteadOf(other: (path: string) => string): Trouble {
  return async ({ ask, send, path }) => send(await ask(other(path)));
}

/** Something happens first; then the right answer. */
export function behind(happens: () => Promise<void> | void): Trouble {
  return async ({ ask, send }) => {
    await happens();
    send(await ask());
  };
}

function writeHalf(response: Parameters<Trouble>[0]['response'], body: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.write(body.subarray(0, body.length >>> 1));
}
