/** Messages on their channels, to servers on real sockets: what they receive, and what is told of those that do not take it. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../src/domain/alerts.ts';
import type { MailServer } from '../../src/notify/email.ts';
import { send } from '../../src/notify/notifier.ts';
import { type HttpReceiver, type MailReceiver, mailLogin, receiveHttp, receiveMail } from './receivers.ts';

const message: Message = {
  subject: 'p88sync on timing-1: Peak Timing, <!channel> & Läufe: the sync failed',
  text: 'Peak Timing, *Lake* <https://evil.example.org|Run> & Läufe:\n`p88sync status` shows all.',
};
/** Nobody waits for it: a server that never answers is given up within it. */
const limitMs = 1_000;

let http: HttpReceiver;
beforeEach(async () => {
  http = await receiveHttp();
  return () => http.close();
});

describe('the webhook', () => {
  const post = (url = `${http.url}/services/canary-path?key=canary`) =>
    send({ webhook: new URL(url) }, 'webhook', message, limitMs);

  test('takes a line of subject and the text, without markup of others', async () => {
    expect(await post()).toEqual({ channel: 'webhook', status: 'delivered', reason: undefined });
    expect(http.taken()).toEqual([
      {
        method: 'POST',
        path: '/services/canary-path?key=canary',
        type: 'application/json; charset=utf-8',
        body: JSON.stringify({
          text: 'p88sync on timing-1: Peak Timing, &lt;!channel&gt; &amp; Läufe: the sync failed\nPeak Timing, *Lake* &lt;https://evil.example.org|Run&gt; &amp; Läufe:\n`p88sync status` shows all.',
          mrkdwn: false,
        }),
      },
    ]);
  });

  test.each([404, 500, 302])('refuses with %i: it may be sent again', async (status) => {
    http.answer = status;
    expect(await post()).toEqual({ channel: 'webhook', status: 'failed', reason: `status ${status}` });
  });

  test('is not there, or has no such name: it never left', async () => {
    const { port } = new URL(http.url);
    await http.close();
    const gone = await post(`http://127.0.0.1:${port}/canary`);
    expect(gone).toEqual({ channel: 'webhook', status: 'failed', reason: 'nobody listens there (ECONNREFUSED)' });
    const nameless = await post('https://nowhere.invalid/canary');
    expect(nameless).toMatchObject({ status: 'failed', reason: expect.stringMatching(/\(E[A-Z_]+\)$/) });
  });

  test('takes it and does not answer, or hangs up: it may have arrived', async () => {
    http.answer = 'never';
    expect(await post()).toEqual({ channel: 'webhook', status: 'unknown', reason: 'no answer within 1 s' });
    http.answer = 'reset';
    expect(await post()).toEqual({
      channel: 'webhook',
      status: 'unknown',
      reason: 'the connection was closed (ECONNRESET)',
    });
  });

  test('speaks no TLS: nothing is said to it', async () => {
    const { port } = new URL(http.url);
    expect(await post(`https://127.0.0.1:${port}/canary`)).toMatchObject({ status: 'failed' });
    expect(http.received).toEqual([]);
  });
});

describe('the mail server', () => {
  const opened: (MailReceiver | Server)[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await new Promise<void>((resolve) => void one.close(() => resolve()));
  });
  async function receive(...options: Parameters<typeof receiveMail>) {
    const server = await receiveMail(...options);
    opened.push({ close: (done: () => void) => void server.close().then(done) } as unknown as Server);
    return server;
  }
  const sendTo = (port: number, changes: Partial<MailServer> = {}) =>
    send(
      {
        email: {
          to: ['ann@example.org', 'bo@example.org'],
          from: 'p88sync@example.org',
          server: { host: '127.0.0.1', port, encryption: 'plain', login: mailLogin, ...changes },
        },
      },
      'email',
      message,
      limitMs,
    );

  test('takes one mail to all, as plain text, with nothing that the message did not say', async () => {
    const { port, mails } = await receive();
    expect(await sendTo(port)).toEqual({ channel: 'email', status: 'delivered', reason: undefined });
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail).toMatchObject({
      from: 'p88sync@example.org',
      to: ['ann@example.org', 'bo@example.org'],
      login: 'p88sync',
      // To this machine; its certificate is nobody's.
      secure: false,
      body: message.text,
    });
    expect(Object.fromEntries(mail?.headers ?? [])).toEqual({
      from: 'p88sync@example.org',
      to: 'ann@example.org, bo@example.org',
      subject: message.subject,
      'auto-submitted': 'auto-generated',
      'content-type': 'text/plain; charset=utf-8',
      'content-transfer-encoding': 'quoted-printable',
      'mime-version': '1.0',
      date: expect.any(String),
      'message-id': expect.any(String),
    });
  });

  test('has another password: its answer is not repeated', async () => {
    const { port, mails } = await receive();
    const delivery = await sendTo(port, { login: { user: 'canary-user', password: 'canary-password' } });
    expect(delivery).toEqual({ channel: 'email', status: 'failed', reason: 'the mail server answered 535' });
    expect(mails).toEqual([]);
  });

  test('refuses a recipient', async () => {
    const refusing = { onRcptTo: (_: unknown, __: unknown, done: (error: Error) => void) => done(new Error('no ann')) };
    const { port } = await receive(refusing as never);
    expect(await sendTo(port)).toEqual({
      channel: 'email',
      status: 'failed',
      reason: 'the mail server answered 550',
    });
  });

  test.each(['starttls', 'tls'] as const)(
    'on another machine (%s): nothing goes out without TLS, nor under a certificate that nobody vouches for',
    async (encryption) => {
      for (const options of [{ hideSTARTTLS: true }, {}, { secure: true }]) {
        const { port, mails } = await receive(options);
        const delivery = await sendTo(port, { encryption });
        expect(delivery).toMatchObject({ status: 'failed' });
        expect(mails).toEqual([]);
      }
    },
  );

  test('is not there', async () => {
    const { port, close } = await receive();
    await close();
    expect(await sendTo(port)).toEqual({
      channel: 'email',
      status: 'failed',
      reason: 'nobody listens there (ECONNREFUSED)',
    });
  });

  test('never says a word: nothing has left', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    silent.on('connection', (socket) => void socket.on('error', () => undefined).unref());
    opened.push(silent);
    const delivery = await sendTo((silent.address() as AddressInfo).port);
    expect(delivery).toMatchObject({ channel: 'email', status: 'failed' });
  });

  test('takes the mail and never says so: it may have arrived', async () => {
    const { port } = await receive({ onData: (stream) => void stream.resume() });
    expect(await sendTo(port)).toEqual({ channel: 'email', status: 'unknown', reason: 'no answer within 1 s' });
  });
});
