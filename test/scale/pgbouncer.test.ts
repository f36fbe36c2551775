/**
 * The whole job through PgBouncer in transaction mode, where every transaction may get another session: migrate, discover, full
 * sync, hosts that tick in the same second, a kill. The pool is smaller than what the processes would like to open.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { freshDatabase } from '../database/databases.ts';
import { type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { type Ended, run, start, until } from '../e2e/program.ts';
import { chancesOf, tell } from '../faults/lab/form.ts';
import { expectSound } from '../faults/lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from '../faults/lab/world.ts';
import { type PgBouncer, pgBouncerPath, startPgBouncer } from './pgbouncer.ts';

const program = pgBouncerPath();
const poolSize = 3;
const hosts = 6;

if (program === undefined) {
  test('without PgBouncer', () => tell('PgBouncer is not installed here: nothing was tried through it'));
} else {
  describe('through PgBouncer', () => throughPgBouncer(program));
}

function throughPgBouncer(path: string): void {
  const chances = chancesOf('pgbouncer');
  let pooler: PgBouncer;
  let here: Installation;
  let events: readonly RaceEvent[];
  /** The most sessions that PostgreSQL ever had for the program. */
  let most = 0;
  let watch: NodeJS.Timeout;
  let observer: pg.Client;
  let asking: Promise<pg.QueryResult<{ n: number }>> | undefined;

  beforeAll(async () => {
    pooler = await startPgBouncer(path, inject('adminUrl'), poolSize);
    const database = await freshDatabase();
    const programUrl = pooler.through(database.url);
    const migrated = await Promise.all(
      [1, 2].map(() => run(['migrate', '--json'], { env: { DATABASE_URL: programUrl } })),
    );
    expect(migrated.map(({ code }) => code)).toEqual([0, 0]);
    // One of the two has waited for the other.
    expect(migrated.map(({ json }) => json['applied'].length > 0).sort()).toEqual([false, true]);
    here = await install(
      (world) => {
        events = fillWorld(world, { now: saturday, people: 33 });
      },
      { place: { database, programUrl } },
    );
    Object.assign(here.env, smallPages(10), { P88SYNC_HAKU_CALLS_PER_HOUR: '100000', P88SYNC_HOST: 'host-0' });
    observer = new pg.Client({ connectionString: inject('adminUrl') });
    await observer.connect();
    const name = new URL(database.url).pathname.slice(1);
    watch = setInterval(() => void sessions(name), 20);
  });
  afterAll(async () => {
    clearInterval(watch);
    await asking;
    await observer?.end();
    await here?.close();
    await pooler?.stop();
  });

  async function sessions(database: string): Promise<void> {
    if (asking) return;
    asking = observer.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = $1 and application_name like 'p88sync %'`,
      [database],
    );
    const { rows } = await asking;
    asking = undefined;
    most = Math.max(most, rows[0]?.n ?? 0);
  }

  const onHost = (host: number, ...args: readonly string[]) =>
    start([...args, '--json', '--now', here.now().toISOString()], {
      env: { ...here.env, P88SYNC_HOST: `host-${host}` },
    });

  const together = (...args: readonly string[]): Promise<Ended[]> =>
    Promise.all(Array.from({ length: hosts }, (_, host) => onHost(host, ...args).ended));

  async function settle(): Promise<void> {
    do {
      here.pass(minute);
      const { code, json } = await here.tick();
      expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
    } while ((await here.query('select 1 from registration_outlines where unread')).length > 0);
    await expectSound(here);
  }

  const syncsSince = (from: Date) =>
    here.query(
      `select timing_partner_id as partner, event_id as event, count(*)::int as n from sync_history
      where event_id is not null and status = 'completed' and operation_type <> 'details' and started_at >= $1
      group by 1, 2 having count(*) <> 1`,
      [from],
    );

  test('discovery and a full sync', async () => {
    expect(await here.run('discover')).toMatchObject({ code: 0 });
    expect((await here.run('full-sync', '--json')).json).toMatchObject({ exitCode: 0, left: 0, failures: [] });
    await settle();
  });

  test(`${hosts} hosts that tick in the same second: every event once`, async () => {
    for (let change = 0; change < 30; change += 1) changeSomething(here.world, events, chances);
    here.pass(minute);
    const from = here.now();
    const ended = await together('tick');
    expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 0));
    expect(await syncsSince(from)).toEqual([]);
    const [synced] = await here.query(
      `select count(distinct (timing_partner_id, event_id))::int as n from sync_history
      where status = 'completed' and event_id is not null and started_at >= $1`,
      [from],
    );
    // Two events at RunSignUp, which two partners have, and one elsewhere.
    expect(synced).toEqual({ n: 2 * 2 + 4 });
    await settle();
  });

  test('kill -9 in the middle of a page: the pooler ends the transaction, the next tick goes on', async () => {
    for (let change = 0; change < 30; change += 1) changeSomething(here.world, events, chances);
    here.pass(minute);
    const other = await here.connect();
    await other.query('begin');
    await other.query('lock table runsignup_participants, raceroster_participants in share row exclusive mode');
    const killed = here.start('tick');
    await until(
      async () =>
        (
          await here.query(
            `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length > 0,
    );
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    await other.query('rollback');
    await settle();
    expect(await here.query(`select 1 from sync_history where status = 'running'`)).toEqual([]);
  });

  test('PostgreSQL had no more sessions than the pool has', () => {
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(poolSize);
  });

  test('what would be lost on the way is refused: options for the session', async () => {
    const url = `${here.env['DATABASE_URL']}?options=-c%20search_path%3Dp88`;
    const { code, stderr } = await run(['status'], { env: { ...here.env, DATABASE_URL: url } });
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('alter role') });
  });
}
