import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { progressText, silentProgress, spinnerProgress } from '../../src/report/progress.ts';

describe('the text', () => {
  it.each([
    [12, 650, 'Lakefront 10K', 80, '12/650 Lakefront 10K'],
    [12, 1650, 'Lakefront 10K', 14, '12/1,650 Lake…'],
    [3, 0, 'Peak Timing', 80, 'Peak Timing'],
    [0, 5, '', 80, '0/5'],
    [0, 5, '\u001b[2Jclear', 80, '0/5 clear'],
  ])('%i of %i, %j in %i columns', (finished, total, text, columns, wanted) => {
    expect(progressText(finished, total, text, columns)).toBe(wanted);
  });
});

it('draws on the terminal it is given, and clears its line', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const terminal = Object.assign(new PassThrough({ encoding: 'utf8' }), {
    columns: 30,
    isTTY: true,
    clearLine: () => terminal.write('<clear>'),
    cursorTo: () => true,
    moveCursor: () => true,
  });
  const frame = () => {
    vi.advanceTimersByTime(200);
    return stripVTControlCharacters(String(terminal.read()));
  };
  const progress = await spinnerProgress(terminal as unknown as NodeJS.WriteStream);
  progress.start(9);
  expect(frame()).toContain(' 0/9');
  progress.update(4, 'Lakefront Half Marathon of the year');
  expect(frame()).toContain(' 4/9 Lakefront Half Maratho…');
  progress.start(10);
  expect(frame()).toContain(' 4/10 Lakefront');
  progress.done();
  expect(frame()).toMatch(/<clear>$/);
  expect(frame()).toBe('null');
});

it('is silent elsewhere', () => {
  expect([silentProgress.start(3), silentProgress.update(1, 'x'), silentProgress.done()]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
