import { setupServer } from 'msw/node';
import { expect, test } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { demoAccountName, demoAccounts } from '../../src/sandbox/demo-accounts.ts';
import { demoWorld } from '../../src/sandbox/demo-world.ts';
import { expectedOf } from '../../src/sandbox/expected.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { accountOf, sandboxProviders } from '../../src/sandbox/world.ts';
import { recordingCaller } from '../http/recording-caller.ts';
import { sandboxHandlers } from './msw.ts';

const hour = 3_600_000;
/** One of each: an ordinary day, the night of a clock change, new year. */
const days = [new Date('2026-06-10T15:00:00Z'), new Date('2026-11-01T05:45:00Z'), new Date('2026-12-31T23:59:00Z')];

test.each(days)('upcoming races in every window, at %s', (now) => {
  const world = demoWorld(now);
  const expected = demoAccounts.map((account) => {
    const { events, registrations } = expectedOf(world.events.values(), accountOf(world, demoAccountName(account)));
    const ahead = events
      .filter((event) => !event.volunteer)
      .map((event) => (Date.parse(event.startAt) - now.getTime()) / hour);
    const windowOf = (hours: number) => (hours < 0 ? 'past' : hours <= 2 ? 'high' : hours <= 24 ? 'medium' : 'low');
    const windows = Object.fromEntries(
      ['past', 'high', 'medium', 'low'].map((name) => [name, ahead.filter((hours) => windowOf(hours) === name).length]),
    );
    return { account: demoAccountName(account), windows, registrations: registrations.length };
  });
  expect(expected).toEqual([
    {
      account: 'Peak Timing / runsignup',
      windows: { past: 1, high: 3, medium: 3, low: 1 },
      registrations: 420 + 261 + 241 + 25 + 60 + 2600 + 150 + 400 + 220,
    },
    {
      account: 'Peak Timing / raceroster',
      windows: { past: 0, high: 0, medium: 1, low: 1 },
      registrations: 620 + 180,
    },
    {
      account: 'Peak Timing / haku',
      windows: { past: 0, high: 0, medium: 1, low: 0 },
      // One row for each category: every fifth person who is still there has a second one.
      registrations: 60 + 11,
    },
    {
      account: 'Peak Timing / copernico',
      windows: { past: 0, high: 1, medium: 0, low: 0 },
      registrations: 0,
    },
    {
      account: 'Coastline Timing / runsignup',
      windows: { past: 1, high: 0, medium: 1, low: 1 },
      registrations: 400 + 160 + 120,
    },
    {
      account: 'Coastline Timing / letsdothis',
      windows: { past: 0, high: 0, medium: 0, low: 2 },
      registrations: 140 + 90,
    },
    {
      account: 'Coastline Timing / chronotrack',
      windows: { past: 0, high: 0, medium: 0, low: 1 },
      registrations: 80,
    },
    {
      account: 'Northern Lights Races / runsignup',
      windows: { past: 0, high: 0, medium: 0, low: 1 },
      registrations: 90,
    },
  ]);
});

test('the same moment gives the same world, with the oddities of real lists', () => {
  const now = new Date('2026-06-10T15:00:00Z');
  const tell = () => {
    const world = demoWorld(now);
    return expectedOf(world.events.values(), accountOf(world, 'Peak Timing / runsignup'));
  };
  const { registrations } = tell();
  expect(tell().registrations).toEqual(registrations);
  const has = (test: (row: (typeof registrations)[number]) => boolean) => registrations.some(test);
  expect({
    apostrophe: has((row) => row.lastName.includes("'")),
    accent: has((row) => row.firstName === 'José'),
    emoji: has((row) => /\p{Emoji_Presentation}/u.test(row.firstName)),
    long: has((row) => row.lastName.length > 100),
    noBirthDate: has((row) => row.dob === null),
    noGender: has((row) => row.gender === null),
    nonBinary: has((row) => row.gender === 'X'),
    noBib: has((row) => row.bib === null),
    team: has((row) => row.team !== null),
    left: new Set(registrations.map((row) => row.removedReason)),
  }).toEqual({
    apostrophe: true,
    accent: true,
    emoji: true,
    long: true,
    noBirthDate: true,
    noGender: true,
    nonBinary: true,
    noBib: true,
    team: true,
    left: new Set([null, 'removed', 'deferred', 'cleared', 'transferred']),
  });
});

test('every demo credential is accepted', async () => {
  const now = new Date('2026-06-10T15:00:00Z');
  const sandbox = createSandbox({ now: () => now, world: demoWorld(now) });
  const server = setupServer(...sandboxHandlers(sandbox, sandboxProviders));
  server.listen({ onUnhandledRequest: 'error' });
  try {
    for (const { provider: name, company: _, ...credential } of demoAccounts) {
      const provider = providers.find((one) => one.name === name);
      if (!provider) throw new Error(`there is no provider ${name}`);
      const baseUrl = new URL(provider.defaults.baseUrl);
      const session = (await provider.load()).connect(credential, {
        baseUrl,
        pageSize: provider.defaults.pageSize,
        call: recordingCaller({ baseUrl }).call,
        tokens: { get: async () => undefined, set: async () => undefined, drop: async () => undefined },
        program: {},
        now: () => now,
        warn: () => undefined,
      });
      expect(await session.check()).not.toBe('');
    }
  } finally {
    server.close();
  }
});
