/** Three hosts with networks and names of their own, where root may make them; the cable of one is pulled in the middle of a tick. */
import { expect, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { minute, saturday } from '../e2e/installation.ts';
import { until } from '../e2e/program.ts';
import { openFleet } from './lab/fleet.ts';
import { amount, chancesOf, tell } from './lab/form.ts';
import { closeUnheard } from './lab/heard.ts';
import { openExits, openNamespaceHost, whyNoNamespaces } from './lab/namespace.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

test('hosts in network namespaces, one of which loses its network in the middle of a tick', async () => {
  const missing = whyNoNamespaces();
  if (missing !== undefined) {
    tell(`not tried here, hosts in network namespaces: ${missing}`);
    return;
  }
  const chances = chancesOf('namespaces');
  let events: readonly RaceEvent[] = [];
  const { here, clock, start } = await openFleet(saturday, (world) => {
    events = fillWorld(world, { now: saturday, people: 25 });
  });
  Object.assign(here.env, smallPages(10), { P88SYNC_PACE_MS: '50' });
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  const exits = await openExits([here.databaseUrl, here.sandboxUrl].map((url) => Number(new URL(url).port)));
  const names = ['car-park', 'finish-line', 'office'];
  const hosts = await Promise.all(names.map((name) => openNamespaceHost(name, exits)));
  const [unlucky] = hosts;
  const beats = amount(3, 20);
  for (let beat = 1; beat <= beats; beat += 1) {
    for (let n = chances.below(4); n >= 0; n -= 1) changeSomething(here.world, events, chances);
    await clock.set(new Date(saturday.getTime() + beat * minute));
    // Rows that the host without network has locked are free after 15 s: the others have the usual time, which is more.
    const [first, ...others] = hosts.map(({ prefix }, index) =>
      start('', ['tick', '--json', '--max-seconds', index === 0 ? '8' : '50'], { P88SYNC_HOST: undefined }, prefix),
    );
    if (beat % 3 === 2) {
      const calls = here.sandbox.calls.length;
      await until(async () => here.sandbox.calls.length > calls + chances.below(3));
      unlucky?.cable('down');
    }
    for (const { ended } of others) expect((await ended).code).toBe(0);
    expect([0, 1, 3]).toContain((await first?.ended)?.code);
    unlucky?.cable('up');
  }
  const seen = await here.query('select distinct host from sync_history where host <> $1 order by 1', ['test-host']);
  // Of three that start in the same second one may find nothing left to do.
  expect(names).toEqual(expect.arrayContaining(seen.map(({ host }) => host)));
  expect(seen.length).toBeGreaterThan(1);
  // What the host without network held is free after a lease.
  for (let beat = beats + 1; beat < beats + 30; beat += 1) {
    await clock.set(new Date(saturday.getTime() + beat * minute));
    const { code } = await here.tick();
    const unread = await here.query('select 1 from registration_outlines where unread limit 1');
    const running = await here.query("select 1 from sync_history where status = 'running' limit 1");
    if (code === 0 && unread.length + running.length === 0) break;
  }
  await expectSound(here);
  tell(
    `${hosts.length} hosts in network namespaces, ${beats} minutes, the network of one pulled ${Math.floor((beats + 1) / 3)} times`,
  );
  for (const host of hosts) host.close();
  await exits.close();
  await closeUnheard(here);
});
