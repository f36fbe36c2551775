/**
 * The roles that the README lays out, made by exactly its SQL on a server of their own: the timers' role does all the work and
 * can change nothing else, the readers' role sees no secret, and both hold when the schema grows.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runMigrate } from '../../src/commands/migrate.ts';
import { providers } from '../../src/providers/registry.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund, register } from '../../src/sandbox/changes.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { startServer, type TestServer } from '../database/server.ts';
import { sqlBlocks } from '../docs/readme-blocks.ts';
import { expectSame } from '../e2e/compare.ts';
import { inProcess } from '../e2e/in-process.ts';
import { hour, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { type Ended, run } from '../e2e/program.ts';
import { addCopernico, addRegistered, askedSplits, registrationSpec, scoringSpec } from '../e2e/scored-world.ts';
import { toy } from '../toy-provider/provider.ts';

const [makeRoles = '', giveRights = ''] = sqlBlocks('### Roles with the least rights');
const accountSecret = 'sandbox-secret-of-roles';
const password = 'test-only';

let server: TestServer;
let here: Installation;
let admin: pg.Client;
let registered: RaceEvent;
let scored: RaceEvent;
let harbour: RaceEvent;
const clients = new Map<string, pg.Client>();

function urlAs(user: string): string {
  const url = new URL(server.adminUrl);
  Object.assign(url, { username: user, password, pathname: '/p88' });
  return url.href;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

beforeAll(async () => {
  server = await startServer();
  const postgres = await connect(server.adminUrl);
  // Step 3 of the installation: createuser p88sync; createdb --owner p88sync p88.
  await postgres.query('create role p88sync login');
  await postgres.query('create database p88 owner p88sync');
  await postgres.end();
  const superUrl = urlAs('postgres');
  admin = await connect(superUrl);
  await admin.query(makeRoles);
  for (const role of ['p88sync', 'p88sync_owner']) await admin.query(`alter role ${role} password '${password}'`);
  await admin.query(`create role dashboard login password '${password}' in role p88sync_reader`);

  expect(await migrateAs('p88sync')).toMatchObject(refusal);
  expect(await migrateByFile('p88sync_owner')).toMatchObject({ code: 0 });
  await admin.query(giveRights);

  const place = { database: { url: superUrl, drop: async () => undefined }, programUrl: urlAs('p88sync') };
  here = await install(
    (world) => {
      registered = addRegistered(world, 30, true);
      scored = addCopernico(world);
      const race = addRace(world, { provider: 'raceroster' });
      harbour = addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) });
      addRegistrations(world, harbour, 12);
      const login = { username: 'ann@example.org', password: accountSecret };
      addAccount(world, {
        company: 'Coast',
        provider: 'raceroster',
        races: [race],
        secret: accountSecret,
        additionalConfig: login,
      });
    },
    { place },
  );
  for (const user of ['p88sync', 'dashboard']) clients.set(user, await connect(urlAs(user)));
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
  // `audit` was asked while the schema was the program's.
  await here.close({ audited: false });
  await admin.end();
  await server.stop();
});

const migrateAs = (user: string): Promise<Ended> => run(['migrate'], { env: { DATABASE_URL: urlAs(user) } });

/** As the README has it: the address in a file that only the one who migrates can read. */
async function migrateByFile(user: string): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-roles-'));
  try {
    const file = join(folder, 'owner.url');
    await writeFile(file, `${urlAs(user)}\n`, { mode: 0o600 });
    return await run(['migrate'], { env: { DATABASE_URL_FILE: file } });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const refusal = {
  code: 3,
  stderr: expect.stringMatching(
    /does not let this user change its schema\n.*Run `p88sync migrate` as the role that owns the tables/,
  ),
};

/** SQLSTATE of what a role is denied; undefined where it may. */
async function denied(user: string, sql: string): Promise<string | undefined> {
  const client = clients.get(user);
  await client?.query('begin');
  try {
    await client?.query(sql);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client?.query('rollback');
  }
}
const insufficientPrivilege = '42501';

async function well(...args: string[]): Promise<void> {
  const { code, stderr } = await here.run(...args);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
}

describe("the timers' role", () => {
  test('does the work of the timers: discovery, ticks, one event, a full sync', async () => {
    await well('discover');
    await well('tick');
    await expectSame(here, { from: new Date(saturday.getTime() - 24 * hour) });
    refund(here.world, harbour.registrations[0]?.id ?? 0);
    register(here.world, harbour);
    here.pass(minute);
    await well('sync-event', `2:raceroster:${harbour.id}`, '--full');
    here.pass(minute);
    await well('full-sync');
    await expectSame(here, { from: new Date(saturday.getTime() - 24 * hour) });
  });

  test('does the scoring: link, push, pull, publish, by hand and through the queue', async () => {
    await well('link', registrationSpec(registered), scoringSpec(scored));
    await well('push-participants', scoringSpec(scored));
    runEvent(here.world, scored, { splits: ['5K', '10K', '15K', '20K'] });
    here.pass(hour);
    await well('pull-results', scoringSpec(scored));
    await well('publish-results', registrationSpec(registered), '--yes', ...askedSplits);
    await here.query(`insert into sync_queue (timing_partner_id, provider_id, event_id, operation_type, sync_direction)
      select 1, provider_id, '${registered.id}', 'participants', 'pull' from providers where name = 'RunSignUp'`);
    here.pass(minute);
    await well('tick');
    expect(await here.query('select status from sync_queue')).toEqual([{ status: 'completed' }]);
  });

  test('is what operators use too: status, audit, partners, credentials, prune', async () => {
    await well('status');
    await well('audit');
    await well('partners', 'add', 'New Timing');
    await well('partners', 'remove', 'New Timing');
    await well('credentials', 'test');
    await well('credentials', 'rotate-key');
    await well('link', 'remove', registrationSpec(registered));
    const later = new Date(saturday.getTime() + 400 * 24 * hour).toISOString();
    await well('prune', '--now', later);
    const { json } = await here.run('doctor', '--no-calls', '--json');
    const rights = json['findings'].filter(({ check }: { check: string }) => check === 'rights');
    expect(rights).toEqual([
      { check: 'rights', level: 'ok', message: 'p88sync may do what the timers do', hint: null, exitCode: 0 },
    ]);
  });

  test.each([
    'create table mine ()',
    'create schema mine',
    'create temporary table mine ()',
    'alter table runsignup_participants add column mine text',
    'drop table sync_history',
    'truncate runsignup_participants',
    'create index on runsignup_participants (email)',
    'create trigger mine before insert on sync_history execute function suppress_redundant_updates_trigger()',
    'create or replace view unified_events as select 1',
    'delete from runsignup_participants',
    'delete from raceroster_events',
    'delete from copernico_results',
    "insert into p88sync_migrations (name) values ('mine')",
    'delete from p88sync_migrations',
    "update providers set api_base_url = 'https://elsewhere.example'",
    "update users set email = ''",
    'set role p88sync_owner',
    'create role mine',
  ])('cannot %s', async (sql) => {
    expect(await denied('p88sync', sql)).toBe(insufficientPrivilege);
  });
});

describe("the readers' role", () => {
  test.each([
    'select * from unified_participants',
    'select * from unified_results',
    'select * from runsignup_participants',
    'select * from sync_history',
    'select * from rejected_rows',
    'select * from sync_queue',
    'select timing_partner_id, company_name from timing_partners',
    'select timing_partner_id, provider_id, refused_at from partner_provider_credentials',
  ])('may %s', async (sql) => {
    expect(await denied('dashboard', sql)).toBeUndefined();
  });

  test.each([
    'select * from partner_provider_credentials',
    'select secret from partner_provider_credentials',
    'select principal from partner_provider_credentials',
    'select additional_config from partner_provider_credentials',
    'select token from access_tokens',
    'select access_password from timing_partners',
    'select email from users',
    "update runsignup_participants set bib_num = '1'",
    "insert into sync_queue (timing_partner_id, operation_type) values (1, 'participants')",
    'delete from sync_history',
    'create table mine ()',
    'create temporary table mine ()',
  ])('cannot %s', async (sql) => {
    expect(await denied('dashboard', sql)).toBe(insufficientPrivilege);
  });

  test('sees no secret in anything it may read', async () => {
    const reader = clients.get('dashboard');
    const { rows: columns } = (await reader?.query<{ name: string; columns: string }>(`
      select c.oid::regclass::text as name, string_agg(quote_ident(a.attname), ', ') as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
        and has_column_privilege(c.oid, a.attnum, 'select') group by 1`)) ?? { rows: [] };
    expect(columns.length).toBeGreaterThan(30);
    for (const { name, columns: readable } of columns) {
      const { rows = [] } = (await reader?.query(`select ${readable} from ${name}`)) ?? {};
      const text = JSON.stringify(rows);
      for (const secret of [accountSecret, 'p88:v1:', ...here.world.accounts.map((account) => account.secret)]) {
        expect(text, name).not.toContain(secret);
      }
    }
  });
});

describe('after the next migration, which brings tables', () => {
  const later = {
    ...toy,
    migrations: [...toy.migrations, { name: 'toy-0002', sql: 'create table toy_notes (id serial primary key);' }],
  };
  const migrateLater = (user: string) =>
    inProcess(runMigrate, { env: { DATABASE_URL: urlAs(user) }, providers: [...providers, later] });

  test("the timers' role is told that it cannot, and works with them once the owner has run it", async () => {
    await expect(migrateLater('p88sync')).rejects.toMatchObject({
      name: 'DatabaseUnavailable',
      hint: expect.stringMatching(/^Run `p88sync migrate` as the role that owns the tables\./),
    });
    expect(await denied('p88sync', 'select * from toy_participants')).toBe('42P01');
    await migrateLater('p88sync_owner');
    for (const sql of [
      "insert into toy_events (timing_partner_id, event_id) values (1, 'a')",
      'select * from toy_participants',
      'update toy_participants set bib = null',
      'insert into toy_notes default values',
    ]) {
      expect(await denied('p88sync', sql), sql).toBeUndefined();
    }
    expect(await denied('p88sync', 'alter table toy_notes add column mine text')).toBe(insufficientPrivilege);
  });

  test('readers see the views as before, and the tables once the rights are given again', async () => {
    expect(await denied('dashboard', 'select * from unified_participants')).toBeUndefined();
    expect(await denied('dashboard', 'select * from toy_participants')).toBe(insufficientPrivilege);
    await admin.query(giveRights);
    expect(await denied('dashboard', 'select * from toy_participants')).toBeUndefined();
    expect(await denied('p88sync', 'delete from toy_participants')).toBe(insufficientPrivilege);
    expect(await denied('dashboard', 'select token from access_tokens')).toBe(insufficientPrivilege);
  });
});
