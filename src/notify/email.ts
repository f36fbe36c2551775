/** Messages by e-mail. */
import type { Delivery, Message } from '../domain/alerts.ts';
import { inWords } from '../domain/system-errors.ts';

/** A mail server; TLS is asked for everywhere but on this machine. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte (smtps). `starttls`: before anything is said. `plain`: to this machine only. */
  readonly encryption: 'tls' | 'starttls' | 'plain';
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

export interface EmailSettings {
  readonly to: readonly string[];
  readonly from: string;
  readonly server: MailServer;
}

/**
 * On a connection of our own, not by nodemailer's transport: whether a mail that got no answer may have arrived, or had not yet
 * been on its way, is known only to who does the steps, and one that is given up must be closed.
 */
export async function sendByEmail(
  { to, from, server }: EmailSettings,
  { subject, text }: Message,
  limitMs: number,
): Promise<Delivery> {
  const [{ default: SMTPConnection }, { default: MailComposer }] = await Promise.all([
    import('nodemailer/lib/smtp-connection'),
    import('nodemailer/lib/mail-composer'),
  ]);
  const mail = await new MailComposer({ to: [...to], from, subject, text, headers }).compile().build();
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.encryption === 'tls',
    requireTLS: server.encryption === 'starttls',
    // A mail server of this machine often offers TLS with a certificate that nobody signed.
    ignoreTLS: server.encryption === 'plain',
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
  });
  let isOnItsWay = false;
  let limit: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      limit = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
      connection.on('error', reject);
      const step = (next: () => void) => (error?: Error | null) => (error ? reject(error) : next());
      const send = () => {
        isOnItsWay = true;
        connection.send({ from, to: [...to] }, mail, step(resolve));
      };
      const { login } = server;
      connection.connect(
        step(() => {
          if (login) connection.login({ user: login.user, pass: login.password }, step(send));
          else send();
        }),
      );
    });
    return { channel: 'email', status: 'delivered', reason: undefined };
  } catch (error) {
    return failureOf(error as MailError, isOnItsWay);
  } finally {
    clearTimeout(limit);
    connection.close();
  }
}

/** So that no out-of-office note comes back. */
const headers = { 'Auto-Submitted': 'auto-generated' };

interface MailError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  /** The server's answer. */
  readonly responseCode?: number;
}

/** Answers of mail servers repeat addresses and names of users: only codes are told. */
function failureOf({ code, originalCode, responseCode, message }: MailError, isOnItsWay: boolean): Delivery {
  const reason = responseCode ? `the mail server answered ${responseCode}` : inWords(originalCode ?? code ?? message);
  return { channel: 'email', status: isOnItsWay && !responseCode ? 'unknown' : 'failed', reason };
}
