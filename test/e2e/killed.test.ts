/** A tick that is killed, terminated or interrupted at its worst moment: the next ones finish, and nobody unlocks anything. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund } from '../../src/sandbox/changes.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { expectSame } from './compare.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { type Started, until } from './program.ts';

const pageSize = 20;
const people = 100;

let here: Installation;
let runSignUp: RaceEvent;
let raceRoster: RaceEvent;
beforeEach(async () => {
  here = await install(fill);
  Object.assign(here.env, { P88SYNC_RUNSIGNUP_PAGE_SIZE: `${pageSize}`, P88SYNC_RACEROSTER_PAGE_SIZE: `${pageSize}` });
  await here.discover();
});
afterEach(() => here.close());

function fill(world: World): void {
  const startAt = new Date(saturday.getTime() + 2 * hour);
  const races = (['runsignup', 'raceroster'] as const).map((provider) => {
    const race = addRace(world, { provider });
    const event = addEvent(world, race, { startAt });
    for (const { id } of addRegistrations(world, event, people).slice(0, 3)) refund(world, id);
    addAccount(world, { company: 'Peak Timing', provider, races: [race] });
    return event;
  });
  [runSignUp = runSignUp, raceRoster = raceRoster] = races;
}

/** Pages of participants that the sandbox answered, by where each begins. */
function pagesRead(event: RaceEvent): string[] {
  return here.sandbox.calls
    .filter((call) => call.path.includes(`/${event.id}/participants`) || call.path.includes(`event_id=${event.id}&`))
    .map(({ path }) => {
      const query = new URLSearchParams(path.split('?')[1]);
      const part = path.includes('removed-participants') ? 'removed' : 'active';
      return `${part} ${query.get('after_registration_id') ?? query.get('offset') ?? '0'}`;
    });
}

async function stored(): Promise<number> {
  const [row] = await here.query<{ n: number }>(
    'select ((select count(*) from runsignup_participants) + (select count(*) from raceroster_participants))::int as n',
  );
  return row?.n ?? 0;
}

/**
 * Two more ticks: the one that finds the dead run and goes on, and one to see that nothing is left.
 * @param twice pages of one series that may have been read twice.
 */
async function expectFinished(twice: number): Promise<void> {
  await here.control('clear-faults');
  here.pass(minute);
  const next = await here.run('tick', '--json');
  expect(next.code).toBe(0);
  await expectSame(here);
  for (const event of [runSignUp, raceRoster]) {
    const pages = pagesRead(event);
    expect(pages.length - new Set(pages).size).toBeLessThanOrEqual(twice);
  }
  here.pass(minute);
  const last = await here.tick();
  expect(last.json['totals']).toMatchObject({
    completed: 2,
    failed: 0,
    counts: { inserted: 0, updated: 0, removed: 0 },
  });
  expect(await here.query("select status from sync_history where status = 'running'")).toEqual([]);
  await expectSame(here);
}

/** Both providers answer so many pages of people and keep the next one waiting. */
async function tickUpToPage(page: number, ...options: string[]): Promise<Started> {
  for (const provider of ['runsignup', 'raceroster'] as const) {
    here.sandbox.fail({ kind: 'delay', provider, pathIncludes: 'participants', skip: page, delayMs: 60_000 });
  }
  const tick = here.start('tick', ...options);
  // Pages of Race Roster begin with the last row of the page before.
  const before = Math.min(page * pageSize, people - 3) + (page === 0 ? 0 : Math.min(page * (pageSize - 1) + 1, people));
  await until(async () => (await stored()) === before && (await waitingCalls()) === 2);
  return tick;
}

/** Calls that were logged before they were made and have no answer yet. */
async function waitingCalls(): Promise<number> {
  const [row] = await here.query<{ n: number }>(
    'select count(*)::int as n from api_calls where status is null and error is null',
  );
  return row?.n ?? 0;
}

test.each([
  ['the first page is on its way', 0],
  ['a page in the middle is on its way', 2],
  ['the last page of the active is on its way', 4],
])('kill -9 while %s', async (_, page) => {
  const tick = await tickUpToPage(page);
  tick.child.kill('SIGKILL');
  expect((await tick.ended).signal).toBe('SIGKILL');
  await expectFinished(1);
});

