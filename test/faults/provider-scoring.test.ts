/** The same troubles where people are sent on, results are fetched and published, and events are looked for. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { register, renameEvent, setBib } from '../../src/sandbox/changes.ts';
import { disqualify, runEvent, withdrawSplit } from '../../src/sandbox/finishes.ts';
import { sandboxEnvironment } from '../../src/sandbox/stand-ins.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { storedRows } from '../e2e/compare.ts';
import { hour, type Installation, install, minute } from '../e2e/installation.ts';
import {
  addChronoTrack,
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
import { chancesOf, some } from './lab/form.ts';
import { type ProviderLine, startProviderLine, type Trouble } from './lab/provider-line.ts';
import { expectSound } from './lab/sound.ts';
import { expectReadable } from './lab/troubled.ts';
import {
  gzipBomb,
  html,
  redirect,
  resetBeforeHeaders,
  resetBehindHeaders,
  silent,
  stalls,
  status,
  text,
  truncated,
} from './lab/troubles.ts';
import { smallPages } from './lab/world.ts';

const troubles: readonly (readonly [string, Trouble])[] = [
  ['500', status(500)],
  ['503, Retry-After: 120', status(503, { 'retry-after': '120' })],
  ['429', status(429)],
  ['reset before the headers', resetBeforeHeaders],
  ['reset behind the headers', resetBehindHeaders],
  ['a body that stalls', stalls()],
  ['no answer', silent],
  ['an HTML page', html],
  ['half of the JSON', truncated],
  ['nothing, with 200', text('', 'application/json')],
  ['a gzip bomb', gzipBomb(false)],
  ['a redirect', redirect(307, 'http://localhost:9/elsewhere')],
];

const chances = chancesOf('troubles of the scoring side');
let here: Installation;
let line: ProviderLine;
let registered: RaceEvent;
let scored: RaceEvent;
let live: RaceEvent;

beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, 30, true);
    scored = addCopernico(world);
    live = addChronoTrack(world, registered);
  });
  line = await startProviderLine(here.sandboxUrl);
  Object.assign(here.env, smallPages(20), sandboxEnvironment(line.url), {
    P88SYNC_HEADERS_TIMEOUT_MS: '2500',
    P88SYNC_BODY_TIMEOUT_MS: '2500',
    P88SYNC_STOP_AFTER_HOURS: '700',
    P88SYNC_RESULTS_UNTIL_HOURS: '8760',
  });
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  expect((await here.run('link', registrationSpec(registered), scoringSpec(scored))).code).toBe(0);
  expect((await here.tick()).code).toBe(0);
  here.pass(hour);
  for (const event of [scored, live]) runEvent(here.world, event, { splits });
  for (const event of [scored, live]) expect((await here.run('pull-results', scoringSpec(event))).code).toBe(0);
  expect((await here.run('publish-results', registrationSpec(registered), '--yes', ...askedSplits)).code).toBe(0);
  await expectAllRight();
});
afterAll(async () => {
  await line.close();
  await here.close();
});
afterEach(() => line.clear());

/** People, set and registrations; results are looked at where they are pulled. */
async function expectAllRight(): Promise<void> {
  expect(Object.fromEntries(sentPeople(scored))).toEqual(Object.fromEntries(wantedPeople(registered, scored)));
  expect(scored.registrations).toHaveLength(registered.registrations.length);
  expectOneSet(here, registered, wantedFromCopernico(scored));
  await expectSound(here);
}

/** The command while the provider is in trouble: it fails, and says so to a person. */
async function inTrouble(trouble: Trouble, where: Parameters<ProviderLine['begin']>[0], ...args: string[]) {
  const running = line.begin(where, trouble);
  const ended = await here.run(...args);
  line.clear();
  expect({ args, hits: running.hits() > 0 }).toEqual({ args, hits: true });
  expectReadable(ended);
  expect({ args, code: ended.code }).toEqual({ args, code: 1 });
  return ended;
}

/** Copernico documents no answer to a push: nothing at all is a yes there. */
const toPushes = some(troubles, 2, 'pushes').filter(([title]) => title !== 'nothing, with 200');

