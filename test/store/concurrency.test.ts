/** What only shows with several connections at once: PostgreSQL, and a pool per process. */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BudgetSpent, ClaimLost } from '../../src/domain/errors.ts';
import { abandonDeadClaims, claimEvents, completeClaim, extendClaim } from '../../src/store/claims.ts';
import type { Database, Db } from '../../src/store/database.ts';
import { storeEvents } from '../../src/store/events.ts';
import { createLedger } from '../../src/store/ledger.ts';
import type { Owner } from '../../src/store/participants.ts';
import { connectTo, type OpenPostgresStore, openOnPostgres } from './opening.ts';
import {
  addEvents,
  addHistory,
  at,
  changesOf,
  eventRecord,
  historyOf,
  identity,
  minute,
  newCredential,
  newOwner,
  now,
  peopleOf,
  person,
  runsignup,
  storePage,
} from './store-world.ts';

let store: OpenPostgresStore;
let db: Db;
let processes: Database[];
beforeAll(async () => {
  store = await openOnPostgres();
  db = store.database.db;
  processes = Array.from({ length: 6 }, () => connectTo(store.url));
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one.close()));
  await store.close();
});

/** The same work in every process, at the same time. */
const inEach = <Result>(work: (db: Db, index: number) => Promise<Result>) =>
  Promise.all(processes.map((one, index) => work(one.db, index)));

const claim = (on: Db, owner: Owner, eventIds: readonly string[]) =>
  claimEvents(on, identity(), {
    owner,
    unitId: randomUUID(),
    eventIds,
    kind: 'full',
    since: undefined,
    leaseSeconds: 60,
    now,
  });

