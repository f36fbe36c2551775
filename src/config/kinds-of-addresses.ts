/** The kinds of addresses that variables hold: of web services, of people, of mail servers. */
import { isLoopback } from '../http/address.ts';
import type { MailServer } from '../notify/email.ts';
import { type Kind, kind } from './kinds.ts';

/** The path is the secret of a webhook, and a query may be: both are taken as they are. */
export const webAddress: Kind<URL> = kind(
  'an address as https://…, or http://… to this machine, without user, password and #',
  (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  },
  (text) => new URL(text),
);

/** Enough to keep a slip and a second header line out; whether anybody reads it the mail server knows. */
const isEmail = (text: string) => /^[^\s@,;<>"()]+@[^\s@,;<>"()]+$/.test(text) && text.length <= 254;

export const emailAddress: Kind<string> = kind('an e-mail address', isEmail, String);

const addresses = (text: string) => text.split(',').map((address) => address.trim());

export const emailAddresses: Kind<readonly string[]> = kind(
  'e-mail addresses with commas between them',
  (text) => addresses(text).every(isEmail),
  addresses,
);

export const mailServer: Kind<MailServer> = kind(
  'smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465; signs such as @ : / # in user or password are written as %40 %3A %2F %23',
  (text) => mailServerOf(text) !== undefined,
  (text) => mailServerOf(text) as MailServer,
);

function mailServerOf(text: string): MailServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol)) return undefined;
  // Options in a query (node's own rejectUnauthorized=false among them) would weaken what is promised.
  if (url.hostname === '' || url.search !== '' || url.hash !== '' || !/^\/?$/.test(url.pathname)) return undefined;
  if ((url.username === '') !== (url.password === '')) return undefined;
  const isTls = url.protocol === 'smtps:';
  const hostname = url.hostname.toLowerCase();
  try {
    return {
      host: hostname.replace(/^\[(.+)\]$/, '$1'),
      port: Number(url.port) || (isTls ? 465 : 587),
      encryption: isTls ? 'tls' : isLoopback(hostname) ? 'plain' : 'starttls',
      login:
        url.username === ''
          ? undefined
          : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    };
  } catch {
    // A % that stands for itself.
    return undefined;
  }
}
