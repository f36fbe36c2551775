/**
 * While a provider is in trouble: tried again after 2, 4 and 8 minutes, then failed for good at the normal pace, told once;
 * the others keep theirs. A throttled credential rests, for as long as was asked and never more than an hour.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hour, minute } from '../e2e/installation.ts';
import {
  expectReadable,
  happenEverywhere,
  installTroubled,
  type Registrar,
  recover,
  type Troubled,
} from './lab/troubled.ts';
import { resetBeforeHeaders, status } from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

let all: Troubled;
beforeAll(async () => {
  all = await installTroubled({ people: 12 });
});
afterAll(() => all.close());
afterEach(() => all.line.clear());

/** Medium: a quarter of an hour; low: four hours. */
function setPace(pace: 'high' | 'medium' | 'low'): void {
  const { env } = all.here;
  env['P88SYNC_HIGH_FROM_HOURS'] = pace === 'high' ? '700' : '1';
  env['P88SYNC_MEDIUM_FROM_HOURS'] = pace === 'low' ? '2' : '720';
}

/** Ticks by the minute. @returns the minutes at which each provider was asked for people of its first event. */
async function beats(minutes: number): Promise<Readonly<Record<Registrar, readonly number[]>>> {
  const { here } = all;
  const asked: Record<Registrar, number[]> = {
    runsignup: [],
    raceroster: [],
    haku: [],
    letsdothis: [],
    chronotrack: [],
  };
  for (let at = 0; at < minutes; at += 1, here.pass(minute)) {
    await here.tick();
    const made = await here.query<{ name: string }>(
      `select distinct lower(regexp_replace(p.name, '[^A-Za-z]', '', 'g')) as name from sync_history h
       join providers p using (provider_id) where h.event_id is not null and h.started_at >= $1`,
      [here.now()],
    );
    for (const { name } of made) if (name in asked) asked[name as Registrar].push(at);
  }
  return asked;
}

const statuses = (provider: string, since: Date) =>
  all.here.query<{ status: string; failures: number }>(
    `select h.status, h.failures from sync_history h join providers p using (provider_id)
     where lower(regexp_replace(p.name, '[^A-Za-z]', '', 'g')) = $1 and h.timing_partner_id = 1 and h.started_at >= $2
       and h.event_id = (select min(event_id) from sync_events e where e.provider_id = h.provider_id)
     order by h.sync_history_id`,
    [provider, since],
  );

test.each(['medium', 'low'] as const)('%s priority: 2, 4, 8 minutes, then its own pace', async (pace) => {
  const { here, line } = all;
  setPace(pace);
  const every = pace === 'medium' ? 15 : 240;
  // Long since the last sync: all are due.
  here.pass(5 * hour);
  await recover(all);
  happenEverywhere(all);
  here.pass(5 * hour);
  const victims = ['runsignup', 'haku', 'chronotrack'] as const;
  line.begin({ providers: victims }, pace === 'medium' ? status(503) : resetBeforeHeaders);
  const began = here.now();
  const asked = await beats(34);
  for (const provider of registrationProviders) {
    const isVictim = victims.some((one) => one === provider);
    // The first beat of the timer behind 2, 4 and 8 minutes from when it failed.
    const wanted = isVictim ? [0, 3, 8, 17, 17 + every] : [0, every, 2 * every];
    expect({ provider, at: asked[provider] }).toEqual({ provider, at: wanted.filter((at) => at < 34) });
    const rows = (await statuses(provider, began)).map(({ status: is, failures }) => `${is} ${failures}`);
    const failed = ['failed 1', 'failed 2', 'failed 3', 'failed_permanent 4', 'failed_permanent 5'];
    expect({ provider, rows }).toEqual({
      provider,
      rows: isVictim ? failed.slice(0, asked[provider].length) : asked[provider].map(() => 'completed 0'),
    });
  }
  const shown = await here.run('status');
  expect(shown.stdout).toMatch(/The quick retries are over; it goes on at its normal pace/);
  expectReadable(shown);
  await recover(all, { restMs: every * minute });
});

test('high priority: every minute all the same; failed for good is told once, and well again by itself', async () => {
  const { here, line } = all;
  setPace('high');
  await recover(all);
  line.begin({ providers: ['raceroster'] }, status(500));
  const told: string[] = [];
  for (let beat = 0; beat < 6; beat += 1) {
    here.pass(minute);
    const ended = await here.run('tick', '--json');
    expect(ended.code).toBe(1);
    const [unit] = ended.json['units'].filter((one: { provider: string }) => one.provider === 'raceroster');
    told.push(`${unit.status}${/failed for good/.test(ended.stderr) ? ', told' : ''}`);
  }
  const later = 'failed_permanent';
  expect(told).toEqual(['failed', 'failed', 'failed', `${later}, told`, later, later]);
  await recover(all);
  await here.discover();
  expect((await here.run('status', '--json')).json['verdict']).toMatchObject({ level: 'good' });
});

const seconds = (n: number) => String(n);

test.each<[string, string | undefined, number, number]>([
  ['nothing', undefined, 1, 3],
  ['nonsense', 'after lunch', 1, 3],
  ['a negative number', '-600', 1, 3],
  ['a time that has passed', 'Sat, 12 Sep 2020 10:00:00 GMT', 1, 3],
  ['three minutes', seconds(180), 3, 4],
  ['a year', seconds(31_536_000), 60, 61],
  ['a date in a month', 'date', 60, 61],
])('429 that says %s', async (_, header, from, to) => {
  const { here, line } = all;
  setPace('high');
  await recover(all);
  happenEverywhere(all);
  const after = header === 'date' ? new Date(here.now().getTime() + 30 * 24 * hour).toUTCString() : header;
  line.begin(
    { providers: ['letsdothis'], times: 1 },
    status(429, { date: here.now().toUTCString(), ...(after !== undefined && { 'retry-after': after }) }),
  );
  expect((await here.tick()).code).toBe(1);
  here.newCalls();
  // Of a long rest its beginning and its end are looked at.
  const looked = Array.from({ length: to }, (_, index) => index + 1).filter((at) => at < 4 || at >= from - 1);
  const began = here.now();
  let tried: number | undefined;
  for (const at of looked) {
    here.pass(began.getTime() + at * minute - here.now().getTime());
    await here.tick();
    if (here.newCalls().some((call) => call.includes('/applications'))) tried ??= at;
  }
  expect(tried).toBeGreaterThanOrEqual(from);
  await recover(all);
});
