/** ChronoTrack as the source of results: nobody is pushed there, and a result finds its registration by the bib. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runEvent, setFinish } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute } from './installation.ts';
import {
  addChronoTrack,
  addRegistered,
  amend,
  askedSplits,
  enterByHand,
  expectOneSet,
  registrationSpec,
  scoringSpec,
  splits,
  wantedFromChronoTrack,
} from './scored-world.ts';

const people = 300;

let here: Installation;
let registered: RaceEvent;
let scored: RaceEvent;
beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, people, true);
    scored = addChronoTrack(world, registered);
    enterByHand(world, scored, '900001');
    Object.assign(world.behaviour.chronotrack, { showsDisqualified: true, eventHours: 3 });
  });
  here.env['P88SYNC_CHRONOTRACK_PAGE_SIZE'] = '100';
  for (const args of [['discover'], ['tick'], ['link', registrationSpec(registered), scoringSpec(scored)]]) {
    await run(...args);
  }
});
afterAll(() => here.close());

const run = async (...args: string[]) => {
  const { code, stderr, json } = await here.run(...args, '--json');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return json;
};
const pull = async () => (await run('pull-results', scoringSpec(scored)))['events'][0].counts;
const publish = () => run('publish-results', registrationSpec(registered), '--yes', ...askedSplits);
const wanted = (isOver: boolean) => wantedFromChronoTrack(registered, scored, isOver);

test('while the race is on, who has not finished is not published', async () => {
  here.pass(hour);
  runEvent(here.world, scored, { splits });
  expect(await pull()).toMatchObject({ inserted: people + 1, failed: 0 });
  expect(await publish()).toMatchObject({ status: 'published', racing: people + 1 - wanted(false).size });
  expectOneSet(here, registered, wanted(false));
});

test('the races of the event came with its results', async () => {
  expect(await here.query('select event_id, race_id, race_name from ct_races')).toEqual([
    { event_id: scored.id, race_id: scored.subEvents[0]?.id, race_name: scored.subEvents[0]?.name },
  ]);
});

test('amended and over: the set follows', async () => {
  amend(here.world, scored, 20);
  here.pass(4 * hour);
  expect(await pull()).toMatchObject({ inserted: 0, removed: 1, failed: 0 });
  expect(await publish()).toMatchObject({ status: 'published', racing: 0, refused: [] });
  expectOneSet(here, registered, wanted(true));
});

test('published again: nothing is sent', async () => {
  here.pass(minute);
  await pull();
  here.newCalls();
  expect(await publish()).toMatchObject({ status: 'unchanged' });
  expect(here.newCalls().filter((call) => call.startsWith('POST'))).toEqual([]);
});

test('amended once more: the same set, as it is now', async () => {
  const { disqualified } = amend(here.world, scored, 120);
  const finish = scored.finishes.get(disqualified.id);
  if (finish) setFinish(here.world, disqualified, { ...finish, status: 'finished' });
  here.pass(minute);
  await pull();
  expect(await publish()).toMatchObject({ status: 'published' });
  expectOneSet(here, registered, wanted(true));
});
