import { readFile, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ColumnType, TableSpec } from '../../src/domain/tables.ts';
import { providers } from '../../src/providers/registry.ts';
import type { Db } from '../../src/store/database.ts';
import { participantExtras } from '../../src/store/upsert-sql.ts';
import { expectedColumns, expectedViews } from './expected-columns.ts';
import { type OpenPostgresStore, openOnPostgres } from './opening.ts';
import { columnsOf, readSchema } from './read-schema.ts';
import { addEvents, newOwner, notice, person, runsignup, storePage } from './store-world.ts';

const golden = new URL('./schema.sql', import.meta.url);
const rewrite = 'UPDATE_SCHEMA=1 npx vitest run test/store/schema.test.ts';

let store: OpenPostgresStore;
let db: Db;
beforeAll(async () => {
  store = await openOnPostgres();
  db = store.database.db;
});
afterAll(() => store.close());

describe('the schema', () => {
  test('is the one in schema.sql', async () => {
    const schema = await readSchema(db);
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(golden, schema);
    const message = `the migrations make another schema than test/store/schema.sql; if that is meant: ${rewrite}`;
    expect(schema, message).toBe(await readFile(golden, 'utf8'));
  });

  const typeNames: Readonly<Record<ColumnType, string>> = {
    bigint: 'bigint',
    integer: 'integer',
    text: 'text',
    numeric: 'numeric',
    boolean: 'boolean',
    date: 'date',
    timestamp: 'timestamp without time zone',
    timestamptz: 'timestamp with time zone',
    interval: 'interval',
    jsonb: 'jsonb',
  };
  const specs = providers.flatMap(({ tables }): [string, TableSpec, object][] => [
    ...(tables.races ? [[tables.races.name, tables.races, {}] as [string, TableSpec, object]] : []),
    [tables.events.name, tables.events, {}],
    [tables.participants.name, tables.participants, { ...participantExtras, removal_row: 'jsonb' }],
  ]);

  test.each(specs)('holds what the provider writes into %s', async (name, spec, extras) => {
    const columns = new Map((await columnsOf(db, name)).map((column) => [column.name, column.type]));
    const common = {
      timing_partner_id: 'integer',
      credentials_used: 'text',
      fetched_date: 'timestamp',
      source_row: 'jsonb',
    };
    const written: Readonly<Record<string, ColumnType>> = { ...spec.columns, ...(common as object), ...extras };
    const wanted = Object.entries(written).map(([column, type]) => [column, typeNames[type]]);
    expect(wanted.map(([column]) => [column, columns.get(column ?? '')])).toEqual(wanted);
    expect([...spec.key, ...(spec.keepWhenBlank ?? [])].filter((column) => !(column in spec.columns))).toEqual([]);
  });

  test.each(specs)('has the key of %s', async (name, spec) => {
    const keys = await sql<{
      key: string[];
    }>`select array(select a.attname::text from unnest(c.conkey) with ordinality k(num, place)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num order by k.place) as key
      from pg_constraint c where c.conrelid = ${name}::regclass and c.contype in ('p', 'u')`.execute(db);
    expect(keys.rows.map((row) => row.key)).toContainEqual(['timing_partner_id', ...spec.key]);
  });

  test.each(Object.entries(expectedColumns))(
    'has the columns of %s that other programs read',
    async (table, expected) => {
      const columns = (await columnsOf(db, table)).map((column) => column.name);
      expect(expected.filter((column) => !columns.includes(column))).toEqual([]);
    },
  );

  test.each(Object.entries(expectedViews))(
    '%s begins with the columns that other programs read',
    async (view, expected) => {
      const columns = (await columnsOf(db, view)).map((column) => column.name);
      expect(columns.slice(0, expected.length)).toEqual(expected);
    },
  );

  test('no column cuts a longer value off', async () => {
    const limited = await sql<{
      column: string;
    }>`select table_name || '.' || column_name as column from information_schema.columns
      where table_schema = current_schema() and character_maximum_length is not null`.execute(db);
    expect(limited.rows).toEqual([]);
  });

  test('people and events show in the views, removed people marked', async () => {
    const owner = await newOwner(db);
    await addEvents(db, owner, runsignup, ['100']);
    await storePage(db, owner, [person(1, { row: { address: { city: 'Boulder', state: 'CO' }, age: 31 } }), person(2)]);
    await storePage(db, owner, [notice(2, { reason: 'removed' })]);
    const people =
      await sql`select source_provider, event_id, first_name, bib_number, city, state, age, registration_id, removed_reason
      from unified_participants where timing_partner_id = ${owner.partnerId} order by registration_id`.execute(db);
    const ann = { source_provider: 'RunSignUp', event_id: '100', first_name: 'Ann' };
    expect(people.rows).toEqual([
      { ...ann, bib_number: '1', city: 'Boulder', state: 'CO', age: 31, registration_id: '1', removed_reason: null },
      { ...ann, bib_number: '2', city: null, state: null, age: null, registration_id: '2', removed_reason: 'removed' },
    ]);
    const events = await sql`select event_id, event_name from unified_events
      where timing_partner_id = ${owner.partnerId}`.execute(db);
    expect(events.rows).toEqual([{ event_id: '100', event_name: 'Event 100' }]);
  });
});
