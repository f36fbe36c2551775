import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BudgetSpent,
  CallRefused,
  CredentialRefused,
  DatabaseUnavailable,
  ProviderThrottled,
  ProviderUnavailable,
  UsageError,
} from '../../src/domain/errors.ts';
import type { UnitOutcome } from '../../src/domain/outcomes.ts';
import type { PlannedUnit } from '../../src/domain/planning.ts';
import type { ParticipantQuery } from '../../src/domain/provider.ts';
import type { ParticipantPage } from '../../src/domain/records.ts';
import { letsdothis } from '../../src/providers/letsdothis/provider.ts';
import { runUnits } from '../../src/sync/run-units.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, minute, newCredential, person, runsignup } from '../store/store-world.ts';
import { page, syncWorld, type World } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

type Answer = (eventIds: readonly string[]) => ParticipantPage | Error | Promise<ParticipantPage>;

/** A world whose provider answers by the events it is asked for. */
async function answering(answer: Answer, world?: World): Promise<World> {
  const one = world ?? (await syncWorld(store.database, runsignup));
  const listParticipants = async function* (query: ParticipantQuery) {
    one.asked.push(query);
    const found = await answer(query.events.map((event) => event.eventId));
    if (found instanceof Error) throw found;
    yield found;
  };
  return { ...one, run: { ...one.run, session: { ...one.run.session, listParticipants } } };
}

async function run(
  world: World,
  units: readonly PlannedUnit[],
  others: readonly World[] = [],
  onOutcome: (outcome: UnitOutcome) => void = () => undefined,
) {
  const told: (readonly string[])[] = [];
  const outcomes = await runUnits(world.context, units, {
    connect: async (credentialId) => {
      const found = [world, ...others].find((one) => one.owner.credentialId === credentialId);
      if (!found) throw new UsageError(`there is no credential ${credentialId}`);
      return found.run;
    },
    optionsFor: async () => ({ allowMassRemoval: false, ceiling: async () => 1_000 }),
    onOutcome: async (unit, outcome) => {
      expect(outcome.credentialId).toBe(unit.credentialId);
      told.push(outcome.eventIds);
      onOutcome(outcome);
    },
  });
  expect(told.map(String).sort()).toEqual(outcomes.map((one) => String(one.eventIds)).sort());
  return outcomes;
}

const statuses = (outcomes: readonly UnitOutcome[]) => outcomes.map((one) => [one.eventIds.join(), one.status]);
const asked = (world: World) => world.asked.map((query) => query.events.map((event) => event.eventId).join());

describe('units', () => {
  test('of one credential run in the order of the plan', async () => {
    const world = await answering(() => page([]));
    const outcomes = await run(world, [world.unit(['300']), world.unit(['100']), world.unit(['200'])]);
    expect(statuses(outcomes)).toEqual([
      ['300', 'completed'],
      ['100', 'completed'],
      ['200', 'completed'],
    ]);
    expect(asked(world)).toEqual(['300', '100', '200']);
  });

  test('of several credentials run side by side: one that waits holds up its own only', async () => {
    let release = (): void => undefined;
    const later = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await answering(async () => {
      await later;
      return page([]);
    });
    const quick = await answering(() => page([]));
    const units = [slow.unit(['100']), slow.unit(['200']), quick.unit(['100']), quick.unit(['200'])];
    const outcomes = await run(slow, units, [quick], ({ credentialId, eventIds }) => {
      if (credentialId === quick.owner.credentialId && eventIds[0] === '200') release();
    });
    expect(outcomes.map((one) => one.status)).toEqual(Array(4).fill('completed'));
    expect(outcomes.slice(0, 2).map((one) => one.credentialId)).toEqual(Array(2).fill(quick.owner.credentialId));
  });

  test('a credential that cannot be opened fails its own units only', async () => {
    const world = await answering(() => page([]));
    const closed = await newCredential(store.database.db, world.owner.partnerId);
    const other = { ...world.unit(['200']), credentialId: closed.credentialId };
    const outcomes = await run(world, [other, world.unit(['100'])]);
    expect(outcomes.toSorted((a, b) => a.credentialId - b.credentialId)).toMatchObject([
      { eventIds: ['100'], status: 'completed' },
      { eventIds: ['200'], status: 'failed', apiCalls: 0, failure: { kind: 'UsageError', exit: 'usage' } },
    ]);
  });

  test('a database that is lost while a credential is opened is lost for all', async () => {
    const world = await answering(() => page([]));
    const lost = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const running = runUnits(world.context, [world.unit(['100'])], {
      connect: () => Promise.reject(lost),
      optionsFor: () => Promise.reject(new Error('never asked')),
      onOutcome: () => Promise.reject(new Error('never told')),
    });
    await expect(running).rejects.toBeInstanceOf(DatabaseUnavailable);
  });

  test.each<[string, Error, string, string]>([
    ['refused', new CredentialRefused('no'), 'failed', 'credential-refused'],
    ['asked to pause', new ProviderThrottled('slow down', { retryAt: at(hour) }), 'failed', 'provider-pause'],
    ['without budget', new BudgetSpent('spent', { freeAt: at(hour) }), 'deferred', 'budget'],
  ])('a credential that is %s makes no other call', async (_, error, status, because) => {
    const world = await answering(() => error);
    world.script.check = () => Promise.reject(error);
    const outcomes = await run(world, [world.unit(['100']), world.unit(['200']), world.unit(['300'])]);
    expect(statuses(outcomes)).toEqual([
      ['100', status],
      ['200', 'deferred'],
      ['300', 'deferred'],
    ]);
    expect(outcomes.slice(1).map(({ deferredBecause }) => deferredBecause)).toEqual([because, because]);
    expect(asked(world)).toEqual(['100']);
    expect(await world.history()).toHaveLength(1);
  });

  test('a failure of one unit is not one of the next', async () => {
    const world = await answering((ids) => (ids[0] === '100' ? new ProviderUnavailable('down') : page([])));
    expect(statuses(await run(world, [world.unit(['100']), world.unit(['200'])]))).toEqual([
      ['100', 'failed'],
      ['200', 'completed'],
    ]);
  });

  test('what the end of the run left is put off', async () => {
    const world = await answering(() => {
      world.stop();
      return page([]);
    });
    expect(statuses(await run(world, [world.unit(['100']), world.unit(['200'])]))).toEqual([
      ['100', 'completed'],
      ['200', 'deferred'],
    ]);
    expect(asked(world)).toEqual(['100']);
  });
});

