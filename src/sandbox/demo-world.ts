/**
 * A world worth looking at: three timing companies, eight upcoming races in the windows high, medium and low, one of
 * them shared by two companies, one that is over, and 5,400 people. Starts are relative to `now`, so it never gets old.
 */
import { UsageError } from '../domain/errors.ts';
import { addAccount, addEvent, addRace, addRegistrations, addSubEvent } from './build-world.ts';
import { clear, deferral, refund, transfer } from './changes.ts';
import { emptyWorld, type Place, type Race, type RaceEvent, type SandboxProvider, type World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A credential as `credentials add` takes it, for the demo to register. */
export interface DemoAccount {
  /** The timing partner. */
  readonly company: string;
  readonly provider: SandboxProvider;
  readonly principal: string;
  readonly secret: string;
  readonly additionalConfig: Readonly<Record<string, string>>;
}

/** The credentials of the demo world. Its account names are `COMPANY / PROVIDER`. */
export const demoAccounts = [
  {
    company: 'Peak Timing',
    provider: 'runsignup',
    principal: 'peak-api-key',
    secret: 'peak-api-secret',
    additionalConfig: { key_style: 'v2' },
  },
  {
    company: 'Peak Timing',
    provider: 'raceroster',
    principal: 'peak-client-id',
    secret: 'peak-client-secret',
    additionalConfig: { username: 'timing@peak.example', password: 'peak-password' },
  },
  {
    company: 'Coastline Timing',
    provider: 'runsignup',
    principal: 'coastline-api-key',
    secret: 'coastline-api-secret',
    additionalConfig: { key_style: 'classic' },
  },
  {
    company: 'Northern Lights Races',
    provider: 'runsignup',
    principal: 'northern-api-key',
    secret: 'northern-api-secret',
    additionalConfig: { key_style: 'v2' },
  },
] as const satisfies readonly DemoAccount[];

/** Name of the account in the world, as the control interface takes it. */
export function demoAccountName({ company, provider }: Pick<DemoAccount, 'company' | 'provider'>): string {
  return `${company} / ${provider}`;
}

export function demoWorld(now: Date): World {
  const world = emptyWorld(() => now);
  const at = (ms: number) => new Date(now.getTime() + ms);

  const pineRidge = runSignUpRace(world, 'Pine Ridge Trail Festival', 'America/Denver', 'Frisco', 'CO');
  const half = addEvent(world, pineRidge, { name: 'Half Marathon', distance: '13.1 Miles', startAt: at(80 * minute) });
  const tenK = addEvent(world, pineRidge, { name: '10K', startAt: at(95 * minute) });
  const fiveK = addEvent(world, pineRidge, { name: '5K', distance: '5K', startAt: at(110 * minute) });
  const volunteers = addEvent(world, pineRidge, {
    name: 'Volunteers',
    distance: null,
    volunteer: true,
    startAt: at(20 * minute),
  });
  const lastYear = { name: 'Half Marathon', startAt: at(80 * minute - 364 * day), edition: world.next.edition++ };
  addPeople(world, half, 420);
  addPeople(world, tenK, 260);
  addPeople(world, fiveK, 240);
  addPeople(world, volunteers, 25);
  addPeople(world, addEvent(world, pineRidge, lastYear), 60);

  const lakefront = runSignUpRace(world, 'Lakefront Marathon', 'America/New_York', 'Buffalo', 'NY');
  const marathon = addEvent(world, lakefront, { name: 'Marathon', distance: '26.2 Miles', startAt: at(18 * hour) });
  // More than the 2500 rows of one page.
  addPeople(world, marathon, 2600);
  addPeople(world, addEvent(world, lakefront, { name: '5K', distance: '5K', startAt: at(19 * hour) }), 150);

  const bridge = runSignUpRace(world, "Harbor Bridge Run 'n' Walk", 'America/New_York', 'Portland', 'ME');
  addPeople(world, addEvent(world, bridge, { name: '10 Miler', distance: '10 Miles', startAt: at(21 * hour) }), 400);

  const plains = runSignUpRace(world, 'High Plains Half', 'America/Denver', 'Cañon City', 'CO');
  addPeople(world, addEvent(world, plains, { name: 'Half Marathon', startAt: at(21 * day) }), 220);

  const aloha = runSignUpRace(world, 'Aloha Sunrise Run', 'Pacific/Honolulu', 'Kailua', 'HI');
  addPeople(world, addEvent(world, aloha, { name: '10K', startAt: at(5 * day) }), 160);

  const twilight = runSignUpRace(world, 'Coastal Twilight 5K', 'America/Los_Angeles', 'Monterey', 'CA');
  addPeople(world, addEvent(world, twilight, { name: '5K', distance: '5K', startAt: at(-3 * day) }), 120);

  const solstice = runSignUpRace(world, 'Solstice Run ☀', 'America/Anchorage', 'Anchorage', 'AK');
  addPeople(world, addEvent(world, solstice, { name: 'Marathon', startAt: at(40 * day) }), 90);

  const halifax = raceRosterRace(world, 'Halifax Harbour Half', 'America/Halifax', { city: 'Halifax', country: 'CA' });
  const parts = [addSubEvent(world), addSubEvent(world, '10K', '10000')];
  addPeople(world, addEvent(world, halifax, { startAt: at(9 * hour), subEvents: parts }), 620);

  const thames = raceRosterRace(world, 'Thames Riverside 10K', 'Europe/London', { city: 'London', country: 'GB' });
  const river = [addSubEvent(world, '10K', '10000')];
  addPeople(world, addEvent(world, thames, { startAt: at(42 * day), subEvents: river }), 180);

  transfer(world, idAt(half, 30), tenK);
  transfer(world, idAt(tenK, 12), fiveK);
  const racesOf: Record<(typeof demoAccounts)[number]['principal'], Race[]> = {
    'peak-api-key': [pineRidge, lakefront, bridge, plains],
    'peak-client-id': [halifax, thames],
    'coastline-api-key': [bridge, aloha, twilight],
    'northern-api-key': [solstice],
  };
  for (const account of demoAccounts) {
    addAccount(world, { ...account, name: demoAccountName(account), races: racesOf[account.principal] });
  }
  return world;
}

function runSignUpRace(world: World, name: string, timeZone: string, city: string, state: string): Race {
  return addRace(world, { name, timeZone, place: { city, state, zip: '00000', country: 'US' } });
}

function raceRosterRace(world: World, name: string, timeZone: string, place: Pick<Place, 'city' | 'country'>): Race {
  return addRace(world, { provider: 'raceroster', name, timeZone, place: { state: '', zip: '', ...place } });
}

/** People, some of whom have already left again. */
function addPeople(world: World, event: RaceEvent, count: number): void {
  addRegistrations(world, event, count);
  refund(world, idAt(event, 5));
  deferral(world, idAt(event, 9));
  clear(world, idAt(event, 14));
}

function idAt(event: RaceEvent, position: number): number {
  const id = event.registrations[position]?.id;
  if (id === undefined) throw new UsageError(`Event ${event.name} has fewer than ${position + 1} registrations.`);
  return id;
}
