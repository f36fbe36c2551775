/** `alert test` and `alert unit-failed` as processes, with nothing around them: no database, no other setting. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { type HttpReceiver, type MailReceiver, mailLogin, receiveHttp, receiveMail } from '../notify/receivers.ts';
import { makeAuthority } from '../security/certificates.ts';
import { run } from './program.ts';

let http: HttpReceiver;
let mail: MailReceiver;
let env: Record<string, string>;
beforeAll(async () => {
  http = await receiveHttp();
  mail = await receiveMail();
});
afterAll(async () => {
  await http.close();
  await mail.close();
});
beforeEach(() => {
  http.answer = 200;
  mail.mails.length = 0;
  env = {
    P88SYNC_HOST: 'timing-1',
    P88SYNC_ALERT_WEBHOOK_URL: `${http.url}/services/canary-path`,
    P88SYNC_ALERT_EMAIL_TO: 'ann@example.org',
    P88SYNC_ALERT_EMAIL_FROM: 'p88sync@example.org',
    P88SYNC_SMTP_URL: `smtp://${mailLogin.user}:${mailLogin.password}@127.0.0.1:${mail.port}`,
    // What the unit failed of is no reason to be silent.
    DATABASE_URL: 'nonsense',
    P88SYNC_PACE_MS: 'nonsense',
  };
});

/** What both channels received, which is the same. */
function received(): string[] {
  const posted = http.taken().map(({ body }) => (JSON.parse(body) as { text: string }).text);
  expect(mail.mails.map(({ headers, body }) => `${headers.get('subject')}\n${body}`)).toEqual(posted);
  return posted;
}

test('alert test: a message on every channel', async () => {
  const { code, stdout, stderr } = await run(['alert', 'test'], { env });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'webhook: taken\ne-mail: taken\n', stderr: '' });
  expect(received()).toEqual([
    'p88sync on timing-1: a test\nThis channel works. Nothing is wrong: somebody ran `p88sync alert test`.',
  ]);
});

test('alert test: by TLS, to those whose certificate somebody vouches for', async () => {
  const authority = await makeAuthority('ours');
  const { certificate: cert, key } = await authority.sign('127.0.0.1', ['127.0.0.1']);
  const [secureHttp, secureMail] = [await receiveHttp({ key, cert }), await receiveMail({ secure: true, key, cert })];
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-alerts-'));
  try {
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, authority.certificate);
    env['P88SYNC_ALERT_WEBHOOK_URL'] = `${secureHttp.url}/services/canary-path`;
    env['P88SYNC_SMTP_URL'] = `smtps://${mailLogin.user}:${mailLogin.password}@127.0.0.1:${secureMail.port}`;
    const strange = await run(['alert', 'test'], { env });
    expect(strange).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^webhook: not taken: .+\ne-mail: not taken: /),
    });
    expect([secureHttp.received, secureMail.mails]).toEqual([[], []]);
    const known = await run(['alert', 'test'], { env: { ...env, NODE_EXTRA_CA_CERTS: ca } });
    expect(known).toMatchObject({ code: 0, stdout: 'webhook: taken\ne-mail: taken\n' });
    expect([secureHttp.received.length, secureMail.mails.map(({ secure }) => secure)]).toEqual([1, [true]]);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await secureHttp.close();
    await secureMail.close();
  }
});

test('alert test: 1 where one did not take it, and which', async () => {
  http.answer = 404;
  env['P88SYNC_SMTP_URL'] = `smtp://canary-user:canary-password@127.0.0.1:${mail.port}`;
  const { code, json, stdout, stderr } = await run(['alert', 'test', '--json', '--debug'], { env });
  expect({ code, json }).toEqual({
    code: 1,
    json: {
      exitCode: 1,
      channels: [
        { channel: 'webhook', status: 'failed', reason: 'status 404' },
        { channel: 'email', status: 'failed', reason: 'the mail server answered 535' },
      ],
    },
  });
  expect(`${stdout}${stderr}`).not.toContain('canary');
  http.taken();
});

test('alert test: 2 where no channel is set, and which settings there are', async () => {
  const { code, stdout, stderr } = await run(['alert', 'test']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/no alert channel is set\n {2}Set P88SYNC_ALERT_WEBHOOK_URL, or /);
});