/** The same order every time, another for each process. */
const shuffled = <Item>(items: readonly Item[], seed: number): readonly Item[] =>
  items
    .map((item, index) => ({ item, place: ((index + 1) * 7919 * (seed + 3)) % 10_007 }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

/** Until so many connections wait for a row of another one. */
async function waiting(connections: number): Promise<void> {
  for (;;) {
    const result = await sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`.execute(db);
    if ((result.rows[0]?.n ?? 0) >= connections) return;
    await setImmediate();
  }
}

const ids = Array.from({ length: 200 }, (_, index) => String(index + 1));

describe('at the same time', () => {
  test('every event is claimed once, in whatever order they are asked for', async () => {
    for (let round = 0; round < 5; round += 1) {
      const owner = await newOwner(db);
      const claims = await inEach((on, index) => claim(on, owner, shuffled(ids, index + round)));
      const got = claims.flatMap((one) => one?.eventIds ?? []);
      expect(got.toSorted()).toEqual(ids.toSorted());
    }
  });

  test('claims of the same events in another order do not wait for each other in a circle', async () => {
    for (let round = 0; round < 8; round += 1) {
      const owner = await newOwner(db);
      const claims: ReturnType<typeof claim>[] = [];
      // Both come to event 1 while somebody holds it for a moment, one of them with event 2 in hand.
      const moment = db.transaction().execute(async (tx) => {
        await addHistory(tx, owner, { event_id: '1', status: 'running', claim_key: 'event:1' });
        claims.push(
          ...[
            ['2', '1'],
            ['1', '2'],
          ].map((order, index) => claim(processes[index]?.db ?? db, owner, order)),
        );
        await waiting(2);
        throw new Error('and lets it go');
      });
      await expect(moment).rejects.toThrow('and lets it go');
      const got = (await Promise.all(claims)).flatMap((one) => one?.eventIds ?? []);
      expect(got.toSorted()).toEqual(['1', '2']);
    }
  });

  test('events claimed one by one go to one each', async () => {
    const owner = await newOwner(db);
    const claims = await inEach((on, index) =>
      Promise.all(
        shuffled(ids, index)
          .slice(0, 60)
          .map((id) => claim(on, owner, [id])),
      ),
    );
    const got = claims.flat().flatMap((one) => one?.eventIds ?? []);
    expect(got.toSorted()).toEqual([...new Set(got)].toSorted());
    expect(await historyOf(db, owner)).toHaveLength(got.length);
  });

  test('a claim that had to wait for the end of another begins behind it', async () => {
    const owner = await newOwner(db);
    const first = await claim(db, owner, ['1']);
    if (!first) throw new Error('the claim was not given');
    let second: ReturnType<typeof claim> = Promise.resolve(undefined);
    await db.transaction().execute(async (tx) => {
      await completeClaim(tx, first, { now, listing: undefined, apiCalls: 1 });
      second = claim(processes[0]?.db ?? db, owner, ['1']);
      await waiting(1);
    });
    expect(await second).toMatchObject({ eventIds: ['1'] });
    const [one = {}, two = {}] = await historyOf(db, owner);
    expect(Number(two['claimed_at'])).toBeGreaterThanOrEqual(Number(one['released_at']));
    // By the clocks of the runs they would seem to overlap.
    expect(two['started_at']).toEqual(one['started_at']);
  });

  test('a claim that is being extended is not taken over, one that was is lost', async () => {
    const owner = await newOwner(db);
    const held = await claim(db, owner, ['1']);
    if (!held) throw new Error('the claim was not given');
    let release = (): void => undefined;
    const page = new Promise<void>((resolve) => {
      release = resolve;
    });
    const late = at(minute + 1);
    let extended = (): void => undefined;
    const isExtended = new Promise<void>((resolve) => {
      extended = resolve;
    });
    const storing = db.transaction().execute(async (tx) => {
      await extendClaim(tx, held, { now: late, leaseSeconds: 60, checkpoint: null });
      extended();
      await page;
    });
    await isExtended;
    const [other] = processes;
    // At once: whoever holds the row may be a machine that is frozen.
    await abandonDeadClaims(other?.db ?? db, 'host-b', () => true, late);
    release();
    await storing;
    expect(await historyOf(db, owner)).toMatchObject([{ status: 'running' }]);
    await abandonDeadClaims(db, 'host-b', () => true, at(10 * minute));
    await expect(extendClaim(db, held, { now, leaseSeconds: 60, checkpoint: null })).rejects.toThrow(ClaimLost);
  });

  test('the hour of a credential holds across processes', async () => {
    const owner = await newOwner(db);
    const reserve = async (on: Db) => {
      const options = {
        owner,
        runId: randomUUID(),
        command: 'tick',
        clock: { now: () => now },
        ceiling: () => 17,
        paceMs: 1_000,
      };
      const ledger = createLedger(on, { ...options, unitId: () => undefined, onReserved: () => undefined });
      const made = await Promise.allSettled(
        Array.from({ length: 5 }, () => ledger.reserve({ method: 'GET', path: '/' })),
      );
      const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(refused.filter((reason) => !(reason instanceof BudgetSpent))).toEqual([]);
      return made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.startAt.getTime() - now.getTime()] : []));
    };
    const starts = (await inEach(reserve)).flat().sort((a, b) => a - b);
    expect(starts).toEqual(Array.from({ length: 17 }, (_, index) => index * 1_000));
  });

  test('pages with the same people in another order do not lock each other out', async () => {
    const owner = await newOwner(db);
    await addEvents(db, owner, runsignup, ['100']);
    const people = ids.map((id) => person(id));
    const stored = await inEach((on, index) => storePage(on, owner, shuffled(people, index)));
    expect(stored.reduce((sum, one) => sum + (changesOf(one)['inserted'] ?? 0), 0)).toBe(ids.length);
    for (let round = 1; round <= 3; round += 1) {
      const changed = ids.map((id) => person(id, { row: { phone: String(round) }, modifiedAt: at(round) }));
      await inEach((on, index) => storePage(on, owner, shuffled(changed, index)));
    }
    const rows = Object.values(await peopleOf(db, owner));
    expect(rows.map((row) => row['phone'])).toEqual(Array(ids.length).fill('3'));
  });

  test('two credentials of a partner list the same events', async () => {
    const owner = await newOwner(db);
    const owners = [
      owner,
      ...(await Promise.all(processes.slice(1).map((_, i) => newCredential(db, owner.partnerId, runsignup, `k${i}`)))),
    ];
    for (let round = 0; round < 3; round += 1) {
      const events = ids.map((id) => eventRecord(runsignup, id, { name: `Round ${round}`, raceId: '10' }));
      const options = { now, startsFrom: undefined };
      const counts = await inEach((on, index) =>
        storeEvents(
          on,
          runsignup,
          owners[index] ?? owner,
          { races: [], events: shuffled(events, index), rejected: [], last: true },
          options,
        ),
      );
      expect(counts.reduce((sum, one) => sum + one.newEvents + one.changedEvents, 0)).toBe(ids.length);
    }
  });
});
