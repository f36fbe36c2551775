/** The tables of people and results partitioned by exactly the README's SQL: everything works and is counted as before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runMigrate } from '../../src/commands/migrate.ts';
import { providers } from '../../src/providers/registry.ts';
import { runEvent, setFinish } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { sqlBlocks } from '../docs/readme-blocks.ts';
import { inProcess } from '../e2e/in-process.ts';
import { hour, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import {
  addCopernico,
  addRegistered,
  registrationSpec,
  scoringSpec,
  splits,
  storedResults,
  wantedResults,
} from '../e2e/scored-world.ts';
import { chancesOf } from '../faults/lab/form.ts';
import { expectSound } from '../faults/lab/sound.ts';
import { changeSomething, fillWorld, smallPages } from '../faults/lab/world.ts';

const [partition = ''] = sqlBlocks('### Partitions');
const people = 23;

let here: Installation;
let events: readonly RaceEvent[];
let registered: RaceEvent;
let scored: RaceEvent;
beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, people, true);
    scored = addCopernico(world);
    events = fillWorld(world, { now: saturday, people });
  });
  Object.assign(here.env, smallPages(10), { P88SYNC_HAKU_CALLS_PER_HOUR: '100000' });
  await here.discover();
  await settle();
});
afterAll(() => here.close());

/** Ticks until nothing announced is left to be read. @returns what they counted. */
async function settle() {
  const counted = { inserted: 0, updated: 0, removed: 0, failed: 0 };
  do {
    here.pass(minute);
    const { code, json } = await here.tick();
    const failures = json['units'].flatMap(({ failure }: { failure: unknown }) => failure ?? []);
    expect({ code, failures }).toEqual({ code: 0, failures: [] });
    for (const key of ['inserted', 'updated', 'removed', 'failed'] as const) counted[key] += json['totals'].counts[key];
  } while ((await here.query('select 1 from registration_outlines where unread')).length > 0);
  return counted;
}

/** Every row of the tables and of the views over them, where it lies aside. */
async function rows() {
  const { tables } = await relations();
  const names = ['unified_events', 'unified_participants', 'unified_results', ...tables];
  const all: unknown[] = [];
  for (const name of names) all.push(name, await here.query(`select to_jsonb(t) as row from ${name} t order by 1`));
  return all;
}

async function relations(): Promise<{ tables: string[]; keys: unknown[] }> {
  const tables = await here.query<{ name: string }>(`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and relname ~ '_(participants|results)$' and relname not in ('pushed_participants', 'copernico_participants') order by 1`);
  const names = tables.map(({ name }) => name);
  const keys = await here.query(
    `select i.tablename, i.indexname from pg_indexes i where i.schemaname = 'public'
      and i.tablename = any($1) union all
    select conrelid::regclass::text, conname || ' ' || contype::text from pg_constraint
      where conrelid::regclass::text = any($1) and contype in ('p', 'u', 'f') order by 1, 2`,
    [names],
  );
  return { tables: names, keys };
}

test('rows, ids, keys, indexes and views are the same as before', async () => {
  const before = { rows: await rows(), ...(await relations()) };
  await here.query(partition);
  expect({ rows: await rows(), ...(await relations()) }).toEqual(before);
  const parts = await here.query(`select count(*)::int as n, count(distinct inhparent)::int as tables from pg_inherits
    join pg_class on pg_class.oid = inhparent where relkind = 'p'`);
  expect(parts).toEqual([{ n: 8 * before.tables.length, tables: before.tables.length }]);
});

test('nothing changed: nothing is written', async () => {
  expect(await settle()).toEqual({ inserted: 0, updated: 0, removed: 0, failed: 0 });
  await expectSound(here);
});

test('who is new, changed and gone at every provider is stored, and counted as what it is', async () => {
  const chances = chancesOf('partitions');
  for (let change = 0; change < 60; change += 1) changeSomething(here.world, events, chances);
  const before = await count();
  const counted = await settle();
  expect(counted.inserted).toBe((await count()) - before);
  expect(counted.inserted).toBeGreaterThan(5);
  expect(counted.updated).toBeGreaterThan(5);
  expect(counted.removed).toBeGreaterThan(0);
  expect(counted.failed).toBe(0);
  await expectSound(here);
});

async function count(): Promise<number> {
  const { tables } = await relations();
  const each = tables.map((name) => `(select count(*) from ${name})`);
  const [row] = await here.query<{ n: number }>(`select (${each.join(' + ')})::int as n`);
  return row?.n ?? 0;
}

test('results are pulled, amended and pulled again', async () => {
  const run = async (...args: string[]) => {
    const { code, json, stderr } = await here.run(...args, '--json');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return json;
  };
  await run('link', registrationSpec(registered), scoringSpec(scored));
  await run('push-participants', scoringSpec(scored));
  runEvent(here.world, scored, { splits: [...splits] });
  here.pass(hour);
  const first = await run('pull-results', scoringSpec(scored));
  expect(first['events'][0].counts).toMatchObject({ inserted: scored.registrations.length, updated: 0, failed: 0 });
  const someone = scored.registrations[3];
  if (someone) setFinish(here.world, someone, null);
  const second = await run('pull-results', scoringSpec(scored));
  expect(second['events'][0].counts).toMatchObject({ inserted: 0, failed: 0 });
  expect(second['events'][0].counts.updated).toBeGreaterThan(0);
  expect(await storedResults(here)).toEqual(wantedResults(scored));
});

test('the next migration changes a partitioned table as any other', async () => {
  const later = {
    name: 'runsignup-later',
    sql: 'alter table runsignup_participants add column if not exists later text;',
  };
  const changed = providers.map((one) =>
    one.name === 'runsignup' ? { ...one, migrations: [...one.migrations, later] } : one,
  );
  const { json } = await inProcess(runMigrate, { env: here.env, providers: changed });
  expect(json).toMatchObject({ applied: ['runsignup-later'], adopted: null });
  expect(await here.query('select distinct later from runsignup_participants')).toEqual([{ later: null }]);
  await here.query(`delete from p88sync_migrations where name = 'runsignup-later'`);
  expect(await settle()).toMatchObject({ inserted: 0, updated: 0, failed: 0 });
});
