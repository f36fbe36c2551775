/**
 * The primary is killed in the middle of ticks, its standby lacks the last commits and is promoted, and the program is pointed
 * at it: nobody is lost and nothing is doubled.
 */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { register, setBib } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { startServer, type TestServer } from '../database/server.ts';
import { type Installation, install, minute, type Row, saturday } from '../e2e/installation.ts';
import { run, until } from '../e2e/program.ts';
import { expectSound } from '../faults/lab/sound.ts';
import { fillWorld, smallPages } from '../faults/lab/world.ts';
import { primarySettings, type Standby, startStandby } from './standby.ts';

let primary: TestServer;
let standby: Standby;
let here: Installation;
/** The same installation as the standby holds it. */
let there: Installation;
let second: pg.Client;
let events: readonly RaceEvent[];

const databaseOf = (server: TestServer) => server.adminUrl.replace(/postgres$/, 'p88');

beforeAll(async () => {
  primary = await startServer({ settings: primarySettings });
  const admin = new pg.Client({ connectionString: primary.adminUrl });
  await admin.connect();
  await admin.query('create database p88');
  await admin.end();
  const url = databaseOf(primary);
  expect(await run(['migrate'], { env: { DATABASE_URL: url } })).toMatchObject({ code: 0 });
  here = await install(
    (world) => {
      events = fillWorld(world, { now: saturday, people: 45 });
    },
    { place: { database: { url, drop: async () => undefined }, programUrl: url } },
  );
  Object.assign(here.env, smallPages(10), { P88SYNC_HAKU_CALLS_PER_HOUR: '100000', P88SYNC_HOST: 'host-a' });
  standby = await startStandby(primary.adminUrl);
  await here.discover();
  await standby.caughtUp();
  second = new pg.Client({ connectionString: databaseOf(standby) });
  second.on('error', () => undefined);
  await second.connect();
  there = {
    ...here,
    query: async <T extends Row>(sql: string, values: readonly unknown[] = []) =>
      (await second.query<T>(sql, [...values])).rows,
  };
});
afterAll(async () => {
  await second?.end();
  await here?.close();
  await standby?.stop();
  await primary?.stop();
});

async function settle(): Promise<void> {
  do {
    here.pass(minute);
    const { code, json } = await here.tick();
    expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
  } while ((await there.query('select 1 from registration_outlines where unread')).length > 0);
}

const runsOnStandby = (...args: readonly string[]) =>
  run([...args, '--now', here.now().toISOString()], { env: { ...here.env, DATABASE_URL: databaseOf(standby) } });

test('a standby answers status and audit, and refuses what would write, with what to do', async () => {
  expect(await runsOnStandby('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('Lake Run') });
  expect(await runsOnStandby('audit')).toMatchObject({ code: 0 });
  expect(await runsOnStandby('tick', '--dry-run')).toMatchObject({ code: 0 });
  for (const args of [['tick'], ['discover']]) {
    const { code, stderr } = await runsOnStandby(...args);
    expect({ args, code, stderr }).toEqual({ args, code: 3, stderr: expect.stringContaining('is read-only') });
  }
  const { code, json } = await runsOnStandby('doctor', '--no-calls', '--json');
  const findings = json['findings'].map(({ message }: { message: string }) => message);
  expect({ code, findings }).toEqual({ code: 3, findings: expect.arrayContaining(['it is read-only']) });
});

test('the primary dies in the middle of its pages, and its last commits with it', async () => {
  const [first] = events;
  if (!first) throw new Error('there is no event');
  // One event is done on both; the standby sees nothing of what comes then.
  expect(await here.run('sync-event', `1:runsignup:${first.id}`)).toMatchObject({ code: 0 });
  await standby.caughtUp();
  await standby.cut();
  register(here.world, first, { bib: '9001' });
  setBib(here.world, first.registrations[0]?.id ?? 0, '9002');
  here.pass(minute);
  expect(await here.run('sync-event', `1:runsignup:${first.id}`)).toMatchObject({ code: 0 });
  // Each provider answers some pages and keeps the next one waiting; some are stored by then.
  here.sandbox.fail({ kind: 'delay', pathIncludes: '', skip: 20, delayMs: 60_000 });
  const ticks = ['host-a', 'host-b'].map(() => here.start('tick', '--json'));
  await until(async () => (await waitingCalls()) >= 3);
  const before = await stored(here);
  await primary.stop();
  await here.control('clear-faults');
  // They look for the primary for ten seconds, in which the standby takes over elsewhere.
  const [, ...ended] = await Promise.all([standby.promote(), ...ticks.map((tick) => tick.ended)]);
  // Where one of them had claimed everything, the other had nothing to do.
  const codes = ended.map(({ code }) => code);
  expect(codes).toContain(3);
  expect(codes.filter((code) => code !== 0 && code !== 3)).toEqual([]);
  expect(await stored(there)).toBeLessThan(before);
  // The claims that the standby knows of, if any, are those of processes that are gone.
  here.env['DATABASE_URL'] = databaseOf(standby);
});

async function waitingCalls(): Promise<number> {
  const rows = await here.query('select 1 from api_calls where status is null and error is null');
  return rows.length;
}

async function stored({ query }: Pick<Installation, 'query'>): Promise<number> {
  const [row] = await query<{ n: number }>('select count(*)::int as n from unified_participants');
  return row?.n ?? 0;
}

test('on the promoted standby everything is brought again', async () => {
  await settle();
  await expectSound(there);
  const doubled = await there.query(`select timing_partner_id, registration_id from runsignup_participants
    group by 1, 2 having count(*) > 1`);
  expect(doubled).toEqual([]);
  here.pass(minute);
  const { json } = await here.tick();
  expect(json['totals'].counts).toMatchObject({ inserted: 0, updated: 0, removed: 0 });
  expect(await there.query(`select 1 from sync_history where status = 'running'`)).toEqual([]);
});
