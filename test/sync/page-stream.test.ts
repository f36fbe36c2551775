import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { UnknownAnswer } from '../../src/domain/errors.ts';
import { eachPage } from '../../src/sync/page-stream.ts';

interface Page {
  readonly name: string;
  readonly last: boolean;
}
const page = (name: string, last = false): Page => ({ name, last });

/** A series that notes when each page is asked for. */
async function* series(steps: readonly (Page | Error)[], notes: string[]): AsyncGenerator<Page, void, void> {
  try {
    for (const step of steps) {
      notes.push(step instanceof Error ? 'fail' : `fetch ${step.name}`);
      await setImmediate();
      if (step instanceof Error) throw step;
      yield step;
    }
  } finally {
    notes.push('end');
  }
}

async function storing(notes: string[], stored: Page): Promise<void> {
  notes.push(`store ${stored.name}`);
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  notes.push(`stored ${stored.name}`);
}

describe('pages', () => {
  test('the next one is on its way while one is stored, and never two', async () => {
    const notes: string[] = [];
    await eachPage(
      series([page('a'), page('b'), page('c', true)], notes),
      () => new Date(0),
      (one) => storing(notes, one),
    );
    expect(notes).toEqual([
      'fetch a',
      'fetch b',
      'store a',
      'stored a',
      'fetch c',
      'store b',
      'stored b',
      'store c',
      'stored c',
      'end',
    ]);
  });

  test('nothing is asked for behind the last one', async () => {
    const notes: string[] = [];
    await eachPage(
      series([page('a', true), page('b')], notes),
      () => new Date(0),
      (one) => storing(notes, one),
    );
    expect(notes).toEqual(['fetch a', 'store a', 'stored a', 'end']);
  });

  test('one that fails while the one before is stored is reported afterwards, and does not end the process', async () => {
    const notes: string[] = [];
    const failure = new Error('page b');
    const done = eachPage(
      series([page('a'), failure], notes),
      () => new Date(0),
      (one) => storing(notes, one),
    );
    await expect(done).rejects.toBe(failure);
    expect(notes).toEqual(['fetch a', 'fail', 'store a', 'end', 'stored a']);
  });

  test('when storing fails, the call under way has ended before that is told', async () => {
    const notes: string[] = [];
    const failure = new Error('not stored');
    const done = eachPage(
      series([page('a'), new Error('page b')], notes),
      () => new Date(0),
      () => Promise.reject(failure),
    );
    await expect(done).rejects.toBe(failure);
    expect(notes).toEqual(['fetch a', 'fail', 'end']);
  });

  test('a series without a last page is none', async () => {
    const notes: string[] = [];
    const done = eachPage(
      series([page('a')], notes),
      () => new Date(0),
      (one) => storing(notes, one),
    );
    await expect(done).rejects.toThrow(UnknownAnswer);
    expect(notes).toContain('stored a');
    await expect(
      eachPage(
        series([], []),
        () => new Date(0),
        async () => undefined,
      ),
    ).rejects.toThrow(UnknownAnswer);
  });

  test('each comes with the times of its own call', async () => {
    let ticks = 0;
    const calls: number[][] = [];
    const clock = () => {
      ticks += 1;
      return new Date(ticks);
    };
    await eachPage(series([page('a'), page('b', true)], []), clock, async (_, { begun, ended }) => {
      calls.push([begun.getTime(), ended.getTime()]);
    });
    expect(calls).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});
