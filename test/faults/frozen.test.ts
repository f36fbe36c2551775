/** A process that is frozen past its lease: another host takes over, and when it is thawed it writes nothing and ends well. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { rowVersions } from '../e2e/compare.ts';
import { minute, saturday } from '../e2e/installation.ts';
import { type Started, until } from '../e2e/program.ts';
import { type Fleet, openFleet } from './lab/fleet.ts';
import { amount, chancesOf } from './lab/form.ts';
import { syncPoints } from './lab/points.ts';
import { type Point, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

const chances = chancesOf('frozen');
let fleet: Fleet;
let events: readonly RaceEvent[];
beforeEach(async () => {
  fleet = await openFleet(saturday, (world) => {
    events = fillWorld(world, { now: saturday, people: 25, providers: ['runsignup'] });
  });
  Object.assign(fleet.here.env, smallPages(10), { P88SYNC_PACE_MS: '0' });
});
afterEach(() => fleet.here.close());

async function later(): Promise<void> {
  await fleet.clock.set(new Date(fleet.clock.now().getTime() + 2 * minute));
}

/** Its lease runs out, and the other host finds it. */
async function expectTakenOver(command: 'tick' | 'discover'): Promise<void> {
  await fleet.here.query(
    "update sync_history set lease_until = lease_until - interval '61 seconds' where status = 'running'",
  );
  const other = await fleet.start('host-b', [command, '--json']).ended;
  expect({ code: other.code, stderr: other.stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('a sync that never ended was taken over'),
  });
}

const historyBefore = (last: unknown) =>
  fleet.here.query('select * from sync_history where sync_history_id <= coalesce($1, 1000000) order by 1', [last]);

/** Thawed again: what it held is somebody else's now. */
async function expectHarmless(frozen: Started): Promise<void> {
  const before = await rowVersions(fleet.here);
  const history = await historyBefore(undefined);
  frozen.child.kill('SIGCONT');
  const { code, signal, json } = await frozen.ended;
  expect({ code: [0, 1].includes(code ?? -1), signal, isError: json['error'] }).toEqual({
    code: true,
    signal: null,
    isError: undefined,
  });
  expect(await rowVersions(fleet.here)).toEqual(before);
  // What it had not begun yet it may begin now.
  expect(await historyBefore(history.at(-1)?.['sync_history_id'])).toEqual(history);
  expect((await fleet.start('host-b', ['tick']).ended).code).toBe(0);
  await expectSound(fleet.here);
}

/** The next call is answered late, once. */
function keepWaiting(path: string): void {
  fleet.here.sandbox.fail({ kind: 'delay', provider: 'runsignup', pathIncludes: path, delayMs: 2_000 });
}

const waitingCalls = () => fleet.here.query('select 1 from api_calls where status is null and error is null');

const inCall = [
  ['tick', 'participants'],
  ['discover', 'races'],
] as const;

test.each(inCall.slice(0, amount(1, 2)))('%s, frozen while a call is under way', async (command, path) => {
  if (command === 'tick') await fleet.here.discover();
  keepWaiting(path);
  const frozen = fleet.start('host-a', [command, '--json']);
  await until(async () => (await waitingCalls()).length > 0);
  frozen.child.kill('SIGSTOP');
  await expectTakenOver(command);
  await expectHarmless(frozen);
});

test.each(['page: people written, carried out', 'call reserved, carried out'].slice(0, amount(1, 2)))(
  'a tick, frozen in the middle of a transaction (%s): its locks keep nobody waiting for long',
  async (name) => {
    await fleet.here.discover();
    expect((await fleet.start('host-b', ['tick']).ended).code).toBe(0);
    for (let n = 0; n < 4; n += 1) changeSomething(fleet.here.world, events, chances);
    await later();
    // As p88sync sets it itself, only sooner.
    await fleet.here.query(
      `do $$ begin execute format('alter database %I set idle_in_transaction_session_timeout = ''1s''', current_database()); end $$`,
    );
    const line = await startPostgresLine(fleet.here.databaseUrl);
    try {
      const point = syncPoints.find((one) => one.name === name) as Point;
      const { reached } = line.arm(point, () => frozen.child.kill('SIGSTOP'));
      const frozen = fleet.start('host-a', ['tick', '--json'], { DATABASE_URL: line.url });
      expect(await reached).toBe(true);
      // Its machine is not heard of any more, and TCP has not noticed.
      const still =
        "select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
      await until(async () => (await fleet.here.query(still)).length === 0);
      await expectTakenOver('tick');
      line.proxy.cutAll();
      await expectHarmless(frozen);
    } finally {
      await line.close();
    }
  },
);
