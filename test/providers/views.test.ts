/** What each provider adds to the unified views: the columns that other programs read, in their order and type, then ours. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unifiedEvents, unifiedParticipants, unifiedResults } from '../../src/domain/unified-columns.ts';
import { providers } from '../../src/providers/registry.ts';
import { migratedDatabase } from '../e2e/installation.ts';

let database: Awaited<ReturnType<typeof migratedDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  database = await migratedDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function columnsOf(select: string): Promise<Readonly<Record<string, string>>> {
  const { fields } = await client.query(`select * from (${select}) v limit 0`);
  const types = await client.query<{ name: string }>('select format_type(unnest($1::oid[]), null) as name', [
    fields.map((field) => field.dataTypeID),
  ]);
  return Object.fromEntries(fields.map((field, position) => [field.name, types.rows[position]?.name ?? '']));
}

const wanted = { events: unifiedEvents, participants: unifiedParticipants, results: unifiedResults };
const spelled: Readonly<Record<string, string>> = {
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
};

const views = providers.flatMap(({ displayName, views }) =>
  Object.entries(views).map(([view, select]) => ({ displayName, view: view as keyof typeof wanted, select })),
);

describe('the unified views', () => {
  test.each(views)('$displayName: $view', async ({ view, select }) => {
    const columns = Object.entries(await columnsOf(select));
    expect(columns).toEqual(Object.entries(wanted[view]).map(([name, type]) => [name, spelled[type] ?? type]));
  });
});
