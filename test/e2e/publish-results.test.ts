/** Results of 3,000 finishers, published, amended and published again: RunSignUp holds exactly one correct set, whatever happens. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublishOptions } from '../../src/commands/publish-job.ts';
import { runPublishResults } from '../../src/commands/publish-results.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { inProcess } from './in-process.ts';
import { hour, type Installation, install, saturday } from './installation.ts';
import type { Told } from './program.ts';
import { installToyScoring, linkToy, score, type ToyResult } from './toy-scoring.ts';

const finishers = 3_000;
const splitIds = { '5K': '41', '10K': '42', '15K': '43', '20K': '44' } as const;
const splitOptions = Object.entries(splitIds).map(([name, id]) => `${name}=${id}`);

let here: Installation;
let event: RaceEvent;
beforeAll(async () => {
  here = await install(fill);
  await installToyScoring(here);
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  await linkToy(here, event.id);
});
afterAll(() => here.close());

function fill(world: World): void {
  const race = addRace(world, { name: 'Pine Ridge' });
  event = addEvent(world, race, { name: 'Half', startAt: new Date(saturday.getTime() - hour / 2) });
  // The last five have no bib, and are scored by the id that was pushed.
  addRegistrations(world, event, finishers, (index) => ({ bib: index < finishers - 5 ? String(1_000 + index) : null }));
  addAccount(world, { company: 'Peak Timing', races: [race] });
}

/** Everybody by pushed id or, for every third, by bib alone; two more wear bibs that nobody is registered with. */
function scored(): ToyResult[] {
  const known = event.registrations.map(({ id, bib }, index): ToyResult => {
    const clockMs = 3_600_000 + index * 1_007;
    return {
      id: `r${id}`,
      participantId: bib !== null && index % 3 === 0 ? `timer-${index}` : `runsignup-${id}`,
      bib,
      name: `Runner ${index}`,
      place: index + 1,
      clockMs,
      chipMs: clockMs - 12_345,
      splits: Object.keys(splitIds).map((name, at) => ({ name, time_ms: Math.round((clockMs * (at + 1)) / 5) })),
    };
  });
  const unknown = [9_001, 9_002].map(
    (bib, at): ToyResult => ({
      id: `x${bib}`,
      bib: String(bib),
      place: finishers + at + 1,
      clockMs: 9_000_000 + at,
      chipMs: null,
      splits: [],
    }),
  );
  return [...known, ...unknown];
}

async function publish(options: PublishOptions = {}): Promise<{ readonly code: number; readonly json: Told }> {
  const { exit, json } = await inProcess(
    (context) => runPublishResults(context, `1:runsignup:${event.id}`, { yes: true, split: splitOptions, ...options }),
    { env: here.env, now: here.now() },
  );
  return { code: exitCodes[exit].code, json: json as Told };
}

/** What the one set must hold, worked out from the results alone. */
function expectedRows(results: readonly ToyResult[]) {
  const registered = new Map(event.registrations.map((one) => [String(one.id), one]));
  const byBib = new Map(event.registrations.map((one) => [one.bib, one]));
  const rows = results.map((one) => {
    const pushed = registered.get(one.participantId?.replace(/^runsignup-/, '') ?? '');
    const registration = pushed ?? byBib.get(one.bib ?? '');
    const finished = (one.status ?? 'finished') === 'finished';
    const word = { dsq: 'DQ', dnf: 'DNF' }[one.status ?? ''] ?? null;
    const splits = (one.splits ?? []).flatMap(({ name, time_ms: ms }) =>
      ms === null ? [] : [[splitIds[name as keyof typeof splitIds], wire(ms)]],
    );
    return [
      registration ? `registration ${registration.id}` : `bib ${one.bib}`,
      {
        registrationId: registration?.id ?? null,
        bib: registration ? null : one.bib,
        chip: null,
        place: finished ? one.place : null,
        clockTime: finished ? wire(one.clockMs) : word,
        chipTime: finished ? wire(one.chipMs) : word,
        splits: Object.fromEntries(splits),
      },
    ] as const;
  });
  return Object.fromEntries(rows);
}

/** By another way than the program's. */
function wire(ms: number | null | undefined): string | null {
  if (ms === null || ms === undefined) return null;
  const [, minutes, rest] = new Date(ms % 3_600_000).toISOString().slice(11, 23).split(':');
  return `${Math.floor(ms / 3_600_000)}:${minutes}:${rest}`;
}