test('alert test: with --now nobody on another machine is told, and it says so', async () => {
  const elsewhere = { P88SYNC_ALERT_WEBHOOK_URL: 'https://hooks.example/services/canary-path' };
  const { code, stderr } = await run(['alert', 'test', '--now', '2026-11-28T10:00:00Z'], { env: elsewhere });
  expect([code, stderr]).toEqual([
    2,
    'p88sync: nobody is told: with --now only channels on this machine are\n  Leave --now out.\n',
  ]);
});

test('alert unit-failed: the unit, how it ended, what to do', async () => {
  const ended = { MONITOR_SERVICE_RESULT: 'exit-code', MONITOR_EXIT_CODE: 'exited', MONITOR_EXIT_STATUS: '3' };
  const { code, json } = await run(['alert', 'unit-failed', 'p88sync-tick.service', '--json'], {
    env: { ...env, ...ended },
  });
  expect({ code, json }).toEqual({
    code: 0,
    json: {
      exitCode: 0,
      unit: 'p88sync-tick.service',
      channels: [
        { channel: 'webhook', status: 'delivered', reason: null },
        { channel: 'email', status: 'delivered', reason: null },
      ],
    },
  });
  expect(received()).toEqual([
    `p88sync on timing-1: p88sync-tick.service failed\np88sync-tick.service failed: exit code 3, ${exitCodes.database.meaning}.\nNext: \`journalctl -u p88sync-tick.service -n 50\` has its log; \`p88sync doctor\` looks for the cause. While it fails this is told once an hour.`,
  ]);
});

test.each(['5', '6'])('alert unit-failed: silent for exit code %s, of which the run told', async (status) => {
  const ended = { MONITOR_SERVICE_RESULT: 'exit-code', MONITOR_EXIT_CODE: 'exited', MONITOR_EXIT_STATUS: status };
  const { code, stdout } = await run(['alert', 'unit-failed', 'p88sync-tick.service'], { env: { ...env, ...ended } });
  expect([code, stdout]).toEqual([0, 'Nothing is sent: it is told by the run itself, or by the next tick.\n']);
  expect(received()).toEqual([]);
});

test('alert unit-failed: once an hour and unit; what was not taken, or was not sent, does not count', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-told-'));
  try {
    const tell = async (unit: string, exitStatus: string) => {
      const ended = { MONITOR_SERVICE_RESULT: 'exit-code', MONITOR_EXIT_STATUS: exitStatus, RUNTIME_DIRECTORY: folder };
      const webhook = { P88SYNC_ALERT_WEBHOOK_URL: env['P88SYNC_ALERT_WEBHOOK_URL'] ?? '' };
      const { code, stdout } = await run(['alert', 'unit-failed', unit], { env: { ...webhook, ...ended } });
      return [code, stdout.split('\n')[0], http.taken().length];
    };
    const tick = 'p88sync-tick.service';
    const taken = [0, 'webhook: taken', 1];
    expect(await tell(tick, '6')).toEqual([
      0,
      'Nothing is sent: it is told by the run itself, or by the next tick.',
      0,
    ]);
    http.answer = 500;
    expect(await tell(tick, '3')).toEqual([1, expect.stringMatching(/^webhook: not taken/), 1]);
    http.answer = 200;
    expect(await tell(tick, '3')).toEqual(taken);
    expect(await tell(tick, '3')).toEqual([0, 'Nothing is sent: it was told within the last hour.', 0]);
    expect(await tell('p88sync-discover.service', '3')).toEqual(taken);
    const hourAgo = new Date(Date.now() - 3_601_000);
    await utimes(join(folder, tick), hourAgo, hourAgo);
    expect(await tell(tick, '3')).toEqual(taken);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('alert unit-failed: done where no channel is set, 1 where none takes it, 2 for what is no unit', async () => {
  const silent = await run(['alert', 'unit-failed', 'p88sync-tick.service']);
  expect([silent.code, silent.stdout]).toEqual([0, 'Nothing is sent: no alert channel is set.\n']);
  http.answer = 500;
  expect((await run(['alert', 'unit-failed', 'p88sync-tick.service'], { env })).code).toBe(1);
  expect((await run(['alert', 'unit-failed', 'a b\nc'], { env })).code).toBe(2);
  http.taken();
});
