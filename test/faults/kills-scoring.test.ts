/** kill -9 of pushes, pulls of results and publications: the next run ends right, nobody is there twice and nobody is lost. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPublishResults } from '../../src/commands/publish-results.ts';
import { runPullResults } from '../../src/commands/pull-results.ts';
import { register, setBib } from '../../src/sandbox/changes.ts';
import { disqualify, runEvent, withdrawSplit } from '../../src/sandbox/finishes.ts';
import type { RaceEvent, Registration } from '../../src/sandbox/world.ts';
import { inProcess } from '../e2e/in-process.ts';
import { hour, type Installation, install, minute } from '../e2e/installation.ts';
import {
  addCopernico,
  addRegistered,
  askedSplits,
  expectOneSet,
  registrationSpec,
  scoringSpec,
  sentPeople,
  splits,
  storedResults,
  wantedFromCopernico,
  wantedPeople,
  wantedResults,
} from '../e2e/scored-world.ts';
import { amount, chancesOf, some, tell } from './lab/form.ts';
import { closeUnheard } from './lab/heard.ts';
import { killAfter, killAt } from './lab/killing.ts';
import { publishingPoints, pullPoints, pushPoints } from './lab/points.ts';
import { type Point, type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { smallPages } from './lab/world.ts';

const chances = chancesOf('kills of the scoring side');
let here: Installation;
let line: PostgresLine;
let registered: RaceEvent;
let scored: RaceEvent;
let kills = 0;
const reached = new Set<string>();
let bib = 5_000;

beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, 60, true);
    scored = addCopernico(world);
  });
  // A minute a round: the race is not over before the rounds are.
  Object.assign(here.env, smallPages(20), {
    P88SYNC_HOST: 'host-a',
    P88SYNC_STOP_AFTER_HOURS: '700',
    P88SYNC_RESULTS_UNTIL_HOURS: '8760',
  });
  line = await startPostgresLine(here.databaseUrl);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  expect((await here.run('link', registrationSpec(registered), scoringSpec(scored))).code).toBe(0);
  expect((await here.tick()).code).toBe(0);
  here.pass(hour);
  runEvent(here.world, scored, { splits });
  const first = await here.run(...commands.pull());
  expect(first.code).toBe(0);
  expect((await here.run(...commands.publish(), ...askedSplits)).code).toBe(0);
  await recover();
});
afterAll(async () => {
  await line.close();
  await closeUnheard(here);
});

const commands = {
  push: () => ['push-participants', scoringSpec(scored)],
  pull: () => ['pull-results', scoringSpec(scored)],
  publish: () => ['publish-results', registrationSpec(registered), '--yes'],
  tick: () => ['tick'],
} as const;

async function recover(): Promise<void> {
  here.pass(minute);
  expect((await here.tick()).code).toBe(0);
  const { env } = here;
  const pulled = await inProcess((c) => runPullResults(c, scoringSpec(scored), {}), { env, now: here.now() });
  expect(pulled.exit).toBe('done');
  const published = await inProcess((c) => runPublishResults(c, registrationSpec(registered), { yes: true }), {
    env,
    now: here.now(),
  });
  expect(published.exit).toBe('done');
  expect(scored.registrations.map(({ externalId }) => externalId).toSorted()).toEqual(
    registered.registrations.map(({ id }) => `runsignup-${id}`).toSorted(),
  );
  expect(Object.fromEntries(sentPeople(scored))).toEqual(Object.fromEntries(wantedPeople(registered, scored)));
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  expectOneSet(here, registered, wantedFromCopernico(scored));
  await expectSound(here);
}

/** Somebody new, some new bibs, a disqualification, a split that is withdrawn. */
function happen(): void {
  bib += 10;
  register(here.world, registered, { bib: String(bib) });
  for (let n = 1; n < 4; n += 1) setBib(here.world, chances.pick(registered.registrations).id, String(bib + n));
  disqualify(here.world, finisher().id);
  withdrawSplit(here.world, finisher().id, chances.pick(splits));
  here.pass(minute);
}

/** Somebody who finished; where few are left, all run again. */
function finisher(): Registration {
  const all = () => scored.registrations.filter(({ id }) => scored.finishes.get(id)?.status === 'finished');
  if (all().length < 5) runEvent(here.world, scored, { splits });
  return chances.pick(all());
}

async function round(point: Point, args: readonly string[]): Promise<void> {
  happen();
  // What a publication publishes was pulled before it.
  if (args[0] === 'publish-results') expect((await here.run(...commands.pull())).code).toBe(0);
  const { ended, wasReached } = await killAt(here, line, args, point);
  expect({ name: point.name, wasReached, signal: ended.signal }).toMatchObject({ wasReached: true, signal: 'SIGKILL' });
  kills += 1;
  reached.add(`${args[0]}: ${point.name}`);
  await recover();
}

test.each(some(pushPoints, 2, 'points of pushes'))('push: $name', (point) => round(point, commands.tick()));

test.each(some(pullPoints, 2, 'points of pulls'))('pull: $name', (point) => round(point, commands.pull()));

test.each(some(publishingPoints, 2, 'points of publications'))('publication: $name', (point) =>
  round(point, commands.publish()),
);

test('at random moments', async () => {
  const wanted = kills + amount(3, 300);
  while (kills < wanted) {
    happen();
    const command = chances.pick([commands.push, commands.pull, commands.publish, commands.tick]);
    const ended = await killAfter(here, command(), [{ ms: 150 + chances.below(600), death: 'SIGKILL' }]);
    if (ended.signal === 'SIGKILL') kills += 1;
    await recover();
  }
});

test('what was counted', () => {
  tell(
    `${kills} kills of pushes, pulls and publications at ${reached.size} named points; one row per person, one result set`,
  );
});
