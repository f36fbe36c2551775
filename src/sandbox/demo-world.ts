/**
 * A world worth looking at: three timing companies, races of every provider in the windows high, medium and low, one of
 * them shared by two companies, one that is over, and 5,700 people. Starts are relative to `now`, so it never gets old.
 */
import { UsageError } from '../domain/errors.ts';
import { addAccount, addEvent, addRace, addRegistrations, addSubEvent } from './build-world.ts';
import { addCategory } from './categories.ts';
import { clear, deferral, refund, transfer } from './changes.ts';
import { demoAccountName, demoAccounts } from './demo-accounts.ts';
import { emptyWorld, type Place, type Race, type RaceEvent, type World } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

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

  // Scored by Copernico: the race is there, its people are still to be sent.
  const scored = addRace(world, { provider: 'copernico', name: 'Pine Ridge Half', timeZone: 'America/Denver' });
  addEvent(world, scored, { name: 'Half Marathon', startAt: at(80 * minute) });

  transfer(world, idAt(half, 30), tenK);
  transfer(world, idAt(tenK, 12), fiveK);
  const racesOf: Record<(typeof demoAccounts)[number]['principal'], Race[]> = {
    'peak-api-key': [pineRidge, lakefront, bridge, plains],
    'peak-client-id': [halifax, thames],
    'peak-haku-client': [baysideRace(world, at(7 * hour))],
    'timing@peak.example': [scored],
    'coastline-api-key': [bridge, aloha, twilight],
    'Coastline Events': cityRaces(world, [at(3 * day), at(20 * day)]),
    'timing@coastline.example': [lakeRace(world, at(2 * day))],
    'northern-api-key': [solstice],
  };
  for (const account of demoAccounts) {
    addAccount(world, { ...account, name: demoAccountName(account), races: racesOf[account.principal] });
  }
  return world;
}

/** Haku: every fifth person runs both distances, each with a bib of its own. */
function baysideRace(world: World, startAt: Date): Race {
  const race = addRace(world, { provider: 'haku', name: 'Bayside 5K & 10K', timeZone: 'America/New_York' });
  const parts = [addSubEvent(world, '5K', '5000'), addSubEvent(world, '10K', '10000')] as const;
  const event = addEvent(world, race, { startAt, subEvents: parts });
  addPeople(world, event, 60);
  for (const [position, { id, subEventId, removal }] of event.registrations.entries()) {
    if (position % 5 !== 0 || removal !== null) continue;
    const other = parts.find((part) => part.id !== subEventId) ?? parts[0];
    addCategory(world, id, { subEventId: other.id, bib: String(5_000 + position) });
  }
  return race;
}

/** Let's Do This: two events of one organiser. */
function cityRaces(world: World, [first, second]: readonly [Date, Date]): Race[] {
  return [
    { name: 'Coastal City 10K', startAt: first, people: 140 },
    { name: 'Coastal City Half', startAt: second, people: 90 },
  ].map(({ name, startAt, people }) => {
    const race = addRace(world, { provider: 'letsdothis', name, timeZone: 'Europe/London' });
    addPeople(world, addEvent(world, race, { startAt }), people);
    return race;
  });
}

/** ChronoTrack: entries of an event that is scored there. */
function lakeRace(world: World, startAt: Date): Race {
  const race = addRace(world, { provider: 'chronotrack', name: 'Frisco Lake Run', timeZone: 'America/Denver' });
  addPeople(world, addEvent(world, race, { startAt, subEvents: [addSubEvent(world, '10K', '10000')] }), 80);
  return race;
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
