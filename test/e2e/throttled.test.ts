/** A provider that asks to slow down and says nothing of how long: the credential rests, longer each time, and no event is called for in turn. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { expectSame } from './compare.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';

let here: Installation;
beforeEach(async () => {
  here = await install((world) => {
    const races = Array.from({ length: 6 }, () => {
      const race = addRace(world, { provider: 'runsignup' });
      const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) });
      addRegistrations(world, event, 3);
      return race;
    });
    addAccount(world, { company: 'Peak Timing', provider: 'runsignup', races });
  });
  await here.discover();
  here.newCalls();
});
afterEach(() => here.close());

/** Ticks, minute by minute. @returns the calls of each. */
async function ticks(count: number): Promise<number[]> {
  const calls: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await here.tick();
    calls.push(here.newCalls().length);
    here.pass(minute);
  }
  return calls;
}

test.each([
  ['429 without Retry-After', { kind: 'status', status: 429 }],
  ['429 with one in the past', { kind: 'status', status: 429, retryAfter: 'Sat, 12 Sep 2026 09:00:00 GMT' }],
  ['429 with a negative one', { kind: 'status', status: 429, retryAfter: -60 }],
  ['RunSignUp’s code 14', { kind: 'error-object', code: 14 }],
] as const)('%s: one call by the first tick behind 1, 2, 4 minutes', async (_, fault) => {
  here.sandbox.fail({ ...fault, times: 1_000 });
  expect(await ticks(12)).toEqual([1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  const status = (await here.run('status')).stdout;
  expect(status).toContain('The provider asks for a pause: goes on in 6 min.');
  await here.control('clear-faults');
  // At minute 19 the rest is over, and with it the row of throttles: two calls of each race.
  expect(await ticks(8)).toEqual([0, 0, 0, 0, 0, 0, 0, 12]);
  expect(await here.query('select throttles, not_before from partner_provider_credentials')).toEqual([
    { throttles: 0, not_before: null },
  ]);
  await expectSame(here);
});

test('a discovery that is throttled lets the ticks rest too', async () => {
  here.sandbox.fail({ kind: 'status', status: 429 });
  expect((await here.run('discover')).code).toBe(1);
  here.newCalls();
  expect(await ticks(3)).toEqual([0, 0, 12]);
});

test('Retry-After of a year is an hour', async () => {
  here.sandbox.fail({ kind: 'status', status: 503, retryAfter: 31_536_000 });
  await here.tick();
  expect(await here.query('select throttles, not_before from partner_provider_credentials')).toEqual([
    { throttles: 1, not_before: expect.any(Date) },
  ]);
  here.newCalls();
  here.pass(59 * minute);
  await here.tick();
  expect(here.newCalls()).toEqual([]);
  here.pass(2 * minute);
  await here.tick();
  expect(here.newCalls()).not.toEqual([]);
});
