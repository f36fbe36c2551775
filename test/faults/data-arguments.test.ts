/** Strange values in arguments, options, standard input and the environment: refused in words that any terminal can show. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, install } from '../e2e/installation.ts';
import { run } from '../e2e/program.ts';
import { expectHarmless } from './data-output.ts';
import { strangeName } from './data-world.ts';

let here: Installation;
beforeAll(async () => {
  here = await install(() => {});
});
afterAll(() => here.close());

const nasty = `\u001b]0;title\u0007${strangeName}\r\nsecond line`;

const lines: readonly (readonly string[])[] = [
  [nasty],
  ['tick', nasty],
  ['tick', `--${nasty}`],
  ['tick', '--now', nasty],
  ['tick', '--max-seconds', nasty],
  ['tick', '--max-seconds', '9007199254740993'],
  ['tick', '--max-seconds', '1e400'],
  ['status', '--partner', nasty],
  ['status', '--event', nasty],
  ['sync-event', nasty],
  ['sync-event', `1:runsignup:${nasty}`],
  ['sync-event', '__proto__:constructor:toString'],
  ['sync-event', '1:__proto__:1'],
  ['discover', '9007199254740993'],
  ['discover', 'constructor'],
  ['full-sync', nasty],
  ['full-sync', '--summary', '/nonexistent/\u001b[31m/x', '1'],
  ['link', nasty, nasty],
  ['credentials', 'add', `1:runsignup`, '--principal', nasty, '--config', '{"__proto__":1'],
  ['credentials', 'add', `1:runsignup`, '--principal', 'x', '--config', nasty],
  ['credentials', 'test', nasty],
  ['credentials', 'remove', '9007199254740993'],
  ['partners', 'add', 'x', '--id', '9007199254740993'],
  ['partners', 'remove', nasty],
  ['publish-results', nasty],
  ['prune', '--keep-days', '1e400'],
  ['sandbox', '--port', nasty],
  ['timers', 'print', '--user', nasty],
];

/** Test runners print titles as they are. */
const titled = (text: string) => text.replaceAll(nasty, 'NASTY').replace(/[^\x20-\x7e]/gu, '?');

test.each(lines.map((args) => [titled(args.join(' ')), args] as const))('%s', async (_, args) => {
  // The error as JSON on standard output, as text on standard error, and the stacks of --debug in both.
  const ended = await run([...args, '--json', '--debug'], { env: here.env });
  expectHarmless(ended);
  expect({ code: ended.code, stderr: ended.code === 2 ? '' : ended.stderr }).toEqual({ code: 2, stderr: '' });
  expect(ended.stderr.trim()).not.toBe('');
});

describe('partners of any name', () => {
  test.each([strangeName, '__proto__', '%s'])('%j is added, found and shown', async (name) => {
    const added = await run(['partners', 'add', name], { env: here.env });
    expectHarmless(added);
    expect({ code: added.code, stderr: added.code === 0 ? '' : added.stderr }).toEqual({ code: 0, stderr: '' });
    const status = await run(['status', '--partner', name, '--json'], { env: here.env });
    expectHarmless(status);
    expect(status.code).toBe(0);
    const { json, ...list } = await run(['partners', 'list', '--json'], { env: here.env });
    expectHarmless(list);
    expect(JSON.stringify(json)).toContain(JSON.stringify(name));
  });
});

const settings = [
  ['P88SYNC_PACE_MS', nasty],
  ['P88SYNC_PACE_MS', '9007199254740993'],
  ['P88SYNC_PACE_MS', '1e400'],
  ['P88SYNC_PACE_MS', '٣'],
  ['P88SYNC_LOG_LEVEL', '__proto__'],
  ['P88SYNC_LOG_LEVEL', '\u2066\u202e'],
  ['P88SYNC_ENCRYPTION_KEY', nasty],
  ['P88SYNC_RUNSIGNUP_URL', nasty],
  ['P88SYNC_HAKU_CALLS_PER_HOUR', nasty],
  ['DATABASE_URL', nasty],
] as const;

test.each(settings.map(([variable, value]) => [`${variable}=${titled(value)}`, variable, value] as const))(
  '%s is refused',
  async (_, variable, value) => {
    const ended = await run(['status', '--json', '--debug'], { env: { ...here.env, [variable]: value } });
    expectHarmless(ended);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(variable);
  },
);
