/** A pull of results: the table holds what the scoring system says now, and nothing is lost to a bad answer. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderUnavailable, SafetyStop } from '../../src/domain/errors.ts';
import { forgetSeen } from '../../src/store/participants.ts';
import { dropRejectedBefore } from '../../src/store/rejected-rows.ts';
import type { OpenStore } from '../store/opening.ts';
import { at, identity, minute, type TableRow } from '../store/store-world.ts';
import type { ToyResult } from '../toy/toy-scoring.ts';
import { openWithToy, type ScoringWorld, scoringEvent, scoringWorld, stores } from './scoring-world.ts';

const finisher = (n: number, changes: Partial<ToyResult> = {}): ToyResult => ({
  key: `runsignup-${n}`,
  bib: String(n),
  status: 'finished',
  time: `0:4${n % 10}:07.3`,
  splits: { '5K': 1_240_000 + n, '10K': 2_480_000 + n },
  place: n,
  ...changes,
});
const finishers = (count: number) => Array.from({ length: count }, (_, index) => finisher(index + 1));

/** What the table says of a result, but for when and by whom it was stored. */
function shown(row: TableRow | undefined) {
  const { bib, status, time, splits, place, removed_at } = row ?? {};
  return { bib, status, time, splits, place, removed: removed_at !== null };
}

async function pulled(database: OpenStore['database'], results: readonly ToyResult[]): Promise<ScoringWorld> {
  const world = await scoringWorld(database);
  world.toy.results = results;
  expect(await world.run('results')).toMatchObject({ status: 'completed' });
  return world;
}

const gone = async (world: ScoringWorld) =>
  Object.entries(await world.results())
    .filter(([, row]) => row['removed_at'] !== null)
    .map(([key]) => key)
    .sort();

