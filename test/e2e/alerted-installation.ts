/** An installation of which people are told: a webhook and a mail server that keep what they receive, and secrets to look for. */
import { expect } from 'vitest';
import type { World } from '../../src/sandbox/world.ts';
import {
  type HttpReceiver,
  type Mail,
  type MailReceiver,
  mailLogin,
  receiveHttp,
  receiveMail,
} from '../notify/receivers.ts';
import { encryptionKey, type Installation, install, type Row } from './installation.ts';
import { type Ended, run } from './program.ts';

export const webhookPath = '/services/canary-webhook/canary-token?key=canary-key';

export interface AlertedInstallation extends Installation {
  readonly http: HttpReceiver;
  readonly mail: MailReceiver;
  /** Everything that the program said so far. */
  readonly said: string[];
  /** A tick as a process of a host. */
  tickOn(host: string, env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The texts that the webhook received since the last time, and the mails. */
  news(): { readonly webhook: readonly string[]; readonly mails: readonly Mail[] };
  alerts(): Promise<Row[]>;
}

/** Every person is named Canaria; accounts that `build` adds have secrets that begin with canary. */
export async function installAlerted(build: (world: World) => void): Promise<AlertedInstallation> {
  const [http, mail, here] = [await receiveHttp(), await receiveMail(), await install(build)];
  Object.assign(here.env, {
    P88SYNC_HOST: 'host-a',
    P88SYNC_ALERT_WEBHOOK_URL: `${http.url}${webhookPath}`,
    P88SYNC_ALERT_EMAIL_TO: 'ann@example.org, bo@example.org',
    P88SYNC_ALERT_EMAIL_FROM: 'p88sync@example.org',
    P88SYNC_SMTP_URL: `smtp://${mailLogin.user}:${mailLogin.password}@127.0.0.1:${mail.port}`,
  });
  const said: string[] = [];
  let mailsSeen = 0;
  return {
    ...here,
    http,
    mail,
    said,
    now: here.now,
    tickOn: async (host, env = {}) => {
      const args = ['tick', '--json', '--debug', '--now', here.now().toISOString()];
      const ended = await run(args, { env: { ...here.env, P88SYNC_HOST: host, ...env } });
      said.push(ended.stdout, ended.stderr);
      return ended;
    },
    news: () => {
      const webhook = http.taken().map(({ body }) => {
        const { text, ...more } = JSON.parse(body) as { text: string };
        expect(more).toEqual({ mrkdwn: false });
        return text;
      });
      const mails = mail.mails.slice(mailsSeen);
      mailsSeen = mail.mails.length;
      return { webhook, mails };
    },
    alerts: () => here.query('select * from alerts order by timing_partner_id, cause'),
    close: async () => {
      await here.close();
      await http.close();
      await mail.close();
    },
  };
}

/** What each channel received is the same message: `subject\ntext`. @returns it; undefined where neither received one. */
export function onlyMessage({ webhook, mails }: ReturnType<AlertedInstallation['news']>): string | undefined {
  const mailed = mails.map(({ headers, body }) => `${headers.get('subject')}\n${body}`);
  expect(mailed).toEqual(
    webhook.map((text) => text.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&')),
  );
  expect(webhook.length).toBeLessThanOrEqual(1);
  for (const { from, to, login } of mails) {
    expect({ from, to, login }).toEqual({
      from: 'p88sync@example.org',
      to: ['ann@example.org', 'bo@example.org'],
      login: mailLogin.user,
    });
  }
  return webhook[0];
}

/** No secret and nobody's name in what was received, said or stored. */
export async function expectNothingSecret(here: AlertedInstallation): Promise<void> {
  const secrets = [
    'canary',
    'Canaria',
    encryptionKey,
    mailLogin.password,
    ...here.world.accounts.flatMap(({ secret }) => secret),
    new URL(here.databaseUrl).password,
  ].filter((secret) => secret !== '');
  const stored: string[] = [];
  for (const table of ['alerts', 'sync_history', 'sync_queue', 'api_calls']) {
    const rows = await here.query<{ text: string }>(`select t::text as text from ${table} t`);
    stored.push(...rows.map(({ text }) => text));
  }
  const received = [
    // The path alone is addressed to the receiver.
    ...here.http.received.map(({ body }) => body),
    ...here.mail.mails.map(({ headers, body }) => `${[...headers].join('\n')}\n${body}`),
  ];
  for (const text of [...received, ...here.said, ...stored]) {
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
}
