/** The worlds that the stand-ins of the providers serve during a measurement; built in their own process. */
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { emptyWorld, type SandboxProvider, type World } from '../../src/sandbox/world.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export type WorldOrder =
  /** Upcoming events with so many people in all, shared out to so many RunSignUp partners. */
  | { readonly kind: 'people'; readonly people: number; readonly partners: number }
  /** One event with each provider. */
  | { readonly kind: 'pair' }
  /** The race day of the targets: 13 partners, 650 events, 50 of them within four hours. */
  | { readonly kind: 'race-day' };

export function buildWorld(order: WorldOrder, now: Date): World {
  const world = emptyWorld(() => now);
  if (order.kind === 'people') fillWithPeople(world, now, order.people, order.partners);
  if (order.kind === 'pair') fillPair(world, now);
  if (order.kind === 'race-day') fillRaceDay(world, now);
  return world;
}

/** Half of a partner's people run in one large race, the others in races of a thousand; two events each. */
function fillWithPeople(world: World, now: Date, people: number, partners: number): void {
  for (let partner = 0; partner < partners; partner += 1) {
    const share = Math.round(people / partners);
    const small = Math.floor(share / 2000);
    const races = Array.from({ length: small + 1 }, (_, number) => {
      const race = addRace(world);
      const size = number === 0 ? share - small * 1000 : 1000;
      for (const name of ['10K', 'Half']) {
        const event = addEvent(world, race, { name, startAt: new Date(now.getTime() + (30 + number) * day) });
        addRegistrations(world, event, size / 2);
      }
      return race;
    });
    addAccount(world, { company: `Partner ${partner + 1}`, races });
  }
}

function fillPair(world: World, now: Date): void {
  for (const provider of ['runsignup', 'raceroster'] as const) {
    const race = addRace(world, { provider });
    addRegistrations(world, addEvent(world, race, { startAt: new Date(now.getTime() + 2 * hour) }), 200);
    addAccount(world, { company: provider, provider, races: [race] });
  }
}

/**
 * Three partners are with Race Roster, the others with RunSignUp. The events of the day are each a race of their own,
 * which is the most calls they can need; the others of RunSignUp share a race by two.
 */
export function fillRaceDay(world: World, now: Date): void {
  for (let partner = 0; partner < 13; partner += 1) {
    const provider: SandboxProvider = partner < 3 ? 'raceroster' : 'runsignup';
    // 11 partners have four events in the high window, 2 have three: 50 in all.
    const high = partner < 11 ? 4 : 3;
    const starts = Array.from({ length: 50 }, (_, number) => {
      if (number < high) return now.getTime() + 45 * minute + (number * 40 + partner) * minute;
      if (number < high + 8) return now.getTime() + 5 * hour + (number - high) * 2 * hour;
      return now.getTime() + 2 * day + number * 3 * day;
    });
    const races = [];
    for (let number = 0; number < 50; ) {
      const race = addRace(world, { provider });
      const together = provider === 'runsignup' && number >= high && number < 49 ? 2 : 1;
      for (const startAt of starts.slice(number, number + together)) {
        addRegistrations(world, addEvent(world, race, { startAt: new Date(startAt) }), number < high ? 400 : 40);
      }
      races.push(race);
      number += together;
    }
    addAccount(world, { company: `Partner ${partner + 1}`, provider, races });
  }
}
