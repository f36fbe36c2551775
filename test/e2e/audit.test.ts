/** `audit`: keeps quiet where every promise was kept, and names exactly the one that was broken by hand. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AuditWorld, installAuditWorld } from './audit-world.ts';
import { audit, brokenPromises } from './audited.ts';
import { brokenByHand } from './broken-by-hand.ts';
import { day } from './installation.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await installAuditWorld();
});
afterAll(() => world.here.close({ audited: false }));

const query = (sql: string, values: readonly unknown[] = []) => world.here.query(sql, values);

test('all is well: exit 0, and each promise had something to look at', async () => {
  const { code, json } = await audit(world.here);
  expect({ code, broken: json['broken'] }).toEqual({ code: 0, broken: 0 });
  type Promises = { promise: string; notes: string[]; checks: { of: string; checked: number }[] }[];
  const promises = json['promises'] as Promises;
  expect(promises.flatMap(({ notes }) => notes)).toEqual([]);
  const untouched = promises.flatMap(({ checks }) => checks.filter(({ checked }) => checked === 0));
  // Nothing runs at the moment.
  expect(untouched.map(({ of }) => of)).toEqual(['runs under way']);
});

test('on the screen and with --json, as a process', async () => {
  const told = await world.here.run('audit');
  expect({ code: told.code, stderr: told.stderr }).toEqual({ code: 0, stderr: '' });
  expect(told.stdout).toMatch(
    /^Every promise is kept\.\nJudged: postgresql .*\n(.*\n)?\n✓ One run at a time on an event: /,
  );
  const week = await world.here.run('audit', '--days', '7', '--json');
  expect(week.json).toMatchObject({ exitCode: 0, from: expect.any(String) });
  const { now, from } = week.json;
  expect(new Date(now).getTime() - new Date(from).getTime()).toBe(7 * day);
  for (const days of ['0', '1.5', 'x']) {
    const refused = await world.here.run('audit', '--days', days);
    expect({ code: refused.code, stderr: refused.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('expected whole days from 1 on'),
    });
  }
});

describe.each(Object.entries(brokenByHand))('%s', (promise, broken) => {
  const mending: string[] = [];
  afterEach(async () => {
    for (const sql of mending.splice(0)) await query(sql);
    expect(await brokenPromises(world.here)).toEqual({});
  });

  test.each(broken)('$title', async ({ tables, sql, mend, words }) => {
    for (const table of tables) {
      await query(`create temp table saved_${table} as select * from ${table}`);
      mending.push(
        `delete from ${table}`,
        `insert into ${table} select * from saved_${table}`,
        `drop table saved_${table}`,
      );
    }
    if (mend !== undefined) mending.push(mend);
    await query(sql, sql.includes('$1') ? [world.raceroster.id] : []);
    const { code, json } = await audit(world.here);
    expect({ code, exitCode: json['exitCode'], broken: json['broken'] }).toEqual({ code: 1, exitCode: 1, broken: 1 });
    const found = await brokenPromises(world.here);
    expect(Object.keys(found)).toEqual([promise]);
    expect(
      found[promise]?.some((example) => words.test(example)),
      found[promise]?.join('\n'),
    ).toBe(true);
    // Only where it stands.
    expect(JSON.stringify(json)).not.toMatch(/secret-\d|timer-password|unheard-of|abcdefghijklmnop/);
  });
});

test('the pace is held against the one that is set', async () => {
  const { here } = world;
  const found = await brokenPromises({ ...here, env: { ...here.env, P88SYNC_PACE_MS: '1000' } });
  expect(Object.keys(found)).toEqual(['budget']);
  expect(found['budget']?.[0]).toMatch(
    /^credential \d \(1:\w+\): a call at .*, \d+ ms behind the one before, where 1000 ms are kept$/,
  );
});

test('with another key only patterns are looked for, and it says so', async () => {
  const { here } = world;
  const env = { ...here.env, P88SYNC_ENCRYPTION_KEY: Buffer.alloc(32, 8).toString('base64') };
  await query(`update sync_history set reason = 'secret-2' where sync_history_id = 1`);
  const { code, json } = await audit({ ...here, env });
  const { notes } =
    (json['promises'] as { promise: string; notes: string[] }[]).find((one) => one.promise === 'secrets') ?? {};
  expect({ code, notes }).toEqual({
    code: 0,
    notes: [expect.stringMatching(/^The encryption key that is set does not open \d+ of the stored secrets: /)],
  });
  expect(Object.keys(await brokenPromises(here))).toEqual(['secrets']);
  await query('update sync_history set reason = null where sync_history_id = 1');
});

test('what was pruned cannot be judged, and the prune says so', async () => {
  const { here } = world;
  here.pass(10 * day);
  expect((await here.run('prune', '--keep-days', '2')).code).toBe(0);
  const { code, json } = await audit(here);
  expect({ code, before: new Date(json['prunedBefore']).getTime() }).toEqual({
    code: 0,
    before: expect.closeTo(here.now().getTime() - 2 * day, -3),
  });
  const told = await here.run('audit');
  expect(told.stdout).toMatch(/\nHistory from before 2026-09-20 11:\d\d UTC was pruned\.\n/);
  // Without its note the people would seem to have been written by nobody.
  await query("delete from sync_history where operation_type = 'prune'");
  expect(Object.keys(await brokenPromises(here))).toContain('noWriteWithoutClaim');
});
