import pg from 'pg';
import { expect, test } from 'vitest';
import { cloneDatabase, freshDatabase, templateDatabase } from './databases.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a fresh database is empty, UTF-8, and gone after drop, even with a connection open', async () => {
  const database = await freshDatabase();
  expect(await query(database.url, "SELECT lower('ÅSA') AS name")).toEqual([{ name: 'åsa' }]);
  expect(await query(database.url, "SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = 'public'")).toEqual([
    { n: 0 },
  ]);
  const open = new pg.Client({ connectionString: database.url });
  open.on('error', () => {});
  await open.connect();
  await database.drop();
  await expect(query(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
});

test('a template is prepared once however many ask at the same time, and its copies are independent', async () => {
  let prepared = 0;
  const ask = () =>
    templateDatabase('itself', async (url) => {
      prepared += 1;
      await query(url, 'CREATE TABLE runner (bib int); INSERT INTO runner VALUES (7)');
    });
  const [first, second] = await Promise.all([ask(), ask(), ask()]);
  expect(prepared).toBe(1);
  expect(second).toBe(first);

  const copies = await Promise.all([cloneDatabase(first), cloneDatabase(first)]);
  await query(copies[0].url, 'UPDATE runner SET bib = 8');
  expect(await query(copies[0].url, 'SELECT bib FROM runner')).toEqual([{ bib: 8 }]);
  expect(await query(copies[1].url, 'SELECT bib FROM runner')).toEqual([{ bib: 7 }]);
  await Promise.all(copies.map((copy) => copy.drop()));
});

test('a template whose preparation failed is made again', async () => {
  const broken = templateDatabase('second-try', () => Promise.reject(new Error('migration 3 failed')));
  await expect(broken).rejects.toThrow('migration 3 failed');
  const template = await templateDatabase(
    'second-try',
    async (url) => void (await query(url, 'CREATE TABLE runner ()')),
  );
  const copy = await cloneDatabase(template);
  expect(await query(copy.url, 'SELECT count(*)::int AS n FROM runner')).toEqual([{ n: 0 }]);
  await copy.drop();
});
