import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/domain/errors.ts';
import { providers } from '../../src/providers/registry.ts';
import type { Database } from '../../src/store/database.ts';
import { allMigrations, checkSchema, migrate, planMigration, readSchemaState } from '../../src/store/migrate.ts';
import { freshDatabase } from '../database/databases.ts';
import { connectTo, type OpenStore, openEmptyEmbedded, openEmptyPostgres, openOnPostgres } from './opening.ts';
import { readSchema } from './read-schema.ts';
import { addEvents, newOwner, person, personOf, runsignup, storePage } from './store-world.ts';

const names = allMigrations(providers).map((migration) => migration.name);

async function withStore<Store extends OpenStore>(open: () => Promise<Store>, work: (store: Store) => Promise<void>) {
  const store = await open();
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

async function check(database: Database): Promise<void> {
  checkSchema(await readSchemaState(database), allMigrations(providers), database.shown);
}

describe.each([
  ['PostgreSQL', openEmptyPostgres],
  ['embedded', openEmptyEmbedded],
])('migrate on %s', (_, open) => {
  test('makes the schema once, and refuses one that is newer', () =>
    withStore<OpenStore>(open, async ({ database }) => {
      expect((await readSchemaState(database)).applied).toBeUndefined();
      await expect(check(database)).rejects.toMatchObject({
        message: `the database (${database.shown}) has no p88sync schema yet`,
        hint: 'Run `p88sync migrate`.',
      });
      expect((await migrate(database, providers)).applied).toEqual(names);
      await expect(check(database)).resolves.toBeUndefined();
      const schema = await readSchema(database.db);
      expect((await migrate(database, providers)).applied).toEqual([]);
      expect(await readSchema(database.db)).toBe(schema);

      await sql`insert into p88sync_migrations (name) values ('0099-future')`.execute(database.db);
      await expect(check(database)).rejects.toThrow(/is newer than this program: 0099-future$/);
      await expect(migrate(database, providers)).rejects.toThrow(DatabaseUnavailable);
      await sql`delete from p88sync_migrations where name = '0099-future'`.execute(database.db);

      await sql`delete from p88sync_migrations where name = ${names.at(-1)}`.execute(database.db);
      await expect(check(database)).rejects.toMatchObject({
        message: expect.stringMatching(new RegExp(`is older than this program: it lacks ${names.at(-1)}$`)),
        hint: 'Run `p88sync migrate`.',
      });
    }));
});

describe('migrate', () => {
  test('a dry run on an empty database prints what makes the same schema, and makes nothing', () =>
    withStore(openEmptyPostgres, async ({ database }) => {
      const plan = await planMigration(database, providers);
      expect(plan).toMatchObject({ missing: names, adoption: undefined });
      expect(await readSchema(database.db)).toBe('\n');
      for (const statement of plan.statements) await sql.raw(statement).execute(database.db);
      await expect(check(database)).resolves.toBeUndefined();
      const printed = await readSchema(database.db);
      await withStore(openOnPostgres, async (other) => expect(printed).toBe(await readSchema(other.database.db)));
    }));

  test('two at once: one does it, the other finds it done', () =>
    withStore(openEmptyPostgres, async ({ database, url }) => {
      const others = [connectTo(url), connectTo(url), connectTo(url)];
      const done = await Promise.all([database, ...others].map((one) => migrate(one, providers)));
      const applied = done.map((one) => one.applied);
      await Promise.all(others.map((one) => one.close()));
      expect(applied.filter((one) => one.length > 0)).toEqual([names]);
      await expect(check(database)).resolves.toBeUndefined();
    }));

  test('a step that fails leaves nothing behind', () =>
    withStore(openEmptyPostgres, async ({ database }) => {
      const broken = { name: 'runsignup-9999-broken', sql: 'create table half (a int);\ncreate table half (a int);' };
      const provider = { ...runsignup, migrations: [...runsignup.migrations, broken] };
      await expect(migrate(database, [provider])).rejects.toThrow();
      expect(await readSchema(database.db)).toBe('\n');
    }));

  test('a later step comes on top, and views take its columns in', () =>
    withStore(openOnPostgres, async ({ database }) => {
      const later = {
        name: 'runsignup-0002-later',
        sql: '-- a comment;\nalter table runsignup_events add column extra text;',
      };
      const view = runsignup.views.events.replace('e.time_zone', 'e.time_zone, e.extra');
      const own = {
        ...runsignup,
        migrations: [...runsignup.migrations, later],
        views: { ...runsignup.views, events: view },
      };
      const others = providers
        .filter((other) => other.name !== runsignup.name)
        .map((other) => ({
          ...other,
          views: { ...other.views, events: other.views.events.replace(/\nfrom/, ", ''::text\nfrom") },
        }));
      expect((await migrate(database, [own, ...others])).applied).toEqual(['runsignup-0002-later']);
      expect(await readSchema(database.db)).toContain('--   extra text');
    }));

  test('needs no superuser, only the owner of the database; without the right it says so', async () => {
    const { url, drop } = await freshDatabase();
    const role = `role_${new URL(url).pathname.slice(1)}`;
    const admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    await admin.query(`create role ${role} login password 'test-only' nosuperuser nocreatedb nocreaterole`);
    const database = connectTo(url, { user: role, password: 'test-only' });
    try {
      await expect(migrate(database, providers)).rejects.toThrow(/does not let this user change its schema$/);
      await admin.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${role}`);
      expect((await migrate(database, providers)).applied).toEqual(names);
      const owner = await newOwner(database.db);
      await addEvents(database.db, owner, runsignup, ['100']);
      await storePage(database.db, owner, [person(1)]);
      expect((await personOf(database.db, owner, 1))['first_name']).toBe('Ann');
    } finally {
      await database.close();
      await drop();
      await admin.query(`drop role ${role}`);
      await admin.end();
    }
  });
});
