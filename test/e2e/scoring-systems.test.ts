/**
 * What scoring systems hold and what is stored of them, row by row: people pushed to Copernico from a linked RunSignUp event
 * as they change and leave, and the results of Copernico and ChronoTrack as the timers amend them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandContext, CommandResult } from '../../src/commands/context.ts';
import { runLinkAdd } from '../../src/commands/link.ts';
import { runPullResults } from '../../src/commands/pull-results.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { changePerson, deferral, refund, register, reinstate, setBib } from '../../src/sandbox/changes.ts';
import { copernicoEventId } from '../../src/sandbox/copernico/names.ts';
import { registrantsOf } from '../../src/sandbox/expected.ts';
import {
  disqualify,
  expectedResults,
  runEvent,
  setFinish,
  swapBibs,
  withdrawSplit,
} from '../../src/sandbox/finishes.ts';
import { type RaceEvent, type Registration, registrationOf, type World } from '../../src/sandbox/world.ts';
import { expectSame } from './compare.ts';
import { comparedResults, splitNames } from './compared-results.ts';
import { inProcess } from './in-process.ts';
import { hour, type Installation, install, minute, type Row, saturday } from './installation.ts';

const startAt = new Date(saturday.getTime() + hour);

let here: Installation;
let registered: RaceEvent;
let scored: RaceEvent;
let timed: RaceEvent;

beforeAll(async () => {
  here = await install(fill);
  here.env['P88SYNC_COPERNICO_PAGE_SIZE'] = '7';
  here.env['P88SYNC_CHRONOTRACK_PAGE_SIZE'] = '7';
  await here.discover();
});
afterAll(() => here.close());

function fill(world: World): void {
  const company = 'Peak Timing';
  const race = addRace(world, { name: 'Lakefront', timeZone: 'America/Denver' });
  registered = addEvent(world, race, { name: 'Lakefront Half', startAt });
  const place = addRace(world, { provider: 'copernico', name: 'Lakefront Half', timeZone: 'America/Denver' });
  scored = addEvent(world, place, { name: 'Lakefront', startAt });
  const course = addRace(world, { provider: 'chronotrack', name: 'Harbor Run', timeZone: 'America/Denver' });
  timed = addEvent(world, course, { startAt });
  addRegistrations(world, registered, 30);
  addRegistrations(world, timed, 30);
  addAccount(world, { company, races: [race] });
  addAccount(world, { company, provider: 'copernico', principal: 'timer@example.org', races: [place] });
  addAccount(world, { company, provider: 'chronotrack', races: [course] });
  // As text with all of its digits, or nothing of the last two would be compared.
  world.behaviour.chronotrack.timeDigits = 3;
}

async function command(run: (context: CommandContext) => Promise<CommandResult>): Promise<void> {
  const { exit, json } = await inProcess(run, { env: here.env, now: here.now() });
  expect(exitCodes[exit].code, JSON.stringify(json)).toBe(0);
}

async function tickAfter(ms: number): Promise<void> {
  here.pass(ms);
  const { code, json } = await here.tick();
  expect(code, JSON.stringify(json)).toBe(0);
}

const scoringId = () => `1:copernico:${copernicoEventId(scored)}`;
const byId = (a: Row, b: Row) => (String(a['id']) < String(b['id']) ? -1 : 1);

describe('people pushed to Copernico', () => {
  /** Who left before the first push was never told of. */
  const neverTold = new Set<number>();

  /** Everybody of the registration event as Copernico ought to have them, with the bib that a blank does not erase. */
  function wanted(): readonly Row[] {
    const genders = { M: 'male', F: 'female', X: 'mixed' } as const;
    const told = registered.registrations.filter(({ id }) => !neverTold.has(id));
    return told.map(({ id, person, lastBib, team, removal }: Registration) => {
      const optional = {
        birthdate: person.dob,
        dorsal: lastBib,
        gender: person.gender && genders[person.gender],
        club: team?.name,
        city: person.place.city,
        region: person.place.state,
      };
      return {
        id: `runsignup-${id}`,
        document: String(id),
        name: person.firstName,
        surname: person.lastName,
        raceId: scored.race.id,
        event: scored.name,
        ...Object.fromEntries(Object.entries(optional).filter(([, value]) => Boolean(value))),
        registrationEvent: `${registered.race.name}: ${registered.name}`,
        registrationStatus: removal === null ? 'active' : `removed: ${removal.reason}`,
      };
    });
  }

  async function agreeAfter(ms: number): Promise<void> {
    await tickAfter(ms);
    await expectSame(here);
    expect(registrantsOf(scored).toSorted(byId)).toEqual(wanted().toSorted(byId));
  }

  const at = (position: number) => {
    const active = registered.registrations.filter(({ removal }) => removal === null);
    return active.at(position)?.id ?? 0;
  };

  test('everybody who is in, once linked; nobody who had left', async () => {
    for (const position of [3, 4]) {
      const { id } = refund(here.world, at(position));
      neverTold.add(id);
    }
    await command((context) => runLinkAdd(context, `1:runsignup:${registered.id}`, scoringId(), {}));
    await agreeAfter(0);
    expect(registrantsOf(scored)).toHaveLength(28);
  });

  test('changes, a newcomer, refunds, a blank bib, and somebody who comes back', async () => {
    const { world } = here;
    here.pass(minute);
    changePerson(world, at(0), { firstName: 'Zoë 🏃', lastName: "O'Neil", dob: '1991-01-31', gender: 'X' });
    setBib(world, at(1), '777');
    register(world, registered, { bib: '9001', team: { id: 7009, name: 'Ångström Pacers' } });
    await agreeAfter(minute);
    here.pass(minute);
    const blank = registered.registrations.find(({ id, bib }) => id !== at(1) && bib !== null)?.id ?? 0;
    setBib(world, blank, null);
    const refunded = refund(world, at(5)).id;
    deferral(world, at(6));
    await agreeAfter(minute);
    here.pass(minute);
    reinstate(world, refunded);
    // Refunded before the first push, and in again.
    const [late = 0] = neverTold;
    reinstate(world, late);
    neverTold.delete(late);
    await agreeAfter(minute);
    // Nothing changed: nobody is told anything.
    here.newCalls();
    await agreeAfter(minute);
    expect(here.newCalls().filter((call) => call.startsWith('POST /race-registrations'))).toEqual([]);
  });
});

