/** Hosts whose own clock is wrong: Debian's libfaketime between the program and the system. Timers and durations go on evenly. */
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tell } from './form.ts';

const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

/** False where Debian's package libfaketime is not installed, which is said once for each `what`. */
export function canSetHostClock(what: string): boolean {
  if (library === undefined) tell(`${what}: not tried, libfaketime is not installed (apt-get install libfaketime)`);
  return library !== undefined;
}

/** The environment of a process whose clock is so many ms off. */
export function hostClock(offsetMs: number): Record<string, string> {
  return { ...preload(), FAKETIME: inSeconds(offsetMs) };
}

export interface JumpingClock {
  readonly env: Readonly<Record<string, string>>;
  /** While its processes run: so many ms off from now on. */
  jump(offsetMs: number): void;
  remove(): Promise<void>;
}

export async function jumpingClock(): Promise<JumpingClock> {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-clock-'));
  const file = join(folder, 'offset');
  const jump = (offsetMs: number) => writeFileSync(file, `${inSeconds(offsetMs)}\n`);
  jump(0);
  return {
    env: { ...preload(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' },
    jump,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function preload(): Record<string, string> {
  if (library === undefined) throw new Error('libfaketime is not installed');
  return { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

function inSeconds(ms: number): string {
  return `${ms < 0 ? '' : '+'}${ms / 1000}`;
}