test.each(['runsignup_participants', 'raceroster_participants', 'sync_history'])(
  'kill -9 while a page is being stored: %s is locked by somebody else',
  async (table) => {
    const other = await here.connect();
    here.sandbox.fail({ kind: 'delay', pathIncludes: 'participants', skip: 3, delayMs: 300 });
    const tick = here.start('tick');
    await until(async () => (await stored()) >= pageSize);
    await other.query('begin');
    await other.query(`lock table ${table} in share row exclusive mode`);
    await until(async () => (await waitingBackends()) >= 1);
    tick.child.kill('SIGKILL');
    await tick.ended;
    await other.query('rollback');
    // The page in hand, and the one that was fetched ahead meanwhile.
    await expectFinished(2);
  },
);

async function waitingBackends(): Promise<number> {
  const [row] = await here.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return row?.n ?? 0;
}

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)(
  '%s: what was read is stored, the exit code says so, the next tick goes on behind it',
  async (signal, code) => {
    const tick = await tickUpToPage(2, '--json');
    tick.child.kill(signal);
    const ended = await tick.ended;
    expect({ code: ended.code, signal: ended.signal }).toEqual({ code, signal: null });
    expect(ended.json['totals']).toMatchObject({ completed: 0, failed: 0, deferred: 2 });
    const rows = await here.query('select distinct status from sync_history where event_id is not null');
    expect(rows).toEqual([{ status: 'abandoned' }]);
    await expectFinished(0);
  },
);

test('SIGTERM while a page is being stored: that page is committed, its follower is not waited for', async () => {
  const other = await here.connect();
  await other.query('begin');
  await other.query('lock table runsignup_participants in share row exclusive mode');
  here.sandbox.fail({ kind: 'delay', provider: 'runsignup', pathIncludes: 'participants', skip: 1, delayMs: 60_000 });
  const tick = here.start('tick', '--json');
  await until(async () => (await waitingBackends()) === 1 && (await waitingCalls()) === 1);
  tick.child.kill('SIGTERM');
  // The broken-off call is settled while the page still waits for the lock.
  await until(async () => (await waitingCalls()) === 0);
  await other.query('rollback');
  const ended = await tick.ended;
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({
    code: 143,
    stderr: expect.not.stringContaining('p88sync:'),
  });
  const [unit] = ended.json['units'].filter((one: { provider: string }) => one.provider === 'runsignup');
  expect(unit).toMatchObject({ status: 'deferred', counts: { fetched: pageSize, inserted: pageSize } });
  // Of Race Roster, which nobody holds up, a page may have been fetched ahead.
  await expectFinished(1);
});

test('a full sync that was killed goes on where it stopped when it is started again', async () => {
  here.sandbox.fail({ kind: 'delay', provider: 'raceroster', pathIncludes: 'participants', skip: 3, delayMs: 60_000 });
  const first = here.start('full-sync', '--json');
  const done = "select 1 from sync_history where event_id = $1 and status = 'completed'";
  await until(async () => (await here.query(done, [runSignUp.id])).length > 0);
  await until(async () => (await waitingCalls()) === 1 && (await stored()) === people + 3 * (pageSize - 1) + 1);
  first.child.kill('SIGKILL');
  await first.ended;
  await here.control('clear-faults');
  here.newCalls();
  here.pass(minute);

  const second = await here.run('full-sync', '--json');
  expect(second.code).toBe(0);
  expect(second.json).toMatchObject({ exitCode: 0, resumed: 1, left: 0, failures: [], totals: { events: 1 } });
  // Neither the events nor the people of RunSignUp are asked for again, nor the stored pages of the other.
  const calls = here.newCalls();
  expect(calls.filter((call) => !call.includes('participants'))).toEqual([]);
  expect(calls.filter((call) => call.includes(runSignUp.id))).toEqual([]);
  expect(calls[0]).toContain(`offset=${3 * (pageSize - 1)}&`);
  await expectSame(here);
});
