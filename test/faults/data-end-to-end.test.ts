/** Strange values from the provider to the screen: the real program, every provider with registrations, then Copernico and back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registrationNumber } from '../../src/sandbox/haku/registration-number.ts';
import { storedRows } from '../e2e/compare.ts';
import { type Installation, install, minute } from '../e2e/installation.ts';
import type { Ended } from '../e2e/program.ts';
import { expectHarmless } from './data-output.ts';
import {
  fillStrangely,
  registering,
  type StrangeWorld,
  strangeCompany,
  strangeName,
  wantedStrangely,
} from './data-world.ts';

let here: Installation;
let strange: StrangeWorld;
beforeAll(async () => {
  here = await install((world) => {
    strange = fillStrangely(world);
  });
});
afterAll(() => here.close());

async function say(...args: string[]): Promise<Ended> {
  const ended = await here.run(...args);
  expectHarmless(ended);
  return ended;
}

test('all is stored as it was sent, but for those whom no database can hold', async () => {
  expect((await say('discover', '--debug')).code).toBe(0);
  const { code, stdout } = await say('tick');
  // Rows were set aside: somebody has to look.
  expect(code).toBe(1);
  expect(stdout).toMatch(/^Synced 5 events in .*: 165 new, 33 changed, 0 removed, 24 rows rejected\.\n/);
  expect(await storedRows(here)).toEqual(wantedStrangely(here, strange.bad));
});

test('bad rows are kept with their error, counted, and named by status', async () => {
  const kept = await here.query<{ key: string; error: string; source: string }>(
    `select distinct row_key as key, left(error, 23) as error, source_text as source from rejected_rows order by row_key`,
  );
  const keys = strange.bad.flatMap(({ id, event }) => {
    const { provider } = event.race;
    return provider === 'haku' ? [`id:${registrationNumber(id)}`] : [`id:${id}`];
  });
  expect(kept.map(({ key }) => key).filter((key) => !key.startsWith('row:'))).toEqual(keys.toSorted());
  expect(new Set(kept.map(({ error }) => error))).toEqual(new Set(['PostgreSQL refuses it: ']));
  const { json } = await say('status', '--json');
  const shown: { provider: string; rejectedRows: number }[] = json['events'];
  const perEvent = strange.bad.length / registering.length;
  expect(shown.map(({ provider, rejectedRows }) => [provider, rejectedRows]).toSorted()).toEqual(
    registering.map((provider) => [provider, perEvent]).toSorted(),
  );
});

test('the screens and JSON are harmless, and JSON has the names whole', async () => {
  const status = await say('status');
  expect(status.code).toBe(0);
  const { json } = await say('status', '--json');
  const names: { name: string }[] = json['events'];
  expect(names.map(({ name }) => name)).toContain(strangeName);
  here.pass(minute);
  await say('tick', '--dry-run');
  await say('tick', '--dry-run', '--json');
  for (const args of [
    ['status', '--partner', strangeCompany],
    ['partners', 'list'],
    ['credentials', 'list'],
    ['doctor'],
  ]) {
    await say(...args);
    await say(...args, '--json');
  }
});