test.each(toPushes)('push: %s', async (_, trouble) => {
  here.pass(minute);
  register(here.world, registered, { bib: String(5_000 + chances.below(4_000)) });
  setBib(here.world, chances.pick(registered.registrations).id, String(9_000 + chances.below(900)));
  expect((await here.run('sync-event', registrationSpec(registered))).code).toBe(0);
  await inTrouble(trouble, { providers: ['copernico'] }, 'push-participants', scoringSpec(scored));
  here.pass(2 * hour);
  const again = await here.run('push-participants', scoringSpec(scored), '--json');
  expect(again.code).toBe(0);
  runEvent(here.world, scored, { splits });
  expect((await here.run('pull-results', scoringSpec(scored))).code).toBe(0);
  expect((await here.run('publish-results', registrationSpec(registered), '--yes')).code).toBe(0);
  await expectAllRight();
});

test.each(some(troubles, 1, 'pulls'))('pull: %s', async (title, trouble) => {
  const finisher = (event: RaceEvent) =>
    chances.pick(event.registrations.filter(({ id }) => event.finishes.get(id)?.status === 'finished'));
  // A preset may be three minutes in the making, and is waited for.
  for (const event of title === 'no answer' ? [live] : [scored, live]) {
    here.pass(minute);
    disqualify(here.world, finisher(event).id);
    withdrawSplit(here.world, finisher(event).id, chances.pick(splits));
    const provider = event.race.provider;
    const before = await storedOf(event);
    // ChronoTrack's results take several calls: any of them.
    const skip = provider === 'copernico' ? 0 : chances.below(4);
    await inTrouble(trouble, { providers: [provider], skip }, 'pull-results', scoringSpec(event));
    expect(await storedOf(event)).toEqual(before);
    here.pass(2 * hour);
    expect((await here.run('pull-results', scoringSpec(event))).code).toBe(0);
    if (event === scored) expect(await copernicoResults()).toEqual(wantedResults(scored));
    else expect(await storedOf(event)).not.toEqual(before);
  }
  expect((await here.run('publish-results', registrationSpec(registered), '--yes')).code).toBe(0);
  await expectAllRight();
});

const storedOf = (event: RaceEvent) =>
  here.query(
    `select * from ${event.race.provider === 'copernico' ? 'copernico_results' : 'ct_results'} order by result_key`,
  );

/** As `storedResults` tells them, without ChronoTrack's. */
async function copernicoResults(): Promise<Readonly<Record<string, unknown>>> {
  const own = await here.query<{ id: string }>(
    'select result_key as id from copernico_results where removed_at is null',
  );
  const ids = new Set(own.map(({ id }) => id));
  return Object.fromEntries(Object.entries(await storedResults(here)).filter(([id]) => ids.has(id)));
}

test.each(some(troubles, 1, 'publications'))('publication: %s', async (_, trouble) => {
  here.pass(minute);
  for (const one of scored.registrations.slice(0, 2)) withdrawSplit(here.world, one.id, '5K');
  disqualify(here.world, chances.pick(scored.registrations).id);
  expect((await here.run('pull-results', scoringSpec(scored))).code).toBe(0);
  const where = { providers: ['runsignup'], skip: chances.below(3) } as const;
  await inTrouble(trouble, where, 'publish-results', registrationSpec(registered), '--yes');
  here.pass(2 * hour);
  expect((await here.run('publish-results', registrationSpec(registered), '--yes')).code).toBe(0);
  await expectAllRight();
});

test.each(some(troubles, 1, 'discoveries'))('discovery: %s', async (_, trouble) => {
  here.pass(minute);
  renameEvent(here.world, registered, `Half ${chances.below(1_000)}`);
  renameEvent(here.world, live, `Pine Ridge Half ${chances.below(1_000)}`);
  const before = await storedRows(here);
  const ended = await inTrouble(trouble, { providers: ['runsignup'] }, 'discover', '--json');
  expect(ended.json['credentials']).toHaveLength(2);
  const after = await storedRows(here);
  const unlike = (provider: string) => (row: { readonly [column: string]: unknown }) => row['provider'] !== provider;
  // The other provider's news came all the same.
  expect(after.events.filter(unlike('chronotrack'))).toEqual(before.events.filter(unlike('chronotrack')));
  expect(after.events.filter(unlike('runsignup'))).not.toEqual(before.events.filter(unlike('runsignup')));
  expect(after.people).toEqual(before.people);
  here.pass(2 * hour);
  expect((await here.run('discover')).code).toBe(0);
  expect((await here.tick()).code).toBe(0);
  await expectSound(here);
});
