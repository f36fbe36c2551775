/** The same small world at each provider with registrations, and what happens to people while an installation looks on. */
import { expect } from 'vitest';
import { addCounts, type Counts, noCounts } from '../../src/domain/outcomes.ts';
import type { Provider } from '../../src/domain/provider.ts';
import { providers } from '../../src/providers/registry.ts';
import { addAccount, addEvent, addRace, addRegistrations, addSubEvent } from '../../src/sandbox/build-world.ts';
import { registrationNumber } from '../../src/sandbox/haku/registration-number.ts';
import { positionAfter } from '../../src/sandbox/listing.ts';
import {
  type Behaviour,
  emptyWorld,
  type RaceEvent,
  type Registration,
  type SandboxProvider,
  sandboxProviders,
  type World,
} from '../../src/sandbox/world.ts';
import { storedRows } from './compare.ts';
import { day, hour, type Installation, install, minute, type Row, saturday } from './installation.ts';

const usual = emptyWorld(() => saturday).behaviour;

const otherwise: Readonly<Record<string, Partial<Behaviour>>> = {
  raceroster: {
    raceroster: { ...usual.raceroster, pageCap: 7, honoursUpdatedSince: false, tokenEnvelope: 'bare' },
  },
  haku: {
    haku: { ...usual.haku, pageCap: 7, honoursUpdatedSince: false, behindTheEnd: 'last-page', listEnvelope: 'object' },
  },
  letsdothis: {
    letsdothis: { ...usual.letsdothis, pageCap: 7, honoursUpdatedAfter: false, join: 'same-id', cursorRefusal: 422 },
  },
  chronotrack: { chronotrack: { ...usual.chronotrack, pageCap: 7, sendsCounts: false } },
};

/** Whoever lists registrations is in it, whenever the registry has one more. */
export const withRegistrations: readonly Provider[] = providers.filter(({ abilities }) => abilities.registrations);

/** A provider, and how its stand-in behaves where the real one is not known. */
export interface Case {
  readonly title: string;
  readonly provider: Provider;
  readonly behaviour: Partial<Behaviour>;
}

/** Each as it is taken to be; then those that may as well be another way. */
export const cases: readonly Case[] = [
  ...withRegistrations.map((provider) => ({ title: provider.displayName, provider, behaviour: {} })),
  ...withRegistrations.flatMap((provider) => {
    const behaviour = otherwise[provider.name];
    const title = `${provider.displayName} without a filter, counts or a known end, with pages shorter than asked for`;
    return behaviour ? [{ title, provider, behaviour }] : [];
  }),
];

/** Three pages of people in `main`, two in each of the others. */
export const pageSize = 10;

export interface SmallWorld {
  readonly here: Installation;
  readonly provider: SandboxProvider;
  /** In three hours: every minute, as `second` is. */
  readonly main: RaceEvent;
  readonly second: RaceEvent;
  /** In a month: every four hours. */
  readonly later: RaceEvent;
  /** Part of the path of the calls that list the people of `main`. */
  readonly listPath: string;
}

export async function installSmallWorld({ provider: { name }, behaviour }: Case): Promise<SmallWorld> {
  const provider = sandboxProviders.find((each) => each === name);
  if (provider === undefined) throw new Error(`the sandbox has no stand-in of ${name}`);
  const events: RaceEvent[] = [];
  const here = await install((world) => {
    Object.assign(world.behaviour, structuredClone(behaviour));
    events.push(...fill(world, provider));
  });
  const prefix = `P88SYNC_${name.toUpperCase()}`;
  here.env[`${prefix}_PAGE_SIZE`] = String(pageSize);
  // Room for a call per registration in every tick.
  here.env[`${prefix}_CALLS_PER_HOUR`] = '100000';
  here.env['P88SYNC_RELIST_HOURS'] = '1';
  const [main, second, later] = events;
  if (!main || !second || !later) throw new Error('an event is missing');
  return { here, provider, main, second, later, listPath: listPathOf(provider, main) };
}

