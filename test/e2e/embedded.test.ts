/** The embedded database from the first command to a killed tick, as an operator without PostgreSQL has it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund, register } from '../../src/sandbox/changes.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { storedRows, wantedRows } from './compare.ts';
import { inProcess } from './in-process.ts';
import { hour, type Installation, install, minute, type Row, saturday } from './installation.ts';
import { run, start, until } from './program.ts';

const pageSize = 20;

let here: Installation;
let env: Record<string, string | undefined>;
let folder: string;
let pine: RaceEvent;
let harbour: RaceEvent;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'p88sync-embedded-'));
  here = await install(fill);
  env = { ...here.env, DATABASE_URL: undefined, P88SYNC_DATA_DIR: folder, P88SYNC_RUNSIGNUP_PAGE_SIZE: `${pageSize}` };
});
afterAll(async () => {
  await here.close();
  await rm(folder, { recursive: true, force: true });
});

function fill(world: World): void {
  const startAt = new Date(saturday.getTime() + 2 * hour);
  pine = addEvent(world, addRace(world), { startAt });
  harbour = addEvent(world, addRace(world, { provider: 'raceroster' }), { startAt });
  for (const event of [pine, harbour]) addRegistrations(world, event, 70);
  addAccount(world, { company: 'Peak Timing', races: [pine.race], principal: 'rsu', secret: 'hush' });
  const login = { principal: 'rr', secret: 'hush', additionalConfig: { username: 'u', password: 'p' } };
  addAccount(world, { company: 'Peak Timing', provider: 'raceroster', races: [harbour.race], ...login });
}

async function ok(args: readonly string[], input = '') {
  const ended = await run([...args, '--now', here.now().toISOString()], { env, input });
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
}

/** The embedded database can be read once no process of ours holds it. */
async function expectSame(): Promise<void> {
  const stored = await inProcess(
    async (context) => {
      const { db } = await context.openDatabase();
      return storedRows({ query: async <T extends Row>(text: string) => (await sql.raw<T>(text).execute(db)).rows });
    },
    { env },
  );
  expect(stored).toEqual(wantedRows(here.world));
}

test('set up, discover, tick, status', async () => {
  await ok(['migrate']);
  await ok(['partners', 'add', 'Peak Timing']);
  await ok(['credentials', 'add', '1:runsignup', '--principal', 'rsu', '--config', '{"key_style":"v2"}'], 'hush\n');
  const login = JSON.stringify({ secret: 'hush', additional_config: { username: 'u', password: 'p' } });
  await ok(['credentials', 'add', 'peak timing:Race Roster', '--principal', 'rr'], login);
  await ok(['discover']);
  await ok(['tick']);
  const { stdout } = await ok(['status']);
  expect(stdout).toContain('All 2 upcoming events are up to date.');
  expect(stdout).toContain(`embedded ${folder}`);
  await expectSame();
}, 180_000);

test('kill -9 of a tick in the middle of a page: the next commands find the folder free, and the tick goes on', async () => {
  here.pass(minute);
  for (const event of [pine, harbour]) {
    for (const { id } of event.registrations.slice(0, 3)) refund(here.world, id);
    for (let count = 0; count < 3 * pageSize; count += 1) register(here.world, event);
  }
  here.sandbox.fail({ kind: 'delay', provider: 'runsignup', pathIncludes: '/participants', skip: 2, delayMs: 60_000 });
  here.newCalls();
  const tick = start(['tick', '--now', here.now().toISOString()], { env });
  const pages: string[] = [];
  await until(async () => {
    pages.push(...here.newCalls().filter((call) => call.includes(`/race/${pine.race.id}/participants`)));
    return pages.length === 2;
  });

  // Held, and said by whom; the one who waits gives up after five seconds.
  const waiting = await run(['status'], { env });
  expect(waiting).toMatchObject({ code: 4, stdout: '' });
  expect(waiting.stderr).toContain(`is held by process ${tick.pid} (p88sync tick)`);

  tick.child.kill('SIGKILL');
  await tick.ended;
  await here.control('clear-faults');
  here.pass(minute);
  expect((await ok(['status'])).stdout).toContain('upcoming events');
  await ok(['tick']);
  await expectSame();
  here.pass(minute);
  const last = await ok(['tick', '--json']);
  expect(last.json['totals']).toMatchObject({
    completed: 2,
    failed: 0,
    counts: { inserted: 0, updated: 0, removed: 0 },
  });
  expect((await ok(['audit', '--json'])).json).toMatchObject({ exitCode: 0, broken: 0 });
}, 180_000);
