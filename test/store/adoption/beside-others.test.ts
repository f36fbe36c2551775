/** Adoption while other programs work in the database, after it was broken off, and where something is in its way. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { providers } from '../../../src/providers/registry.ts';
import type { Database } from '../../../src/store/database.ts';
import { allMigrations, checkSchema, migrate, planMigration, readSchemaState } from '../../../src/store/migrate.ts';
import type { TestDatabase } from '../../database/databases.ts';
import { type ExistingOptions, existingDatabase } from '../../database/existing/build.ts';
import { contentAgain, contentOf, viewsOf } from '../../database/existing/look.ts';
import { connectTo, openEmptyEmbedded } from '../opening.ts';
import { readSchema } from '../read-schema.ts';
import { addEvents, newOwner, person, personOf, pick, runsignup, storePage } from '../store-world.ts';

let copy: TestDatabase;
let database: Database;
let client: pg.Client;
const names = allMigrations(providers).map(({ name }) => name);

async function open(options: ExistingOptions = {}): Promise<void> {
  copy = await existingDatabase(options);
  database = connectTo(copy.url);
  client = await connect();
}

async function connect(user?: string): Promise<pg.Client> {
  const url = new URL(copy.url);
  if (user) Object.assign(url, { username: user, password: 'test-only' });
  const one = new pg.Client({ connectionString: url.href });
  await one.connect();
  return one;
}

afterEach(async () => {
  await client.end();
  await database.close();
  await copy.drop();
});

async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await happened())) {
    if (performance.now() > deadline) throw new Error('what was waited for did not happen within 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function expectAdopted(): Promise<void> {
  checkSchema(await readSchemaState(database), allMigrations(providers), database.shown);
  const { rows } = await client.query('select count(*)::int as n from pg_index where not indisvalid');
  expect(rows).toEqual([{ n: 0 }]);
}

/** A partner of its own syncs an event. */
async function expectSyncs(): Promise<void> {
  const owner = await newOwner(database.db);
  await addEvents(database.db, owner, runsignup, ['100']);
  await storePage(database.db, owner, [person(1), person(2)]);
  expect(pick(await personOf(database.db, owner, 1), 'first_name', 'event_id')).toEqual({
    first_name: 'Ann',
    event_id: expect.anything(),
  });
}

describe('some tables are missing', () => {
  test.each([
    [['raceroster_participants', 'sync_queue', 'users', 'runsignup_races', 'ct_results', 'haku_events']],
    [['raceroster_events', 'providers', 'partner_provider_credentials', 'runsignup_participants']],
    [['runsignup_events', 'timing_partners', 'sync_history', 'copernico_events']],
  ])('without %j', async (without) => {
    await open({ raceRoster: 'integer', without });
    const before = await contentOf(client);
    const done = await migrate(database, providers);
    const known = new Set((await contentOf(client)).map(({ table }) => table));
    const ours = without.filter((table) => !/^(haku|ct|copernico)_/.test(table));
    expect(ours.filter((table) => !known.has(table))).toEqual([]);
    const [missing] = done.adoption?.findings.filter(({ kind }) => kind === 'missing-tables') ?? [];
    for (const table of ours) expect(missing?.message).toContain(table);
    expect(await contentAgain(client, before)).toEqual(before);
    await expectAdopted();
    await expectSyncs();
  });
});

describe('others work in the database', () => {
  beforeEach(() => open({ raceRoster: 'integer' }));

  test('a long transaction of another program holds migrate up, and migrate nobody', async () => {
    const other = await connect();
    await other.query('begin');
    await other.query('select count(*) from runsignup_participants');
    const running = migrate(database, providers);
    await until(async () => {
      const { rows } = await client.query(`select 1 from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock' and query like 'alter table "runsignup_participants"%'`);
      return rows.length > 0;
    });
    // Queued behind the lock that migrate waits for; it lets them pass and tries again.
    const { rows } = await client.query(
      'select count(*)::int as n from runsignup_participants where registration_id = 9000101',
    );
    expect(rows).toEqual([{ n: 1 }]);
    await other.query('commit');
    await other.end();
    expect((await running).applied).toEqual(names);
    await expectAdopted();
  });

  test('a registration that is stored once more just before the index is built is found and marked', async () => {
    let added = false;
    await migrate(database, providers, {
      onStep: async (step) => {
        if (
          added ||
          step.kind !== 'index' ||
          step.table !== 'runsignup_participants' ||
          !/registration_id/.test(step.name)
        )
          return;
        added = true;
        await client.query(`insert into ${step.table} (registration_id, event_id, timing_partner_id, first_name, fetched_date)
          select registration_id, event_id, timing_partner_id, 'late', '2024-06-01' from ${step.table} where id in (60, 61, 62)`);
      },
    });
    expect(added).toBe(true);
    await expectAdopted();
    const { rows } = await client.query(`select first_name, duplicate_of is null as newest from runsignup_participants p
      where registration_id = (select registration_id from runsignup_participants where id = 60) order by id`);
    expect(rows).toEqual([
      { first_name: 'First 10', newest: false },
      { first_name: 'late', newest: true },
    ]);
  });

  test('two at once: one does it, the other finds it done', async () => {
    const others = [connectTo(copy.url), connectTo(copy.url)];
    const done = await Promise.all([database, ...others].map((one) => migrate(one, providers)));
    await Promise.all(others.map((one) => one.close()));
    expect(done.map(({ applied }) => applied).filter((one) => one.length > 0)).toEqual([names]);
    await expectAdopted();
  });
});

