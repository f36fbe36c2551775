/** What people are told of, by the program as a process: each kind once, and nothing secret in it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { setAccountEnabled, vanish } from '../../src/sandbox/changes.ts';
import type { Account, RaceEvent } from '../../src/sandbox/world.ts';
import { type AlertedInstallation, expectNothingSecret, installAlerted, onlyMessage } from './alerted-installation.ts';
import { day, hour, minute, saturday } from './installation.ts';

const person = { firstName: 'Canaria', lastName: 'Serinus' };
let here: AlertedInstallation;
let lake: RaceEvent;
let harbour: RaceEvent;
let account: Account;
beforeAll(async () => {
  here = await installAlerted((world) => {
    // Medium priority all day: every 15 minutes.
    const startAt = new Date(saturday.getTime() + day);
    const lakeRace = addRace(world, { name: 'Lake <Run> & *Walk*' });
    lake = addEvent(world, lakeRace, { id: '661001', startAt, name: 'Half' });
    addRegistrations(world, lake, 30, () => ({ person }));
    const harbourRace = addRace(world, { provider: 'raceroster', name: 'Harbour Mile' });
    harbour = addEvent(world, harbourRace, { id: '7001', startAt });
    addRegistrations(world, harbour, 30, () => ({ person }));
    account = addAccount(world, { company: 'Peak Timing', races: [lakeRace], secret: 'canary-secret-1' });
    const login = { username: 'canary-user@example.com', password: 'canary-password' };
    const client = { secret: 'canary-secret-2', additionalConfig: login };
    addAccount(world, { company: 'Coast Timing', provider: 'raceroster', races: [harbourRace], ...client });
  });
  await here.discover();
  await here.tick();
  expect(onlyMessage(here.news())).toBeUndefined();
});
afterAll(() => here.close());

const lakeName = 'Lake <Run> & *Walk*: Half';
/** The tick after so long, by a process. */
async function after(ms: number, host = 'host-a', env?: Readonly<Record<string, string>>) {
  here.pass(ms);
  return here.tickOn(host, env);
}
const breakLake = () => here.sandbox.fail({ kind: 'status', status: 502, pathIncludes: 'event_id=661001', times: 999 });
const failed = (host: string, reason: string) =>
  [
    `p88sync on ${host}: Peak Timing, ${lakeName}: the sync failed for good; it goes on at its normal pace`,
    `Peak Timing, ${lakeName} (1:runsignup:661001): the sync failed for good; it goes on at its normal pace: ${reason}.`,
    'Next: HINT',
  ].join('\n');
const wellAgain = (host: string) =>
  [
    `p88sync on ${host}: Peak Timing, ${lakeName}: well again`,
    `Well again: Peak Timing, ${lakeName} (1:runsignup:661001): it is synced again.`,
  ].join('\n');
/** As the webhook has it; the providers' own words of what to do are theirs. */
const told = () =>
  onlyMessage(here.news())
    ?.replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replace(/^Next: .*$/m, 'Next: HINT');

test('a sync that fails for good is told when its retries have run out, once; then that it is well again', async () => {
  breakLake();
  for (let failures = 1; failures <= 3; failures += 1) {
    expect((await after(16 * minute)).code).toBe(1);
    expect(told()).toBeUndefined();
  }
  expect((await after(16 * minute)).code).toBe(1);
  const [row] = await here.query<{ reason: string }>(
    "select reason from sync_history where status = 'failed_permanent' and event_id = '661001'",
  );
  expect(row?.reason).toMatch(/^GET 127.0.0.1:\d+\/runsignup\/race\/\d+\/participants failed with 502/);
  expect(told()).toBe(failed('host-a', row?.reason ?? ''));
  // It fails at its normal pace from now on, for hours.
  for (let ticks = 0; ticks < 6; ticks += 1) await after(16 * minute);
  expect(told()).toBeUndefined();
  await here.control('clear-faults');
  expect((await after(16 * minute, 'host-b')).code).toBe(0);
  expect(told()).toBe(wellAgain('host-b'));
  await after(16 * minute);
  expect(told()).toBeUndefined();
});

