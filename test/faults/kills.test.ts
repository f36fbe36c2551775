/** kill -9 at every named point of a run, then at random ones: the next tick of the host finishes, nothing lost or doubled. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { day, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { amount, chancesOf, some, tell } from './lab/form.ts';
import { closeUnheard } from './lab/heard.ts';
import { killAfter, killAt } from './lab/killing.ts';
import { discoveryPoints, syncPoints, takeoverPoints } from './lab/points.ts';
import { type Point, type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from './lab/world.ts';

const chances = chancesOf('kills');
let here: Installation;
let line: PostgresLine;
let events: readonly RaceEvent[];
let kills = 0;
const reached = new Set<string>();

beforeAll(async () => {
  here = await install((world) => {
    events = fillWorld(world, { now: saturday, people: 25, startsInMs: 20 * day });
  });
  // A minute a round: the window is that of high priority, however many rounds there are.
  Object.assign(here.env, smallPages(10), {
    P88SYNC_HOST: 'host-a',
    P88SYNC_HIGH_FROM_HOURS: '700',
    P88SYNC_MEDIUM_FROM_HOURS: '720',
  });
  line = await startPostgresLine(here.databaseUrl);
  await here.discover();
  await recover();
});
afterAll(async () => {
  await line.close();
  await closeUnheard(here);
});

/** Ticks of the same host, all of them good, until nothing announced is left to be read; then everything is the same. */
async function recover(): Promise<void> {
  for (let tick = 0; tick < 10; tick += 1) {
    const { code, json } = await here.tick();
    expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
    if ((await here.query('select 1 from registration_outlines where unread limit 1')).length === 0) break;
    here.pass(minute);
  }
  await expectSound(here);
}

function happen(): void {
  for (let n = chances.below(4); n >= 0; n -= 1) changeSomething(here.world, events, chances);
  here.pass(minute);
}

/** @param runs the same run killed so many times in a row before anybody recovers. */
async function round(point: Point, args: readonly string[]): Promise<boolean> {
  happen();
  const { ended, wasReached } = await killAt(here, line, args, point);
  if (wasReached) {
    expect(ended.signal, point.name).toBe('SIGKILL');
    kills += 1;
    reached.add(point.name);
  }
  await recover();
  return wasReached;
}

const commandsFor = (): readonly string[] =>
  chances.pick([
    ['tick'],
    ['tick', '--debug'],
    ['full-sync', '--json'],
    ['sync-event', `1:runsignup:${events[0]?.id}`, '--full'],
  ]);

const tried = {
  sync: some(syncPoints, 8, 'points of syncs'),
  discovery: some(discoveryPoints, 3, 'points of discoveries'),
  takeover: some(takeoverPoints, 2, 'points of takeovers'),
};

test.each(tried.sync)('$name', async (point) => {
  // Tokens are good for an hour.
  if (point.name.startsWith('token')) await here.query('delete from access_tokens');
  // The first sync of an event lists everybody; it is what `full-sync` and the daily listing do.
  for (const args of [['full-sync'], ['tick']]) {
    if (await round(point, args)) return;
  }
  throw new Error(`no run came to: ${point.name}`);
});

test.each(tried.discovery)('$name', async (point) => {
  expect(await round(point, ['discover'])).toBe(true);
});

test.each(tried.takeover)('$name', async (point) => {
  happen();
  const claim = syncPoints.find(({ name }) => name === 'page: people written, committed');
  if (!claim) throw new Error('the point is missing');
  expect((await killAt(here, line, ['tick'], claim)).wasReached).toBe(true);
  expect((await killAt(here, line, ['tick'], point)).wasReached).toBe(true);
  kills += 2;
  reached.add(point.name);
  await recover();
});

test('at random points, pages and commands, now and then several times before anybody recovers', async () => {
  const points = [...syncPoints, ...takeoverPoints];
  const wanted = kills + amount(4, 330);
  while (kills < wanted) {
    happen();
    for (let more = chances.below(3); more >= 0; more -= 1) {
      const point = { ...chances.pick(points), nth: 1 + chances.below(6) };
      const { ended, wasReached } = await killAt(here, line, commandsFor(), point);
      if (wasReached) {
        expect(ended.signal).toBe('SIGKILL');
        kills += 1;
      } else expect(ended.code).toBe(0);
    }
    await recover();
  }
});

test('at random moments', async () => {
  const wanted = kills + amount(3, 330);
  while (kills < wanted) {
    happen();
    const ended = await killAfter(here, commandsFor(), [{ ms: 100 + chances.below(700), death: 'SIGKILL' }]);
    if (ended.signal === 'SIGKILL') kills += 1;
    else expect(ended.code).toBe(0);
    await recover();
  }
});

test('SIGTERM and SIGINT, once and twice, at random moments', async () => {
  for (let n = amount(4, 120); n > 0; n -= 1) {
    happen();
    const death = chances.pick(['SIGTERM', 'SIGINT'] as const);
    const twice = chances.next() < 0.5;
    const ms = 120 + chances.below(600);
    const moments = [{ ms, death }, ...(twice ? [{ ms: chances.below(40), death }] : [])];
    const ended = await killAfter(here, commandsFor(), moments);
    // Before the program has begun to listen for it, the signal ends it as it ends any process.
    if (ended.signal) expect(ended.signal).toBe(death);
    else expect([0, death === 'SIGTERM' ? 143 : 130]).toContain(ended.code);
    await recover();
  }
});

test('what was counted', () => {
  tell(
    `${kills} kills of registration syncs at ${reached.size} named points; nothing lost or doubled after any of them`,
  );
  const named = [...tried.sync, ...tried.discovery, ...tried.takeover].map(({ name }) => name);
  expect([...reached]).toEqual(expect.arrayContaining(named));
});
