/** Several hosts that start in the same second, all through a race morning: one is cut off, one freezes, one dies. */
import { expect, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { hour, minute, saturday } from '../e2e/installation.ts';
import type { Ended, Started } from '../e2e/program.ts';
import { busiestHour } from '../e2e/simulated-day.ts';
import { type Fleet, openFleet } from './lab/fleet.ts';
import { amount, type Chances, chancesOf, isLong, tell } from './lab/form.ts';
import { closeUnheard } from './lab/heard.ts';
import { syncPoints } from './lab/points.ts';
import { type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import type { Line } from './lab/tcp-proxy.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

interface Morning {
  readonly fleet: Fleet;
  readonly events: readonly RaceEvent[];
  readonly hosts: readonly string[];
  readonly chances: Chances;
  /** Ticks of all hosts in one second, at the next full minute; resolves when all have ended. */
  beat(beginning?: (host: string) => Readonly<Record<string, string>> | undefined): Promise<readonly Ended[]>;
}

async function openMorning(hosts: number, settings: Readonly<Record<string, string>> = {}): Promise<Morning> {
  const chances = chancesOf(`${hosts} hosts`);
  let events: readonly RaceEvent[] = [];
  const fleet = await openFleet(saturday, (world) => {
    events = fillWorld(world, { now: saturday, people: 25 });
  });
  const { here, clock } = fleet;
  Object.assign(here.env, smallPages(10), { P88SYNC_PACE_MS: '50' }, settings);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  const names = Array.from({ length: hosts }, (_, number) => `host-${number + 1}`);
  let beats = 0;
  return {
    fleet,
    events,
    hosts: names,
    chances,
    beat: async (beginning = () => ({})) => {
      beats += 1;
      for (let n = chances.below(4); n >= 0; n -= 1) changeSomething(here.world, events, chances);
      await clock.set(new Date(saturday.getTime() + beats * minute));
      const started = names.flatMap((host): Started[] => {
        const env = beginning(host);
        return env ? [fleet.start(host, ['tick', '--json'], env)] : [];
      });
      return Promise.all(started.map(({ ended }) => ended));
    },
  };
}

/** Completed syncs of each event by minute since the first beat: the number of those that came so often. */
async function syncsPerBeat({ fleet: { here } }: Morning, beats: number): Promise<ReadonlyMap<number, number>> {
  const rows = await here.query<{ times: number; n: number }>(
    `select times, count(*)::int as n from (
       select e.timing_partner_id, e.event_id, beat, count(h.sync_history_id)::int as times
       from sync_events e cross join generate_series(1, $2) beat
       left join sync_history h on h.timing_partner_id = e.timing_partner_id and h.provider_id = e.provider_id
         and h.event_id = e.event_id and h.status = 'completed' and h.operation_type in ('full_sync', 'incremental_sync')
         and h.started_at >= $1::timestamptz + beat * interval '1 minute'
         and h.started_at < $1::timestamptz + (beat + 1) * interval '1 minute'
       group by 1, 2, 3) t group by times`,
    [saturday, beats],
  );
  return new Map(rows.map(({ times, n }) => [times, n]));
}

test.each(isLong ? [2, 3, 5, 10] : [3])('%i hosts in the same second: every event once a minute', async (hosts) => {
  const morning = await openMorning(hosts);
  const { here } = morning.fleet;
  const beats = amount(3, 15);
  for (let beat = 0; beat < beats; beat += 1) {
    const ended = await morning.beat();
    expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
  }
  // Six events of seven schedules: the second partner has those of RunSignUp too.
  expect(await syncsPerBeat(morning, beats)).toEqual(new Map([[1, beats * 8]]));
  await settle(morning);
  tell(`${hosts} hosts, ${beats} minutes: each of ${8 * beats} syncs made once`);
  await closeUnheard(here);
});

/** Whatever is still to be read or was held by somebody dead: half an hour of ticks of one host. */
async function settle({ fleet: { here, clock } }: Morning): Promise<void> {
  for (let tick = 0; tick < 30; tick += 1) {
    await clock.set(new Date(clock.now().getTime() + minute));
    const { code } = await here.tick();
    const unread = await here.query('select 1 from registration_outlines where unread limit 1');
    const running = await here.query("select 1 from sync_history where status = 'running' limit 1");
    if (code === 0 && unread.length === 0 && running.length === 0) break;
  }
  await expectSound(here);
}

test('one of several hosts is cut off from the database: it says so and ends, the others do its work', async () => {
  const morning = await openMorning(3);
  const { here } = morning.fleet;
  const line: PostgresLine = await startPostgresLine(here.databaseUrl);
  const cutOff: Promise<Ended>[] = [];
  const beats = amount(3, 12);
  for (let beat = 0; beat < beats; beat += 1) {
    const mode = morning.chances.pick(['refuse', 'cut'] as const);
    await line.proxy.set({ mode });
    const started = morning.fleet.start('host-3', ['tick'], { DATABASE_URL: line.url });
    cutOff.push(started.ended);
    const ended = await morning.beat((host) => (host === 'host-3' ? undefined : {}));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  }
  for (const { code, stderr } of await Promise.all(cutOff)) {
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('the database') });
  }
  expect(await syncsPerBeat(morning, beats)).toEqual(new Map([[1, beats * 8]]));
  await settle(morning);
  await line.close();
  await closeUnheard(here);
});

