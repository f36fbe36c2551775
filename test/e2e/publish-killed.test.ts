/** A publication that is killed at its worst moment: publishing again ends in exactly one correct set, and nobody unlocks anything. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { type Started, until } from './program.ts';
import { installToyScoring, linkToy, score, type ToyResult } from './toy-scoring.ts';

/** More than go into one POST. */
const finishers = 1_200;

let here: Installation;
let event: RaceEvent;
beforeAll(async () => {
  here = await install(fill);
  await installToyScoring(here);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  await linkToy(here, event.id);
});
// Each test begins without the history of the one before.
afterAll(() => here.close({ audited: false }));
beforeEach(async () => {
  here.world.resultSets.length = 0;
  await here.control('clear-faults');
  await here.query('delete from published_result_sets');
  await here.query("delete from sync_history where operation_type = 'results'");
  here.pass(minute);
});

function fill(world: World): void {
  const race = addRace(world, { name: 'Pine Ridge' });
  event = addEvent(world, race, { name: 'Half', startAt: new Date(saturday.getTime() - hour / 2) });
  addRegistrations(world, event, finishers, (index) => ({ bib: String(1_000 + index) }));
  addAccount(world, { company: 'Peak Timing', races: [race] });
}

const timeOf = (index: number) =>
  `1:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}.250`;

function results(): ToyResult[] {
  return event.registrations.map(({ id, bib }, index) => ({
    id: `r${id}`,
    participantId: `runsignup-${id}`,
    bib,
    place: index + 1,
    clockMs: 3_600_250 + index * 1_000,
  }));
}

/** The first of them was disqualified, the second taken back. */
function amended(): ToyResult[] {
  return results().flatMap((one, index) => (index === 1 ? [] : [{ ...one, status: index === 0 ? 'dsq' : 'finished' }]));
}

/** @param isAmended which of the two is to be there. */
function expectOneSet(isAmended: boolean): void {
  expect(here.world.resultSets).toHaveLength(1);
  const [set] = here.world.resultSets;
  const shown = [...(set?.rows ?? [])].map(([key, row]) => [key, row.place, row.clockTime]).sort();
  const wanted = event.registrations.flatMap(({ id }, index) => {
    if (isAmended && index === 1) return [];
    const isOut = isAmended && index === 0;
    return [[`registration ${id}`, isOut ? null : index + 1, isOut ? 'DQ' : timeOf(index)]];
  });
  expect(shown).toEqual(wanted.sort());
  expect(set?.notified).toEqual([]);
}

const spec = () => `1:runsignup:${event.id}`;
const publish = () => here.run('publish-results', spec(), '--yes', '--json');
const begin = () => here.start('publish-results', spec(), '--yes', '--json');

/** The call of that kind, after `skip` others, is made and gets no answer for a minute. */
async function startUpTo(path: string, skip = 0): Promise<Started> {
  here.sandbox.fail({ kind: 'delay', pathIncludes: path, skip, delayMs: 60_000 });
  const calls = async () => {
    const sql = `select count(status)::int as answered, count(*) filter (where status is null and error is null)::int as waiting
      from api_calls where path like $1`;
    const [row] = await here.query<{ answered: number; waiting: number }>(sql, [`%${path}%`]);
    return row ?? { answered: 0, waiting: 0 };
  };
  const { answered } = await calls();
  const started = begin();
  await until(async () => {
    const now = await calls();
    return now.answered === answered + skip && now.waiting === 1;
  });
  return started;
}

async function kill(started: Started): Promise<void> {
  started.child.kill('SIGKILL');
  expect((await started.ended).signal).toBe('SIGKILL');
  await here.control('clear-faults');
  await here.query('delete from api_calls where status is null');
  here.pass(minute);
}

/** Publishes what is left, and once more, when there must be nothing to do. */
async function expectFinished(isAmended: boolean): Promise<void> {
  const next = await publish();
  expect({ code: next.code, status: next.json['status'] }).toEqual({
    code: 0,
    status: expect.stringMatching(/published|unchanged/),
  });
  expectOneSet(isAmended);
  here.pass(minute);
  here.newCalls();
  const last = await publish();
  expect({ code: last.code, status: last.json['status'] }).toEqual({ code: 0, status: 'unchanged' });
  expect(here.newCalls().filter((call) => call.startsWith('POST'))).toEqual([]);
  expect(await here.query("select 1 from sync_history where status = 'running'")).toEqual([]);
  expectOneSet(isAmended);
}

