/** Rehearsals with `--now` write at the times they play; the real runs after them must not notice. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCredentialsTest } from '../../src/commands/credentials.ts';
import { runDiscover } from '../../src/commands/discover.ts';
import { runSyncEvent } from '../../src/commands/sync-event.ts';
import { runTick } from '../../src/commands/tick.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { inProcess } from './in-process.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';

let here: Installation;
let event: RaceEvent;
/** The clock that a run without `--now` has. */
const real = new Date();
const ahead = (ms: number) => new Date(real.getTime() + ms);

beforeAll(async () => {
  here = await install((world) => {
    event = addEvent(world, addRace(world, {}), { startAt: ahead(2 * hour) });
    addRegistrations(world, event, 5);
    addAccount(world, { company: 'Peak Timing', races: [event.race] });
  });
  here.pass(real.getTime() - saturday.getTime());
  await inProcess((context) => runDiscover(context, undefined, {}), { env: here.env });
});
afterAll(() => here.close());

const tick = (now?: Date) =>
  inProcess((context) => runTick(context, { maxSeconds: '50' }), { env: here.env, ...(now && { now }) });
const syncEvent = (now?: Date) =>
  inProcess((context) => runSyncEvent(context, `1:runsignup:${event.id}`, {}), { env: here.env, ...(now && { now }) });

test('a credential that was refused in one is tried at once by the next real tick', async () => {
  await here.control('set-account', { account: here.world.accounts[0]?.name, enabled: false });
  expect((await tick(ahead(90 * minute))).exit).toBe('credentialRefused');
  await here.control('set-account', { account: here.world.accounts[0]?.name, enabled: true });
  expect(await tick()).toMatchObject({ exit: 'done', json: { totals: { completed: 1 } } });
});

test('calls that one made minutes ahead do not hold up real ones', async () => {
  await syncEvent(ahead(9 * minute));
  expect((await syncEvent()).exit).toBe('done');
  const [{ latest } = { latest: undefined }] = await here.query<{ latest: Date }>(
    `select max(a.called_at) as latest from api_calls a
     join (select run_id from sync_history where event_id = $1 order by sync_history_id desc limit 1) h using (run_id)`,
    [event.id],
  );
  expect(latest?.getTime()).toBeLessThan(ahead(5 * minute).getTime());
});

test('it leaves the claims of running syncs alone', async () => {
  await here.query(
    `insert into sync_history (timing_partner_id, provider_id, event_id, operation_type, sync_direction, status, claim_key,
       host, process, started_at, lease_until)
     select 1, provider_id, 'elsewhere', 'incremental_sync', 'pull', 'running', 'event:elsewhere', 'other-host', 'x:1:2', $1, $2
     from providers where name = 'RunSignUp'`,
    [real, ahead(minute)],
  );
  await tick(ahead(80 * minute));
  await tick(ahead(-80 * minute));
  expect(await here.query("select status from sync_history where event_id = 'elsewhere'")).toEqual([
    { status: 'running' },
  ]);
});

test('it calls no real provider', async () => {
  here.newCalls();
  const env = { ...here.env, P88SYNC_RUNSIGNUP_URL: 'https://runsignup.invalid/rest' };
  const { exit, text } = await inProcess((context) => runCredentialsTest(context, undefined), {
    env,
    now: ahead(hour),
  });
  expect([exit, text]).toEqual([
    'usage',
    expect.stringContaining('--now moves the clock, and RunSignUp is called for real'),
  ]);
  expect(here.newCalls()).toEqual([]);
});
