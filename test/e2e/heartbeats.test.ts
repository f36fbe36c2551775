/** The pings of tick and discover, by the program as a process: at the beginning and at the end, however it ends. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { setAccountEnabled } from '../../src/sandbox/changes.ts';
import type { Account } from '../../src/sandbox/world.ts';
import { type HttpReceiver, receiveHttp } from '../notify/receivers.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { type Ended, run, start, until } from './program.ts';

const tickPath = '/ping/canary-tick';
const discoverPath = '/ping/canary-discover?create=1';
let here: Installation;
let http: HttpReceiver;
let account: Account;
beforeEach(async () => {
  here = await install((world) => {
    const race = addRace(world);
    addRegistrations(world, addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) }), 5);
    account = addAccount(world, { company: 'Peak Timing', races: [race] });
  });
  http = await receiveHttp();
  here.env['P88SYNC_TICK_HEARTBEAT_URL'] = `${http.url}${tickPath}`;
  here.env['P88SYNC_DISCOVER_HEARTBEAT_URL'] = `${http.url}${discoverPath}`;
});
afterEach(async () => {
  await http.close();
  await here.close();
});

const runs = /rid=([\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12})$/;
/** The pings since the last time, with RUN for the run's id, which is one for all of them; the query before it is cut off. */
function pings(): string[] {
  const taken = http.taken();
  expect(new Set(taken.map(({ path }) => runs.exec(path)?.[1])).size).toBeLessThanOrEqual(1);
  for (const { method, type } of taken) expect([method, type]).toEqual(['POST', 'text/plain; charset=utf-8']);
  return taken.map(({ path, body }) => `${path.replace(runs, 'rid=RUN')} ${body}`.trim());
}
const tickPings = (end: string) => [`${tickPath}/start?rid=RUN`, `${tickPath}/${end}`];
function expectNoAddress({ stdout, stderr }: Ended): void {
  for (const secret of ['canary', http.url]) expect(`${stdout}${stderr}`).not.toContain(secret);
}

test('discover and tick: the beginning, then how it ended', async () => {
  expect((await here.run('discover')).code).toBe(0);
  expect(pings()).toEqual([
    '/ping/canary-discover/start?create=1&rid=RUN',
    '/ping/canary-discover/0?create=1&rid=RUN exit code 0: done, or nothing was due',
  ]);
  const ended = await here.run('tick', '--debug');
  expect(ended.code).toBe(0);
  const [began] = http.received.slice(-2);
  expect(pings()).toEqual(tickPings('0?rid=RUN exit code 0: done, or nothing was due'));
  // The run's id is the one in the history and in the log of calls.
  const history = await here.query('select distinct run_id from sync_history where event_id is not null');
  expect(history.map((row) => row['run_id'])).toEqual([runs.exec(began?.path ?? '')?.[1]]);
  expectNoAddress(ended);
});

test('a tick of which units failed is told as the units of systemd count it; a refused credential is told as 5', async () => {
  await here.discover();
  here.sandbox.fail({ kind: 'status', times: 9 });
  expect((await here.run('tick')).code).toBe(1);
  expect(pings()).toEqual(
    tickPings('0?rid=RUN exit code 1: some units failed and will be retried, or something is not in order'),
  );
  await here.control('clear-faults');
  setAccountEnabled(account, false);
  here.pass(10 * minute);
  expect((await here.run('tick')).code).toBe(5);
  expect(pings()).toEqual(tickPings('5?rid=RUN exit code 5: a credential was refused, a person is needed'));
});

test('a database that cannot be reached is told', async () => {
  const env = { ...here.env, DATABASE_URL: 'postgresql://p88sync:canary@127.0.0.1:1/p88' };
  const ended = await run(['tick', '--json'], { env });
  expect([ended.code, ended.json['error'].kind]).toEqual([3, 'DatabaseUnavailable']);
  const meaning = 'database unreachable, or its schema older or newer than the program';
  expect(pings()).toEqual(tickPings(`3?rid=RUN exit code 3: ${meaning}`));
  expectNoAddress(ended);
});

test.each([
  ['SIGTERM', 143, '0?rid=RUN exit code 143: terminated (SIGTERM)'],
  ['SIGINT', 130, '130?rid=RUN exit code 130: interrupted (SIGINT)'],
] as const)('%s', async (signal, code, end) => {
  const { terminated, running } = await hanging();
  terminated.child.kill(signal);
  expect((await running).code).toBe(code);
  expect(pings()).toEqual(tickPings(`${end}; work in hand committed, the rest left for next time`));
});

/** A tick that waits for its provider. */
async function hanging(env: Readonly<Record<string, string>> = {}) {
  await here.discover();
  here.sandbox.fail({ kind: 'delay', times: 99, delayMs: 60_000 });
  const terminated = start(['tick', '--now', here.now().toISOString()], { env: { ...here.env, ...env } });
  const claims = "select 1 from sync_history where status = 'running' and event_id is not null";
  await until(async () => (await here.query(claims)).length > 0);
  return { terminated, running: terminated.ended };
}

test('an error that nobody caught is told as a failure', async () => {
  const thrower = "process.on('SIGUSR2', () => { throw new TypeError('canary') })";
  const preload = `data:text/javascript,${encodeURIComponent(thrower)}`;
  const { terminated, running } = await hanging({ NODE_OPTIONS: `--import=${preload}` });
  terminated.child.kill('SIGUSR2');
  expect((await running).code).toBe(70);
  expect(pings()).toEqual(tickPings('fail?rid=RUN a bug in p88sync'));
});

test('one that refuses, hangs or is not there changes nothing but the log', async () => {
  await here.discover();
  http.answer = 404;
  const refused = await here.run('tick');
  http.answer = 'never';
  const hung = await here.run('tick');
  await http.close();
  const gone = await here.run('tick');
  for (const ended of [refused, hung, gone]) {
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('the heartbeat of tick was not taken');
    expectNoAddress(ended);
  }
  expect(refused.stderr).toContain('"reason":"status 404"');
  expect(hung.stderr).toContain('"reason":"no answer within 3 s"');
  expect(gone.stderr).toContain('"reason":"nobody listens there (ECONNREFUSED)"');
});

test('--dry-run, other commands, and a far address with --now tell nobody', async () => {
  await here.discover();
  for (const args of [['tick', '--dry-run'], ['status'], ['sync-event', '1:runsignup:661001'], ['full-sync']]) {
    await here.run(...args);
  }
  here.env['P88SYNC_TICK_HEARTBEAT_URL'] = `https://nowhere.invalid${tickPath}`;
  const { code, stderr } = await here.run('tick');
  expect([code, stderr.includes('heartbeat')]).toEqual([0, false]);
  expect(pings()).toEqual([]);
});