/** RunSignUp has both near events in one race; elsewhere each event stands alone and has two parts. */
function fill(world: World, provider: SandboxProvider): readonly RaceEvent[] {
  const isGrouped = provider === 'runsignup';
  const raceOf = (name: string) => addRace(world, { provider, name, timeZone: 'America/Denver' });
  const event = (name: string, inMs: number, race = raceOf(name)) =>
    addEvent(world, race, {
      name,
      startAt: new Date(saturday.getTime() + inMs),
      ...(isGrouped ? {} : { subEvents: [addSubEvent(world, 'Half Marathon'), addSubEvent(world, '5K', '5000')] }),
    });
  const main = event('Lake Half', 3 * hour);
  const second = event('Lake Mile', 3.5 * hour, isGrouped ? main.race : undefined);
  const later = event('Autumn 10K', 30 * day);
  for (const [one, people] of [
    [main, 3 * pageSize - 5],
    [second, 2 * pageSize - 7],
    [later, 2 * pageSize - 7],
  ] as const) {
    addRegistrations(world, one, people, (index) => (index % 6 === 0 ? twoParts(provider, one, index) : {}));
  }
  addAccount(world, {
    company: 'Peak Timing',
    provider,
    races: [...new Set([main, second, later].map((e) => e.race))],
  });
  return [main, second, later];
}

/** Haku: every sixth registration holds both parts, each with its bib. */
function twoParts(provider: SandboxProvider, { subEvents: [half, short] }: RaceEvent, index: number) {
  if (provider !== 'haku' || !half || !short) return {};
  return { subEventId: half.id, categories: [{ subEventId: short.id, bib: `S${index}` }] };
}

function listPathOf(provider: SandboxProvider, { id, race }: RaceEvent): string {
  switch (provider) {
    case 'runsignup':
      return `/race/${race.id}/participants`;
    case 'raceroster':
    case 'haku':
      return `/events/${id}/participants`;
    case 'letsdothis':
      return '/applications';
    case 'chronotrack':
      return `/event/${id}/entry`;
    case 'copernico':
      throw new Error('Copernico lists no registrations');
  }
}

/** The clock on, and a tick. */
export async function tickAfter({ here }: SmallWorld, ms: number) {
  here.pass(ms);
  return here.tick();
}

/** A tick, and further ones by the minute where registrations take calls of their own, until all are read. */
export async function settleAfter(small: SmallWorld, ms: number): Promise<Counts> {
  let counts = noCounts;
  for (let tick = 0, wait = ms; tick < 6; tick += 1, wait = minute) {
    const { code, json } = await tickAfter(small, wait);
    expect(code).toBe(0);
    counts = addCounts(counts, json['totals']['counts']);
    const unread = await small.here.query('select 1 from registration_outlines where unread');
    if (unread.length === 0) return counts;
  }
  throw new Error('registrations are left to be read');
}

/** Somebody of the event who is still in it, by position among those; a negative one counts from the end. */
export function personAt(event: RaceEvent, position: number): Registration {
  const active = event.registrations.filter(({ removal }) => removal === null);
  const person = active.at(position);
  if (!person) throw new Error(`nobody is left at ${position}`);
  return person;
}

/** A vanished registration is shown again as it was: no time of change tells it. */
export function reappear(registration: Registration): Registration {
  const { registrations, vanished } = registration.event;
  vanished.splice(vanished.indexOf(registration), 1);
  registrations.splice(positionAfter(registrations, registration.id), 0, registration);
  registration.vanishedAt = null;
  registration.event.version += 1;
  return registration;
}

/** The rows of people to whom nothing happened meanwhile. */
export async function rowsBut({ here }: SmallWorld, touched: readonly Registration[]): Promise<readonly Row[]> {
  const ids = new Set(touched.flatMap(({ id }) => [String(id), registrationNumber(id)]));
  return (await storedRows(here)).people.filter((row) => !ids.has(String(row['id']).replace(/:.*/, '')));
}

/** Ids of rows that are marked as removed. */
export async function removedIds({ here }: SmallWorld): Promise<readonly unknown[]> {
  return (await storedRows(here)).people.filter((row) => row['removed']).map((row) => row['id']);
}
