/** An installation of the programs before us becomes one of p88sync: migrate, discover and tick, as an operator runs them. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistration } from '../../src/sandbox/build-world.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import type { TestDatabase } from '../database/databases.ts';
import { existingDatabase } from '../database/existing/build.ts';
import { contentAgain, contentOf, lost, oldAnswers } from '../database/existing/look.ts';
import { encryptionKey, hour, minute, saturday } from './installation.ts';
import { type Ended, run, start, until } from './program.ts';

let copy: TestDatabase;
let client: pg.Client;
let env: Record<string, string>;

async function open(raceRoster: 'integer' | 'uuid'): Promise<void> {
  copy = await existingDatabase({ raceRoster });
  client = await connect();
  // Whoever else has credentials there is not called from here.
  await client.query(`delete from partner_provider_credentials where provider_id not in
    (select provider_id from providers where name in ('RunSignUp', 'Race Roster'))`);
  env = {
    DATABASE_URL: copy.url,
    P88SYNC_ENCRYPTION_KEY: encryptionKey,
    P88SYNC_PACE_MS: '0',
    P88SYNC_HTTP_RETRIES: '0',
  };
}

async function connect(): Promise<pg.Client> {
  const one = new pg.Client({ connectionString: copy.url });
  await one.connect();
  return one;
}

afterEach(async () => {
  await client.end();
  await copy.drop();
});

const p88 = (...args: readonly string[]): Promise<Ended> => run(args, { env });

describe.each([
  ['integer', '60001'],
  ['uuid', 'rr-1'],
] as const)('with %s ids of Race Roster', (raceRoster, rosterId) => {
  let sandbox: Sandbox;
  let server: Awaited<ReturnType<typeof serveSandbox>>;
  let now: Date;
  let race: RaceEvent;
  let roster: RaceEvent;

  /** The race and the event that partner 2 has in the old tables, of which partner 3 has access to the race too. */
  function fill(world: World): void {
    const old = addRace(world, { id: '50001', name: 'Race 1', timeZone: 'America/New_York' });
    race = addEvent(world, old, { id: '700001', name: 'Event 1', startAt: new Date(saturday.getTime() + hour) });
    for (let n = 1; n <= 30; n += 1) addRegistration(world, race, { id: 9000100 + n, bib: `${5000 + n}` });
    const listed = addRace(world, {
      provider: 'raceroster',
      id: rosterId,
      name: 'Roster 1',
      timeZone: 'America/Halifax',
    });
    roster = addEvent(world, listed, { startAt: new Date(saturday.getTime() + hour) });
    for (let n = 1; n <= 55; n += 1) addRegistration(world, roster, { id: 1000 + n, bib: `R${n}` });
    // The secrets that lie in plain text in the old table.
    for (const partner of [1, 2, 3]) {
      const account = { company: `Timing ${partner}`, principal: `key-${partner}`, secret: 's'.repeat(255) };
      addAccount(world, { ...account, races: partner === 1 ? [] : [old] });
      addAccount(world, {
        ...account,
        provider: 'raceroster',
        races: partner === 2 ? [listed] : [],
        additionalConfig: { username: 'a', password: 'b' },
      });
    }
  }

  beforeEach(async () => {
    await open(raceRoster);
    now = saturday;
    sandbox = createSandbox({ now: () => now });
    fill(sandbox.world);
    server = await serveSandbox(sandbox, { port: 0 });
    Object.assign(env, {
      P88SYNC_RUNSIGNUP_URL: `${server.url}/runsignup`,
      P88SYNC_RACEROSTER_URL: `${server.url}/raceroster/v1`,
    });
  });
  afterEach(() => server.close());

  const at = (...args: readonly string[]) => p88(...args, '--now', now.toISOString());

  test('migrate, discover and tick: old rows and keys stay, two partners have the race, nothing is doubled', async () => {
    const before = await contentOf(client);
    const answers = await oldAnswers(client, ['RunSignUp', 'Race Roster']);
    const people = await client.query(
      'select id, event_id, registration_id, timing_partner_id from runsignup_participants order by id',
    );

    const dry = await p88('migrate', '--dry-run', '--json');
    expect({ code: dry.code, stderr: dry.stderr }).toEqual({ code: 0, stderr: '' });
    expect(dry.json).toMatchObject({ dryRun: true, adopted: { notValidForeignKeys: [] } });
    expect(await contentOf(client)).toEqual(before);
    const text = await p88('migrate', '--dry-run');
    expect(text.stdout.replace(/\s+/g, ' ')).toContain(
      '301 rows of runsignup_participants share their (timing_partner_id, registration_id) with a newer row',
    );
    expect(text.stdout).toContain('create unique index concurrently');

    const migrated = await p88('migrate', '--json');
    expect(migrated.code).toBe(0);
    expect(migrated.json['applied']).toEqual(dry.json['applied']);
    expect(migrated.json['adopted']).toEqual({
      ...dry.json['adopted'],
      notValidForeignKeys: expect.arrayContaining(['runsignup_participants']),
    });
    expect((await p88('migrate', '--json')).json).toMatchObject({ applied: [], adopted: null });
    expect(await contentAgain(client, before)).toEqual(before);

    const discovered = await at('discover', '--json');
    expect({ code: discovered.code, stdout: discovered.stdout }).toMatchObject({ code: 0 });
    const tick = await at('tick', '--json');
    expect({ code: tick.code, stdout: tick.stdout }).toMatchObject({ code: 0 });
    // What older programs completed has no watermark: everybody is fetched.
    expect(tick.json['units'].map((unit: { kind: string }) => unit.kind)).toEqual(['full', 'full', 'full']);
    expect(tick.json['totals']['counts']).toMatchObject({ fetched: 115, failed: 0, removed: 0 });

    // Every old row is there with its keys.
    const after = await client.query(
      'select id, event_id, registration_id, timing_partner_id from runsignup_participants where id <= $1 order by id',
      [people.rows.length],
    );
    expect(after.rows).toEqual(people.rows);
    // Both partners have race, event and people, each once.
    const { rows: both } = await client.query(`select timing_partner_id as partner,
        (select count(*)::int from runsignup_races r where r.race_id = 50001 and r.timing_partner_id = e.timing_partner_id) as races,
        (select count(*)::int from runsignup_participants p where p.event_id = 700001 and p.timing_partner_id = e.timing_partner_id
          and p.duplicate_of is null) as people
      from runsignup_events e where e.event_id = 700001 order by 1`);
    expect(both).toEqual([
      { partner: 2, races: 1, people: 30 },
      { partner: 3, races: 1, people: 30 },
    ]);
    // The newest of the rows of one registration is the one that was synced.
    const { rows: doubled } = await client.query(
      'select bib_num, duplicate_of is null as newest from runsignup_participants where registration_id = 9000102 and timing_partner_id = 2 order by id',
    );
    expect(doubled).toEqual([
      { bib_num: '002', newest: false },
      { bib_num: '5002', newest: true },
      { bib_num: 'third', newest: false },
    ]);
    const { rows: listed } = await client.query(
      `select count(*)::int as n, count(*) filter (where bib_number like 'R%')::int as synced,
        count(duplicate_of)::int as older from raceroster_participants p where timing_partner_id = 2 and external_event_id = $1`,
      [rosterId],
    );
    expect(listed).toEqual([{ n: 56, synced: 55, older: 1 }]);
    // The queries of other programs: of what was not synced the same rows, and more.
    const rowsNow = await oldAnswers(client, ['RunSignUp', 'Race Roster']);
    const gone = (name: keyof typeof answers) => lost(answers[name], rowsNow[name]);
    expect(
      gone('people').every((row) => row.startsWith('(RunSignUp,2,700001,') || row.startsWith('("Race Roster",2,')),
    ).toBe(true);
    expect(gone('people')).toHaveLength(25 + 50);
    // The event, its race's four by the place of the race, and Race Roster's.
    expect(gone('events').filter((row) => !/^\((RunSignUp,[23],70000[1-4],|"Race Roster",2,)/.test(row))).toEqual([]);
    expect(gone('events')).toHaveLength(5);
    expect(gone('queue')).toEqual([]);
    // Of these partners there are more completed rows now.
    expect(gone('failures').filter((row) => !/^\([123],completed,/.test(row))).toEqual([]);
    expect(rowsNow.people.length).toBe(answers.people.length + 5 + 30 + 5);

    now = new Date(now.getTime() + 5 * minute);
    const second = await at('tick', '--json');
    expect({ code: second.code, counts: second.json['totals']['counts'] }).toMatchObject({
      code: 0,
      counts: { inserted: 0, updated: 0, removed: 0, failed: 0 },
    });
    // What older programs left proves nothing, and counts neither for nor against.
    const audited = await at('audit', '--json');
    expect({ code: audited.code, broken: audited.json['broken'] }).toEqual({ code: 0, broken: 0 });
    const status = await at('status', '--json');
    expect(status.code).toBe(0);
    expect(status.json['events'].filter((one: { eventId: string }) => one.eventId === '700001')).toHaveLength(2);
  });
});

