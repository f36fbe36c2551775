import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withTimeLimit } from '../../src/commands/time-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a run that its time limit ends can be told from one that a person ends', () => {
  const outer = new AbortController();
  const limited = withTimeLimit(outer.signal, 50);
  vi.advanceTimersByTime(49_999);
  expect(limited.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(limited.reason).toMatchObject({ name: 'TimeoutError' });
  expect(outer.signal.aborted).toBe(false);

  const ended = withTimeLimit(outer.signal, 50);
  outer.abort();
  expect(ended.reason).toMatchObject({ name: 'AbortError' });
  vi.advanceTimersByTime(60_000);
  expect(ended.reason).toMatchObject({ name: 'AbortError' });
  expect(withTimeLimit(outer.signal, 50).aborted).toBe(true);
});

test('without a limit it is the signal itself', () => {
  const { signal } = new AbortController();
  expect(withTimeLimit(signal, undefined)).toBe(signal);
});
