/** The world of the laboratory: an event or two at every provider with registrations, a scored one, and what happens to people. */
import { addAccount, addEvent, addRace, addRegistrations } from '../../../src/sandbox/build-world.ts';
import { changePerson, deferral, refund, register, reinstate, setBib, transfer } from '../../../src/sandbox/changes.ts';
import type { RaceEvent, Registration, SandboxProvider, World } from '../../../src/sandbox/world.ts';
import type { Chances } from './form.ts';

const hour = 3_600_000;

export const registrationProviders = [
  'runsignup',
  'raceroster',
  'haku',
  'letsdothis',
  'chronotrack',
] as const satisfies readonly SandboxProvider[];

export interface WorldOptions {
  readonly now: Date;
  /** Default: all. */
  readonly providers?: readonly SandboxProvider[];
  /** In each event. */
  readonly people: number;
  /** Until the start of the events (ms): high priority. Default: three hours. */
  readonly startsInMs?: number;
}

/** Two events in a race at RunSignUp, one elsewhere; two partners, of which the second sees the first race too. */
export function fillWorld(world: World, options: WorldOptions): readonly RaceEvent[] {
  const { now, people, providers = registrationProviders, startsInMs = 3 * hour } = options;
  const startAt = new Date(now.getTime() + startsInMs);
  return providers.flatMap((provider) => {
    const race = addRace(world, { provider, name: `Lake Run ${provider}`, timeZone: 'America/Denver' });
    const events = (provider === 'runsignup' ? ['Half', '10K'] : ['Half']).map((name) =>
      addEvent(world, race, { name, startAt }),
    );
    for (const event of events) addRegistrations(world, event, people);
    addAccount(world, { company: 'Peak Timing', provider, races: [race] });
    if (provider === 'runsignup') addAccount(world, { company: 'Second Timing', provider, races: [race] });
    return events;
  });
}

/** Pages so small that every event has several. */
export function smallPages(size: number): Record<string, string> {
  const all = [...registrationProviders, 'copernico'] as const;
  return Object.fromEntries(all.map((provider) => [`P88SYNC_${provider.toUpperCase()}_PAGE_SIZE`, String(size)]));
}

/** One thing that happens to somebody of one of the events. */
export function changeSomething(world: World, events: readonly RaceEvent[], chances: Chances): void {
  const event = chances.pick(events);
  const active = event.registrations.filter(({ removal }) => removal === null);
  const someone = (): Registration => chances.pick(active);
  const kind = active.length < 5 ? 0 : chances.below(10);
  const bib = String(10_000 + chances.below(80_000));
  if (kind <= 2) register(world, event, { bib });
  else if (kind <= 5) setBib(world, someone().id, bib);
  else if (kind === 6) changePerson(world, someone().id, { firstName: `Renamed ${bib}` });
  else if (kind === 7) refund(world, someone().id);
  else if (kind === 8) deferral(world, someone().id);
  else changeBack(world, event, events, someone(), chances);
}

function changeBack(
  world: World,
  event: RaceEvent,
  events: readonly RaceEvent[],
  someone: Registration,
  chances: Chances,
): void {
  const removed = event.registrations.filter(({ removal }) => removal !== null && removal.reason === 'removed');
  const sibling = events.find((other) => other !== event && other.race === event.race);
  if (removed.length > 0 && chances.next() < 0.5) reinstate(world, chances.pick(removed).id);
  else if (sibling) transfer(world, someone.id, sibling);
  else setBib(world, someone.id, null);
}
