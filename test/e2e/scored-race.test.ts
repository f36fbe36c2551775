/** 3,000 finishers with 4 splits: registered at RunSignUp, pushed to Copernico, pulled, amended, and published as one set. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shellWord } from '../../src/domain/shell-word.ts';
import { runEvent, setFinish } from '../../src/sandbox/finishes.ts';
import type { RaceEvent, Registration } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute } from './installation.ts';
import {
  type Amended,
  addCopernico,
  addRegistered,
  amend,
  askedSplits,
  enterByHand,
  expectOneSet,
  registrationSpec,
  scoringSpec,
  sentPeople,
  splits,
  storedResults,
  wantedFromCopernico,
  wantedPeople,
  wantedResults,
} from './scored-world.ts';

const people = 3_000;

let here: Installation;
let registered: RaceEvent;
let scored: RaceEvent;
/** Entered by the timer, and without a bib at first. */
let nameless: Registration;
let amended: Amended;
beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, people);
    scored = addCopernico(world);
  });
});
afterAll(() => here.close());

const run = async (...args: string[]) => {
  const { code, stderr, json } = await here.run(...args, '--json');
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return json;
};
const scoring = async (command: string) => (await run(command, scoringSpec(scored)))['events'][0].counts;
const pull = () => scoring('pull-results');
const publishing = () => ['publish-results', registrationSpec(registered), '--yes', ...askedSplits];
const publish = () => run(...publishing());
const posts = () => here.newCalls().filter((call) => call.startsWith('POST'));

test('discovered, synced, linked and pushed: Copernico holds the same people', async () => {
  await run('discover');
  await run('tick');
  await run('link', registrationSpec(registered), scoringSpec(scored));
  expect(await scoring('push-participants')).toMatchObject({ inserted: people, updated: 0, failed: 0 });
  expect(sentPeople(scored)).toEqual(wantedPeople(registered, scored));
  expect(scored.registrations).toHaveLength(people);
});

test('with no results yet, publishing is refused, and says what to type first', async () => {
  const { code, json } = await here.run(...publishing(), '--json');
  expect({ code, error: json['error'] }).toMatchObject({
    code: 2,
    error: {
      message: `${registrationSpec(registered)} has no results yet`,
      hint: `Pull them first: p88sync pull-results ${shellWord(scoringSpec(scored))}. Nothing was changed.`,
    },
  });
});

test('pulled: every result and split is in the database', async () => {
  enterByHand(here.world, scored, '900001');
  nameless = enterByHand(here.world, scored, null);
  here.pass(hour);
  runEvent(here.world, scored, { splits });
  expect(await pull()).toMatchObject({ fetched: people + 2, inserted: people + 2, failed: 0 });
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  expect(await pull()).toMatchObject({ inserted: 0, updated: 0, unchanged: people + 2, removed: 0 });
});

test('a result that nobody can be found for holds up no other, and is named', async () => {
  const { code, json } = await here.run(...publishing(), '--json');
  expect({ code, json }).toMatchObject({ code: 1, json: { status: 'published', counts: { added: people + 1 } } });
  expect(json['refused']).toMatchObject([{ why: 'it has neither a registration that we know nor a bib' }]);
  const wanted = new Map(wantedFromCopernico(scored));
  wanted.delete('bib null');
  expectOneSet(here, registered, wanted);
});

test('amended, pulled again, and published: one set, each row under its registration', async () => {
  nameless.bib = '900002';
  amended = amend(here.world, scored, 100);
  here.pass(minute);
  expect(await pull()).toMatchObject({ inserted: 0, removed: 1, failed: 0 });
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  expect(await publish()).toMatchObject({ status: 'published', refused: [] });
  expectOneSet(here, registered, wantedFromCopernico(scored));
});

test('published again: nothing is sent', async () => {
  here.pass(minute);
  here.newCalls();
  expect(await publish()).toMatchObject({ status: 'unchanged' });
  expect(posts()).toEqual([]);
  await pull();
  expect(await publish()).toMatchObject({ status: 'unchanged' });
  expect(posts()).toEqual([]);
  expectOneSet(here, registered, wantedFromCopernico(scored));
});

test('amended once more, pulled and published: the same set, as it is now', async () => {
  amend(here.world, scored, 1_000);
  // The jury takes its word back, and the chip of somebody who was lost is found.
  const { disqualified, takenBack } = amended;
  const { finishes } = scored;
  const finish = finishes.get(disqualified.id);
  if (!finish) throw new Error('who was disqualified has no times');
  setFinish(here.world, disqualified, { ...finish, status: 'finished' });
  setFinish(here.world, takenBack, { ...finish, status: 'finished' });
  here.pass(minute);
  expect(await pull()).toMatchObject({ inserted: 0, removed: 1, failed: 0 });
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  const before = here.world.resultSets.map(({ id }) => id);
  expect(await publish()).toMatchObject({ status: 'published' });
  expect(here.world.resultSets.map(({ id }) => id)).toEqual(before);
  expectOneSet(here, registered, wantedFromCopernico(scored));
});
