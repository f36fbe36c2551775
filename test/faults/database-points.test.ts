/**
 * The connection to PostgreSQL breaks off at every named point of a tick: it costs at most the unit that was at it, whatever
 * the others do goes on over new connections, and what was committed counts although nobody was told.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { day, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { start } from '../e2e/program.ts';
import { amount, chancesOf, isLong, tell } from './lab/form.ts';
import { syncPoints } from './lab/points.ts';
import { type Point, type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

const chances = chancesOf('database points');
let here: Installation;
let line: PostgresLine;
let events: readonly RaceEvent[];
let broken = 0;

beforeAll(async () => {
  here = await install((world) => {
    events = fillWorld(world, {
      now: saturday,
      people: 25,
      startsInMs: 20 * day,
      providers: ['runsignup', 'raceroster', 'letsdothis'],
    });
  });
  Object.assign(here.env, smallPages(10), { P88SYNC_HIGH_FROM_HOURS: '700', P88SYNC_MEDIUM_FROM_HOURS: '720' });
  line = await startPostgresLine(here.databaseUrl);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
});
afterAll(async () => {
  tell(`connections to PostgreSQL broken off at a named point: ${broken}`);
  await line.close();
  await here.close();
});

/** A tick whose connection breaks off at the point. @returns its units that failed and why; undefined: not reached. */
async function brokenAt(point: Point) {
  for (let n = 0; n < 4; n += 1) changeSomething(here.world, events, chances);
  here.pass(minute);
  const { reached, disarm } = line.arm(point, (at) => at.cut());
  const env = { ...here.env, DATABASE_URL: line.url };
  const { code, signal, json } = await start(['tick', '--json', '--now', here.now().toISOString()], { env }).ended;
  disarm();
  if (!(await reached)) return undefined;
  broken += 1;
  const failed = json['units'].filter((one: { status: string }) => one.status !== 'completed');
  return { code, signal, failed: failed.map((one: { failure: { kind: string } }) => one.failure.kind) };
}

/** The next tick finishes, nobody unlocks anything. */
async function expectRecovered(): Promise<void> {
  expect(await here.query("select 1 from sync_history where status = 'running'")).toEqual([]);
  here.pass(minute);
  const { code, json } = await here.tick();
  expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
  await expectSound(here);
}

const fine = { code: 0, signal: null, failed: [] };
const oneUnit = { code: 1, signal: null, failed: ['ConnectionLost'] };

/** The last page of a unit, which completes it, with the answer to its commit. */
const isDone = ({ name }: Point) => name === 'last page: completed, committed';

const chosen = isLong
  ? syncPoints
  : syncPoints.filter(
      (point) =>
        isDone(point) ||
        ['claim, committed', 'page: people written, carried out', 'last page: completed, before its commit'].includes(
          point.name,
        ),
    );

test.each(chosen)('the connection breaks off: $name', async (point) => {
  const seen = await brokenAt(point);
  if (seen && isDone(point)) expect(seen).toEqual(fine);
  // A page that is the last one as well may be committed with the point.
  else if (seen) expect([oneUnit, fine]).toContainEqual(seen);
  await expectRecovered();
});

test(
  'broken off somewhere, again and again',
  async () => {
    for (let round = amount(2, 60); round > 0; round -= 1) {
      const seen = await brokenAt({ ...chances.pick(syncPoints), nth: 1 + chances.below(4) });
      if (seen) expect([oneUnit, fine]).toContainEqual(seen);
      await expectRecovered();
    }
  },
  amount(60_000, 600_000),
);
