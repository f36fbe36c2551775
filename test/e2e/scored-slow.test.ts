/** A scoring system that needs longer for its answer than a tick has. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute } from './installation.ts';
import { until } from './program.ts';
import {
  addCopernico,
  addRegistered,
  registrationSpec,
  scoringSpec,
  splits,
  storedResults,
  wantedResults,
} from './scored-world.ts';

let here: Installation;
let scored: RaceEvent;
beforeAll(async () => {
  let registered: RaceEvent | undefined;
  here = await install((world) => {
    registered = addRegistered(world, 10);
    scored = addCopernico(world);
  });
  await here.discover();
  if (registered) expect((await here.run('link', registrationSpec(registered), scoringSpec(scored))).code).toBe(0);
  expect((await here.tick()).code).toBe(0);
  here.pass(hour);
  runEvent(here.world, scored, { splits });
});
afterAll(() => here.close());

test('is seen to fail, waits for its retry, and is pulled by hand without a limit', async () => {
  here.sandbox.fail({ kind: 'delay', pathIncludes: '/preset/', delayMs: 60_000 });
  const limit = new AbortController();
  const ticking = here.tick(limit.signal);
  await until(async () => {
    const [row] = await here.query(
      `select count(*)::int as waiting from api_calls where status is null and path like '%/preset/%'`,
    );
    return row?.['waiting'] === 1;
  });
  limit.abort(new DOMException('the time limit is reached', 'TimeoutError'));
  const units: { kind: string }[] = (await ticking).json['units'];
  expect(units.find(({ kind }) => kind === 'results')).toMatchObject({
    status: 'failed',
    failure: {
      message: expect.stringContaining('Copernico had not given all results when the time of the run was over'),
    },
  });
  const status = await here.run('status');
  expect(status.stdout.replace(/\s+/g, ' ')).toContain('The pull failed now: Copernico had not given all results');

  here.pass(minute);
  here.newCalls();
  await here.run('tick');
  expect(here.newCalls().filter((call) => call.includes('/preset/'))).toEqual([]);

  expect((await here.run('pull-results', scoringSpec(scored))).code).toBe(0);
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  expect((await here.run('status')).stdout).not.toContain('The pull failed');
});
