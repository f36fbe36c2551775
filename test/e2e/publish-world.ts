/** Two events with three runners each, ready to be scored and published in this process. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { PublishOptions } from '../../src/commands/publish-job.ts';
import { runPublishResults } from '../../src/commands/publish-results.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { addAccount, addEvent, addRace, addRegistration } from '../../src/sandbox/build-world.ts';
import { usualResultsBehaviour } from '../../src/sandbox/result-sets.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { inProcess } from './in-process.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import type { Told } from './program.ts';
import { installToyScoring, linkToy, type ToyResult } from './toy-scoring.ts';

export let here: Installation;
export let half: RaceEvent;
export let ten: RaceEvent;
export let harbour: RaceEvent;

/** For the whole file; each test begins with no results, no set, and the half linked. */
export function installPublishing(): void {
  beforeAll(async () => {
    here = await install(fill);
    await installToyScoring(here);
    await here.discover();
    expect((await here.tick()).code).toBe(0);
  });
  // Each test begins without the history of the one before.
  afterAll(() => here.close({ audited: false }));
  beforeEach(async () => {
    here.world.resultSets.length = 0;
    Object.assign(here.world.behaviour.runsignup.results, usualResultsBehaviour);
    for (const table of ['published_result_sets', 'event_links', 'toy_results']) {
      await here.query(`delete from ${table}`);
    }
    await here.query("delete from sync_history where operation_type = 'results'");
    await linkToy(here, half.id);
    here.pass(minute);
    here.newCalls();
  });
}

function fill(world: World): void {
  const startAt = new Date(saturday.getTime() - hour / 2);
  const race = addRace(world, { name: 'Pine Ridge' });
  half = addEvent(world, race, { name: 'Half', startAt });
  ten = addEvent(world, race, { name: '10K', startAt });
  for (const [event, bib] of [
    [half, 101],
    [ten, 201],
  ] as const) {
    for (const at of [0, 1, 2]) addRegistration(world, event, { bib: String(bib + at) });
  }
  harbour = addEvent(world, addRace(world, { provider: 'raceroster', name: 'Harbour' }), { startAt });
  addAccount(world, { company: 'Peak Timing', races: [race] });
  addAccount(world, { company: 'Peak Timing', provider: 'raceroster', races: [harbour.race] });
}

export const spec = (event = half) => `1:runsignup:${event.id}`;

/** The runner with this bib, three seconds behind the one before. */
export function result(bib: number, changes: Partial<ToyResult> = {}): ToyResult {
  const clockMs = 3_600_000 + (bib % 100) * 3_000 + 250;
  return {
    id: `r${bib}`,
    bib: String(bib),
    name: `Runner ${bib}`,
    place: bib % 100,
    clockMs,
    chipMs: clockMs - 1_000,
    ...changes,
  };
}

export const three = () => [result(101), result(102), result(103)];

export async function publish(options: PublishOptions = {}, text = spec()): Promise<{ code: number; json: Told }> {
  const { exit, json } = await inProcess((context) => runPublishResults(context, text, { yes: true, ...options }), {
    env: here.env,
    now: here.now(),
  });
  return { code: exitCodes[exit].code, json: json as Told };
}

/** A person at the terminal, who is asked at most once. */
export async function publishAsked(answer: boolean | 'nobody', options: PublishOptions = {}) {
  const printed: string[] = [];
  const questions: string[] = [];
  const { exit, text } = await inProcess((context) => runPublishResults(context, spec(), options), {
    env: here.env,
    now: here.now(),
    terminal: {
      print: async (line) => void printed.push(line),
      ...(answer !== 'nobody' && {
        confirm: async (question) => {
          questions.push(question);
          return answer;
        },
      }),
    },
  });
  return { code: exitCodes[exit].code, printed: printed.join('\n'), questions, text };
}

export const posts = () =>
  here
    .newCalls()
    .filter((call) => call.startsWith('POST'))
    .map((call) => call.split('?')[0]?.split('/').at(-1));

export const rowsOf = (event = half) =>
  here.world.resultSets
    .filter((set) => set.eventId === event.id)
    .map((set) => Object.fromEntries([...set.rows].map(([key, row]) => [key, row.clockTime])));

export const keyOf = (event: RaceEvent, at: number) => `registration ${event.registrations[at]?.id}`;
