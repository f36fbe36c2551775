/** Times that providers write: clocks set back and forth, one time for a whole batch, filters that cut fractions or the instant itself. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changePerson, refund, register, reinstate } from '../../src/sandbox/changes.ts';
import { hour, minute } from '../e2e/installation.ts';
import { amount, chancesOf, some, tell } from './lab/form.ts';
import { expectSound } from './lab/sound.ts';
import { installTroubled, recover, type Troubled } from './lab/troubled.ts';
import { insteadOf } from './lab/troubles.ts';

let all: Troubled;
let renamed = 0;
beforeAll(async () => {
  all = await installTroubled();
  // No whole listing repairs what a listing of changes has lost.
  all.here.env['P88SYNC_RELIST_HOURS'] = '720';
});
afterAll(() => all.close());
beforeEach(() => expectSound(all.here));
afterEach(() => {
  all.line.clear();
  all.here.sandbox.setClock(undefined);
});

/** So many people of every event are renamed in this very moment; one leaves, and one who left earlier comes back. */
function changeSome(count: number): void {
  const { world } = all.here;
  for (const event of all.events) {
    const active = event.registrations.filter(({ removal }) => removal === null);
    for (const { id } of active.slice(0, count)) {
      renamed += 1;
      changePerson(world, id, { lastName: `Name ${renamed}` });
    }
    const now = world.clock().getTime();
    // Not in the second in which they left: at one time a removal counts, whichever came first.
    const back = event.registrations.find(({ removal }) => removal !== null && Math.abs(removal.at - now) > 1_000);
    const leaves = active[count];
    if (back) reinstate(world, back.id);
    if (leaves) refund(world, leaves.id);
  }
}

/** The providers' clocks stand so far from ours (ms; negative: behind). */
function setClocks(ms: number): void {
  all.here.sandbox.setClock(new Date(all.here.now().getTime() + ms));
}

/** The clock on; a tick in which all goes well, and more where registrations are read one by one. */
async function tickAfter(ms: number): Promise<void> {
  all.here.pass(ms);
  for (let tick = 0; tick < 8; tick += 1) {
    const { code, json } = await all.here.tick();
    expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
    if ((await all.here.query('select 1 from registration_outlines where unread limit 1')).length === 0) return;
    all.here.pass(1);
  }
}

describe.each([
  ['at once', minute],
  ['at a slow pace', 3 * hour],
])('seen %s', (_, pace) => {
  const steps: readonly (readonly [string, number, number])[] = [
    ['an hour back', 0, -hour],
    ['from an hour ahead to what it is', hour, 0],
    ['from an hour ahead to an hour behind', hour, -hour],
    ['a minute and a half back', 0, -1.5 * minute],
    ['an hour forth', -hour, 0],
  ];
  test.each(some(steps, 1, 'steps of clocks'))('the providers set their clocks %s', async (__, before, after) => {
    setClocks(before);
    await tickAfter(10 * minute);
    changeSome(12);
    await tickAfter(minute);
    await expectSound(all.here);
    // The same people again, written with the earlier time.
    setClocks(after);
    all.here.pass(1_000);
    changeSome(12);
    await tickAfter(pace);
    await expectSound(all.here);
    // And while the clock has not come to where it was.
    for (const later of [minute, 20 * minute, 50 * minute]) {
      all.here.pass(later);
      changeSome(12);
      await tickAfter(minute);
      await expectSound(all.here);
    }
  });
});

test('a clock that was set back costs a listing more, once', async () => {
  const { here } = all;
  await tickAfter(10 * minute);
  setClocks(-hour);
  here.newCalls();
  await tickAfter(minute);
  const first = here.newCalls().length;
  await tickAfter(minute);
  const second = here.newCalls().length;
  await tickAfter(minute);
  expect({ later: here.newCalls().length }).toEqual({ later: second });
  expect(first).toBeGreaterThan(second);
  expect(first).toBeLessThanOrEqual(2 * second);
});

test('everybody has one time of change, over the edges of pages', async () => {
  for (let round = 0; round < 2; round += 1) {
    changeSome(23);
    await tickAfter(minute);
    await expectSound(all.here);
  }
  // And it is the time at which the sync began.
  all.here.pass(minute);
  changeSome(23);
  await tickAfter(0);
  await expectSound(all.here);
  // Haku tells changes apart by their second.
  all.here.pass(1_000);
  changeSome(11);
  await tickAfter(minute);
  await expectSound(all.here);
});

/** By what each calls its filter. */
const filters = /((?:modified_after_timestamp|updated_since|updatedAt%5Bafter%5D)=)([^&]+)/;

/** The filter moved by so many ms, cut to seconds where that is asked for. */
function filterBy(ms: number, cut: boolean) {
  return insteadOf((path) =>
    path.replace(filters, (_, name: string, value: string) => {
      if (/^\d+$/.test(value)) return `${name}${Number(value) + ms / 1000}`;
      const at = new Date(decodeURIComponent(value)).getTime() + ms;
      const shown = new Date(cut ? Math.floor(at / 1000) * 1000 : at).toISOString();
      return `${name}${encodeURIComponent(name.startsWith('updated_since') ? shown.replace(/\.\d+/, '') : shown)}`;
    }),
  );
}

const wrongFilters: readonly (readonly [string, number, boolean])[] = [
  ['cuts fractions off', 0, true],
  ['leaves the very second out', 1000, true],
  ['is a second late', 1000, false],
];
test.each(some(wrongFilters, 1, 'filters'))('a filter that %s', async (_, ms, cut) => {
  const running = all.line.begin({ path: filters }, filterBy(ms, cut));
  for (const fraction of [1, 499, 999, 1_000, 61_001]) {
    all.here.pass(fraction);
    changeSome(3);
    await tickAfter(minute);
    changeSome(3);
    await tickAfter(minute - fraction);
    await tickAfter(minute);
    await expectSound(all.here);
  }
  expect(running.hits()).toBeGreaterThan(20);
});

test('clocks that go anywhere, for a while', async () => {
  const chances = chancesOf('clocks of providers');
  const offsets = [0, -hour, hour, -20_000, 45_000, -3 * minute, 7 * minute, -90_000];
  const rounds = amount(6, 250);
  for (let round = 0; round < rounds; round += 1) {
    if (chances.next() < 0.5) setClocks(chances.pick(offsets));
    changeSome(1 + chances.below(14));
    if (chances.next() < 0.3) for (const event of all.events) register(all.here.world, event);
    await tickAfter(chances.pick([35_000, minute, minute, 5 * minute, 25 * minute, 3 * hour]));
    // What changed while the providers were asked comes with the next tick.
    await expectSound(all.here);
  }
  tell(`${rounds} rounds of providers' clocks set back and forth; no change lost`);
  all.here.sandbox.setClock(undefined);
  await recover(all);
});
