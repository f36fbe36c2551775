import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { pidOf } from '../../src/store/due.ts';
import { identityOf, processIsAlive } from '../../src/store/process-identity.ts';

describe('a process', () => {
  const me = identityOf(process.pid);
  const [namespace, , start] = me.split(':');

  test('lives while it runs, and no longer', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60_000)'], { stdio: 'ignore' });
    const identity = identityOf(child.pid ?? 0);
    expect(processIsAlive(identity)).toBe(true);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(processIsAlive(identity)).toBe(false);
  });

  test.each([
    ['itself', me, true],
    ['a later one with the same pid', `${namespace}:${process.pid}:${Number(start) + 1}`, false],
    ['one of another container', `${namespace}1:${process.pid}:${start}`, undefined],
    ['one that never was', `${namespace}:4194305:1`, false],
    ['one whose start nobody knows', `${namespace}:${process.pid}:`, true],
    ['one whose start nobody knows, gone', `${namespace}:4194305:`, false],
  ])('%s', (_, identity, alive) => {
    expect(processIsAlive(identity)).toBe(alive);
  });

  test('shows its pid', () => {
    expect([pidOf(me), pidOf(null), pidOf(''), pidOf('what')]).toEqual([process.pid, 0, 0, 0]);
  });
});
