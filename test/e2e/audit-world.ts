/** An installation in which everything has happened once: a page a time, people who leave in every way, a race that is scored. */
import { runPullResults } from '../../src/commands/pull-results.ts';
import { addAccount, addEvent, addRace, addRegistrations, addSubEvent } from '../../src/sandbox/build-world.ts';
import { addCategory, dropCategory } from '../../src/sandbox/categories.ts';
import { changePerson, refund, register, vanish } from '../../src/sandbox/changes.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import { registrationNumber } from '../../src/sandbox/haku/registration-number.ts';
import type { RaceEvent, Registration, World } from '../../src/sandbox/world.ts';
import { inProcess } from './in-process.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';
import { addCopernico, addRegistered, enterByHand, scoringSpec } from './scored-world.ts';

export interface AuditWorld {
  readonly here: Installation;
  readonly runsignup: RaceEvent;
  readonly raceroster: RaceEvent;
  readonly haku: RaceEvent;
  readonly scored: RaceEvent;
  /** Told as removed by RunSignUp; missing in Race Roster's list; a row of Haku that was one of two. */
  readonly removed: { readonly told: string; readonly absent: string; readonly left: string };
}

const people = 23;

/** Everything but the pulls is done by ticks, as the timers do it. */
export async function installAuditWorld(): Promise<AuditWorld> {
  let events: Omit<AuditWorld, 'here' | 'removed'> | undefined;
  const here = await install((world) => {
    const runsignup = addRegistered(world, people);
    const [raceroster, haku] = (['raceroster', 'haku'] as const).map((provider) => addFull(world, provider));
    if (!raceroster || !haku) throw new Error('an event is missing');
    const scored = addCopernico(world);
    for (let bib = 1; bib <= people; bib += 1) enterByHand(world, scored, String(bib));
    events = { runsignup, raceroster, haku, scored };
  });
  if (!events) throw new Error('the world was not built');
  const world: AuditWorld = { here, ...events, removed: { told: '', absent: '', left: '' } };
  Object.assign(here.env, {
    P88SYNC_RUNSIGNUP_PAGE_SIZE: '10',
    P88SYNC_RACEROSTER_PAGE_SIZE: '10',
    P88SYNC_HAKU_CALLS_PER_HOUR: '10000',
    P88SYNC_RELIST_HOURS: '1',
  });
  await here.discover();
  await ticks(here, 2, minute);
  const removed = await leave(world);
  await pullResults(world);
  return { ...world, removed };
}

function addFull(world: World, provider: 'raceroster' | 'haku'): RaceEvent {
  const race = addRace(world, { provider });
  const event = addEvent(world, race, {
    startAt: new Date(saturday.getTime() + 3 * hour),
    subEvents: [addSubEvent(world, 'Half'), addSubEvent(world, '5K', '5000')],
  });
  addRegistrations(world, event, people);
  addAccount(world, { company: 'Peak Timing', provider, races: [race] });
  return event;
}

async function ticks(here: Installation, count: number, ms: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    here.pass(ms);
    const { code, json } = await here.tick();
    if (code !== 0) throw new Error(`a tick ended with ${code}: ${JSON.stringify(json)}`);
  }
}

async function leave({ here, runsignup, raceroster, haku }: AuditWorld): Promise<AuditWorld['removed']> {
  const { world } = here;
  const one = (event: RaceEvent, at: number): Registration => {
    const person = event.registrations.at(at);
    if (!person) throw new Error('nobody is there');
    return person;
  };
  here.pass(minute);
  const [told, absent, twice] = [one(runsignup, 0), one(raceroster, -3), one(haku, 4)];
  refund(world, told.id);
  changePerson(world, one(runsignup, 3).id, { firstName: 'Corrected' });
  register(world, raceroster);
  const [half, short] = haku.subEvents;
  const held = twice.categories?.[0]?.subEventId;
  const other = held === half?.id ? short : half;
  if (!other) throw new Error('the event has no parts');
  addCategory(world, twice.id, { subEventId: other.id });
  await ticks(here, 2, minute);
  dropCategory(world, twice.id, other.id);
  vanish(world, absent.id);
  await ticks(here, 2, hour / 2 + minute);
  return { told: String(told.id), absent: String(absent.id), left: `${registrationNumber(twice.id)}:${other.id}` };
}

/** The results of the scored event, one of which is then taken back. */
async function pullResults({ here, scored }: AuditWorld): Promise<void> {
  const pull = async () => {
    const { exit } = await inProcess((context) => runPullResults(context, scoringSpec(scored), {}), {
      env: here.env,
      now: here.now(),
    });
    if (exit !== 'done') throw new Error(`the pull ended with ${exit}`);
  };
  runEvent(here.world, scored);
  await pull();
  here.pass(minute);
  const last = scored.registrations.pop();
  if (!last) throw new Error('nobody is there');
  await pull();
  here.pass(minute);
}