/** A tick pulls what is linked. */
const systems = [
  { title: 'Copernico', event: () => scored, spec: scoringId, isLinked: true, ...comparedResults.copernico },
  {
    title: 'ChronoTrack',
    event: () => timed,
    spec: () => `1:chronotrack:${timed.id}`,
    isLinked: false,
    ...comparedResults.chronotrack,
  },
];

describe.each(systems)('results of $title', ({ event, spec, sql, expected, isLinked }) => {
  const stored = async () => (await here.query(sql)).toSorted(byId);
  const finishers = () => {
    const finished = expectedResults(event()).filter(({ status, bib }) => status === 'finished' && bib !== null);
    return finished.toSorted((a, b) => (a.overallPlace ?? 0) - (b.overallPlace ?? 0)).map((one) => one.registrationId);
  };
  const finisher = (place: number) => finishers()[place] ?? 0;

  /** Pulled by hand; returns the ids whose rows are not what they were. */
  async function pulled(): Promise<readonly unknown[]> {
    const before = new Map((await stored()).map((row) => [row['id'], JSON.stringify(row)]));
    here.pass(minute);
    await command((context) => runPullResults(context, spec(), {}));
    const after = await stored();
    expect(after).toEqual(expected(event()).toSorted(byId));
    return after.filter((row) => before.get(row['id']) !== JSON.stringify(row)).map((row) => row['id']);
  }

  test('as they are, in several pages; a second time nothing is other', async () => {
    runEvent(here.world, event(), { splits: splitNames, dnfPercent: 6 });
    here.pass(Math.max(0, startAt.getTime() + 5 * minute - here.now().getTime()));
    if (isLinked) {
      await tickAfter(minute);
      expect(await stored()).toEqual(expected(event()).toSorted(byId));
      expect(await pulled()).toEqual([]);
    } else expect((await pulled()).length).toBe(30);
    expect(finishers().length).toBeGreaterThan(15);
    expect(await pulled()).toEqual([]);
  });

  test('a disqualification: no place, and the others move up', async () => {
    disqualify(here.world, finisher(0));
    expect((await pulled()).length).toBeGreaterThan(10);
  });

  test('swapped bibs: two rows', async () => {
    swapBibs(here.world, finisher(1), finisher(2));
    expect(await pulled()).toHaveLength(2);
  });

  test('a withdrawn split: one row, and the split is no longer there', async () => {
    withdrawSplit(here.world, finisher(3), '10K');
    const [id, ...others] = await pulled();
    expect(others).toEqual([]);
    const row = (await stored()).find((one) => one['id'] === id);
    expect(row?.['splits']).toContainEqual({ name: '10K', time_ms: null });
  });

  test('a result that is taken back, and given again', async () => {
    const registration = registrationOf(here.world, finisher(2));
    const finish = event().finishes.get(registration.id);
    const before = await stored();
    setFinish(here.world, registration, null);
    expect((await pulled()).length).toBeGreaterThan(1);
    setFinish(here.world, registration, finish ?? null);
    await pulled();
    expect(await stored()).toEqual(before);
  });
});