test('a host that freezes in the middle of a sync past its lease: nobody waits for it, and it writes nothing any more', async () => {
  const morning = await openMorning(2);
  const { here, clock } = morning.fleet;
  const line = await startPostgresLine(here.databaseUrl);
  const rounds = amount(2, 12);
  let frozen = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { started, wasReached, wake } = await freeze(morning, line);
    frozen += wasReached ? 1 : 0;
    // Its lease runs out between these two.
    for (let beat = 0; beat < 2; beat += 1) {
      await clock.set(new Date(clock.now().getTime() + minute));
      const other = await morning.fleet.start('host-1', ['tick', '--json']).ended;
      expect({ code: other.code, failed: other.json['totals'].failed }).toEqual({ code: 0, failed: 0 });
    }
    await settle(morning);
    wake();
    const { code, stderr } = await started.ended;
    expect([0, 1, 3], stderr).toContain(code);
    await expectSound(here);
  }
  expect(frozen).toBeGreaterThan(0);
  tell(
    `${frozen} times a host froze past its lease and woke up: nobody waited, and it wrote nothing that was not its own`,
  );
  await line.close();
  await closeUnheard(here);
});

const freezingPoints = [...syncPoints.filter(({ moment }) => !moment.startsWith('commit')), ...syncPoints];

/** A tick of host-2 that stops at a point; what it says and hears lies still, or goes on without it. */
async function freeze({ fleet, chances, events }: Morning, line: PostgresLine) {
  const { here, clock } = fleet;
  for (let n = 4; n > 0; n -= 1) changeSomething(here.world, events, chances);
  await clock.set(new Date(clock.now().getTime() + minute));
  const isLineStill = chances.next() < 0.5;
  const point = { ...chances.pick(freezingPoints), nth: 1 + chances.below(3) };
  let held: Line | undefined;
  const armed = line.arm(point, (at) => {
    started.child.kill('SIGSTOP');
    if (isLineStill) held = at;
    else at.release();
  });
  const started = fleet.start('host-2', ['tick'], { DATABASE_URL: line.url });
  await Promise.race([armed.reached, started.ended]);
  armed.disarm();
  return {
    started,
    wasReached: await armed.reached,
    wake: () => {
      started.child.kill('SIGCONT');
      held?.release();
    },
  };
}

test('a limit that binds: however many hosts ask, no hour is over it', async () => {
  const limit = amount(10, 40);
  const morning = await openMorning(3, { P88SYNC_RUNSIGNUP_CALLS_PER_HOUR: String(limit), P88SYNC_PACE_MS: '0' });
  const { here, clock } = morning.fleet;
  const beats = amount(8, 40);
  for (let beat = 0; beat < beats; beat += 1) await morning.beat();
  const busiest = await busiestHour(here, 'RunSignUp');
  expect(busiest).toBeLessThanOrEqual(limit);
  expect(busiest).toBeGreaterThan(limit / 2);
  await clock.set(new Date(clock.now().getTime() + hour));
  tell(`3 hosts against a limit of ${limit} calls an hour: ${busiest} in the busiest hour of any credential`);
  await closeUnheard(here);
});
