/** Who receives messages and pings in tests: an HTTP server and a mail server on real sockets, with what they were sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly type: string | undefined;
  readonly body: string;
}

/** `never`: the request is taken and not answered. */
export type Answer = number | 'never' | 'reset';

export interface HttpReceiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on; 200 at first. */
  answer: Answer;
  /** What came since the last time this was asked. */
  taken(): Received[];
  close(): Promise<void>;
}

/** @param tls a key and a certificate (PEM), by which it speaks https. */
export async function receiveHttp(tls?: { readonly key: string; readonly cert: string }): Promise<HttpReceiver> {
  const received: Received[] = [];
  let seen = 0;
  const listener = (request: IncomingMessage, response: ServerResponse) => void take(request, response);
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const { method = '', url: path = '', headers } = request;
    received.push({ method, path, type: headers['content-type'], body });
    if (receiver.answer === 'reset') request.socket.destroy();
    else if (receiver.answer !== 'never') response.writeHead(receiver.answer).end('ok');
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: HttpReceiver = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: 200,
    taken: () => {
      const news = received.slice(seen);
      seen = received.length;
      return news;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly login: string | undefined;
  readonly secure: boolean;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface MailReceiver {
  readonly port: number;
  readonly mails: Mail[];
  close(): Promise<void>;
}

export const mailLogin = { user: 'p88sync', password: 'canary-smtp-password' };

/** @param options such as `hideSTARTTLS`, `secure`; by default a login is needed and TLS is offered. */
export async function receiveMail(options: SMTPServerOptions = {}): Promise<MailReceiver> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, callback) => {
      if (username === mailLogin.user && password === mailLogin.password) callback(null, { user: username });
      else callback(new Error(`no such login: ${username}`));
    },
    onData: (stream, session, callback) => {
      void readAll(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          login: session.user ? String(session.user) : undefined,
          secure: session.secure,
          ...partsOf(raw),
        });
        callback();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.on('error', () => undefined);
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Headers unfolded, and the body as it was before it was made fit for the way (quoted-printable, encoded words). */
function partsOf(raw: string): Pick<Mail, 'headers' | 'body'> {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), decodedWords(line.slice(at + 1).trim())] as const;
    }),
  );
  const encoded = rest.join('\r\n\r\n').replaceAll('\r\n', '\n').trimEnd();
  const isQuoted = headers.get('content-transfer-encoding') === 'quoted-printable';
  return { headers, body: isQuoted ? unquoted(encoded.replace(/=\n/g, '')) : encoded };
}

const unquoted = (text: string) =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

const decodedWords = (text: string) =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?q\?(.*?)\?=/gi, (_, word: string) => unquoted(word.replaceAll('_', ' ')))
    .replace(/=\?utf-8\?b\?(.*?)\?=/gi, (_, word: string) => Buffer.from(word, 'base64').toString('utf8'));
