/** What the conformance suite syncs: one account's races in the sandbox, with everything that happens to people. */
import type { Provider } from '../../src/domain/provider.ts';
import {
  addAccount,
  addEvent,
  addRace,
  addRegistration,
  addRegistrations,
  addSubEvent,
} from '../../src/sandbox/build-world.ts';
import { addCategory, changeCategory, dropCategory } from '../../src/sandbox/categories.ts';
import { clear, deferral, personToPersonTransfer, refund, setBib, transfer } from '../../src/sandbox/changes.ts';
import { type Expected, expectedOf } from '../../src/sandbox/expected.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  type Account,
  type RaceEvent,
  type SandboxProvider,
  sandboxProviders,
  type World,
} from '../../src/sandbox/world.ts';

/** A Saturday morning. */
export const worldNow = new Date('2026-09-12T10:00:00Z');
const hour = 3_600_000;
const at = (hours: number) => new Date(worldNow.getTime() + hours * hour);

export interface ConformanceWorld {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Events of one unit with people in it; the first has the most. An organiser's unit is not all that the account has. */
  readonly unit: readonly [RaceEvent, ...RaceEvent[]];
  /** An event of the same unit, or of another where a unit is one event. */
  readonly target: RaceEvent;
  readonly past: RaceEvent;
  expected(): Expected;
}

/** The same every time. People of the unit: 40 and a few, many of them odd; some have left, each in another way. */
export function buildConformanceWorld(provider: Provider): ConformanceWorld {
  const sandbox = createSandbox({ now: () => worldNow });
  const { world } = sandbox;
  const name = standInOf(provider);
  const unit = addUnit(world, provider, [at(30 * 24), at(30 * 24 + 1)]);
  const far = addUnit(world, provider, [at(60 * 24)])[0];
  const soon = addUnit(world, provider, [at(2)], 'Pacific/Honolulu')[0];
  const past = addUnit(world, provider, [at(-2)])[0];
  const foreign = addUnit(world, provider, [at(5)])[0];
  const races = [...unit, far, soon, past].map((event) => event.race);
  const account = addAccount(world, { provider: name, races, principal: 'key-p1', secret: 'secret-s1' });
  if (provider.unit === 'race') {
    // Last year's edition and the helpers: neither is an upcoming event.
    addEvent(world, unit[0].race, { startAt: at(-335 * 24), edition: 1 });
    addEvent(world, unit[0].race, { startAt: at(30 * 24), volunteer: true });
  }
  const target = unit[1] ?? far;
  for (const event of unit) addRegistrations(world, event, 20);
  addRegistrations(world, target, 3);
  addRegistrations(world, past, 2);
  addRegistrations(world, foreign, 2);
  addOddPeople(world, unit[0]);
  changePeople(world, unit[0], target);
  changeCategories(world, unit[0]);
  return { sandbox, account, unit, target, past, expected: () => expectedOf(world.events.values(), account) };
}

export function standInOf(provider: Provider): SandboxProvider {
  const name = sandboxProviders.find((one) => one === provider.name);
  if (name === undefined) throw new Error(`the sandbox has no stand-in of ${provider.name}`);
  return name;
}

/** A race holds several events, an organiser has several of one event each; else a unit is one event. */
function addUnit(
  world: World,
  provider: Provider,
  starts: readonly [Date, ...Date[]],
  timeZone = 'America/Denver',
): readonly [RaceEvent, ...RaceEvent[]] {
  const options = { provider: standInOf(provider), timeZone };
  const race = addRace(world, options);
  const [first, ...more] = starts;
  // Where a registration may hold several parts of an event, the event has several.
  const parts = race.provider === 'haku' ? [addSubEvent(world), addSubEvent(world, '5K', '5000')] : undefined;
  const head = addEvent(world, race, { startAt: first, ...(parts && { subEvents: parts }) });
  if (provider.unit === 'event') return [head];
  const raceOfNext = () => (provider.unit === 'race' ? race : addRace(world, options));
  return [head, ...more.map((startAt) => addEvent(world, raceOfNext(), { startAt }))];
}

function addOddPeople(world: World, event: RaceEvent): void {
  const person = { firstName: "D'Arcy 🏃‍♀️", lastName: 'Ødegård-"Nguyễn"; drop table' };
  addRegistration(world, event, { bib: '77', person: { ...person, gender: 'X', dob: '2000-02-29' } });
  addRegistration(world, event, { person: { firstName: 'Ŵ'.repeat(300), gender: null, dob: null }, bib: null });
  // Seconds that matter: in the hour that an autumn change repeats.
  addRegistration(world, event, { registeredAt: new Date('2025-11-02T06:30:15Z') });
}

function changePeople(world: World, event: RaceEvent, target: RaceEvent): void {
  const [a, b, c, d, e, f, g] = event.registrations.map((registration) => registration.id);
  for (const id of [a, b, c, d, e, f, g]) if (id === undefined) throw new Error('the event has too few people');
  refund(world, a ?? 0);
  deferral(world, b ?? 0);
  clear(world, c ?? 0);
  transfer(world, d ?? 0, target);
  personToPersonTransfer(world, e ?? 0, 'same-id');
  personToPersonTransfer(world, f ?? 0, 'new-id');
  setBib(world, g ?? 0, '4711');
}

/** Haku's registrations hold several parts of the event: both started in, one only shown, one dropped again, none left. */
function changeCategories(world: World, event: RaceEvent): void {
  if (event.race.provider !== 'haku') return;
  const [first, second] = event.subEvents;
  const [both, shown, dropped, none] = event.registrations.filter(({ removal }) => removal === null).slice(3);
  if (!first || !second || !both || !shown || !dropped || !none) throw new Error('the event has too few people');
  for (const [index, { id, subEventId }] of [both, shown, dropped].entries()) {
    const other = subEventId === first.id ? second.id : first.id;
    addCategory(world, id, { subEventId: other, bib: `5${index}`, corral: 'D', wave: 'Wave 9' });
    if (index === 1) changeCategory(world, id, other, { active: false });
    if (index === 2) dropCategory(world, id, other);
  }
  dropCategory(world, none.id, none.subEventId ?? '');
}
