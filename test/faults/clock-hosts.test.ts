/**
 * Three hosts on one database: one is right, one an hour ahead, one an hour behind, and one jumps while it runs. The
 * database's clock counts, so none of it may show but in the times of their log lines.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setBib } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { hour, minute } from '../e2e/installation.ts';
import { type Ended, until } from '../e2e/program.ts';
import { type Fleet, openFleet } from './lab/fleet.ts';
import { amount, chancesOf } from './lab/form.ts';
import { canSetHostClock, hostClock, jumpingClock } from './lab/host-clock.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld } from './lab/world.ts';

const canTry = canSetHostClock('hosts whose clock is an hour off');
const chances = chancesOf('clock-hosts');
const hosts = { right: 0, ahead: hour, behind: -hour } as const;
type Host = keyof typeof hosts;
const names = Object.keys(hosts) as Host[];

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

let fleet: Fleet;
let events: readonly RaceEvent[];
let begun: Date;
beforeAll(async () => {
  begun = new Date();
  fleet = await openFleet(begun, (world) => {
    events = fillWorld(world, { now: begun, people: 8, startsInMs: 2 * hour });
    // Ended for the host that is ahead, not yet made for the one that is behind: whether it holds is the provider's to say.
    const seconds = Math.floor(begun.getTime() / 1000);
    const claims = { organiser: 'Lake Runs', iat: seconds, exp: seconds + 1800 };
    const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
    for (const account of world.accounts) if (account.provider === 'letsdothis') account.secret = jwt;
  });
  fleet.here.env['P88SYNC_PACE_MS'] = '0';
});
afterAll(() => fleet.here.close());

function on(host: Host, ...args: string[]): Promise<Ended> {
  return fleet.start(host, args, hostClock(hosts[host])).ended;
}

async function beat(): Promise<void> {
  await fleet.clock.set(new Date(fleet.clock.now().getTime() + minute));
}

const told = (ended: Ended) => ({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr });
const well = { code: 0, stderr: '' };

test('minute by minute, all at once: each event is synced once a minute, and every change is there', async () => {
  if (!canTry) return;
  expect(told(await on('ahead', 'discover'))).toEqual(well);
  const beats = amount(3, 40);
  for (let n = 0; n < beats; n += 1) {
    for (let k = 0; k < 4; k += 1) changeSomething(fleet.here.world, events, chances);
    const ended = await Promise.all(names.map((host) => on(host, 'tick')));
    for (const one of ended) expect(told(one)).toEqual(well);
    await beat();
  }
  await expectSound(fleet.here);
  const syncs = await fleet.here.query(
    `select timing_partner_id, event_id, count(*)::int as n, count(distinct date_trunc('minute', started_at - $1::timestamptz))::int as minutes
     from sync_history where event_id is not null and status = 'completed' and operation_type in ('full_sync', 'incremental_sync')
     group by 1, 2`,
    [begun],
  );
  expect(syncs.map(({ n, minutes }) => ({ n, minutes }))).toEqual(
    Array.from({ length: events.length + 2 }, () => ({ n: beats, minutes: beats })),
  );
  const others = await fleet.here.query("select status from sync_history where status not in ('completed')");
  expect(others).toEqual([]);
});

test('all times in the database are the database’s, whoever wrote them', async () => {
  if (!canTry) return;
  const [span] = await fleet.here.query(
    `select (select min(started_at) >= $1 and max(finished_at) <= $2 and bool_and(watermark <= started_at) from sync_history) as history,
      (select min(called_at) >= $1 and max(called_at) <= $2 from api_calls) as calls,
      (select min(expires_at) >= $1 and max(expires_at) <= $2 + interval '24 hours' from access_tokens) as tokens,
      (select min(discovered_at) >= $1 and max(discovered_at) <= $2 from sync_events) as events`,
    [begun, fleet.clock.now()],
  );
  expect(span).toEqual({ history: true, calls: true, tokens: true, events: true });
});

test('status and doctor say the same on every host; only the log has the host’s own time', async () => {
  if (!canTry) return;
  const screens = await Promise.all(names.map((host) => on(host, 'status', '--json')));
  const seen = screens.map(({ json }) => {
    const rows: { eventId: string; lastSyncAt: string; priority: string }[] = json['events'];
    return {
      verdict: json['verdict'],
      events: rows.map(({ eventId, lastSyncAt, priority }) => ({ eventId, lastSyncAt, priority })),
    };
  });
  expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
  const times = await Promise.all(
    names.map(async (host) => {
      const { stderr } = await on(host, 'tick', '--dry-run');
      const line: { time: string; now: string } = JSON.parse(stderr.split('\n')[0] ?? '');
      const offset = new Date(line.time).getTime() - Date.now();
      const ofDatabase = new Date(line.now).getTime() - fleet.clock.now().getTime();
      return `${host} ${Math.abs(offset - hosts[host]) < minute} ${Math.abs(ofDatabase) < minute}`;
    }),
  );
  expect(times).toEqual(names.map((host) => `${host} true true`));
});

const spec = () => `1:runsignup:${events[0]?.id}`;
const slowly = () => fleet.here.sandbox.fail({ kind: 'delay', provider: 'runsignup', delayMs: 2_000 });
const running = async () =>
  (await fleet.here.query("select host from sync_history where status = 'running' order by 1")).map(
    (row) => row['host'],
  );

test('a lease holds for a host whose clock says that it has ended, and ends when the database says so', async () => {
  if (!canTry) return;
  slowly();
  const slow = fleet.start('behind', ['sync-event', spec()], hostClock(hosts.behind));
  await until(async () => (await running()).length === 1);
  const meanwhile = await on('ahead', 'sync-event', spec(), '--json');
  expect(meanwhile.json['units']).toMatchObject([{ status: 'deferred', deferredBecause: 'claimed-elsewhere' }]);
  expect(told(await slow.ended)).toEqual(well);

  slowly();
  const dead = fleet.start('behind', ['sync-event', spec()], hostClock(hosts.behind));
  await until(async () => (await running()).length === 1);
  dead.child.kill('SIGKILL');
  await dead.ended;
  await fleet.clock.set(new Date(fleet.clock.now().getTime() + 50_000));
  expect((await on('ahead', 'sync-event', spec(), '--json')).json['units']).toMatchObject([{ status: 'deferred' }]);
  await fleet.clock.set(new Date(fleet.clock.now().getTime() + 11_000));
  expect((await on('ahead', 'sync-event', spec(), '--json')).json['units']).toMatchObject([{ status: 'completed' }]);
  const ended = await fleet.here.query("select host, status from sync_history where status = 'abandoned'");
  expect(ended).toEqual([{ host: 'behind', status: 'abandoned' }]);
});

test.each([hour, -hour])('a host whose clock jumps by %i ms in the middle of a sync', async (offset) => {
  if (!canTry) return;
  const clock = await jumpingClock();
  try {
    const [person] = events[0]?.registrations.filter(({ removal }) => removal === null) ?? [];
    setBib(fleet.here.world, person?.id ?? 0, String(70_000 + offset / hour));
    slowly();
    const from = fleet.clock.now();
    const run = fleet.start('jumping', ['sync-event', spec()], clock.env);
    await until(async () => (await running()).length === 1);
    clock.jump(offset);
    expect(told(await run.ended)).toEqual(well);
    expect(told(await on('right', 'sync-event', spec().replace('1:', '2:')))).toEqual(well);
    const [row] = await fleet.here.query(
      `select bool_and(started_at >= $1 and finished_at <= $2 and duration_seconds < 60 and watermark <= started_at) as fine
       from sync_history where host = 'jumping' and started_at >= $1`,
      [from, fleet.clock.now()],
    );
    expect(row).toEqual({ fine: true });
    const [calls] = await fleet.here.query(
      'select bool_and(duration_ms between 0 and 60000) as fine from api_calls where called_at >= $1',
      [from],
    );
    expect(calls).toEqual({ fine: true });
  } finally {
    await clock.remove();
  }
  await expectSound(fleet.here);
});

test('the hour of a credential is one hour for all of them', async () => {
  if (!canTry) return;
  const [spent] = await fleet.here.query<{ n: number }>(
    `select count(*)::int as n from api_calls where called_at > $1::timestamptz - interval '1 hour'
       and partner_provider_credential_id = (select min(partner_provider_credential_id) from partner_provider_credentials)`,
    [fleet.clock.now()],
  );
  const limit = (spent?.n ?? 0) + 2;
  fleet.here.env['P88SYNC_RUNSIGNUP_CALLS_PER_HOUR'] = String(limit);
  const statuses: string[] = [];
  for (const host of names) {
    const { json } = await on(host, 'sync-event', spec(), '--json');
    statuses.push(json['units'][0].status);
  }
  expect(statuses[0]).toBe('completed');
  expect(statuses.slice(1)).not.toContain('completed');
  const [now] = await fleet.here.query<{ n: number }>(
    `select count(*)::int as n from api_calls where called_at > $1::timestamptz - interval '1 hour'
       and partner_provider_credential_id = (select min(partner_provider_credential_id) from partner_provider_credentials)`,
    [fleet.clock.now()],
  );
  expect(now?.n).toBeLessThanOrEqual(limit);
});

test('a token lives as long on every host, and one begun by one host serves all', async () => {
  if (!canTry) return;
  const roster = events.find(({ race }) => race.provider === 'raceroster');
  const sync = async () => {
    for (const host of names) expect(told(await on(host, 'sync-event', `1:raceroster:${roster?.id}`))).toEqual(well);
  };
  const logins = () => fleet.here.sandbox.calls.filter(({ path }) => path.includes('oauth/authorize')).length;
  expect(logins()).toBe(1);
  const [row] = await fleet.here.query<{ last: Date }>('select max(expires_at) as last from access_tokens');
  // A day, and Haku's an hour; a minute before its end a token is not used any more.
  await fleet.clock.set(new Date((row?.last.getTime() ?? 0) - 90_000));
  await sync();
  expect(logins()).toBe(1);
  await beat();
  await sync();
  expect(logins()).toBe(2);
});
