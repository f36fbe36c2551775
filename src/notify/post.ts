/** One POST to somebody who only takes notice: no redirect, no retry, an end after its time, and never an exception. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { inWords } from '../domain/system-errors.ts';

export interface Posted {
  /** `unsent`: it never left this machine. `unanswered`: it did, and may have arrived. */
  readonly kind: 'answered' | 'unsent' | 'unanswered';
  /** The HTTP status of an answer. */
  readonly status: number | undefined;
  /** In words; the address, whose path may be a secret, is not in them. */
  readonly reason: string;
}

export interface PostOptions {
  readonly body: string;
  readonly contentType: string;
  /** Until the answer's headers. */
  readonly limitMs: number;
}

/**
 * Through Node's own client: its fetch takes longer to load than an idle tick has, and follows redirects. Each has a connection
 * of its own, since one kept for the length of a run may have been closed at the other end.
 */
export function post(url: URL, { body, contentType, limitMs }: PostOptions): Promise<Posted> {
  return new Promise((resolve) => {
    let connected = false;
    const secure = url.protocol === 'https:';
    const request = (secure ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body), 'user-agent': 'p88sync' },
    });
    const failed = (reason: string) => {
      clearTimeout(limit);
      resolve({ kind: connected ? 'unanswered' : 'unsent', status: undefined, reason });
      request.destroy();
    };
    const limit = setTimeout(() => failed(`no answer within ${limitMs / 1000} s`), limitMs);
    request.once('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    // The code alone: messages of some errors repeat what was asked for.
    request.on('error', (error: NodeJS.ErrnoException) => failed(inWords(error.code ?? error.name)));
    request.once('response', (response) => {
      clearTimeout(limit);
      response.resume().on('error', () => undefined);
      resolve({ kind: 'answered', status: response.statusCode, reason: `status ${response.statusCode}` });
    });
    request.end(body);
  });
}

/** It was taken. */
export function isTaken({ status = 0 }: Posted): boolean {
  return status >= 200 && status < 300;
}
