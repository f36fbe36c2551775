import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UnknownAnswer } from '../../src/domain/errors.ts';
import { noCounts } from '../../src/domain/outcomes.ts';
import { abandonDeadClaims, claimEvents } from '../../src/store/claims.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, hour, identity, minute, notice, now, person, pick, raceroster, runsignup } from '../store/store-world.ts';
import { page, pages, syncWorld, type World, type WorldChanges } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());
const newWorld = (changes?: WorldChanges) => syncWorld(store.database, runsignup, changes);
const rejectedOf = async (world: World) =>
  (
    await sql<{ key: string; error: string }>`select event_id || ' ' || row_key as key, error from rejected_rows
      where timing_partner_id = ${world.owner.partnerId} order by 1`.execute(store.database.db)
  ).rows;

describe('a unit', () => {
  test('full, then incremental: rows, history and watermark', async () => {
    const world = await newWorld();
    world.script.participants = pages([person(1), person(2), person(3), person(4, { eventId: '200' })], {
      providerTime: at(-2_000),
    });
    expect(await world.sync(world.unit(['100', '200']))).toEqual({
      status: 'completed',
      partnerId: world.owner.partnerId,
      provider: 'runsignup',
      credentialId: world.owner.credentialId,
      raceId: '10',
      eventIds: ['100', '200'],
      kind: 'full',
      priority: 'medium',
      counts: { ...noCounts, fetched: 4, inserted: 4 },
      apiCalls: 2,
      durationMs: 0,
      failure: undefined,
    });
    const watermark = at(-2_000 - minute);
    expect(world.asked).toMatchObject([
      { since: undefined, resume: undefined, events: [{ eventId: '100' }, { eventId: '200' }] },
    ]);
    const done = { status: 'completed', operation_type: 'full_sync', watermark, checkpoint: null };
    expect(await world.history()).toMatchObject([
      { ...done, event_id: '100', inserted: 3, api_calls: 2 },
      { ...done, event_id: '200', inserted: 1, api_calls: 0 },
    ]);

    world.setClock(hour);
    world.script.participants = [
      page([person(2, { row: { phone: '1' }, modifiedAt: at(minute) }), person(5, { modifiedAt: at(minute) })]),
    ];
    const unit = world.unit(['100', '200'], { kind: 'incremental', since: watermark });
    expect(await world.sync(unit)).toMatchObject({
      status: 'completed',
      counts: { fetched: 2, inserted: 1, updated: 1 },
    });
    expect(world.asked.at(-1)?.since).toEqual(watermark);
    expect((await world.history()).slice(2)).toMatchObject([
      { event_id: '100', operation_type: 'incremental_sync', watermark: at(hour - minute), inserted: 1, updated: 1 },
      { event_id: '200', fetched: 0, watermark: at(hour - minute) },
    ]);
    expect(Object.keys(await world.people())).toHaveLength(5);
  });

  test('removal notices of the same series mark people', async () => {
    const world = await newWorld();
    world.script.participants = [
      page([person(1), person(2)], { last: false }),
      page([notice(1, { reason: 'transferred', movedTo: '7' }, { modifiedAt: at(0) })]),
    ];
    const outcome = await world.sync(world.unit(['100']));
    expect(outcome.counts).toMatchObject({ inserted: 2, updated: 1, removed: 1 });
    expect(pick((await world.people())['1'] ?? {}, 'removed_reason', 'removed_to')).toEqual({
      removed_reason: 'transferred',
      removed_to: '7',
    });
  });

  test('an event that somebody else holds is left to them', async () => {
    const world = await newWorld();
    const claim = { owner: world.owner, unitId: crypto.randomUUID(), kind: 'full', since: undefined } as const;
    await claimEvents(store.database.db, identity(), { ...claim, eventIds: ['200'], leaseSeconds: 60, now });
    world.script.participants = [page([person(1)])];
    expect(await world.sync(world.unit(['200']))).toMatchObject({
      status: 'deferred',
      apiCalls: 0,
      failure: undefined,
    });
    expect(world.asked).toEqual([]);
    expect(await world.sync(world.unit(['100', '200']))).toMatchObject({ status: 'completed', eventIds: ['100'] });
    expect(world.asked[0]?.events.map((event) => event.eventId)).toEqual(['100']);
  });

  test('calls are made in the name of the unit, and of none afterwards', async () => {
    const units: (string | undefined)[] = [];
    const world = await newWorld({ onCall: (unitId) => units.push(unitId) });
    world.script.participants = [page([], { last: false }), page([])];
    await world.sync(world.unit(['100']));
    const [row] = await world.history();
    expect(units).toEqual([row?.['unit_id'], row?.['unit_id']]);
  });

  test('a listing that ends without its last page is not complete', async () => {
    const world = await newWorld();
    world.script.participants = [page([person(1)], { last: false })];
    const outcome = await world.sync(world.unit(['100']));
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'UnknownAnswer', exit: 'someFailed' } });
    expect(outcome.failure?.message).toContain('ended without its last page');
    expect(await world.history()).toMatchObject([{ status: 'failed', watermark: null, inserted: 1 }]);
    expect(Object.keys(await world.people())).toEqual(['1']);
  });

  test('an empty page in the middle is no end', async () => {
    const world = await newWorld();
    world.script.participants = [page([person(1)], { last: false }), page([], { last: false }), page([person(2)])];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ status: 'completed', counts: { inserted: 2 } });
  });

  const bad = { error: 'dob: is no date', source: { registration_id: 9, dob: '?' } };

  test('bad rows are counted with their event and kept; the others are stored', async () => {
    const world = await newWorld();
    const rejected = [{ ...bad, eventId: '200', id: '9' }, { ...bad, id: '8' }, bad];
    world.script.participants = [page([person(1), person(2, { row: { first_name: 'a\0b' } })], { rejected })];
    expect(await world.sync(world.unit(['100', '200']))).toMatchObject({
      status: 'completed',
      counts: { fetched: 5, inserted: 1, unchanged: 0, failed: 4 },
    });
    expect(await world.history()).toMatchObject([
      { event_id: '100', fetched: 4, entries_failed: 3, entries_success: 1 },
      { event_id: '200', fetched: 1, entries_failed: 1, entries_success: 0 },
    ]);
    const noId = expect.stringMatching(/^100 row:/);
    expect((await rejectedOf(world)).map((row) => row.key)).toEqual(['100 id:2', '100 id:8', noId, '200 id:9']);

    world.setClock(hour);
    world.script.participants = [page([person(2), person(8)], { rejected: [{ ...bad, eventId: '200', id: '9' }] })];
    await world.sync(world.unit(['100', '200'], { kind: 'incremental', since: now }));
    expect((await rejectedOf(world)).map((row) => row.key)).toEqual([noId, '200 id:9']);
  });

  test('a full listing of which no row can be read is no sync, and its rows are kept', async () => {
    const world = await newWorld();
    const rejected = ['8', '9'].map((id) => ({ ...bad, id }));
    world.script.participants = [page([], { last: false, rejected }), page([person(1, { row: { dob: 'never' } })])];
    const outcome = await world.sync(world.unit(['100']));
    expect(outcome).toMatchObject({
      status: 'failed',
      counts: { fetched: 3, failed: 3 },
      failure: { kind: UnknownAnswer.name },
    });
    expect(outcome.failure?.message).toContain('none of the 3 rows could be read');
    expect(await rejectedOf(world)).toHaveLength(3);
    expect(await world.history()).toMatchObject([
      { status: 'failed', watermark: null, checkpoint: null, entries_failed: 3 },
    ]);
  });

  test('an incremental one with nothing but bad rows is a sync: the others did not change', async () => {
    const world = await newWorld();
    world.script.participants = [page([], { rejected: [{ ...bad, id: '9' }] })];
    expect(await world.sync(world.unit(['100'], { kind: 'incremental', since: at(-hour) }))).toMatchObject({
      status: 'completed',
      counts: { failed: 1 },
    });
  });

  test('who was continued is judged by the whole listing: bad rows at its end are bad rows', async () => {
    const world = await newWorld();
    world.script.participants = [page([person(1), person(2)], { last: false }), new UnknownAnswer('cut off')];
    await world.sync(world.unit(['100']));
    world.script.participants = [page([]), page([], { rejected: [{ ...bad, id: '9' }] })];
    expect(await world.sync(world.unit(['100']))).toMatchObject({
      status: 'completed',
      counts: { fetched: 1, failed: 1 },
    });
  });

  test('a claim that was taken over between two pages: nothing more is written', async () => {
    const world = await newWorld();
    world.script.participants = [
      page([person(1)], { last: false }),
      async () => {
        await abandonDeadClaims(store.database.db, 'host-b', () => true, at(hour));
        return page([person(2)]);
      },
    ];
    // The second page may be on its way before the first is stored: then that one is refused already.
    const outcome = await world.sync(world.unit(['100']));
    expect(outcome).toMatchObject({ status: 'deferred', failure: { kind: 'ClaimLost' } });
    expect(Object.keys(await world.people())).not.toContain('2');
    expect(await world.history()).toMatchObject([{ status: 'abandoned', watermark: null, finished_at: at(hour) }]);
  });

  test('told to end between two pages: what is stored stays, and the next run goes on behind it', async () => {
    const world = await newWorld();
    world.script.participants = [
      () => {
        world.stop();
        return page([person(1)], { last: false });
      },
      page([person(2)]),
    ];
    expect(await world.sync(world.unit(['100']))).toMatchObject({
      status: 'deferred',
      counts: { inserted: 1 },
      failure: undefined,
    });
    expect(await world.history()).toMatchObject([{ status: 'abandoned', failures: 0, retry_at: null }]);
    const next = await newWorld({ owner: world.owner });
    next.script.participants = [new UnknownAnswer('not this page again'), page([person(2)])];
    expect(await next.sync(next.unit(['100']))).toMatchObject({ status: 'completed', counts: { inserted: 1 } });
    expect(Object.keys(await world.people())).toEqual(['1', '2']);
  });

  test('told to end while the last page is stored: it is completed', async () => {
    const world = await newWorld();
    world.script.participants = [
      () => {
        world.stop();
        return page([person(1)]);
      },
    ];
    expect(await world.sync(world.unit(['100']))).toMatchObject({ status: 'completed' });
  });

  test('an event without people is a sync too', async () => {
    const world = await syncWorld(store.database, raceroster);
    world.script.participants = [page([])];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed', counts: noCounts });
    expect(await world.history()).toMatchObject([{ status: 'completed', watermark: at(-minute) }]);
  });
});