test('a refused credential: of four ticks on two hosts in the same minute one tells it', async () => {
  setAccountEnabled(account, false);
  here.pass(2 * hour);
  const ended = await Promise.all(['host-a', 'host-b', 'host-a', 'host-b'].map((host) => here.tickOn(host)));
  // Who finds the event in another's hands has nothing to do.
  const codes = ended.map(({ code }) => code);
  expect(codes.filter((code) => code !== 0 && code !== 5)).toEqual([]);
  expect(codes).toContain(5);
  const message = told();
  expect(message?.replace(/on host-[ab]/, 'on HOST')).toBe(
    [
      'p88sync on HOST: Peak Timing, credential 1 with RunSignUp: the provider refuses it, so nothing is synced with it',
      `Peak Timing, credential 1 with RunSignUp: the provider refuses it, so nothing is synced with it: ${await refusal()}.`,
      'Next: HINT',
    ].join('\n'),
  );
  // It is well at once, and told behind the hour.
  setAccountEnabled(account, true);
  expect((await after(16 * minute)).code).toBe(0);
  expect(told()).toBeUndefined();
  await after(45 * minute);
  expect(told()).toBe(
    [
      'p88sync on host-a: Peak Timing, credential 1 with RunSignUp: well again',
      'Well again: Peak Timing, credential 1 with RunSignUp: it is no longer refused.',
    ].join('\n'),
  );
});

async function refusal(): Promise<string> {
  const [row] = await here.query<{ reason: string }>(
    'select refused_reason as reason from partner_provider_credentials where refused_at is not null',
  );
  return row?.reason.replace(/\.$/, '') ?? '';
}

test('discover tells it as well', async () => {
  setAccountEnabled(account, false);
  here.pass(2 * hour);
  const { code, stdout, stderr } = await here.run('discover', '--debug');
  here.said.push(stdout, stderr);
  expect(code).toBe(5);
  expect(told()).toContain('credential 1 with RunSignUp: the provider refuses it');
  setAccountEnabled(account, true);
  await here.discover();
  await after(61 * minute);
  expect(told()).toContain('it is no longer refused.');
});

test('a safety stop ends with 6 and is told with what to do; well again once a person allowed it', async () => {
  for (const { id } of harbour.registrations.slice(0, 12)) vanish(here.world, id);
  here.env['P88SYNC_RELIST_HOURS'] = '1';
  expect((await after(16 * minute)).code).toBe(6);
  const message = onlyMessage(here.news());
  expect(message).toBe(
    [
      'p88sync on host-a: Coast Timing, Harbour Mile: safety stop, nobody was marked as removed',
      "Coast Timing, Harbour Mile (2:raceroster:7001): safety stop, nobody was marked as removed: Race Roster event 7001: 12 of 30 people are missing from the listing; more than 5 are not marked without a person's word.",
      'Next: Look at the event at Race Roster. If they really left: p88sync sync-event 2:raceroster:7001 --full --allow-mass-removal',
    ].join('\n'),
  );
  expect((await after(16 * minute)).code).toBe(6);
  expect(told()).toBeUndefined();
  await here.run('sync-event', '2:raceroster:7001', '--full', '--allow-mass-removal');
  await after(hour);
  expect(told()).toBe(
    [
      'p88sync on host-a: Coast Timing, Harbour Mile: well again',
      'Well again: Coast Timing, Harbour Mile (2:raceroster:7001): the list of its people is believed again.',
    ].join('\n'),
  );
});

test('a publication that another program asked for and nobody could do', async () => {
  await here.query(
    `insert into sync_queue (timing_partner_id, provider_id, event_id, operation_type, sync_direction)
    select 1, provider_id, '661001', 'results', 'push' from providers where name = 'RunSignUp'`,
  );
  expect((await after(minute)).code).toBe(1);
  expect(told()).toBe(
    [
      `p88sync on host-a: Peak Timing, ${lakeName}: its results were asked for in sync_queue and could not be published`,
      `Peak Timing, ${lakeName} (1:runsignup:661001): its results were asked for in sync_queue and could not be published: publishing results is a person's decision: the payload lacks {"confirmed": true}.`,
      'Next: HINT',
    ].join('\n'),
  );
});

test('nothing secret was received, said or stored', async () => {
  await expectNothingSecret(here);
});
