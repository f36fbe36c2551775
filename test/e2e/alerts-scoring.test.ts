/** What people are told of the scoring side: pushes and pulls that fail for good, and results that are suddenly missing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vanish } from '../../src/sandbox/changes.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { type AlertedInstallation, expectNothingSecret, installAlerted, onlyMessage } from './alerted-installation.ts';
import { hour, minute } from './installation.ts';
import { addCopernico, addRegistered, registrationSpec, scoringSpec, splits } from './scored-world.ts';

let here: AlertedInstallation;
let scored: RaceEvent;
beforeAll(async () => {
  let registered: RaceEvent | undefined;
  here = await installAlerted((world) => {
    registered = addRegistered(world, 40);
    scored = addCopernico(world);
  });
  await here.discover();
  if (registered) await here.run('link', registrationSpec(registered), scoringSpec(scored));
});
afterAll(() => here.close());

const told = () => onlyMessage(here.news());
const event = () => `Peak Timing, Pine Ridge: Half (${scoringSpec(scored)})`;
const subject = (what: string) => `p88sync on host-a: Peak Timing, Pine Ridge: Half: ${what}`;
async function reasonOf(kind: 'push' | 'results'): Promise<{ reason: string; hint: string | null }> {
  const rows = await here.query<{ reason: string; hint: string | null }>(
    `select reason, error_details ->> 'hint' as hint from sync_history where claim_key like '${kind}:%'
    and error_details is not null order by sync_history_id desc limit 1`,
  );
  const [{ reason, hint } = { reason: 'none', hint: null }] = rows;
  return { reason: reason.replace(/\.$/, ''), hint };
}
/** The first try and three retries, by processes; the last of them tells it. */
async function failForGood(path: string): Promise<void> {
  here.sandbox.fail({ provider: 'copernico', kind: 'status', status: 502, pathIncludes: path, times: 999 });
  for (let failures = 1; failures <= 4; failures += 1) {
    expect(told()).toBeUndefined();
    here.pass(9 * minute);
    expect((await here.tickOn('host-a')).code).toBe(1);
  }
}

test('a push that fails for good, then goes on', async () => {
  await failForGood('race-registrations');
  const { reason, hint } = await reasonOf('push');
  expect(reason).toContain('502');
  const wrong = 'the push of its people to Copernico failed for good; it goes on at its normal pace';
  const next = hint ?? `\`p88sync push-participants ${scoringSpec(scored)} --debug\` shows what is in the way.`;
  expect(told()).toBe(`${subject(wrong)}\n${event()}: ${wrong}: ${reason}.\nNext: ${next}`);
  await here.control('clear-faults');
  expect((await here.run('push-participants', scoringSpec(scored))).code).toBe(0);
  here.pass(hour + minute);
  await here.tickOn('host-a');
  expect(told()).toBe(`${subject('well again')}\nWell again: ${event()}: its people reach Copernico again.`);
});

test('a pull that fails for good, then goes on', async () => {
  runEvent(here.world, scored, { splits });
  here.pass(hour);
  await here.tick();
  expect(told()).toBeUndefined();
  here.pass(30 * minute);
  await failForGood('/preset/');
  const { reason, hint } = await reasonOf('results');
  const wrong = 'the pull of its results from Copernico failed for good; it goes on at its normal pace';
  const next = hint ?? `\`p88sync pull-results ${scoringSpec(scored)} --debug\` shows what is in the way.`;
  expect(told()).toBe(`${subject(wrong)}\n${event()}: ${wrong}: ${reason}.\nNext: ${next}`);
  await here.control('clear-faults');
  here.pass(hour + minute);
  expect((await here.tickOn('host-a')).code).toBe(0);
  expect(told()).toBe(`${subject('well again')}\nWell again: ${event()}: its results come again.`);
});

test('results that are suddenly missing end the tick with 6 and are told at once', async () => {
  for (const { id } of scored.registrations.slice(0, 20)) vanish(here.world, id);
  here.pass(hour);
  expect((await here.tickOn('host-a')).code).toBe(6);
  const { reason, hint } = await reasonOf('results');
  expect(reason).toContain('20 of 40 results are missing');
  const wrong = 'safety stop, no result was marked as taken back';
  expect(told()).toBe(`${subject(wrong)}\n${event()}: ${wrong}: ${reason}.\nNext: ${hint}`);
  // Three retries later it is the same news.
  for (let ticks = 0; ticks < 5; ticks += 1) {
    here.pass(9 * minute);
    await here.tick();
  }
  expect(told()).toBeUndefined();
  expect((await here.run('pull-results', scoringSpec(scored), '--allow-mass-removal')).code).toBe(0);
  here.pass(20 * minute);
  await here.tickOn('host-a');
  expect(told()).toBe(`${subject('well again')}\nWell again: ${event()}: the list of its results is believed again.`);
});

test('nothing secret was received, said or stored', async () => {
  await expectNothingSecret(here);
});
