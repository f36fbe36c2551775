/** A push: who is sent, what is remembered of the answer, and what a lost answer or a lost claim costs. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../../src/domain/errors.ts';
import { abandonDeadClaims } from '../../src/store/claims.ts';
import { countWaiting, readWaiting } from '../../src/store/pushes.ts';
import type { OpenStore } from '../store/opening.ts';
import {
  addEvents,
  at,
  hour,
  identity,
  minute,
  notice,
  now,
  person,
  runsignup,
  storePage,
} from '../store/store-world.ts';
import { openWithToy, type ScoringWorld, scoringEvent, scoringWorld, stores } from './scoring-world.ts';

const counted = async (world: ScoringWorld) =>
  countWaiting(world.database.db, world.context.providers, await world.state());
const ids = (...numbers: readonly number[]) => numbers.map((n) => `runsignup-${n}`);
const removed = { reason: 'removed' };

/** People 1 to `count` of event 100. */
async function withPeople(database: OpenStore['database'], count: number): Promise<ScoringWorld> {
  const world = await scoringWorld(database);
  const people = Array.from({ length: count }, (_, index) => person(index + 1));
  await storePage(database.db, world.owner, people);
  return world;
}

describe.each(stores)('on %s', (_, open) => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openWithToy(open);
  });
  afterAll(() => store.close());

  test('the first push sends everybody, in batches, and leaves a row of history', async () => {
    const world = await scoringWorld(store.database);
    const row = {
      gender: 'F',
      dob: '1990-02-03',
      address: { city: 'Ely', state: 'MN' },
      team_info: { team_name: 'Ely TC' },
    };
    await storePage(store.database.db, world.owner, [person(1, { row }), person(2), person(3)]);
    const outcome = await world.run('push');
    expect(outcome).toMatchObject({ status: 'completed', kind: 'push', apiCalls: 2, byHand: [] });
    expect(outcome.counts).toEqual({ fetched: 3, inserted: 3, updated: 0, unchanged: 0, removed: 0, failed: 0 });
    expect(world.toy.batches).toEqual([ids(1, 2), ids(3)]);
    expect(world.toy.people.get('runsignup-1')).toEqual({
      sourceId: 'runsignup-1',
      bib: '1',
      firstName: 'Ann',
      lastName: 'Runner 1',
      gender: 'F',
      dateOfBirth: '1990-02-03',
      team: 'Ely TC',
      eventName: 'Event 100',
      division: null,
      city: 'Ely',
      state: 'MN',
      removedReason: null,
    });
    const [history, ...more] = await world.history();
    expect(more).toEqual([]);
    expect(history).toMatchObject({
      event_id: scoringEvent,
      operation_type: 'participants',
      sync_direction: 'push',
      claim_key: `push:${scoringEvent}`,
      status: 'completed',
      num_of_synced_records: 3,
      entries_success: 3,
      entries_failed: 0,
      inserted: 3,
      api_calls: 2,
      watermark: null,
    });
    expect(await world.told()).toMatchObject({
      'runsignup-1': {
        provider_id: world.owner.providerId,
        event_id: '100',
        pushed_at: now,
        removed_at: null,
        error: null,
      },
      'runsignup-2': {},
      'runsignup-3': {},
    });
  });

  test('the second one sends nobody, and makes no call', async () => {
    const world = await withPeople(store.database, 3);
    await world.run('push');
    const outcome = await world.run('push');
    expect(outcome).toMatchObject({ status: 'completed', apiCalls: 0, counts: { fetched: 0, unchanged: 3 } });
    expect(world.toy.batches).toHaveLength(2);
  });

  test('only who is new, changed or gone is sent', async () => {
    const world = await withPeople(store.database, 5);
    await world.run('push');
    world.toy.batches.length = 0;
    await storePage(store.database.db, world.owner, [
      person(1, { row: { bib_num: '2' }, modifiedAt: now }),
      person(2, { row: { bib_num: '1' }, modifiedAt: now }),
      person(6),
      notice(3, removed, { modifiedAt: now }),
      // Came and went between two pushes: the scoring event never knew them.
      person(7, { removal: removed }),
    ]);
    expect(await counted(world)).toEqual({ add: 1, change: 2, remove: 1, same: 2, refused: 0, byHand: 0, nameless: 0 });
    const outcome = await world.run('push');
    expect(outcome.counts).toEqual({ fetched: 4, inserted: 1, updated: 2, unchanged: 2, removed: 1, failed: 0 });
    expect(world.toy.batches).toEqual([ids(1, 2), ids(3, 6)]);
    expect([...world.toy.people.values()].map(({ sourceId, bib }) => [sourceId, bib])).toEqual([
      ['runsignup-1', '2'],
      ['runsignup-2', '1'],
      ['runsignup-4', '4'],
      ['runsignup-5', '5'],
      ['runsignup-6', '6'],
    ]);
    expect((await world.told())['runsignup-3']).toMatchObject({ removed_at: now, left_by_hand: false });
    expect(await counted(world)).toMatchObject({ add: 0, change: 0, remove: 0 });
  });

  test('who comes back is added again', async () => {
    const world = await withPeople(store.database, 1);
    await world.run('push');
    await storePage(store.database.db, world.owner, [notice(1, removed, { modifiedAt: at(-minute) })]);
    await world.run('push');
    expect([...world.toy.people.keys()]).toEqual([]);
    await storePage(store.database.db, world.owner, [person(1, { modifiedAt: now })]);
    expect(await world.run('push')).toMatchObject({ counts: { inserted: 1 } });
    expect([...world.toy.people.keys()]).toEqual(ids(1));
    expect((await world.told())['runsignup-1']).toMatchObject({ removed_at: null });
  });

  test('whom the scoring system cannot take out is named, and not asked for again', async () => {
    const world = await withPeople(store.database, 2);
    world.toy.removesByHand = true;
    await world.run('push');
    await storePage(store.database.db, world.owner, [notice(2, { reason: 'refunded' }, { modifiedAt: now })]);
    const outcome = await world.run('push');
    expect(outcome.byHand).toEqual([{ sourceId: 'runsignup-2', reason: 'refunded' }]);
    expect(await counted(world)).toMatchObject({ remove: 0, byHand: 1 });
    expect((await world.run('push')).byHand).toEqual([]);
    await storePage(store.database.db, world.owner, [person(2, { modifiedAt: at(minute) })]);
    await world.run('push');
    expect(await counted(world)).toMatchObject({ add: 0, byHand: 0, same: 2 });
  });

  test('who is refused counts as failed, keeps the reason and is sent again', async () => {
    const world = await withPeople(store.database, 3);
    world.toy.refused.set('runsignup-2', 'no category of that name');
    const outcome = await world.run('push');
    expect(outcome).toMatchObject({ status: 'completed', counts: { fetched: 3, inserted: 2, failed: 1 } });
    expect((await world.told())['runsignup-2']).toMatchObject({
      error: 'no category of that name',
      pushed_at: null,
      content_hash: null,
    });
    expect(await counted(world)).toMatchObject({ add: 1, refused: 1 });
    world.toy.refused.clear();
    world.toy.batches.length = 0;
    await world.run('push');
    expect(world.toy.batches).toEqual([ids(2)]);
    expect((await world.told())['runsignup-2']).toMatchObject({ error: null, pushed_at: now });
  });

  test('a change that is refused leaves what the scoring event has', async () => {
    const world = await withPeople(store.database, 1);
    await world.run('push');
    const before = (await world.told())['runsignup-1'];
    await storePage(store.database.db, world.owner, [person(1, { row: { bib_num: '77' }, modifiedAt: now })]);
    world.toy.refused.set('runsignup-1', 'the bib is taken');
    await world.run('push');
    expect((await world.told())['runsignup-1']).toMatchObject({
      content_hash: before?.['content_hash'],
      error: 'the bib is taken',
    });
    await storePage(store.database.db, world.owner, [notice(1, removed, { modifiedAt: at(minute) })]);
    world.toy.refused.clear();
    expect(await world.run('push')).toMatchObject({ counts: { removed: 1 } });
  });

  test('whom the answer does not name is sent again', async () => {
    const world = await withPeople(store.database, 1);
    world.toy.unnamed.add('runsignup-1');
    expect(await world.run('push')).toMatchObject({ counts: { failed: 1, inserted: 0 } });
    expect((await world.told())['runsignup-1']).toMatchObject({
      error: 'the answer does not name them',
      pushed_at: null,
    });
    world.toy.unnamed.clear();
    expect(await world.run('push')).toMatchObject({ counts: { failed: 0, inserted: 1 } });
  });

  test('a lost answer is not called for again by itself: the next push sends the batch again, under the same ids', async () => {
    const world = await withPeople(store.database, 5);
    let calls = 0;
    world.toy.after = () => {
      calls += 1;
      if (calls === 2) throw new ProviderUnavailable('no answer within 150 s');
    };
    const outcome = await world.run('push');
    expect(outcome).toMatchObject({ status: 'failed', apiCalls: 2, counts: { inserted: 2 } });
    expect(outcome.failure).toMatchObject({
      kind: 'ProviderUnavailable',
      message: 'no answer within 150 s',
      hint: 'Whether the 2 people of this batch arrived is not known: the next push sends them again, under the same ids.',
    });
    expect(world.toy.batches).toEqual([ids(1, 2), ids(3, 4)]);
    expect(Object.keys(await world.told()).sort()).toEqual(ids(1, 2));
    expect((await world.state()).history.push.lastFailure).toMatchObject({
      status: 'failed',
      failures: 1,
      retryAt: at(2 * minute),
    });
    await world.run('push');
    expect(world.toy.batches.slice(2)).toEqual([ids(3, 4), ids(5)]);
    expect([...world.toy.people.keys()].sort()).toEqual(ids(1, 2, 3, 4, 5));
    expect((await world.state()).history.push).toMatchObject({ lastFailure: undefined });
  });

  test('a run that is told to end stops between two batches', async () => {
    const world = await withPeople(store.database, 4);
    world.toy.after = () => world.stop();
    expect(await world.run('push')).toMatchObject({ status: 'deferred', deferredBecause: 'run-ended', apiCalls: 1 });
    expect(Object.keys(await world.told()).sort()).toEqual(ids(1, 2));
    world.toy.after = () => undefined;
    await world.run('push', {}, { signal: new AbortController().signal });
    expect(world.toy.batches).toEqual([ids(1, 2), ids(3, 4)]);
  });

  test('another run goes on behind the last batch of one that died, and no batch is sent twice', async () => {
    const world = await withPeople(store.database, 4);
    const atItsSecondCall = new Promise<void>((resolve) => {
      let calls = 0;
      world.toy.before = () => {
        calls += 1;
        if (calls < 2) return undefined;
        resolve();
        // Killed: it never gets any further.
        return new Promise(() => undefined);
      };
    });
    void world.run('push');
    await atItsSecondCall;
    world.toy.before = () => undefined;
    const another = { identity: identity() };
    expect(await world.run('push', {}, another)).toMatchObject({ deferredBecause: 'claimed-elsewhere', apiCalls: 0 });
    world.setClock(hour);
    await abandonDeadClaims(store.database.db, 'host-b', () => undefined, at(hour));
    expect(await world.run('push', {}, another)).toMatchObject({ status: 'completed', counts: { inserted: 2 } });
    expect(world.toy.batches).toEqual([ids(1, 2), ids(3, 4)]);
    expect((await world.history()).map((row) => row['status'])).toEqual(['abandoned', 'completed']);
  });

  test('a run whose claim was taken over while its call was on the way records nothing', async () => {
    const world = await withPeople(store.database, 2);
    world.toy.after = async () => {
      world.toy.after = () => undefined;
      await abandonDeadClaims(store.database.db, 'host-b', () => undefined, at(hour));
      await storePage(store.database.db, world.owner, [person(2, { row: { bib_num: '22' }, modifiedAt: now })]);
      expect(await world.run('push', {}, { identity: identity() })).toMatchObject({ status: 'completed' });
    };
    expect(await world.run('push')).toMatchObject({ status: 'deferred', deferredBecause: 'claimed-elsewhere' });
    expect(await counted(world)).toMatchObject({ add: 0, change: 0, same: 2 });
    expect(world.toy.people.get('runsignup-2')?.bib).toBe('22');
  });

  test('a run whose claim was taken over before its call sends nothing', async () => {
    const world = await withPeople(store.database, 2);
    const ceiling = async () => {
      await abandonDeadClaims(store.database.db, 'host-b', () => undefined, at(hour));
      return 1_000;
    };
    expect(await world.run('push', { ceiling })).toMatchObject({
      status: 'deferred',
      deferredBecause: 'claimed-elsewhere',
      apiCalls: 0,
    });
    expect(world.toy.batches).toEqual([]);
  });

  test('everybody is sent again where it is asked for', async () => {
    const world = await withPeople(store.database, 3);
    await world.run('push');
    world.toy.batches.length = 0;
    expect(await world.run('push', { all: true })).toMatchObject({ counts: { fetched: 3, inserted: 0, failed: 0 } });
    expect(world.toy.batches).toEqual([ids(1, 2), ids(3)]);
  });

  test('people of all linked events go there; who moves between them is changed, who leaves them all is taken out', async () => {
    const world = await withPeople(store.database, 2);
    await world.link('200');
    await storePage(store.database.db, world.owner, [person(3, { eventId: '200' })]);
    await world.run('push');
    expect([...world.toy.people.values()].map(({ sourceId, eventName }) => [sourceId, eventName])).toEqual([
      ['runsignup-1', 'Event 100'],
      ['runsignup-2', 'Event 100'],
      ['runsignup-3', 'Event 200'],
    ]);
    await storePage(store.database.db, world.owner, [person(2, { eventId: '200', modifiedAt: now })]);
    expect(await world.run('push')).toMatchObject({ counts: { inserted: 0, updated: 1, removed: 0 } });
    expect(world.toy.people.get('runsignup-2')?.eventName).toBe('Event 200');
    await addEvents(store.database.db, world.owner, runsignup, ['300']);
    await storePage(store.database.db, world.owner, [person(1, { eventId: '300', modifiedAt: now })]);
    const { people: waiting } = await readWaiting(store.database.db, world.context.providers, await world.state(), {
      after: '',
      all: false,
      limit: 10,
    });
    expect(waiting.map(({ change, person: who }) => [change, who.sourceId, who.removedReason])).toEqual([
      ['remove', 'runsignup-1', 'moved'],
    ]);
  });

  test('a link that is removed takes nobody out', async () => {
    const world = await withPeople(store.database, 2);
    await world.link('200');
    await storePage(store.database.db, world.owner, [person(3, { eventId: '200' })]);
    await world.run('push');
    await world.unlink('100');
    expect(await counted(world)).toMatchObject({ remove: 0, same: 1 });
    expect(await world.run('push')).toMatchObject({ counts: { removed: 0 } });
    expect([...world.toy.people.keys()].sort()).toEqual(ids(1, 2, 3));
  });

  test('a pull of results of the same event, and another partner, are no business of a push', async () => {
    const world = await withPeople(store.database, 1);
    const other = await withPeople(store.database, 1);
    const inside: unknown[] = [];
    world.toy.before = (call) => {
      if (call === 'push') inside.push(world.run('results'), other.run('push'));
    };
    expect(await world.run('push')).toMatchObject({ status: 'completed' });
    expect(await Promise.all(inside)).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
  });

  test('of rows with the same registration the newest one is sent, and rows without one are counted', async () => {
    const world = await withPeople(store.database, 1);
    const { db } = store.database;
    await db.transaction().execute(async (tx) => {
      const constraint = await sql<{ name: string }>`select conname as name from pg_constraint
        where conrelid = 'runsignup_participants'::regclass and contype = 'u'`.execute(tx);
      for (const { name } of constraint.rows)
        await sql`alter table runsignup_participants drop constraint ${sql.ref(name)}`.execute(tx);
      await sql`alter table runsignup_participants alter column registration_id drop not null`.execute(tx);
      await sql`insert into runsignup_participants (timing_partner_id, event_id, registration_id, first_name, bib_num, fetched_date)
        values (${world.owner.partnerId}, 100, 1, 'Old', '900', '2020-01-01'), (${world.owner.partnerId}, 100, null, 'Nobody', '901', null)`.execute(
        tx,
      );
    });
    expect(await counted(world)).toMatchObject({ add: 1, nameless: 1 });
    await world.run('push');
    expect([...world.toy.people.values()].map(({ sourceId, firstName, bib }) => [sourceId, firstName, bib])).toEqual([
      ['runsignup-1', 'Ann', '1'],
    ]);
  });
});
