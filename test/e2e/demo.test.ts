/** `demo`: the whole job, as its user has nothing set up. For people it is shown by `npm run demo`, which CI runs too. */
import { expect, test } from 'vitest';
import { providers as registered } from '../../src/providers/registry.ts';
import { run } from './program.ts';

test('does every step on a database of its own and tells them as one object', async () => {
  // Settings of the machine it runs on are none of its business.
  const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', P88SYNC_PACE_MS: 'nonsense' };
  const { code, stderr, json } = await run(['demo', '--json'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(json['exitCode']).toBe(0);
  const steps: { command: string; exitCode: number }[] = json['steps'];
  expect(steps.filter((step) => step.exitCode !== 0)).toEqual([]);
  const names = new Set(steps.map((step) => step.command.split(' ')[1]));
  expect([...names]).toEqual([
    'migrate',
    'partners',
    'credentials',
    'discover',
    'tick',
    'link',
    'push-participants',
    'publish-results',
    'status',
  ]);
  const providers = steps.flatMap(({ command }) => /credentials add "?[^"]*:(\w+)/.exec(command)?.[1] ?? []);
  expect([...new Set(providers)].sort()).toEqual(registered.map(({ name }) => name).toSorted());
}, 240_000);
