import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { sideBySide } from '../../src/sync/side-by-side.ts';

describe('side by side', () => {
  test('everything is done once, no more than so many at a time', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await sideBySide([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < item; turn += 1) await setImmediate();
      running -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  test('a failure is told when all that had begun have ended, and nothing else begins', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = sideBySide([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      await setImmediate();
      if (item === 1) throw new Error('the first one');
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('the first one');
    expect([begun, ended]).toEqual([[1, 2], [2]]);
  });

  test('nothing to do is done', async () => {
    await expect(sideBySide([], 8, () => Promise.reject(new Error('never')))).resolves.toBeUndefined();
  });
});
