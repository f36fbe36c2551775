/** A database that answers and refuses: read-only, statements too long for it, slow lines. The run says what to change. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { day, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { type Ended, start, until } from '../e2e/program.ts';
import { chancesOf, isLong } from './lab/form.ts';
import { type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

const chances = chancesOf('database refusing');
let here: Installation;
let line: PostgresLine;
let events: readonly RaceEvent[];
let name: string;

beforeAll(async () => {
  here = await install((world) => {
    const providers = ['runsignup', 'raceroster', 'letsdothis'] as const;
    events = fillWorld(world, { now: saturday, people: 25, startsInMs: 20 * day, providers });
  });
  name = pg.escapeIdentifier(new URL(here.databaseUrl).pathname.slice(1));
  Object.assign(here.env, smallPages(10), {
    P88SYNC_HOST: 'host-a',
    P88SYNC_HIGH_FROM_HOURS: '700',
    P88SYNC_MEDIUM_FROM_HOURS: '720',
  });
  line = await startPostgresLine(here.databaseUrl);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
});
afterAll(async () => {
  await line.close();
  await here.close();
});
afterEach(async () => {
  await here.query(`alter database ${name} reset all`);
});

function happen(): void {
  for (let n = 0; n < 5; n += 1) changeSomething(here.world, events, chances);
  here.pass(minute);
}

/** The next tick finishes, nobody unlocks anything. */
async function expectRecovered(): Promise<void> {
  await here.query(`alter database ${name} reset all`);
  here.pass(minute);
  const { code, json } = await here.tick();
  expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
  expect(await here.query("select 1 from sync_history where status = 'running'")).toEqual([]);
  await expectSound(here);
}

function told({ code, json }: Ended): readonly [number | null, string] {
  return [code, json['error']?.message];
}

test('it is read-only: exit 3 names it, nothing was called', async () => {
  happen();
  await here.query(`alter database ${name} set default_transaction_read_only = on`);
  here.newCalls();
  const ended = await here.run('tick', '--json');
  expect({ code: ended.code, calls: here.newCalls(), error: ended.json['error'] }).toEqual({
    code: 3,
    calls: [],
    error: {
      kind: 'DatabaseUnavailable',
      message: expect.stringMatching(/^the database \(.+\) is read-only$/),
      hint: 'Is this a standby? Point p88sync at the primary.',
      exit: { name: 'database', code: 3 },
    },
  });
  await expectRecovered();
});

test('it allows statements less time than they take: that unit fails and says what to set, the others go on', async () => {
  happen();
  await here.query(`alter database ${name} set statement_timeout = '1500ms'`);
  const other = await here.connect();
  await other.query('begin; lock table runsignup_participants in share row exclusive mode');
  const ended = await here.run('tick', '--json');
  await other.query('rollback');
  const { units } = ended.json as unknown as { units: { provider: string; status: string; failure: object | null }[] };
  const byStatus = (status: string) => units.filter((one) => one.status === status).map(({ provider }) => provider);
  expect(ended.code).toBe(1);
  expect([...new Set(byStatus('failed'))]).toEqual(['runsignup']);
  expect(byStatus('completed').sort()).toEqual(['letsdothis', 'raceroster']);
  for (const { failure } of units.filter(({ status }) => status === 'failed')) {
    expect(failure).toMatchObject({
      kind: 'StatementGivenUp',
      message: expect.stringMatching(/ ended a statement that took longer than it allows$/),
      hint: expect.stringContaining('Set statement_timeout higher for this user'),
      exit: 'someFailed',
    });
  }
  await expectRecovered();
});

test('somebody ends its sessions while pages are stored: one unit each, and the run goes on', async () => {
  happen();
  const other = await here.connect();
  await other.query('begin; lock table runsignup_participants in share row exclusive mode');
  const tick = here.start('tick', '--json');
  const waiting =
    "from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'p88sync tick' and datname = current_database()";
  await until(async () => (await here.query(`select 1 ${waiting}`)).length > 0);
  const ended = await here.query(`select pg_terminate_backend(pid) ${waiting}`);
  await other.query('rollback');
  const { code, json } = await tick.ended;
  const failed = json['units'].filter((one: { status: string }) => one.status !== 'completed');
  expect(failed.map((one: { failure: unknown }) => one.failure)).toEqual(
    ended.map(() => ({
      kind: 'ConnectionLost',
      message: expect.stringMatching(/^the database \(.+\) closed the connection in the middle$/),
      hint: 'What was in hand is left to the next run; see the log of PostgreSQL if it lasts.',
      exit: 'someFailed',
    })),
  );
  expect(code).toBe(1);
  await expectRecovered();
});

test(`answers come late, by ${isLong ? '2 s' : '60 ms'}: everything is slow, and nothing is lost`, async () => {
  happen();
  await line.proxy.set({ delayMs: isLong ? 1_000 : 30 });
  const env = { ...here.env, DATABASE_URL: line.url };
  const tick = await start(['tick', '--json', '--now', here.now().toISOString()], { env }).ended;
  // At two seconds each a tick has no time for a page: it is ended by force or ends in time, and neither counts as done.
  if (isLong) {
    expect(told(tick)).toEqual(
      tick.code === 3 ? [3, expect.stringContaining('it was waiting for the database')] : [1, undefined],
    );
    here.pass(minute);
    const full = await start(['full-sync', '--json', '--now', here.now().toISOString()], { env }).ended;
    expect({ code: full.code, failures: full.json['failures'] }).toEqual({ code: 0, failures: [] });
  } else {
    expect(tick.code).toBe(0);
  }
  await line.proxy.set({ delayMs: 0 });
  // What a tick that was ended by force had open is ended by PostgreSQL once the end of the line has reached it.
  const open =
    "select 1 from pg_stat_activity where application_name = 'p88sync tick' and datname = current_database()";
  await until(async () => (await here.query(open)).length === 0);
  await expectRecovered();
}, 900_000);
