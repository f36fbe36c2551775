/** Ticks that start at the same moment, as two hosts with the same timer do: each event is synced by one of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { register } from '../../src/sandbox/changes.ts';
import type { World } from '../../src/sandbox/world.ts';
import { expectSame } from './compare.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import type { Ended } from './program.ts';

/** Single-event races and Race Roster events: many units of one credential, which is where two ticks can leapfrog. */
const races = 8;

let here: Installation;
beforeAll(async () => {
  here = await install(fill);
  await here.discover();
});
afterAll(() => here.close());

function fill(world: World): void {
  const startAt = new Date(saturday.getTime() + 2 * hour);
  const build = (provider: 'runsignup' | 'raceroster', count: number) =>
    Array.from({ length: count }, () => {
      const race = addRace(world, { provider });
      addRegistrations(world, addEvent(world, race, { startAt }), 12);
      return race;
    });
  addAccount(world, { company: 'Peak Timing', races: build('runsignup', races) });
  addAccount(world, { company: 'Coast Timing', provider: 'raceroster', races: build('raceroster', races) });
}

/** Syncs since `from` by event, and what became of their claims. */
function syncs(from: Date) {
  return here.query<{ event: string; completed: number; others: number }>(
    `select event_id as event, count(*) filter (where status = 'completed')::int as completed,
      count(*) filter (where status <> 'completed')::int as others
    from sync_history where event_id is not null and started_at >= $1 group by 1 order by 1`,
    [from],
  );
}

async function together(count: number): Promise<Ended[]> {
  const ended = await Promise.all(Array.from({ length: count }, () => here.run('tick', '--json')));
  for (const { code, stderr } of ended) expect({ code, stderr }).toMatchObject({ code: 0 });
  return ended;
}

test.each([
  ['two', 2],
  ['two', 2],
  ['two', 2],
  ['four', 4],
  ['four', 4],
])('%s ticks at once: every event once, nobody missing, nobody twice', async (_, count) => {
  here.pass(minute);
  for (const event of here.world.events.values()) register(here.world, event);
  await together(count);
  const rows = await syncs(here.now());
  expect(rows).toHaveLength(2 * races);
  expect(rows.filter((row) => row.completed !== 1 || row.others !== 0)).toEqual([]);
  await expectSame(here);
});
