import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pidOf } from '../../src/store/due.ts';
import { identityOf, processIsAlive } from '../../src/store/process-identity.ts';

describe('a process', () => {
  const me = identityOf(process.pid);
  const [place = '', , start] = me.split(':');

  test('lives while it runs, and no longer', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 60_000)'], { stdio: 'ignore' });
    const identity = identityOf(child.pid ?? 0);
    expect(processIsAlive(identity)).toBe(true);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(processIsAlive(identity)).toBe(false);
  });

  test('is told by its machine too: every Linux calls its first container the same', () => {
    expect(place).toMatch(/^[0-9a-f]*-\d+$/);
    expect(place.split('-')[0]).toBe(
      existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '',
    );
  });

  test.each([
    ['itself', me, true],
    ['a later one with the same pid', `${place}:${process.pid}:${Number(start) + 1}`, false],
    ['one of another container', `${place}1:${process.pid}:${start}`, undefined],
    ['one of another machine of the same name', `f00d${place}:${process.pid}:${start}`, undefined],
    ['one that never was', `${place}:4194305:1`, false],
    ['one whose start nobody knows', `${place}:${process.pid}:`, true],
    ['one whose start nobody knows, gone', `${place}:4194305:`, false],
  ])('%s', (_, identity, alive) => {
    expect(processIsAlive(identity)).toBe(alive);
  });

  test('shows its pid', () => {
    expect([pidOf(me), pidOf(null), pidOf(''), pidOf('what')]).toEqual([process.pid, 0, 0, 0]);
  });
});
