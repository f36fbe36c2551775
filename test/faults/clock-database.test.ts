/**
 * The clock that counts steps: the database's by an hour, back and ahead, while the providers' go on; then a provider's.
 * Every change is there in the end, and a run that a step left behind is noticed at once.
 */
import { afterEach, expect, test } from 'vitest';
import { register, setBib } from '../../src/sandbox/changes.ts';
import type { RaceEvent, Registration } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute } from '../e2e/installation.ts';
import { start, until } from '../e2e/program.ts';
import { type LaboratoryClock, laboratoryClock } from './lab/database-clock.ts';
import { some } from './lab/form.ts';
import { expectSound } from './lab/sound.ts';
import { fillWorld } from './lab/world.ts';

interface Place {
  readonly here: Installation;
  readonly database: LaboratoryClock;
  /** Lets time pass, for everybody. */
  advance(ms: number): Promise<void>;
  /** From now on the providers' clocks are so many ms off. */
  shiftProviders(ms: number): void;
  readonly events: readonly RaceEvent[];
  readonly untouched: Registration[];
}

let place: Place | undefined;
afterEach(async () => {
  await place?.here.close();
  place = undefined;
});

async function open(): Promise<Place> {
  const begun = new Date();
  const database = laboratoryClock(begun);
  const providers = laboratoryClock(begun);
  let shift = 0;
  let events: readonly RaceEvent[] = [];
  const here = await install(
    (world) => {
      // Open for hours on either side of every step.
      events = fillWorld(world, { now: begun, people: 12, startsInMs: 3 * hour });
    },
    { clock: () => new Date(providers.now().getTime() + shift) },
  );
  await database.bind(here.databaseUrl);
  here.env['P88SYNC_PACE_MS'] = '0';
  here.env['P88SYNC_STOP_AFTER_HOURS'] = '5';
  place = {
    here,
    database,
    events,
    untouched: events.flatMap(({ registrations }) => registrations.filter(({ bib }) => bib !== null)),
    advance: async (ms) => {
      await database.set(new Date(database.now().getTime() + ms));
      await providers.set(new Date(providers.now().getTime() + ms));
    },
    shiftProviders: (ms) => {
      shift = ms;
    },
  };
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  return place;
}

/** Somebody of every event gets a bib, each only once, and somebody comes. */
function changeSome({ here, events, untouched }: Place): void {
  for (const event of events) {
    const at = untouched.findIndex((one) => one.event === event);
    const [person] = untouched.splice(at, 1);
    if (person) setBib(here.world, person.id, String(60_000 + (person.id % 10_000)));
    register(here.world, event);
  }
}

async function ticks({ here, advance }: Place, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await advance(minute);
    expect((await here.tick()).code).toBe(0);
  }
}

const step = async ({ database }: Place, ms: number) => database.set(new Date(database.now().getTime() + ms));

test.each([
  ['back', -hour],
  ['ahead', hour],
])('the database’s clock steps %s by an hour: the next tick goes on, and nothing is lost', async (_, ms) => {
  const at = await open();
  changeSome(at);
  await ticks(at, 1);
  changeSome(at);
  await step(at, ms);
  changeSome(at);
  await ticks(at, 2);
  await expectSound(at.here);
  const waiting = await at.here.query("select 1 from sync_history where status <> 'completed'");
  expect(waiting).toEqual([]);
  // And back to where it was.
  changeSome(at);
  await step(at, -ms);
  await at.here.discover();
  changeSome(at);
  await ticks(at, 2);
  await expectSound(at.here);
});

test('a run that is at work when the clock steps back loses its claim, and writes nothing more', async () => {
  const at = await open();
  const { env, query, sandbox } = at.here;
  changeSome(at);
  sandbox.fail({ kind: 'delay', provider: 'runsignup', delayMs: 3_000 });
  const spec = `1:runsignup:${at.events[0]?.id}`;
  const slow = start(['sync-event', spec, '--json'], { env: { ...env, P88SYNC_HOST: 'host-a' } });
  await until(async () => (await query("select 1 from sync_history where status = 'running'")).length > 0);
  await step(at, -hour);
  const other = start(['sync-event', spec, '--json'], { env: { ...env, P88SYNC_HOST: 'host-b' } });
  expect((await other.ended).json['units']).toMatchObject([{ status: 'completed' }]);
  expect((await slow.ended).json['units']).toMatchObject([{ status: 'deferred', failure: { kind: 'ClaimLost' } }]);
  const ends = await query("select host, status from sync_history where host in ('host-a', 'host-b') order by 1");
  expect(ends).toEqual([
    { host: 'host-a', status: 'abandoned' },
    { host: 'host-b', status: 'completed' },
  ]);
  await ticks(at, 2);
  await expectSound(at.here);
});

test('a run that was killed before the clock stepped back does not hold its event for an hour', async () => {
  const at = await open();
  const { env, query, sandbox } = at.here;
  changeSome(at);
  sandbox.fail({ kind: 'delay', provider: 'runsignup', delayMs: 3_000 });
  const spec = `1:runsignup:${at.events[0]?.id}`;
  const dead = start(['sync-event', spec], { env: { ...env, P88SYNC_HOST: 'host-a' } });
  await until(async () => (await query("select 1 from sync_history where status = 'running'")).length > 0);
  dead.child.kill('SIGKILL');
  await dead.ended;
  await step(at, -hour);
  await ticks(at, 2);
  await expectSound(at.here);
});

const steps: readonly (readonly [string, number, number])[] = [
  ['an hour ahead, then right', hour, 0],
  ['an hour behind, then right', -hour, 0],
  ['right, then an hour behind', 0, -hour],
  ['an hour ahead, then an hour behind', hour, -hour],
];
test.each(some(steps, 1, 'clocks of providers that step'))('the providers’ clocks are %s', async (_, from, to) => {
  const at = await open();
  at.shiftProviders(from);
  changeSome(at);
  await ticks(at, 2);
  changeSome(at);
  await ticks(at, 2);
  await expectSound(at.here);
  changeSome(at);
  at.shiftProviders(to);
  changeSome(at);
  await ticks(at, 3);
  await expectSound(at.here);
});
