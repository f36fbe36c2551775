/** Connections over a line that breaks, against a real PostgreSQL, with limits so short that a test can wait for them. */
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ConnectionLost } from '../../src/domain/errors.ts';
import { createWaits, type Waits } from '../../src/domain/waits.ts';
import type { Db } from '../../src/store/database.ts';
import { kyselyOn } from '../../src/store/kysely.ts';
import { lastingPool } from '../../src/store/lasting-pool.ts';
import { freshDatabase, type TestDatabase } from '../database/databases.ts';
import { type PostgresLine, startPostgresLine } from '../faults/lab/postgres-line.ts';

const limits = { reconnectMs: 5_000, firstConnectMs: 500, statementMs: 700, idleInTransactionMs: 400, closeMs: 50 };

let database: TestDatabase;
let direct: pg.Client;
let line: PostgresLine;
let pool: pg.Pool;
let waits: Waits;
let db: Db;
beforeAll(async () => {
  database = await freshDatabase();
  direct = new pg.Client({ connectionString: database.url });
  await direct.connect();
  await direct.query('create table notes (note text primary key)');
});
afterAll(async () => {
  await direct.end();
  await database.drop();
});
beforeEach(async () => {
  await direct.query('delete from notes');
  line = await startPostgresLine(database.url);
  pool = new pg.Pool({
    connectionString: line.url,
    max: 2,
    connectionTimeoutMillis: 2_000,
    application_name: 'lasting',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  waits = createWaits(() => performance.now());
  db = kyselyOn(lastingPool(pool, { shown: 'db:5432/notes', waits, limits }));
});
afterEach(async () => {
  await line.proxy.set({ mode: 'pass' });
  await db.destroy();
  await line.close();
});

const notes = async () => (await direct.query('select note from notes order by 1')).rows.map(({ note }) => note);
const insert = (on: Db, note: string) => sql`insert into notes values (${note})`.execute(on);
const count = async (on: Db) => (await sql<{ n: number }>`select count(*)::int as n from notes`.execute(on)).rows[0]?.n;

/** Breaks the connection at the statement, once. */
function breakAt(statement: RegExp, moment: 'asked' | 'answered' | 'commit-asked' | 'commit-answered') {
  return line.arm({ name: 'here', statement, moment }, (at) => at.cut()).reached;
}

test.each(['asked', 'answered'] as const)(
  'a statement that only reads is asked again, broken off when %s',
  async (moment) => {
    const reached = breakAt(/^select count/, moment);
    expect(await count(db)).toBe(0);
    expect(await reached).toBe(true);
    expect(line.proxy.taken()).toBe(2);
  },
);

test.each(['asked', 'answered'] as const)(
  'a transaction that has not begun begins again, broken off when %s',
  async (moment) => {
    const reached = breakAt(/^begin/, moment);
    await db.transaction().execute(async (tx) => {
      await insert(tx, 'one');
      await insert(tx, 'two');
    });
    expect(await reached).toBe(true);
    expect(await notes()).toEqual(['one', 'two']);
  },
);

test('what was read once more and broke off again is not read a third time', async () => {
  line.proxy.watch((from, bytes) => (from === 'client' && bytes.includes('select count') ? 'cut' : 'pass'));
  await expect(count(db)).rejects.toThrow(ConnectionLost);
  expect(line.proxy.taken()).toBe(2);
});

test.each([
  ['asked', []],
  ['answered', ['one']],
] as const)('a statement that writes is not repeated, broken off when %s', async (moment, stored) => {
  const reached = breakAt(/^insert/, moment);
  await expect(insert(db, 'one')).rejects.toThrow('the database (db:5432/notes) closed the connection in the middle');
  expect(await reached).toBe(true);
  expect(await notes()).toEqual(stored);
  // The next one has a connection again.
  expect(await count(db)).toBe(stored.length);
});

test.each([
  ['asked', []],
  ['answered', []],
  ['commit-asked', []],
  ['commit-answered', ['one']],
] as const)('a transaction is not repeated, broken off when its insert was %s', async (moment, stored) => {
  const reached = breakAt(/^insert/, moment);
  let runs = 0;
  const work = db.transaction().execute(async (tx) => {
    runs += 1;
    await insert(tx, 'one');
  });
  await expect(work).rejects.toThrow(ConnectionLost);
  expect({ runs, reached: await reached, stored: await notes() }).toEqual({ runs: 1, reached: true, stored });
});

test('a connection that PostgreSQL ended while it was idle is replaced unseen', async () => {
  await count(db);
  await terminate();
  await insert(db, 'one');
  expect(await notes()).toEqual(['one']);
});

test('connections that are older than one that was lost are not believed any more', async () => {
  // Two of them, side by side.
  await Promise.all([1, 2].map(() => db.transaction().execute((tx) => count(tx))));
  expect(line.proxy.taken()).toBe(2);
  const reached = breakAt(/^insert/, 'asked');
  await expect(insert(db, 'one')).rejects.toThrow(ConnectionLost);
  expect(await reached).toBe(true);
  await Promise.all([insert(db, 'two'), insert(db, 'three')]);
  expect({ notes: await notes(), taken: line.proxy.taken() }).toEqual({ notes: ['three', 'two'], taken: 4 });
});

test('one that PostgreSQL ends in a transaction is lost, and the process lives on', async () => {
  const work = db.transaction().execute(async (tx) => {
    await insert(tx, 'one');
    await terminate();
    await insert(tx, 'two');
  });
  await expect(work).rejects.toThrow(ConnectionLost);
  expect(await notes()).toEqual([]);
});

/** Returns once PostgreSQL has ended them. */
async function terminate(): Promise<void> {
  await direct.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'lasting'");
}

test('a statement whose answer does not come ends after its limit, and is told meanwhile', async () => {
  await count(db);
  const { reached } = line.arm({ name: 'here', statement: /^insert/, moment: 'answered' }, () => undefined);
  const work = insert(db, 'one');
  await reached;
  expect(waits.current()).toMatchObject([{ on: 'database', what: 'insert into notes' }]);
  await expect(work).rejects.toThrow('the database (db:5432/notes) did not answer within 0.7 s: insert into notes');
  expect(waits.current()).toEqual([]);
  expect(await count(db)).toBe(1);
});

test('one that only reads is not waited for twice', async () => {
  line.arm({ name: 'here', statement: /^select count/, moment: 'asked' }, () => undefined);
  await expect(count(db)).rejects.toThrow('did not answer within');
  expect(line.proxy.taken()).toBe(1);
});

test('while a database that was there is restarted, connecting is tried again', async () => {
  await count(db);
  await line.proxy.set({ mode: 'refuse' });
  const work = insert(db, 'one');
  await new Promise((resolve) => setImmediate(resolve));
  await line.proxy.set({ mode: 'pass' });
  await work;
  expect(await notes()).toEqual(['one']);
});

test('one that was never there is not waited for', async () => {
  await line.proxy.set({ mode: 'refuse' });
  await expect(count(db)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a server that takes connections and says nothing ends the wait for one', async () => {
  await line.proxy.set({ mode: 'black-hole' });
  await expect(count(db)).rejects.toThrow('Connection terminated due to connection timeout');
});

test('the goodbye to a server that is silent ends', async () => {
  await count(db);
  await line.proxy.set({ mode: 'black-hole' });
  await db.destroy();
  expect(line.proxy.taken()).toBe(1);
});

const settings = (on: Db) =>
  sql<{ name: string; value: string }>`select name, current_setting(name) as value
    from unnest(array['idle_in_transaction_session_timeout', 'statement_timeout']) as name`
    .execute(on)
    .then(({ rows }) => rows.map(({ value }) => value));

test('limits are those of the transaction, and gone behind it', async () => {
  expect(await db.transaction().execute(settings)).toEqual(['400ms', '700ms']);
  await expect(db.transaction().execute((tx) => insert(tx, 'one').then(() => insert(tx, 'one')))).rejects.toThrow();
  expect(await settings(db)).toEqual(['0', '0']);
});

test.each([
  ['300ms', '200ms', ['300ms', '200ms']],
  ['1h', '1min', ['400ms', '1min']],
])('what the administrator has set lower stays: %s, %s', async (idle, statement, expected) => {
  const name = pg.escapeIdentifier(new URL(database.url).pathname.slice(1));
  await direct.query(`alter database ${name} set idle_in_transaction_session_timeout = '${idle}'`);
  await direct.query(`alter database ${name} set statement_timeout = '${statement}'`);
  expect(await db.transaction().execute(settings)).toEqual(expected);
  await direct.query(`alter database ${name} reset idle_in_transaction_session_timeout`);
  await direct.query(`alter database ${name} reset statement_timeout`);
});

test('a transaction in which nothing is said any more lets go of its rows', async () => {
  await insert(db, 'one');
  const work = db.transaction().execute(async (tx) => {
    await sql`update notes set note = 'mine'`.execute(tx);
    // Waits for the lock until PostgreSQL has ended the transaction that holds it.
    await direct.query("update notes set note = 'theirs'");
    await sql`update notes set note = 'mine again'`.execute(tx);
  });
  await expect(work).rejects.toThrow(ConnectionLost);
  expect(await notes()).toEqual(['theirs']);
});
