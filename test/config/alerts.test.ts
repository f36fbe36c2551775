import { describe, expect, test } from 'vitest';
import { alertEnvironment } from '../../src/config/alerts.ts';
import { read, refused } from './reading.ts';

const mail = {
  P88SYNC_ALERT_EMAIL_TO: 'ann@example.org, bo@example.org',
  P88SYNC_ALERT_EMAIL_FROM: 'p88sync@example.org',
  P88SYNC_SMTP_URL: 'smtp://ann%40example.org:p%23ss@Mail.example.org',
};

test('all of it', () => {
  const { alerts, notes } = read(
    {
      ...mail,
      P88SYNC_ALERT_WEBHOOK_URL: 'https://hooks.example.org/services/T/B/x?key=1',
      P88SYNC_TICK_HEARTBEAT_URL_FILE: '/etc/tick',
      P88SYNC_DISCOVER_HEARTBEAT_URL: 'http://127.0.0.1:8000/ping/uuid',
    },
    { '/etc/tick': 'https://hc-ping.com/uuid\n' },
  );
  expect(notes).toEqual([]);
  expect(alerts).toEqual({
    webhook: new URL('https://hooks.example.org/services/T/B/x?key=1'),
    email: {
      to: ['ann@example.org', 'bo@example.org'],
      from: 'p88sync@example.org',
      server: {
        host: 'mail.example.org',
        port: 587,
        encryption: 'starttls',
        login: { user: 'ann@example.org', password: 'p#ss' },
      },
    },
    heartbeats: { tick: new URL('https://hc-ping.com/uuid'), discover: new URL('http://127.0.0.1:8000/ping/uuid') },
  });
});

test.each([
  ['smtp://mail.example.org:2525', { host: 'mail.example.org', port: 2525, encryption: 'starttls' }],
  ['smtps://mail.example.org/', { host: 'mail.example.org', port: 465, encryption: 'tls' }],
  ['smtp://localhost:25', { host: 'localhost', port: 25, encryption: 'plain' }],
  ['smtp://[::1]:25', { host: '::1', port: 25, encryption: 'plain' }],
  ['smtps://127.0.0.1', { host: '127.0.0.1', port: 465, encryption: 'tls' }],
  // Another machine than it looks like.
  ['smtp://127.0.0.1.example.org', { host: '127.0.0.1.example.org', port: 587, encryption: 'starttls' }],
])('the mail server %s', (url, server) => {
  expect(read({ ...mail, P88SYNC_SMTP_URL: url }).alerts.email?.server).toEqual({ ...server, login: undefined });
});

describe('refused, without a word of what is secret', () => {
  const address =
    'expected an address as https://…, or http://… to this machine, without user, password and # (what it holds is not shown)';
  test.each([
    'canary',
    'http://canary.example.org/x',
    'https://canary:x@example.org',
    'ftp://canary',
    'https://e.org/#canary',
  ])('%s as an address', (text) => {
    for (const name of ['ALERT_WEBHOOK', 'TICK_HEARTBEAT', 'DISCOVER_HEARTBEAT'].map((one) => `P88SYNC_${one}_URL`)) {
      expect(refused({ [name]: text })).toBe(`${name}: ${address}`);
    }
  });

  test.each([
    'mail.canary.org',
    'https://canary.org',
    'smtp://canary@mail.example.org',
    'smtp://:canary@mail.example.org',
    'smtp://mail.example.org?tls.rejectUnauthorized=canary',
    'smtp://mail.example.org/canary',
    'smtp://u:canary%@mail.example.org',
    'smtp://',
  ])('%s as a mail server', (url) => {
    const message = refused({ ...mail, P88SYNC_SMTP_URL: url });
    expect(message).toMatch(
      /^P88SYNC_SMTP_URL: expected smtp:\/\/USER:PASSWORD@HOST:587 or .* \(what it holds is not shown\)$/,
    );
    expect(message).not.toContain('canary');
  });

  test.each([
    ['P88SYNC_ALERT_EMAIL_TO', 'ann', 'expected e-mail addresses with commas between them, not "ann"'],
    ['P88SYNC_ALERT_EMAIL_TO', 'a@b.org,', 'expected e-mail addresses with commas between them, not "a@b.org,"'],
    ['P88SYNC_ALERT_EMAIL_FROM', 'P88 <a@b.org>', 'expected an e-mail address, not "P88 <a@b.org>"'],
    ['P88SYNC_ALERT_EMAIL_FROM', 'a@b.org\nBcc: c@d.org', 'expected an e-mail address, not "a@b.org\nBcc: c@d.org"'],
  ])('%s %j', (name, value, problem) => {
    expect(refused({ ...mail, [name]: value })).toBe(`${name}: ${problem}`);
  });

  test('a mail that lacks something', () => {
    expect(refused({ P88SYNC_ALERT_EMAIL_TO: 'a@b.org' })).toBe(
      'P88SYNC_ALERT_EMAIL_FROM: missing, while P88SYNC_ALERT_EMAIL_TO is set; P88SYNC_SMTP_URL: missing, while P88SYNC_ALERT_EMAIL_TO is set',
    );
    expect(refused({ ...mail, P88SYNC_ALERT_EMAIL_TO: '' })).toBe(
      'P88SYNC_ALERT_EMAIL_TO: missing, while P88SYNC_ALERT_EMAIL_FROM is set',
    );
  });
});

test('what only tells of a failure reads only what it needs for that', () => {
  const env = alertEnvironment({
    ...mail,
    DATABASE_URL: 'nonsense',
    P88SYNC_PACE_MS: 'nonsense',
    P88SYNC_HOST: 'timing-7',
    P88SYNC_ALERT_WEBHOOK_URL_FILE: '/etc/hook',
    CREDENTIALS_DIRECTORY: '/run/credentials/x',
  });
  expect(env).toEqual({
    ...mail,
    P88SYNC_HOST: 'timing-7',
    P88SYNC_ALERT_WEBHOOK_URL_FILE: '/etc/hook',
    CREDENTIALS_DIRECTORY: '/run/credentials/x',
  });
});
