/** What the scoring conformance suite pulls: an event that was run, and one that is ahead. */
import type { Provider } from '../../src/domain/provider.ts';
import { addAccount, addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import { deferral, refund } from '../../src/sandbox/changes.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Account, RaceEvent } from '../../src/sandbox/world.ts';
import { standInOf } from './conformance-world.ts';

/** A Saturday noon. */
export const scoringNow = new Date('2026-09-12T18:00:00Z');
const hour = 3_600_000;

export interface ScoringWorld {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Run this morning: 40 people and a few, two of them gone before, some pushed here, some without bib or gender. */
  readonly run: RaceEvent;
  /** Next month; nobody has a result. */
  readonly ahead: RaceEvent;
}

export const splitNames = ['5K', '10K', '15K'] as const;

/** The same every time. */
export function buildScoringWorld(provider: Provider): ScoringWorld {
  const sandbox = createSandbox({ now: () => scoringNow });
  const { world } = sandbox;
  const add = (name: string, hours: number) =>
    addEvent(world, addRace(world, { provider: standInOf(provider), name, timeZone: 'America/Denver' }), {
      startAt: new Date(scoringNow.getTime() + hours * hour),
    });
  const run = add('Harbor Run', -6);
  const ahead = add('Autumn Run', 30 * 24);
  // A bib is somebody's alone; every fourth person here has none, and every third was pushed by a registration system.
  addRegistrations(world, run, 40, (index) => ({
    bib: index % 4 === 3 ? null : String(500 + index),
    ...(index % 3 === 0 ? { externalId: `runsignup-${92_000_000 + index}` } : {}),
  }));
  addRegistration(world, run, {
    bib: '77',
    person: { firstName: "D'Arcy 🏃‍♀️", lastName: 'Ødegård-"Nguyễn"', gender: 'X' },
  });
  addRegistration(world, run, { bib: '78', person: { firstName: 'Ŵ'.repeat(300), gender: null, dob: null } });
  addRegistrations(world, ahead, 5);
  refund(world, run.registrations[4]?.id ?? 0);
  deferral(world, run.registrations[9]?.id ?? 0);
  runEvent(world, run, { splits: splitNames, dnfPercent: 6 });
  const races = [run, ahead].map((event) => event.race);
  const account = addAccount(world, { provider: standInOf(provider), races, principal: 'key-p1', secret: 'secret-s1' });
  return { sandbox, account, run, ahead };
}
