import { expect, test } from 'vitest';
import { createWaits } from '../../src/domain/waits.ts';

test('what has not ended is told, the longest first, each wait for itself', () => {
  let now = 0;
  const waits = createWaits(() => now);
  const first = waits.begin({ on: 'database', what: 'commit' });
  now = 1_000;
  const second = waits.begin({ on: 'provider', what: 'GET example.org/events' });
  const again = waits.begin({ on: 'database', what: 'commit' });
  now = 3_000.4;
  again();
  expect(waits.current()).toEqual([
    { on: 'database', what: 'commit', forMs: 3_000 },
    { on: 'provider', what: 'GET example.org/events', forMs: 2_000 },
  ]);
  first();
  first();
  second();
  expect(waits.current()).toEqual([]);
});
