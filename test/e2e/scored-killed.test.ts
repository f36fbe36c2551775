/** kill -9 of a push and of a pull of results in the middle: the next run ends right, nobody is there twice and nobody is lost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setBib } from '../../src/sandbox/changes.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute } from './installation.ts';
import { type Started, until } from './program.ts';
import {
  addCopernico,
  addRegistered,
  amend,
  registrationSpec,
  scoringSpec,
  sentPeople,
  splits,
  storedResults,
  wantedPeople,
  wantedResults,
} from './scored-world.ts';

const people = 1_000;
/** People of a call, as the adapter has it. */
const batch = 200;

let here: Installation;
let registered: RaceEvent;
let scored: RaceEvent;
beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, people);
    scored = addCopernico(world);
  });
  here.env['P88SYNC_COPERNICO_PAGE_SIZE'] = '250';
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  expect((await here.run('link', registrationSpec(registered), scoringSpec(scored))).code).toBe(0);
});
afterAll(() => here.close());

const begin = (command: string) => here.start(command, scoringSpec(scored), '--json');

async function finish(command: string): Promise<Record<string, unknown>> {
  here.pass(minute);
  const { code, json, stderr } = await here.run(command, scoringSpec(scored), '--json');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(await here.query("select 1 from sync_history where status = 'running'")).toEqual([]);
  return json['events'][0].counts;
}

async function kill(started: Started): Promise<void> {
  started.child.kill('SIGKILL');
  expect((await started.ended).signal).toBe('SIGKILL');
}

/** Writing to the table waits from now on, in whatever process, until it is let go. */
async function hold(sql: string): Promise<() => Promise<unknown>> {
  const other = await here.connect();
  await other.query('begin');
  await other.query(sql);
  return () => other.query('rollback');
}

const isWaiting = async () =>
  (await here.query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))
    .length > 0;

/** Once each: the world holds no other person with the same id. */
function expectEverybodyOnce(): void {
  expect(scored.registrations.map(({ externalId }) => externalId).toSorted()).toEqual(
    registered.registrations.map(({ id }) => `runsignup-${id}`),
  );
  expect(Object.fromEntries(sentPeople(scored))).toEqual(Object.fromEntries(wantedPeople(registered, scored)));
}

test('a push that dies while its third batch is on its way goes on with that batch', async () => {
  here.sandbox.fail({ kind: 'delay', pathIncludes: 'race-registrations', skip: 2, delayMs: 60_000 });
  const started = begin('push-participants');
  await until(async () => {
    const [row] =
      await here.query(`select count(status)::int as answered, count(*) filter (where status is null)::int as waiting
      from api_calls where path like '%race-registrations%'`);
    return row?.['answered'] === 2 && row['waiting'] === 1;
  });
  await kill(started);
  await here.control('clear-faults');
  expect(scored.registrations).toHaveLength(2 * batch);
  expect(await finish('push-participants')).toMatchObject({ inserted: people - 2 * batch, unchanged: 2 * batch });
  expectEverybodyOnce();
});

test('a push that dies when people were taken, before that is written down, sends them again under the same ids', async () => {
  for (const [index, { id }] of registered.registrations.slice(0, 500).entries()) {
    setBib(here.world, id, String(20_000 + index));
  }
  here.pass(minute);
  const release = await hold('lock table pushed_participants in share mode');
  here.newCalls();
  const tick = here.start('tick');
  await until(isWaiting);
  await kill(tick);
  await release();
  const calls = here.newCalls().filter((call) => call.startsWith('POST'));
  expect(calls).toHaveLength(1);
  expect(scored.registrations.filter(({ bib }) => Number(bib) >= 20_000)).toHaveLength(batch);
  expect(await finish('push-participants')).toMatchObject({ inserted: 0, updated: 500, unchanged: people - 500 });
  expectEverybodyOnce();
});

test('a pull that dies before the first page, and one that dies behind it: all results are there', async () => {
  here.pass(hour);
  runEvent(here.world, scored, { splits });
  const before = await hold('lock table copernico_results in share mode');
  const first = begin('pull-results');
  await until(isWaiting);
  await kill(first);
  await before();
  expect(await storedResults(here)).toEqual({});

  // Another's uncommitted row of the same key: whoever inserts it too waits for the end of that transaction.
  const ids = scored.registrations.map(({ externalId }) => externalId);
  const behind = await hold(`insert into copernico_results (timing_partner_id, event_id, result_key)
    select timing_partner_id, event_id, '${ids[600]}' from copernico_events`);
  const second = begin('pull-results');
  await until(isWaiting);
  await kill(second);
  await behind();
  // Two pages of 250 are committed, the third is not.
  expect(Object.keys(await storedResults(here))).toHaveLength(500);
  expect(await finish('pull-results')).toMatchObject({ fetched: people, inserted: 500, unchanged: 500, removed: 0 });
  expect(await storedResults(here)).toEqual(wantedResults(scored));
});

test('an amended event whose pull dies between two pages is not left half amended', async () => {
  amend(here.world, scored, 50);
  amend(here.world, scored, 700);
  const release = await hold(
    `select 1 from copernico_results where result_key = '${scored.registrations[980]?.externalId}' for update`,
  );
  const started = begin('pull-results');
  await until(isWaiting);
  await kill(started);
  await release();
  expect(await finish('pull-results')).toMatchObject({ fetched: people - 2, inserted: 0, removed: 2 });
  expect(await storedResults(here)).toEqual(wantedResults(scored));
});

test('the tick takes over from a run that was killed', async () => {
  const before = await hold('lock table copernico_results in share mode');
  amend(here.world, scored, 300);
  const started = begin('pull-results');
  await until(isWaiting);
  await kill(started);
  await before();
  here.pass(minute);
  expect((await here.run('tick', '--json')).code).toBe(0);
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  const rows = await here.query(`select status, reason from sync_history where operation_type = 'results'
    order by sync_history_id desc limit 2`);
  expect(rows).toEqual([
    { status: 'completed', reason: null },
    { status: 'abandoned', reason: 'its process ended or its lease ran out before it was done' },
  ]);
});