describe('it is broken off', () => {
  test('after any step, the next run goes on, and the end is the same', async () => {
    await open();
    await migrate(database, providers);
    const wanted = await readSchema(database.db);
    await client.end();
    await database.close();
    await copy.drop();

    await open();
    const before = await contentOf(client);
    const views = await viewsOf(client);
    // Steps that change rows find nothing left to do the second time, and do not count.
    for (let runs = 0; ; runs += 1) {
      let steps = 0;
      try {
        await migrate(database, providers, {
          onStep: ({ kind }) => {
            if (kind !== 'rows') steps += 1;
            if (steps > 6) throw new Error(`broken off at ${kind}`);
          },
        });
        expect(runs).toBeGreaterThan(6);
        break;
      } catch (error) {
        expect(String(error)).toContain('broken off');
      }
      // What was left half-built by a killed CREATE INDEX CONCURRENTLY.
      if (runs === 4)
        await client.query(`update pg_index set indisvalid = false where indexrelid = (select max(i.indexrelid) from pg_index i
        join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace and not indisprimary)`);
    }
    expect(await readSchema(database.db)).toBe(wanted);
    expect(await contentAgain(client, before)).toEqual(before);
    expect(await viewsOf(client)).toEqual(views);
    await expectAdopted();
  }, 120_000);
});

test('on the embedded database too', async () => {
  await open();
  const embedded = await openEmptyEmbedded();
  try {
    const { db } = embedded.database;
    await sql`create table timing_partners (timing_partner_id serial primary key, company_name varchar(255) not null)`.execute(
      db,
    );
    await sql`create table runsignup_events (event_id int primary key, name text, timing_partner_id int references timing_partners)`.execute(
      db,
    );
    await sql`insert into timing_partners (company_name) values ('One')`.execute(db);
    await sql`insert into runsignup_events values (100, 'Old', 1)`.execute(db);
    expect((await migrate(embedded.database, providers)).applied).toEqual(names);
    const owner = await newOwner(db);
    await addEvents(db, owner, runsignup, ['100']);
    const { rows } = await sql`select name, timing_partner_id as partner from runsignup_events order by 2`.execute(db);
    expect(rows).toEqual([
      { name: 'Old', partner: 1 },
      { name: 'Event 100', partner: owner.partnerId },
    ]);
  } finally {
    await embedded.close();
  }
});

describe('rights', () => {
  const role = () => `adopt_${randomBytes(6).toString('hex')}`;

  test('what belongs to somebody else is named before anything is changed; a member of the owner may go on', async () => {
    await open();
    const [migrator, display] = [role(), role()];
    const admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    await admin.query(`create role ${migrator} login password 'test-only'`);
    await admin.query(`create role ${display}`);
    const limited = connectTo(copy.url, { user: migrator, password: 'test-only' });
    try {
      await client.query(`grant select on all tables in schema public to ${migrator}`);
      const schema = await readSchema(database.db);
      await expect(migrate(limited, providers)).rejects.toMatchObject({
        message: expect.stringMatching(/lets only their owner change: .*table runsignup_events \(of postgres\)/),
        hint: expect.stringContaining(`grant postgres to ${migrator}`),
      });
      const { rows: tables } = await client.query(
        "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')",
      );
      for (const { name } of tables) await client.query(`alter table ${name} owner to ${migrator}`);
      await client.query(`alter view display_board owner to ${display}`);
      const views = await viewsOf(client);
      await expect(migrate(limited, providers)).rejects.toThrow(
        `lets only their owner change: view display_board (of ${display})`,
      );
      await admin.query(`grant ${display} to ${migrator}`);
      await expect(migrate(limited, providers)).rejects.toMatchObject({
        message: expect.stringMatching(/so view display_board cannot be made again for its owner$/),
        hint: expect.stringContaining(`grant create on schema public to ${display}`),
      });
      await client.query(`alter view display_board owner to ${migrator}`);
      await expect(migrate(limited, providers)).rejects.toMatchObject({
        message: expect.stringMatching(/does not let .* create tables in the schema public$/),
        hint: `grant create on schema public to ${migrator}. Nothing was changed.`,
      });
      expect(await readSchema(database.db)).toBe(schema);
      await client.query(`grant create on schema public to ${migrator}, ${display}`);
      await client.query(`alter view display_board owner to ${display}`);
      expect((await migrate(limited, providers)).applied).toEqual(names);
      expect(await viewsOf(client)).toEqual(views);
    } finally {
      await limited.close();
      for (const one of [migrator, display])
        await client.query(`reassign owned by ${one} to postgres; drop owned by ${one}; drop role ${one}`);
      await admin.end();
    }
  });
});