describe('kill -9', () => {
  beforeEach(() => open('uuid'));

  /** The server process that runs a statement like this and waits for a lock. */
  const waits = (query: string) => async () => {
    const { rows } = await client.query(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query ilike $1",
      [query],
    );
    return rows.length > 0;
  };

  test.each([
    ['a table is changed', 'lock table sync_history in access share mode', 'alter table "sync_history"%'],
    [
      'rows are marked',
      'lock table runsignup_participants in share row exclusive mode',
      'update "runsignup_participants"%',
    ],
    ['an index is built', 'select 1', 'create%index concurrently%'],
    ['an old key gives way', 'lock table display_settings in access share mode', 'alter table display_settings%'],
  ])('while %s: the next migrate goes on, and every old row is there', async (_, hold, waiting) => {
    const before = await contentOf(client);
    const other = await connect();
    // Holds it up at its last change of a table, so that the lock meant here is there before what needs it.
    const gate = await connect();
    await gate.query('begin');
    await gate.query('lock table users in access share mode');
    const isLate = /^(update|create)/.test(waiting);
    const takeHold = async () => {
      // Only this one keeps a snapshot, which CREATE INDEX CONCURRENTLY waits for.
      await other.query(waiting.startsWith('create') ? 'begin isolation level repeatable read' : 'begin');
      await other.query(hold);
    };
    if (!isLate) await takeHold();
    const migration = start(['migrate'], { env });
    if (isLate) {
      await until(waits('alter table "users"%'));
      await takeHold();
    }
    await gate.query('rollback');
    await gate.end();
    await until(waits(waiting));
    migration.child.kill('SIGKILL');
    expect((await migration.ended).signal).toBe('SIGKILL');

    const again = start(['migrate', '--json'], { env });
    await other.query('rollback');
    await other.end();
    const ended = await again.ended;
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
    expect((await p88('migrate', '--json')).json).toMatchObject({ applied: [], adopted: null });
    expect(await contentAgain(client, before)).toEqual(before);
    const { rows } = await client.query('select count(*)::int as n from pg_index where not indisvalid');
    expect(rows).toEqual([{ n: 0 }]);
    const { rows: doubled } = await client.query('select count(duplicate_of)::int as n from runsignup_participants');
    expect(doubled).toEqual([{ n: 301 }]);
  });
});