test.each([
  ['the call that makes the set is on its way', 'new-result-set', 0, []],
  ['the set is made, and nothing is in it', 'full-results', 0, [0]],
  ['one of two parts is in it', 'full-results', 1, [1_000]],
])('kill -9 while %s', async (_, path, skip, left) => {
  await score(here, results());
  await kill(await startUpTo(path, skip));
  expect(here.world.resultSets.map((set) => set.rows.size)).toEqual(left);
  await expectFinished(false);
});

test('kill -9 when the set is made, before its id is known', async () => {
  await score(here, results());
  // The note of the id waits; the one before it, without an id, does not.
  await here.query(`create function wait_for_test() returns trigger language plpgsql
    as 'begin perform pg_advisory_xact_lock(1); return new; end'`);
  await here.query(
    'create trigger wait before update on published_result_sets for each row execute function wait_for_test()',
  );
  const other = await here.connect();
  await other.query('select pg_advisory_lock(1)');
  const started = begin();
  await until(async () => {
    const sql = "select 1 from pg_locks where locktype = 'advisory' and not granted";
    return (await here.query(sql)).length === 1;
  });
  expect(here.world.resultSets).toHaveLength(1);
  started.child.kill('SIGKILL');
  await started.ended;
  // What PostgreSQL was told already it would still carry out: as if the process had died before it told it.
  await here.query("select pg_terminate_backend(pid, 20000) from pg_locks where locktype = 'advisory' and not granted");
  await other.query('select pg_advisory_unlock(1)');
  await here.query('drop trigger wait on published_result_sets');
  expect(await here.query('select result_set_id from published_result_sets')).toEqual([{ result_set_id: null }]);
  here.pass(minute);
  await expectFinished(false);
});

test.each([
  ['the call that clears the set is on its way', 'clear-results', 0, finishers],
  ['the set is cleared, and nothing is in it', 'full-results', 0, 0],
  ['the set is cleared, and one of two parts is in it', 'full-results', 1, 1_000],
])('amended: kill -9 while %s', async (_, path, skip, left) => {
  await score(here, results());
  expect((await publish()).code).toBe(0);
  await score(here, amended());
  here.pass(minute);
  await kill(await startUpTo(path, skip));
  expect(here.world.resultSets.map((set) => set.rows.size)).toEqual([left]);
  await expectFinished(true);
});

test('SIGTERM when the set is cleared: it is filled first', async () => {
  await score(here, results());
  expect((await publish()).code).toBe(0);
  await score(here, amended());
  here.pass(minute);
  here.sandbox.fail({ kind: 'delay', pathIncludes: 'full-results', delayMs: 2_000 });
  const started = begin();
  await until(async () => here.world.resultSets[0]?.rows.size === 0);
  started.child.kill('SIGTERM');
  const ended = await started.ended;
  expect({ code: ended.code, status: ended.json['status'] }).toEqual({ code: 0, status: 'published' });
  expectOneSet(true);
});

test('SIGTERM before anything was changed: nothing is, and the exit code says so', async () => {
  await score(here, results());
  const started = await startUpTo('get-result-sets');
  started.child.kill('SIGTERM');
  const ended = await started.ended;
  expect(ended.code).toBe(143);
  expect(here.world.resultSets).toEqual([]);
  await here.control('clear-faults');
  here.pass(minute);
  await expectFinished(false);
});

test('two at once: the second is told so, and changes nothing', async () => {
  await score(here, results());
  const other = await here.connect();
  await other.query('begin');
  await other.query('lock table published_result_sets in share row exclusive mode');
  const first = begin();
  await until(async () => {
    const sql = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    return (await here.query(sql)).length === 1;
  });
  const second = await publish();
  expect(second.code).toBe(1);
  expect(second.json['error']).toMatchObject({
    kind: 'ClaimLost',
    message: `the results of ${spec()} are being published by somebody else right now`,
  });
  await other.query('rollback');
  expect((await first.ended).code).toBe(0);
  expectOneSet(false);
});
