/** Alerts where it goes wrong: channels that are down, slow or silent, runs that are killed, and causes that come and go. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { setAccountEnabled } from '../../src/sandbox/changes.ts';
import type { Account } from '../../src/sandbox/world.ts';
import { type AlertedInstallation, expectNothingSecret, installAlerted, webhookPath } from './alerted-installation.ts';
import { day, minute, saturday } from './installation.ts';
import { start, until } from './program.ts';

let here: AlertedInstallation;
let account: Account;
beforeEach(async () => {
  here = await installAlerted((world) => {
    const race = addRace(world, { name: 'Lake Run' });
    // Medium priority all day: every 15 minutes.
    addRegistrations(world, addEvent(world, race, { startAt: new Date(saturday.getTime() + day) }), 5);
    account = addAccount(world, { company: 'Peak Timing', races: [race], secret: 'canary-secret' });
  });
  await here.discover();
  await here.tick();
  expect(here.news()).toEqual({ webhook: [], mails: [] });
});
afterEach(async () => {
  await expectNothingSecret(here);
  await here.close();
});

/** After 16 minutes: the event is due. @param works whether the provider takes the credential by then. */
async function tick(works: boolean, host = 'host-a'): Promise<string> {
  setAccountEnabled(account, works);
  here.pass(16 * minute);
  const { code, stderr } = await here.tickOn(host);
  expect(code).toBe(works ? 0 : 5);
  return stderr;
}

/** So many ticks more, in this process: the same without the start of one. */
async function ticks(count: number, works: boolean): Promise<void> {
  setAccountEnabled(account, works);
  for (let ticked = 0; ticked < count; ticked += 1) {
    here.pass(16 * minute);
    await here.tick();
  }
}

/** `1 webhook, 0 mails`, and which of the two it was. */
function came(): string {
  const { webhook, mails } = here.news();
  const words = [...webhook, ...mails.map(({ headers }) => headers.get('subject') ?? '')].map((text) =>
    text.split('\n')[0]?.endsWith('well again') ? 'well' : 'refused',
  );
  return `${webhook.length} webhook, ${mails.length} mails${words.length > 0 ? `: ${[...new Set(words)].join(' and ')}` : ''}`;
}
const nothing = '0 webhook, 0 mails';
const withoutMail = () => {
  for (const name of ['P88SYNC_ALERT_EMAIL_TO', 'P88SYNC_ALERT_EMAIL_FROM', 'P88SYNC_SMTP_URL']) delete here.env[name];
};

test('a webhook that is down gets it once it is up, once; the mail is not sent again', async () => {
  here.http.answer = 503;
  const log = await tick(false);
  expect(log).toContain('"reason":"status 503"');
  expect(came()).toBe('1 webhook, 1 mails: refused');
  await tick(false, 'host-b');
  expect(came()).toBe('1 webhook, 0 mails: refused');
  here.http.answer = 200;
  await tick(false);
  expect(came()).toBe('1 webhook, 0 mails: refused');
  await ticks(5, false);
  expect(came()).toBe(nothing);
  expect(await here.alerts()).toMatchObject([{ told: 'holds', delivered_at: expect.any(Date), waiting: [] }]);
});

test('who was never told that it is wrong is not told that it is well', async () => {
  withoutMail();
  here.http.answer = 503;
  await tick(false);
  await tick(true);
  here.http.answer = 200;
  expect(came()).toBe('1 webhook, 0 mails: refused');
  await ticks(5, true);
  expect(came()).toBe(nothing);
  expect(await here.alerts()).toEqual([]);
});

test('a webhook that never answers holds no tick, and gets it again after the hour', async () => {
  withoutMail();
  here.http.answer = 'never';
  const log = await tick(false);
  expect(log).toContain('no answer within 5 s');
  expect(came()).toBe('1 webhook, 0 mails: refused');
  here.http.answer = 200;
  await ticks(3, false);
  expect(came()).toBe(nothing);
  await tick(false);
  expect(came()).toBe('1 webhook, 0 mails: refused');
  await ticks(5, false);
  expect(came()).toBe(nothing);
});

test('a run that is killed between sending and taking note leads to no second message within the hour', async () => {
  withoutMail();
  here.http.answer = 'never';
  setAccountEnabled(account, false);
  here.pass(16 * minute);
  const killed = here.start('tick');
  await until(async () => here.http.received.length === 1);
  killed.child.kill('SIGKILL');
  expect((await killed.ended).signal).toBe('SIGKILL');
  here.http.answer = 200;
  expect(came()).toBe('1 webhook, 0 mails: refused');
  await ticks(3, false);
  expect(came()).toBe(nothing);
  // Nobody knows whether it arrived.
  await tick(false, 'host-b');
  expect(came()).toBe('1 webhook, 0 mails: refused');
});

test('what comes and goes within the hour is one message; how it stands is told after it', async () => {
  await tick(false);
  expect(came()).toBe('1 webhook, 1 mails: refused');
  for (const works of [true, false, true]) await ticks(1, works);
  expect(came()).toBe(nothing);
  await tick(true);
  expect(came()).toBe('1 webhook, 1 mails: well');
  for (const works of [false, true, false]) await ticks(1, works);
  expect(came()).toBe(nothing);
  await tick(false);
  expect(came()).toBe('1 webhook, 1 mails: refused');
});

test('SIGTERM ends the tick, and what there is to tell is told all the same', async () => {
  here.http.answer = 503;
  await tick(false);
  expect(came()).toBe('1 webhook, 1 mails: refused');
  here.http.answer = 200;
  here.sandbox.fail({ kind: 'delay', times: 99, delayMs: 60_000 });
  here.pass(16 * minute);
  const terminated = here.start('tick');
  const running = "select 1 from sync_history where status = 'running'";
  await until(async () => (await here.query(running)).length > 0);
  terminated.child.kill('SIGTERM');
  expect((await terminated.ended).code).toBe(143);
  expect(came()).toBe('1 webhook, 0 mails: refused');
});

test('without a channel nothing is asked, loaded or sent; --dry-run and a far channel of a rehearsal tell nobody', async () => {
  setAccountEnabled(account, false);
  here.pass(16 * minute);
  const dry = await here.run('tick', '--dry-run');
  expect(dry.code).toBe(0);
  withoutMail();
  const far = await here.tickOn('host-a', { P88SYNC_ALERT_WEBHOOK_URL: `https://nowhere.invalid${webhookPath}` });
  expect(far.code).toBe(5);
  delete here.env['P88SYNC_ALERT_WEBHOOK_URL'];
  here.pass(16 * minute);
  const silent = await here.tickOn('host-a');
  expect(silent.stderr).toContain('"sql":"select');
  for (const { stderr } of [far, silent]) expect(stderr).not.toMatch(/from alerts|into alerts|alert sent|not taken/);
  expect(came()).toBe(nothing);
  expect(await here.alerts()).toEqual([]);
});

test('an idle tick with channels asks one question more, and no other', async () => {
  const statements = (stderr: string) => stderr.split('\n').filter((line) => line.includes('"sql":"')).length;
  here.pass(minute);
  const alerted = statements((await here.tickOn('host-a')).stderr);
  withoutMail();
  const { P88SYNC_ALERT_WEBHOOK_URL: _, ...without } = here.env;
  const { stderr } = await start(['tick', '--debug', '--now', here.now().toISOString()], { env: without }).ended;
  expect(alerted).toBe(statements(stderr) + 1);
});
