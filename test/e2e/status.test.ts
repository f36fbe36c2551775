/** `status` on what discoveries and syncs really left behind: failed listings, removed credentials, and what is not shown. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { run } from './program.ts';

let here: Installation;
beforeEach(async () => {
  here = await install((world) => {
    for (const [company, name] of [
      ['Peak Timing', 'Pine Ridge'],
      ['Coastline Timing', 'Harbour'],
    ] as const) {
      const race = addRace(world, { name });
      const event = addEvent(world, race, { name: '10K', startAt: new Date(saturday.getTime() + 3 * hour) });
      addRegistrations(world, event, 3);
      addAccount(world, { company, races: [race] });
    }
  });
  await here.discover();
  await here.tick();
});
afterEach(() => here.close());

const discoveries = async () =>
  (await here.run('status', '--json')).json['credentials'].map(
    (one: { discovery: string; lastDiscovery: { at: string; status: string } }) => [
      one.discovery,
      one.lastDiscovery.status,
      one.lastDiscovery.at.slice(11, 16),
    ],
  );

test('a discovery that failed is told of its credential, until the next one is done', async () => {
  here.pass(minute);
  here.sandbox.fail({ kind: 'html', pathIncludes: '/races' });
  expect((await here.run('discover', '2:runsignup')).code).toBe(1);
  expect(await discoveries()).toEqual([
    ['fine', 'completed', '10:00'],
    ['failed', 'failed', '10:01'],
  ]);
  here.pass(1.5 * minute);
  const { stdout } = await here.run('status');
  expect(stdout).toContain('Discovery of 2 Coastline Timing, runsignup failed 1 min ago.');
  expect(stdout).toMatch(/^ {3}Discovery failed 1 min ago: .*Next at 18:00 UTC, or/ms);
  expect(stdout).toContain('\n   p88sync discover 2:runsignup\n');

  await here.control('clear-faults');
  await here.discover();
  expect((await discoveries()).map(([condition]: [string]) => condition)).toEqual(['fine', 'fine']);
});

test('a partner whose events are late does not make the timers of all look dead', async () => {
  here.pass(20 * minute);
  await here.run('sync-event', `1:runsignup:${[...here.world.events.values()][0]?.id}`);
  here.pass(1.5 * minute);
  const { stdout } = await here.run('status', '--partner', 'Coastline Timing');
  expect(stdout).toContain('The upcoming event is late.');
  expect(stdout).toMatch(/^Last sync +1 min ago$/m);
  expect(stdout).not.toContain('do the timers run');
  here.pass(20 * minute);
  expect((await here.run('status', '--partner', '2')).stdout).toContain('No sync for 21 min: do the timers run?');
});

test('events whose credential was removed are not late, and are synced again once there is another', async () => {
  await here.run('credentials', 'remove', '2');
  here.pass(2 * hour);
  await here.tick();
  const gone = await here.run('status', '--json');
  expect(gone.json['verdict']).toMatchObject({ level: 'good', events: 2, late: 0, notSynced: 1 });
  expect(gone.json['events'][1]).toMatchObject({ condition: 'no-credential', credentialId: null, overdueMs: 0 });
  const { stdout } = await here.run('status');
  expect(stdout).toMatch(/^1 event has no credential \(2:runsignup\) and is not synced: /m);

  const { principal = '', secret: input = '' } = here.world.accounts[1] ?? {};
  await run(['credentials', 'add', '2:runsignup', '--principal', principal], { env: here.env, input });
  await here.discover();
  await here.tick();
  const again = await here.run('status', '--json');
  expect(again.json['verdict']).toMatchObject({
    level: 'good',
    notSynced: 0,
    text: 'All 2 upcoming events are up to date.',
  });
  expect(again.json['events'].map((one: { credentialId: number }) => one.credentialId)).toEqual([3, 1]);
});