describe('a race of which one event is gone', () => {
  const gone = new CallRefused('event 200 was not found');
  const withoutOne: Answer = (ids) =>
    ids.includes('200') ? gone : page([person(ids[0] ?? '', { eventId: ids[0] ?? '' })]);

  test('the others are synced, each by itself', async () => {
    const world = await answering(withoutOne);
    const outcomes = await run(world, [world.unit(['100', '200', '300'])]);
    expect(statuses(outcomes)).toEqual([
      ['100', 'completed'],
      ['200', 'failed'],
      ['300', 'completed'],
    ]);
    expect(asked(world)).toEqual(['100,200,300', '100', '200', '300']);
    expect(Object.keys(await world.people())).toEqual(['100', '300']);
  });

  test('only the event that is gone fails, once each time', async () => {
    const world = await answering(withoutOne);
    const rows: unknown[] = [];
    for (let round = 0; round < 4; round += 1) {
      await run(world, [world.unit(['100', '200', '300'])]);
      const row = (await world.history()).findLast((one) => one['event_id'] === '200');
      rows.push([row?.['status'], row?.['failures'], row?.['retry_at']]);
    }
    expect(rows).toEqual([
      ['failed', 1, at(2 * minute)],
      ['failed', 2, at(4 * minute)],
      ['failed', 3, at(8 * minute)],
      ['failed_permanent', 4, null],
    ]);
    expect(world.log.filter((line) => line.level === 'error')).toHaveLength(1);
    const others = (await world.history()).filter((row) => row['event_id'] !== '200');
    expect(new Set(others.map((row) => row['status']))).toEqual(new Set(['abandoned', 'completed']));
    expect(new Set(others.map((row) => row['failures']))).toEqual(new Set([0]));
  });

  test('the calls of an organiser name no event: refused once, they all have failed', async () => {
    const world = await answering(() => gone, await syncWorld(store.database, letsdothis));
    const outcomes = await run(world, [world.unit(['e1', 'e2', 'e3'])]);
    expect(outcomes.map(({ status, eventIds }) => [status, eventIds])).toEqual([['failed', ['e1', 'e2', 'e3']]]);
    expect(asked(world)).toEqual(['e1,e2,e3']);
    const rows = (await world.history()).map((row) => [row['event_id'], row['status'], row['retry_at']]);
    expect(rows).toEqual(['e1', 'e2', 'e3'].map((id) => [id, 'failed', at(2 * minute)]));
  });

  test('the calls of the first try are counted too', async () => {
    const world = await syncWorld(store.database, runsignup);
    world.script.participants = [gone];
    const outcomes = await run(world, [world.unit(['100', '200'])]);
    expect(outcomes.reduce((sum, one) => sum + one.apiCalls, 0)).toBe(world.run.callsMade());
  });

  test('an event that was all the unit got is tried once', async () => {
    const world = await answering(withoutOne);
    const other = await answering(
      async () => {
        await run(world, [world.unit(['100', '200'])]);
        return page([]);
      },
      await syncWorld(store.database, runsignup, { owner: world.owner }),
    );
    await run(other, [other.unit(['100'])]);
    expect(asked(world)).toEqual(['200']);
    expect((await world.history()).filter((row) => row['event_id'] === '200')).toMatchObject([
      { status: 'failed', failures: 1 },
    ]);
  });

  test('a credential that is refused meanwhile makes no other call', async () => {
    const refused = new CredentialRefused('no');
    const world = await answering((ids) => (ids.length > 1 ? gone : refused));
    world.script.check = () => Promise.reject(refused);
    const outcomes = await run(world, [world.unit(['100', '200', '300']), world.unit(['300'])]);
    expect(statuses(outcomes)).toEqual([
      ['100', 'failed'],
      ['200', 'deferred'],
      ['300', 'deferred'],
      ['300', 'deferred'],
    ]);
    expect(asked(world)).toEqual(['100,200,300', '100']);
  });

  test('told to end meanwhile, the rest is put off', async () => {
    const world = await answering((ids) => {
      if (ids.length === 1) world.stop();
      return ids.length > 1 ? gone : page([]);
    });
    expect(statuses(await run(world, [world.unit(['100', '200'])]))).toEqual([
      ['100', 'completed'],
      ['200', 'deferred'],
    ]);
  });
});