describe('something depends on a column', () => {
  beforeEach(() => open());

  test('of which the type can then not be changed: it stays, the report says so, all else goes on', async () => {
    await client.query(`create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger on_bib before update of bib_num on runsignup_participants for each row execute function touch();
      create materialized view mails as select email, event_id from runsignup_participants`);
    const plan = await planMigration(database, providers);
    const kept = plan.adoption?.findings
      .filter(({ message }) => / stays? short /.test(message))
      .map(({ message }) => message);
    expect(kept).toEqual([
      '1 column of runsignup_participants stays short (email varchar(255)): materialized view mails depends on its type',
      '1 column of runsignup_participants stays short (bib_num varchar(20)): trigger on_bib on table runsignup_participants depends on its type',
    ]);
    await migrate(database, providers);
    await expectAdopted();
    const { rows } = await client.query('select count(*)::int as n from mails');
    expect(rows[0].n).toBeGreaterThan(40_000);
  });

  test('a rule that reads a column keeps its type; a materialized view over ours is filled again', async () => {
    await client.query(`create table log (email text);
      create rule note as on insert to display_settings do also insert into log select email from runsignup_participants where id = 1;
      create materialized view towns as select city, count(*) as n from unified_participants where source_provider = 'RunSignUp' group by 1;
      create unique index towns_city on towns (city);
      comment on materialized view towns is 'Where people come from'`);
    const towns = await client.query('select * from towns order by 1');
    const done = await migrate(database, providers);
    expect(done.adoption?.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/stays short \(email varchar\(255\)\): .*a rule of display_settings depends on its type$/),
    );
    expect((await client.query('select * from towns order by 1')).rows).toEqual(towns.rows);
    const { rows } = await client.query(
      `select obj_description('towns'::regclass) as comment, pg_get_indexdef('towns_city'::regclass) as index`,
    );
    expect(rows).toEqual([
      { comment: 'Where people come from', index: expect.stringContaining('UNIQUE INDEX towns_city') },
    ]);
  });

  test('a unique index without the partner gives way, and stays as an index', async () => {
    await client.query('create unique index old_names on runsignup_races (name, race_id)');
    await migrate(database, providers);
    await expectAdopted();
    await client.query(
      'insert into runsignup_races (race_id, name, timing_partner_id) select race_id, name, 9 from runsignup_races where race_id = 50001',
    );
    const { rows } = await client.query(
      "select indexdef from pg_indexes where tablename = 'runsignup_races' and indexdef like '%(name, race_id)'",
    );
    expect(rows).toEqual([{ indexdef: expect.stringMatching(/^CREATE INDEX /) }]);
  });

  test('replication goes on without the primary key', async () => {
    await client.query('create publication p for table runsignup_events');
    const done = await migrate(database, providers);
    expect(done.adoption?.findings.filter(({ kind }) => kind === 'replication').map(({ table }) => table)).toEqual([
      'runsignup_events',
    ]);
    await client.query("update runsignup_events set name = 'x' where event_id = 700001");
  });

  test('a view where a table belongs is refused, and nothing is changed', async () => {
    await client.query('alter table sync_queue rename to old_queue; create view sync_queue as select * from old_queue');
    const before = await readSchema(database.db);
    await expect(migrate(database, providers)).rejects.toThrow(/these are no plain tables: sync_queue$/);
    expect(await readSchema(database.db)).toBe(before);
  });
});