describe.each(stores)('on %s', (_, open) => {
  let store: OpenStore;
  beforeAll(async () => {
    store = await openWithToy(open);
  });
  afterAll(() => store.close());

  test('the first pull stores the event, every result, and a row of history', async () => {
    const world = await scoringWorld(store.database);
    world.toy.results = finishers(3);
    const outcome = await world.run('results');
    expect(outcome).toMatchObject({ status: 'completed', kind: 'results', apiCalls: 3 });
    expect(outcome.counts).toEqual({ fetched: 3, inserted: 3, updated: 0, unchanged: 0, removed: 0, failed: 0 });
    const rows = await world.results();
    expect(Object.keys(rows).sort()).toEqual(['runsignup-1', 'runsignup-2', 'runsignup-3']);
    expect(shown(rows['runsignup-1'])).toMatchObject({
      bib: '1',
      status: 'finished',
      time: '00:41:07.3',
      place: 1,
      removed: false,
      splits: [
        { name: '5K', time_ms: 1_240_001 },
        { name: '10K', time_ms: 2_480_001 },
      ],
    });
    expect(rows['runsignup-1']).toMatchObject({
      event_id: scoringEvent,
      credentials_used: String(world.scoringOwner.credentialId),
      source_row: { key: 'runsignup-1', bib: '1' },
    });
    expect(await world.history()).toMatchObject([
      {
        event_id: scoringEvent,
        operation_type: 'results',
        sync_direction: 'pull',
        claim_key: `results:${scoringEvent}`,
        status: 'completed',
        num_of_synced_records: 3,
        inserted: 3,
        api_calls: 3,
        watermark: null,
      },
    ]);
  });

  test('a DQ, a swapped bib and a withdrawn split end right; what did not change is not rewritten', async () => {
    const world = await pulled(store.database, finishers(5));
    const before = await world.results();
    world.setClock(minute);
    world.toy.results = [
      finisher(1, { status: 'dsq', time: null, place: null }),
      finisher(2, { bib: '3', place: 1 }),
      finisher(3, { bib: '2', place: 2 }),
      finisher(4, { splits: { '5K': null, '10K': 2_480_004 }, place: 3 }),
      finisher(5),
    ];
    const outcome = await world.run('results');
    expect(outcome.counts).toEqual({ fetched: 5, inserted: 0, updated: 4, unchanged: 1, removed: 0, failed: 0 });
    const rows = await world.results();
    expect(shown(rows['runsignup-1'])).toMatchObject({ status: 'dsq', time: null, place: null });
    expect(shown(rows['runsignup-2'])).toMatchObject({ bib: '3', place: 1 });
    expect(shown(rows['runsignup-3'])).toMatchObject({ bib: '2', place: 2 });
    expect(shown(rows['runsignup-4'])).toMatchObject({
      splits: [
        { name: '5K', time_ms: null },
        { name: '10K', time_ms: 2_480_004 },
      ],
    });
    expect(rows['runsignup-5']).toEqual(before['runsignup-5']);
  });

  test('a result that was taken back is marked, and loses the mark when it is there again', async () => {
    const world = await pulled(store.database, finishers(4));
    world.setClock(minute);
    world.toy.results = finishers(4).slice(1);
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { removed: 1, unchanged: 3 } });
    expect(await gone(world)).toEqual(['runsignup-1']);
    expect((await world.results())['runsignup-1']).toMatchObject({ removed_at: at(minute) });
    world.toy.results = finishers(4);
    expect(await world.run('results')).toMatchObject({ counts: { updated: 1, unchanged: 3, removed: 0 } });
    expect(await gone(world)).toEqual([]);
  });

  test.each([
    ['an empty', [], 'complete'],
    ['a partial', finishers(4).slice(1), 'partial'],
    ['an unstable', finishers(4).slice(1), 'unstable'],
  ] as const)('%s listing marks none', async (_name, results, listing) => {
    const world = await pulled(store.database, finishers(4));
    world.toy.results = results;
    world.toy.listing = listing;
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { removed: 0 } });
    expect(await gone(world)).toEqual([]);
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(listing === 'unstable' ? 1 : 0);
  });

  test('a listing that breaks off keeps its pages, marks none, and is retried', async () => {
    const world = await pulled(store.database, finishers(4));
    world.toy.results = finishers(6).map((one) => ({ ...one, status: 'dnf' as const }));
    let pages = 0;
    world.toy.before = () => {
      pages += 1;
      if (pages === 2) throw new ProviderUnavailable('down');
    };
    expect(await world.run('results')).toMatchObject({ status: 'failed', counts: { updated: 2 } });
    const statuses = Object.values(await world.results()).map((row) => row['status']);
    expect(statuses.sort()).toEqual(['dnf', 'dnf', 'finished', 'finished']);
    expect((await world.state()).history.results.lastFailure).toMatchObject({ failures: 1, retryAt: at(2 * minute) });
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { inserted: 2, updated: 2 } });
    expect(await gone(world)).toEqual([]);
  });

  test('too many at once stop the pull until a person has spoken; what came is stored', async () => {
    const world = await pulled(store.database, finishers(20));
    world.toy.results = [finisher(1, { status: 'dsq' }), ...finishers(20).slice(10)];
    const outcome = await world.run('results');
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: SafetyStop.name, exit: 'safetyStop' } });
    expect(outcome.failure?.message).toContain('9 of 20 results are missing');
    expect(outcome.failure?.hint).toContain(`toyscore:${scoringEvent} --allow-mass-removal`);
    expect(await gone(world)).toEqual([]);
    expect(shown((await world.results())['runsignup-1'])).toMatchObject({ status: 'dsq' });
    expect((await world.state()).history.results.lastFailure).toMatchObject({ kind: 'SafetyStop' });
    expect(await world.run('results', { allowMassRemoval: true })).toMatchObject({
      status: 'completed',
      counts: { removed: 9 },
    });
    expect(await gone(world)).toHaveLength(9);
  });

  test('rows that cannot be read or stored are set aside, count as there, and clear themselves', async () => {
    const world = await pulled(store.database, finishers(4));
    world.toy.results = [finisher(1), finisher(2, { bib: 'a\0b' }), finisher(4)];
    world.toy.rejected = [{ id: 'runsignup-3', error: 'time: not a number', source: { time: 'x' } }];
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { failed: 2, removed: 0 } });
    expect(await gone(world)).toEqual([]);
    const rejected = async () => {
      const rows = await store.database.db
        .selectFrom('rejected_rows')
        .where('timing_partner_id', '=', world.owner.partnerId)
        .select(['event_id', 'row_key'])
        .orderBy('row_key')
        .execute();
      return rows.map((row) => `${row.event_id} ${row.row_key}`);
    };
    expect(await rejected()).toEqual([
      `results:${scoringEvent} id:runsignup-2`,
      `results:${scoringEvent} id:runsignup-3`,
    ]);
    // A full listing of registrations of an event with the same id is about other rows.
    await dropRejectedBefore(store.database.db, world.scoringOwner, [scoringEvent], at(minute));
    expect(await rejected()).toHaveLength(2);
    world.toy.results = finishers(4);
    world.toy.rejected = [];
    world.setClock(minute);
    await world.run('results');
    expect(await rejected()).toEqual([]);
  });

  test('races that come with the results are stored; one that cannot be is set aside, and clears itself', async () => {
    const world = await scoringWorld(store.database);
    const race = (id: string, name: string) => ({ raceId: id, row: { race_id: id, name }, source: { id } });
    const stored = async () => ({
      races: (
        await sql`select race_id, name from toyscore_races where timing_partner_id = ${world.owner.partnerId}
          order by race_id`.execute(store.database.db)
      ).rows,
      rejected: (
        await sql`select event_id, row_key from rejected_rows where timing_partner_id = ${world.owner.partnerId}`.execute(
          store.database.db,
        )
      ).rows,
    });
    world.toy.results = finishers(3);
    world.toy.races = [race('R1', 'Half'), race('R2', 'a\0b')];
    const { counts } = await world.run('results');
    expect(counts).toEqual({ fetched: 3, inserted: 3, updated: 0, unchanged: 0, removed: 0, failed: 0 });
    expect(await stored()).toEqual({
      races: [{ race_id: 'R1', name: 'Half' }],
      rejected: [{ event_id: '', row_key: 'id:R2' }],
    });
    world.toy.races = [race('R1', 'Half'), race('R2', 'Quarter')];
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { unchanged: 3 } });
    expect(await stored()).toEqual({
      races: [
        { race_id: 'R1', name: 'Half' },
        { race_id: 'R2', name: 'Quarter' },
      ],
      rejected: [],
    });
  });

  test('a row that nobody can be told by may be any of the missing: none is marked', async () => {
    const world = await pulled(store.database, finishers(4));
    world.toy.results = finishers(4).slice(1);
    world.toy.rejected = [{ error: 'no id', source: {} }];
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { removed: 0, failed: 1 } });
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('rows that are all unreadable are no results', async () => {
    const world = await pulled(store.database, finishers(1));
    world.toy.results = [];
    world.toy.rejected = [{ id: '1', error: 'no status', source: {} }];
    expect(await world.run('results')).toMatchObject({ status: 'failed', failure: { kind: 'UnknownAnswer' } });
    expect(await gone(world)).toEqual([]);
  });

  test('registrations of an event with the same id may be listed at the same time', async () => {
    const world = await pulled(store.database, finishers(4));
    let pages = 0;
    world.toy.before = async () => {
      pages += 1;
      if (pages === 2) await forgetSeen(store.database.db, world.scoringOwner, scoringEvent);
    };
    expect(await world.run('results')).toMatchObject({ status: 'completed', counts: { unchanged: 4, removed: 0 } });
  });

  test('a pull that the time limit breaks off again and again has failed; one that a person ends has not', async () => {
    const world = await pulled(store.database, finishers(4));
    const brokenOff = (reason?: Error) => {
      const ended = new AbortController();
      world.toy.before = (call) => {
        if (call === 'results') ended.abort(reason);
      };
      return world.run('results', {}, { signal: ended.signal });
    };
    expect(await brokenOff()).toMatchObject({ status: 'deferred', deferredBecause: 'run-ended' });
    const timeLimit = new DOMException('over', 'TimeoutError');
    for (const failures of [1, 2, 3]) {
      const outcome = await brokenOff(timeLimit);
      expect(outcome).toMatchObject({
        status: 'failed',
        failure: { kind: ProviderUnavailable.name, exit: 'someFailed' },
      });
      expect(outcome.failure?.message).toContain(
        'had not given all results when the time of the run was over (calls: 2,',
      );
      expect(outcome.failure?.hint).toContain(`p88sync pull-results ${world.owner.partnerId}:toyscore:${scoringEvent}`);
      expect((await world.state()).history.results.lastFailure).toMatchObject({ status: 'failed', failures });
    }
    expect(await brokenOff(timeLimit)).toMatchObject({ status: 'failed_permanent' });
    world.toy.before = () => undefined;
    expect(await world.run('results')).toMatchObject({ status: 'completed' });
    expect((await world.state()).history.results.lastFailure).toBeUndefined();
  });

  test('two runs at once: one pulls, the other leaves it', async () => {
    const world = await scoringWorld(store.database);
    world.toy.results = finishers(2);
    let second: unknown;
    world.toy.before = async (call) => {
      if (call === 'results') second = await world.run('results', {}, { identity: identity() });
    };
    expect(await world.run('results')).toMatchObject({ status: 'completed' });
    expect(second).toMatchObject({ status: 'deferred', deferredBecause: 'claimed-elsewhere' });
  });
});
