/**
 * What happens to the PostgreSQL server itself: restarts, too many connections, a standby, a full disk. The run says what is
 * wrong and what to do; once it is over, the next tick finishes, nothing lost and nothing doubled.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { register } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { unprivilegedAccount } from '../database/watched-process.ts';
import { day, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { type Ended, type Started, until } from '../e2e/program.ts';
import { chancesOf, isLong, tell } from './lab/form.ts';
import { type OwnServer, startOwnServer } from './lab/own-server.ts';
import { startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

const chances = chancesOf('database server');
let own: OwnServer;
let here: Installation;
let events: readonly RaceEvent[];
let url: string;

beforeAll(async () => {
  own = await startOwnServer();
  here = await install(
    (world) => {
      const providers = ['runsignup', 'raceroster', 'letsdothis'] as const;
      events = fillWorld(world, { now: saturday, people: 25, startsInMs: 20 * day, providers });
    },
    { place: own.place },
  );
  url = own.place.programUrl;
  Object.assign(here.env, smallPages(10), {
    P88SYNC_HOST: 'host-a',
    P88SYNC_HIGH_FROM_HOURS: '700',
    P88SYNC_MEDIUM_FROM_HOURS: '720',
  });
  await here.discover();
  expect((await here.tick()).code).toBe(0);
});
afterAll(() => here.close());
afterEach(() => here.control('clear-faults'));

function happen(): void {
  for (let n = 0; n < 5; n += 1) changeSomething(here.world, events, chances);
  here.pass(minute);
}

/** The next tick finishes, nobody unlocks anything. */
async function expectRecovered(): Promise<void> {
  here.pass(minute);
  const { code, json } = await here.tick();
  expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
  expect(await here.query("select 1 from sync_history where status = 'running'")).toEqual([]);
  await expectSound(here);
}

/** A tick whose calls to RunSignUp take so long that something can happen meanwhile. */
async function tickInCall(): Promise<Started> {
  happen();
  here.sandbox.fail({ kind: 'delay', provider: 'runsignup', pathIncludes: 'participants', delayMs: 2_000, times: 2 });
  const tick = here.start('tick', '--json');
  await until(async () => here.sandbox.calls.some(({ path }) => path.includes('/race/')) && (await calls()) > 0);
  return tick;
}

/** Calls that were logged before they were made and have no answer yet. */
async function calls(): Promise<number> {
  const [row] = await here.query<{ n: number }>(
    'select count(*)::int as n from api_calls where status is null and error is null',
  );
  return row?.n ?? 0;
}

test.each(isLong ? (['INT', 'QUIT'] as const) : (['INT'] as const))(
  'it is restarted while a call is under way (%s): nobody notices',
  async (how) => {
    const tick = await tickInCall();
    await own.server.halt(how);
    await own.server.resume();
    const { code, json } = await tick.ended;
    const units = json['units'].map((one: { status: string; failure: { kind: string } | null }) => [
      one.status,
      one.failure?.kind ?? null,
    ]);
    // What the others had in hand in that very moment is given up, and no more than that.
    for (const unit of units)
      expect([
        ['completed', null],
        ['failed', 'ConnectionLost'],
      ]).toContainEqual(unit);
    expect(units.filter(([status]: string[]) => status === 'completed').length).toBeGreaterThan(0);
    expect(code).toBe(units.some(([status]: string[]) => status === 'failed') ? 1 : 0);
    await expectRecovered();
  },
);

test('it is restarted while a page is being stored: that unit alone is given up', async () => {
  const other = new pg.Client({ connectionString: url });
  other.on('error', () => undefined);
  await other.connect();
  await other.query('begin; lock table raceroster_participants in share row exclusive mode');
  for (const event of events) for (let n = 0; n < 3; n += 1) register(here.world, event);
  here.pass(minute);
  const tick = here.start('tick', '--json');
  const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'p88sync tick'";
  // The others have ended.
  const atWork = "select 1 from sync_history where status = 'running'";
  await until(async () => (await here.query(waiting)).length > 0 && (await here.query(atWork)).length === 1);
  await own.server.halt('INT');
  await own.server.resume();
  const { code, json } = await tick.ended;

  expect(code).toBe(1);
  const failed = json['units'].filter((one: { status: string }) => one.status !== 'completed');
  expect(failed).toMatchObject([
    {
      provider: 'raceroster',
      status: 'failed',
      failure: { kind: 'ConnectionLost', message: expect.stringMatching(/ closed the connection in the middle$/) },
    },
  ]);
  await expectRecovered();
});

test('too many connections: exit 3 where it lasts, none the wiser where it passes', async () => {
  await own.admin("create role few login password 'few' connection limit 1");
  await own.admin('grant pg_read_all_data, pg_write_all_data to few');
  const few = new URL(url);
  [few.username, few.password] = ['few', 'few'];
  const taken = new pg.Client({ connectionString: few.href });
  await taken.connect();
  const line = await startPostgresLine(few.href);
  here.env['DATABASE_URL'] = line.url;
  try {
    happen();
    const refused = await here.run('tick', '--json');
    expect(told(refused)).toEqual([3, expect.stringMatching(/ has too many connections$/)]);
    const before = line.proxy.taken();
    const tick = here.start('tick', '--json');
    // It was refused, and asks again.
    await until(async () => line.proxy.taken() >= before + 2);
    await taken.end();
    // With one connection the credentials wait for each other.
    expect((await tick.ended).code).toBe(0);
  } finally {
    here.env['DATABASE_URL'] = url;
    await line.close();
  }
  await expectRecovered();
});

function told({ code, json }: Ended): readonly [number | null, string] {
  return [code, json['error']?.message];
}

test('it is a standby: exit 3 names it', async () => {
  await own.server.halt('INT');
  const signal = join(own.server.data, 'standby.signal');
  await writeFile(signal, '', { mode: 0o666 });
  await own.server.resume();
  happen();
  const ended = await here.run('tick', '--json');
  expect(told(ended)).toEqual([3, expect.stringMatching(/ is read-only$/)]);
  expect(ended.json['error'].hint).toBe('Is this a standby? Point p88sync at the primary.');
  await own.server.halt('INT');
  await unlink(signal);
  await own.server.resume();
  await expectRecovered();
});

test('its disk is full: exit 3, what was stored stays, and once there is room the next tick goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-full-'));
  const { uid, gid } = unprivilegedAccount();
  const owner = uid === undefined ? '' : `,uid=${uid},gid=${gid}`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=128k,mode=700${owner}`, 'p88sync', folder]);
  try {
    if (mounted.status !== 0) {
      tell('no file system could be mounted here: what a full disk does was not tried');
      return;
    }
    await own.admin(`create tablespace small location '${folder}'`);
    await here.query('alter table raceroster_participants set tablespace small');
    const [event] = events.filter(({ race }) => race.provider === 'raceroster');
    if (!event) throw new Error('the world has no event at Race Roster');
    for (let n = 0; n < 400; n += 1) register(here.world, event);
    here.pass(minute);
    const ended = await here.run('tick', '--json');
    expect(told(ended)).toEqual([3, expect.stringMatching(/ has no disk space left$/)]);
    expect(ended.json['error'].hint).toBe('Free some on the database server.');
    expect(spawnSync('mount', ['-o', 'remount,size=64m', folder]).status).toBe(0);
    await expectRecovered();
    await here.query('alter table raceroster_participants set tablespace pg_default');
    await own.admin('drop tablespace small');
  } finally {
    if (mounted.status === 0) spawnSync('umount', ['-l', folder]);
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true, force: true });
  }
});
