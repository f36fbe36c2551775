/** The morning of a scored race by ticks alone, minute by minute: who is pushed when, what is pulled when, and what comes of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refund, register, setBib } from '../../src/sandbox/changes.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent, Registration } from '../../src/sandbox/world.ts';
import { type Installation, install, minute } from './installation.ts';
import {
  addCopernico,
  addRegistered,
  amend,
  askedSplits,
  expectOneSet,
  registrantOf,
  registrationSpec,
  scoringSpec,
  sentPeople,
  splits,
  storedResults,
  wantedFromCopernico,
  wantedPeople,
  wantedResults,
} from './scored-world.ts';

let here: Installation;
let registered: RaceEvent;
let scored: RaceEvent;
beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, 80);
    scored = addCopernico(world);
  });
  await here.discover();
  const { code } = await here.run('link', registrationSpec(registered), scoringSpec(scored));
  expect(code).toBe(0);
  here.newCalls();
});
afterAll(() => here.close());

test('pushed after each sync that changed something, pulled every 30 minutes from the start, and nothing else', async () => {
  const done: Record<number, string[]> = {};
  let left: Registration | undefined;
  const happens: Readonly<Record<number, () => void>> = {
    5: () => register(here.world, registered, { bib: '7001' }),
    7: () => setBib(here.world, at(3).id, '7002'),
    8: () => {
      left = refund(here.world, at(4).id);
    },
    19: () => runEvent(here.world, scored, { splits }),
    40: () => amend(here.world, scored, 10),
  };
  // The start is at 20; the registrations rest an hour behind it.
  for (let now = 0; now < 115; now++) {
    happens[now]?.();
    const { code, json } = await here.tick();
    expect({ now, code }).toEqual({ now, code: 0 });
    const calls = here.newCalls().flatMap((call) => {
      if (call.includes('/race-registrations/')) return ['push'];
      return call.includes('/preset/') ? ['pull'] : [];
    });
    if (calls.length > 0) done[now] = calls;
    const kinds = json['units'].map(({ kind }: { kind: string }) => kind).filter((kind: string) => kind === 'results');
    expect(kinds).toHaveLength(calls.includes('pull') ? 1 : 0);
    if (now === 0) expect(sentPeople(scored)).toEqual(wantedPeople(registered, scored));
    here.pass(minute);
  }
  expect(done).toEqual({
    0: ['push'],
    5: ['push'],
    7: ['push'],
    8: ['push'],
    20: ['pull'],
    50: ['pull'],
    80: ['pull'],
    110: ['pull'],
  });
  const people = new Map(wantedPeople(registered, scored));
  if (left) people.set(`runsignup-${left.id}`, registrantOf(left, scored, 'removed: removed'));
  expect(Object.fromEntries(sentPeople(scored))).toEqual(Object.fromEntries(people));
  expect(await storedResults(here)).toEqual(wantedResults(scored));
});

test('what the ticks pulled is published as one set; who was refunded and ran stands there under the bib', async () => {
  const { code, json } = await here.run(
    ...['publish-results', registrationSpec(registered), '--yes', '--json', ...askedSplits],
  );
  expect({ code, refused: json['refused'] }).toEqual({ code: 0, refused: [] });
  const wanted = new Map(wantedFromCopernico(scored));
  const { id, bib } = at(4);
  const row = wanted.get(`registration ${id}`) as object;
  wanted.delete(`registration ${id}`);
  wanted.set(`bib ${bib}`, { ...row, registrationId: null, bib });
  expectOneSet(here, registered, wanted);
});

test('a day after the start the pulls end', async () => {
  const pulls = async (ms: number) => {
    here.pass(ms);
    here.newCalls();
    await here.tick();
    return here.newCalls().filter((call) => call.includes('/preset/')).length;
  };
  expect(await pulls(22 * 60 * minute)).toBe(1);
  expect(await pulls(60 * minute)).toBe(0);
});

function at(index: number): Registration {
  const one = registered.registrations[index];
  if (one === undefined) throw new Error(`there is no registration ${index}`);
  return one;
}
