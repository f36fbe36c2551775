/** Nobody reads the output, or the disk that it goes to is full: the work is done all the same, and the exit code is true. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { expectSame } from './compare.ts';
import { hour, type Installation, install, saturday } from './installation.ts';

const bin = fileURLToPath(new URL('../../bin/p88sync.js', import.meta.url));

let here: Installation;
beforeEach(async () => {
  here = await install((world) => {
    const race = addRace(world, { provider: 'runsignup' });
    const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) });
    addRegistrations(world, event, 30);
    addAccount(world, { company: 'Peak Timing', provider: 'runsignup', races: [race] });
  });
  await here.discover();
});
afterEach(() => here.close());

type Target = 'read' | 'closed' | 'full';

/** @param targets of standard output and standard error; `full` is a device on which there is never room. */
async function runTo(args: readonly string[], targets: readonly [Target, Target], env = here.env) {
  const full = targets.includes('full') ? openSync('/dev/full', 'w') : undefined;
  const child = spawn(process.execPath, [bin, ...args, '--now', here.now().toISOString()], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    stdio: ['ignore', ...targets.map((target) => (target === 'full' ? (full as number) : ('pipe' as const)))],
  });
  const told = targets.map((target, index) => {
    const stream = child.stdio[index + 1];
    if (target === 'closed') stream?.destroy();
    return target === 'read' && stream ? readAll(stream as NodeJS.ReadableStream) : '';
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (full !== undefined) closeSync(full);
  return { code, out: await told[0], err: await told[1] };
}

test.each<[Target, Target]>([
  ['closed', 'read'],
  ['read', 'closed'],
  ['read', 'full'],
  ['closed', 'closed'],
  ['closed', 'full'],
])('a tick whose output is %s and whose log is %s does its work', async (...targets) => {
  expect((await runTo(['tick', '--debug'], targets)).code).toBe(0);
  await expectSame(here);
});

test('an output that cannot be written is told, and exit 1', async () => {
  const { code, err } = await runTo(['tick'], ['full', 'read']);
  expect(code).toBe(1);
  expect(err).toMatch(/^p88sync: the output could not be written: ENOSPC/m);
  await expectSame(here);
});

test.each<[Target, Target]>([
  ['closed', 'closed'],
  ['full', 'full'],
])('what went wrong keeps its exit code, to %s and %s', async (...targets) => {
  const env = { ...here.env, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' };
  expect((await runTo(['tick', '--json'], targets, env)).code).toBe(3);
  expect((await runTo(['sync-event', 'x'], targets, env)).code).toBe(2);
});
