/** Whether what the program printed can be shown to anybody, on any terminal. */
import { expect } from 'vitest';
import type { Ended } from '../e2e/program.ts';

/** What a terminal would act upon, or read in another order. The end of a line is none of it. */
const unsafe = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

export function expectHarmless({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): void {
  expect(stdout).not.toMatch(unsafe);
  expect(stderr).not.toMatch(unsafe);
}
