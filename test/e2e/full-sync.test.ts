/** `full-sync`: everything of everybody, one failure does not stop the others, and the summary says what happened. */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { register } from '../../src/sandbox/changes.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { expectSame, storedRows } from './compare.ts';
import { day, type Installation, install, saturday } from './installation.ts';

let here: Installation;
let pine: RaceEvent;
let lake: RaceEvent;
let harbour: RaceEvent;
beforeEach(async () => {
  here = await install(fill);
});
afterEach(() => here.close());

function fill(world: World): void {
  const at = (days: number) => new Date(saturday.getTime() + days * day);
  const pineRace = addRace(world, { name: 'Pine Ridge' });
  pine = addEvent(world, pineRace, { name: 'Half', startAt: at(3) });
  const lastYear = addEvent(world, pineRace, { name: 'Half', startAt: at(-362), edition: 1 });
  const lakeRace = addRace(world, { name: 'Lakefront' });
  lake = addEvent(world, lakeRace, { name: 'Marathon', startAt: at(40) });
  const overRace = addRace(world, { name: 'Over' });
  const over = addEvent(world, overRace, { name: '5K', startAt: at(-9) });
  harbour = addEvent(world, addRace(world, { provider: 'raceroster', name: 'Harbour' }), { startAt: at(7) });
  const gone = addEvent(world, addRace(world, { provider: 'raceroster', name: 'Gone' }), { startAt: at(-30) });
  for (const event of [pine, lastYear, lake, over, harbour, gone]) addRegistrations(world, event, 15);
  addAccount(world, { company: 'Peak Timing', races: [pineRace, lakeRace, overRace] });
  addAccount(world, { company: 'Coast Timing', provider: 'raceroster', races: [harbour.race, gone.race] });
}

test('everything upcoming of all partners, with a summary on standard output and in a file', async () => {
  const file = join(tmpdir(), `p88sync-summary-${process.pid}.json`);
  const { code, json } = await here.run('full-sync', '--json', '--summary', file);
  expect(code).toBe(0);
  expect(json).toMatchObject({
    exitCode: 0,
    totals: { partners: 2, races: 3, events: 3, participants: 45, fetched: 45, inserted: 45, failed: 0, apiCalls: 10 },
    partners: [
      { partnerId: 1, partner: 'Peak Timing', provider: 'runsignup', races: 2, events: 2, apiCalls: 5, inserted: 30 },
      { partnerId: 2, partner: 'Coast Timing', provider: 'raceroster', races: 1, events: 1, apiCalls: 5, inserted: 15 },
    ],
    failures: [],
    left: 0,
    resumed: 0,
  });
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(json);
  await rm(file);
  await expectSame(here);
});

test('--include-past brings the past of every year too', async () => {
  const { code, json } = await here.run('full-sync', '--include-past', '--json');
  expect(code).toBe(0);
  expect(json['totals']).toMatchObject({ events: 6, participants: 90 });
  await expectSame(here, { from: new Date(0) });
});

test('--test takes the first partner only; a spec takes the partner and provider it names', async () => {
  expect((await here.run('full-sync', '--test', '--json')).json['totals']).toMatchObject({ partners: 1, events: 2 });
  const partners = async () => new Set((await storedRows(here)).people.map((row) => row['partner']));
  expect(await partners()).toEqual(new Set(['Peak Timing']));
  const named = await here.run('full-sync', 'coast timing:RACEROSTER', '--json');
  expect(named.json['totals']).toMatchObject({ partners: 1, events: 1, inserted: 15 });
  await expectSame(here);
});

test('an event and a partner that fail do not stop the others, are named, and come in with the next run', async () => {
  here.sandbox.fail({ kind: 'html', pathIncludes: `/race/${pine.race.id}/participants` });
  const setRefused = (refused: boolean) =>
    here.control('set-account', { account: here.world.accounts[1]?.name, enabled: !refused });
  await setRefused(true);
  const { code, json, stderr } = await here.run('full-sync', '--json');
  expect(code).toBe(5);
  expect(json['totals']).toMatchObject({ events: 1, inserted: 15 });
  expect(json['failures']).toEqual([
    expect.objectContaining({ partner: 'Coast Timing', eventIds: null, kind: 'CredentialRefused' }),
    expect.objectContaining({ partner: 'Peak Timing', eventIds: [pine.id], kind: 'UnknownAnswer' }),
  ]);
  expect(stderr).not.toMatch(/\n\s+at /);

  await setRefused(false);
  here.pass(10 * 60_000);
  register(here.world, lake);
  const second = await here.run('full-sync', '--json');
  expect(second).toMatchObject({ code: 0, json: { failures: [], totals: { events: 3, inserted: 31 } } });
  await expectSame(here);
});

test('--max-seconds ends it with what is left, and the next run begins there', async () => {
  here.sandbox.fail({ kind: 'delay', pathIncludes: `/race/${lake.race.id}/participants`, delayMs: 60_000 });
  const first = await here.run('full-sync', '--max-seconds', '2', '--json');
  expect(first).toMatchObject({ code: 1, json: { left: 1, failures: [] } });
  await here.control('clear-faults');
  here.pass(60_000);
  const second = await here.run('full-sync', '--json');
  expect(second).toMatchObject({ code: 0, json: { left: 0, resumed: 2, totals: { events: 1 } } });
  await expectSame(here);
});

test('a summary that has nowhere to go is refused before anything is done', async () => {
  const { code, stderr } = await here.run('full-sync', '--summary', '/nowhere/summary.json');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('cannot write /nowhere/summary.json: there is no such file or folder (ENOENT)'),
  });
  expect(here.newCalls()).toEqual([]);
});