function expectOneSet(results: readonly ToyResult[]): void {
  expect(here.world.resultSets).toHaveLength(1);
  const [set] = here.world.resultSets;
  expect(Object.fromEntries(set?.rows ?? [])).toEqual(expectedRows(results));
  expect(set).toMatchObject({ name: 'Half', isPublic: false, isPreliminary: true, notifies: false, notified: [] });
}

const posts = () => here.newCalls().filter((call) => call.startsWith('POST'));

describe('3,000 finishers with four splits', () => {
  const first = () => scored();
  const amended = () => {
    const results = scored();
    const [a, , c, d] = results;
    const [x] = results.filter((one) => one.id === 'x9001');
    if (!a || !c || !d || !x) throw new Error('too few results');
    return results
      .filter((one) => one !== d)
      .map((one): ToyResult => {
        if (one === a) return { ...one, status: 'dsq' };
        if (one === x) return { ...one, bib: '9003' };
        if (one === c) {
          const splits = (one.splits ?? []).map((split, at) => (at === 1 ? { ...split, time_ms: null } : split));
          return { ...one, splits };
        }
        return one;
      });
  };

  test('are refused while there are none', async () => {
    here.newCalls();
    await expect(publish()).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(/has no results yet$/),
    });
    expect(here.newCalls()).toEqual([]);
  });

  test('shown without changing anything', async () => {
    await score(here, first());
    const splits = splitOptions.flatMap((split) => ['--split', split]);
    const { code, json } = await here.run(
      'publish-results',
      `1:runsignup:${event.id}`,
      '--dry-run',
      '--json',
      ...splits,
    );
    expect(code).toBe(0);
    expect(json).toMatchObject({
      status: 'preview',
      action: 'post',
      resultSet: { id: null, name: 'Half', isPublic: false, isPreliminary: true, notify: false },
      counts: { wanted: finishers + 2, added: finishers + 2, changed: 0, removed: 0, unchanged: 0 },
    });
    expect(posts()).toEqual([]);
    expect(await here.query("select 1 from sync_history where operation_type = 'results'")).toEqual([]);
    expect(await here.query('select 1 from published_result_sets')).toEqual([]);
  });

  test('published', async () => {
    const { code, json } = await publish();
    expect(code).toBe(0);
    expect(json).toMatchObject({ status: 'published', counts: { added: finishers + 2 } });
    expectOneSet(first());
    expect(posts().map((call) => call.split('?')[0])).toEqual([
      `POST /race/${event.race.id}/results/new-result-set`,
      ...Array(4).fill(`POST /race/${event.race.id}/results/full-results`),
    ]);
    const [row] = await here.query(
      "select status, sync_direction, claim_key, fetched, inserted, updated, unchanged, removed, api_calls from sync_history where operation_type = 'results'",
    );
    expect(row).toEqual({
      status: 'completed',
      sync_direction: 'push',
      claim_key: `publish:${event.id}`,
      fetched: finishers + 2,
      inserted: finishers + 2,
      updated: 0,
      unchanged: 0,
      removed: 0,
      api_calls: json['apiCalls'],
    });
  });

  test('amended: a DQ, a swapped bib, a withdrawn split, one result removed', async () => {
    await score(here, amended());
    const { code, json } = await publish({ split: [] });
    expect(code).toBe(0);
    expect(json).toMatchObject({
      status: 'published',
      action: 'replace',
      counts: { added: 1, changed: 2, removed: 2, unchanged: finishers - 2 },
    });
    expectOneSet(amended());
  });

  test('published again without change: no POST at all', async () => {
    posts();
    const { code, json } = await here.run('publish-results', `1:runsignup:${event.id}`, '--yes', '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject({ status: 'unchanged', action: 'nothing', counts: { unchanged: finishers + 1 } });
    expect(posts()).toEqual([]);
    expectOneSet(amended());
  });

  test('changed without a removal: only what changed is sent, and nothing is cleared', async () => {
    const results = amended().map((one, at) => (at === 1 ? { ...one, splits: [], clockMs: 7_000_001 } : one));
    await score(here, results);
    const { json } = await publish({ split: [] });
    expect(json).toMatchObject({ action: 'post', counts: { added: 0, changed: 1, removed: 0 } });
    expect(posts()).toHaveLength(1);
    expectOneSet(results);
  });

  test('the schedule of the registrations is not touched by it', async () => {
    const { code, json } = await here.tick();
    expect(code).toBe(0);
    expect(json['units']).toEqual([]);
  });
});
