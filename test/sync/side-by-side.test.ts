import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { credentialsAtOnce, ofOneProviderAtOnce, sideBySide } from '../../src/sync/side-by-side.ts';

interface Item {
  readonly id: number;
  readonly provider: string;
}

const items = (provider: string, count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, provider }));
const providerOf = ({ provider }: Item) => provider;

describe('side by side', () => {
  test('everything is done once, no more than so many at a time, and of each provider', async () => {
    const running = new Map<string, number>();
    const most = new Map<string, number>();
    const done: string[] = [];
    const step = (name: string, by: number) => {
      running.set(name, (running.get(name) ?? 0) + by);
      most.set(name, Math.max(most.get(name) ?? 0, running.get(name) ?? 0));
    };
    const all = [...items('a', 20), ...items('b', 3), ...items('c', 20)];
    await sideBySide(all, providerOf, async ({ id, provider }) => {
      for (const name of [provider, 'all']) step(name, 1);
      for (let turn = 0; turn < id; turn += 1) await setImmediate();
      for (const name of [provider, 'all']) step(name, -1);
      done.push(`${provider}${id}`);
    });
    expect(done.sort()).toEqual(all.map(({ id, provider }) => `${provider}${id}`).sort());
    expect(Object.fromEntries(most)).toEqual({
      a: ofOneProviderAtOnce,
      b: 3,
      c: ofOneProviderAtOnce,
      all: credentialsAtOnce,
    });
  });

  test('a provider that does not answer holds up nobody else', async () => {
    let answers = (): void => undefined;
    const answer = new Promise<void>((resolve) => {
      answers = resolve;
    });
    const done: number[] = [];
    const all = [...items('silent', 30), ...items('well', 5)];
    const work = sideBySide(all, providerOf, async ({ id, provider }) => {
      if (provider === 'silent') await answer;
      else done.push(id);
    });
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    expect(done).toEqual([1, 2, 3, 4, 5]);
    answers();
    await work;
  });

  test('a failure is told when all that had begun have ended, and nothing else begins', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = sideBySide(items('a', 10), providerOf, async ({ id }) => {
      begun.push(id);
      await setImmediate();
      if (id === 1) throw new Error('the first one');
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      ended.push(id);
    });
    await expect(work).rejects.toThrow('the first one');
    expect([begun, ended]).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [2, 3, 4, 5, 6, 7, 8],
    ]);
  });

  test('nothing to do is done', async () => {
    await expect(sideBySide([], providerOf, () => Promise.reject(new Error('never')))).resolves.toBeUndefined();
  });
});
