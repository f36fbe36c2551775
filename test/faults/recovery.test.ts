/**
 * Recovery after kill -9, measured by the database's clock: the same host's next tick syncs the event again; another host's
 * within the lease of 60 seconds and one tick.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { minute, saturday } from '../e2e/installation.ts';
import { type Fleet, openFleet } from './lab/fleet.ts';
import { amount, chancesOf, tell } from './lab/form.ts';
import { closeUnheard } from './lab/heard.ts';
import { syncPoints } from './lab/points.ts';
import { type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

const chances = chancesOf('recovery');
const second = 1_000;
/** Points at which the claim is held and the sync is not completed. */
const inHand = syncPoints.filter(({ name }) => /^(call|page)/.test(name));

let fleet: Fleet;
let line: PostgresLine;
let events: ReturnType<typeof fillWorld>;
beforeAll(async () => {
  fleet = await openFleet(saturday, (world) => {
    events = fillWorld(world, { now: saturday, people: 25, providers: ['runsignup', 'raceroster', 'letsdothis'] });
  });
  Object.assign(fleet.here.env, smallPages(10), { P88SYNC_PACE_MS: '0', P88SYNC_STOP_AFTER_HOURS: '700' });
  line = await startPostgresLine(fleet.here.databaseUrl);
  await fleet.here.discover();
  expect((await fleet.here.tick()).code).toBe(0);
});
afterAll(async () => {
  await line.close();
  await closeUnheard(fleet.here);
});

/** The next full minute, to which timers keep. */
function nextBeat(): Date {
  return new Date((Math.floor(fleet.clock.now().getTime() / minute) + 1) * minute);
}

/** A tick of host-a that is killed somewhere, so many ms behind its beat. @returns when (UTC). */
async function dieAt(lateMs: number): Promise<Date> {
  for (;;) {
    for (let n = 0; n < 4; n += 1) changeSomething(fleet.here.world, events, chances);
    await fleet.clock.set(new Date(nextBeat().getTime() + lateMs));
    const armed = line.arm({ ...chances.pick(inHand), nth: 1 + chances.below(3) }, () => started.child.kill('SIGKILL'));
    const started = fleet.start('host-a', ['tick'], { DATABASE_URL: line.url });
    const { signal } = await started.ended;
    armed.disarm();
    line.proxy.cutAll();
    if (signal === 'SIGKILL' && (await held()).length > 0) return fleet.clock.now();
  }
}

const held = () =>
  fleet.here.query<{ id: string }>(
    "select timing_partner_id || ':' || event_id as id from sync_history where status = 'running' order by 1",
  );

/** Ticks of the host, beat by beat, until what died is completed by one of them. @returns ms since `died`. */
async function recoveredBy(host: string, died: Date, claims: readonly { id: string }[]): Promise<number> {
  for (let beat = 0; beat < 5; beat += 1) {
    await fleet.clock.set(nextBeat());
    expect((await fleet.start(host, ['tick'], {}).ended).code).toBe(0);
    const [row] = await fleet.here.query<{ n: number; last: Date }>(
      `select count(distinct timing_partner_id || ':' || event_id)::int as n, max(finished_at) as last from sync_history
       where timing_partner_id || ':' || event_id = any($1) and host = $2 and status = 'completed' and started_at > $3`,
      [claims.map((claim) => claim.id), host, died],
    );
    if (row?.n === claims.length) return row.last.getTime() - died.getTime();
  }
  throw new Error(`${host} has not taken over within five minutes`);
}

test.each([
  ['the same host: by its next tick', 'host-a', minute],
  ['another host: within its lease and one tick', 'host-b', 2 * minute],
])('%s', async (title, host, withinMs) => {
  const waits: number[] = [];
  for (let round = amount(4, 60); round > 0; round -= 1) {
    // A tick goes on for up to 50 seconds.
    const died = await dieAt(chances.below(50) * second);
    const claims = await held();
    waits.push(await recoveredBy(host, died, claims));
    expect((await fleet.start('host-a', ['tick'], {}).ended).code).toBe(0);
    await expectSound(fleet.here);
  }
  // Of the last tick itself some seconds pass on a machine with much to do.
  expect(Math.max(...waits)).toBeLessThan(withinMs + 20 * second);
  const shown = [Math.min(...waits), Math.max(...waits)].map((ms) => (ms / second).toFixed(1));
  tell(`recovery after kill -9, ${title}: ${shown[0]} to ${shown[1]} s after it died, ${waits.length} times`);
});
