/** ChronoTrack through the program: no filter and no list of who left, yet changes arrive, and who is gone is marked. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { moveStart, refund, register, renameEvent, setBib, vanish } from '../../src/sandbox/changes.ts';
import { expectedOf } from '../../src/sandbox/expected.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { Account, RaceEvent, World } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, minute, saturday } from './installation.ts';

const at = (ms: number) => new Date(saturday.getTime() + ms);
let here: Installation;
let account: Account;
let lake: RaceEvent;

beforeAll(async () => {
  here = await install((world) => {
    lake = eventOf(world, 'Lake Run', at(hour));
    const forest = eventOf(world, 'Forest Run', at(30 * hour));
    const over = eventOf(world, 'Over', at(-30 * hour));
    addRegistrations(world, lake, 60);
    addRegistrations(world, forest, 5);
    addRegistrations(world, over, 5);
    const races = [lake, forest, over].map((event) => event.race);
    account = addAccount(world, {
      provider: 'chronotrack',
      company: 'Peak Timing',
      principal: 'timer@example.org',
      secret: 'pass-word',
      additionalConfig: { client_id: 'c1', client_secret: 's1', auth: 'oauth' },
      races,
    });
  });
  here.env['P88SYNC_CHRONOTRACK_PAGE_SIZE'] = '25';
});
afterAll(() => here.close());

function eventOf(world: World, name: string, startAt: Date): RaceEvent {
  return addEvent(world, addRace(world, { provider: 'chronotrack', name, timeZone: 'America/Denver' }), { startAt });
}

/** What the database holds of people and events, and what the sandbox says it ought to. */
async function expectAgreement(): Promise<void> {
  const { events, registrations } = expectedOf(here.world.events.values(), account);
  const ahead = events.filter(({ startAt }) => new Date(startAt) >= at(-hour));
  expect(
    await here.query(`select event_id as id, event_name as name, start_at from ct_events order by start_at`),
  ).toEqual(ahead.map(({ eventId, name, startAt }) => ({ id: eventId, name, start_at: new Date(startAt) })));
  const people = await here.query(`select event_id as event, entry_id as id, athlete_first_name as first,
    athlete_last_name as last, athlete_birthdate::text as dob, entry_bib as bib, removed_reason as reason,
    removed_at is not null as removed from ct_participants order by entry_id`);
  const reasons: Record<string, string> = { removed: 'cancelled', deferred: 'deferred', cleared: 'deleted' };
  expect(people).toEqual(
    registrations
      .filter(({ eventId }) => ahead.some((event) => event.eventId === eventId))
      .sort((a, b) => a.id.localeCompare(b.id))
      .map((one) => {
        const reason =
          one.removedReason !== null ? reasons[one.removedReason] : one.vanishedAt !== null ? 'absent' : null;
        return {
          event: one.eventId,
          id: one.id,
          first: one.firstName,
          last: one.lastName,
          dob: one.dob,
          bib: one.lastBib,
          reason: reason ?? null,
          removed: reason !== null,
        };
      }),
  );
}

test('discovery lists everything and stores what is ahead; the first tick brings everybody', async () => {
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  await expectAgreement();
  // One login for both runs; three pages of 60 people, one of 5.
  expect(here.newCalls().map((call) => call.replace(/&elide.*/, '').replace(/format=json&?/, ''))).toEqual([
    'GET /oauth2/token?grant_type=password',
    'GET /api/event?page=1&size=25',
    ...[1, 2, 3].map((page) => `GET /api/event/${lake.id}/entry?page=${page}&size=25`),
    expect.stringMatching(/^GET \/api\/event\/\d+\/entry\?page=1&size=25$/),
  ]);
});

test('the next tick brings what changed; a blank bib erases none; who vanished is absent', async () => {
  const [a, b, c, d] = lake.registrations.map(({ id }) => id);
  refund(here.world, a ?? 0);
  setBib(here.world, b ?? 0, null);
  setBib(here.world, c ?? 0, '4711');
  vanish(here.world, d ?? 0);
  register(here.world, lake);
  here.pass(minute);
  expect((await here.tick()).json['totals']).toMatchObject({ counts: { inserted: 1, removed: 2 } });
  await expectAgreement();
});

test('nothing changed: no row is written', async () => {
  here.pass(minute);
  const rows = 'select entry_id, ctid::text, xmin::text from ct_participants order by 1';
  const before = await here.query(rows);
  expect((await here.tick()).json['totals']).toMatchObject({ counts: { inserted: 0, updated: 0, removed: 0 } });
  expect(await here.query(rows)).toEqual(before);
});

test('a new name and another start come with the next discovery', async () => {
  renameEvent(here.world, lake, 'Lake Run 2026');
  moveStart(here.world, lake, at(2 * hour));
  await here.discover();
  await expectAgreement();
});

test('an account that is refused with empty lists loses nobody', async () => {
  here.world.behaviour.chronotrack.refusesWithEmptyList = true;
  account.enabled = false;
  here.pass(minute);
  await here.tick();
  account.enabled = true;
  await expectAgreement();
  const calls = await here.query('select path from api_calls');
  const text = JSON.stringify([calls, here.sandbox.calls]);
  for (const secret of ['pass-word', 's1', 'timer@example.org']) expect(text).not.toContain(secret);
});

test('the races of an event come with its results, and stay as they are with the next ones', async () => {
  runEvent(here.world, lake);
  here.pass(4 * hour);
  expect((await here.run('pull-results', `1:chronotrack:${lake.id}`)).code).toBe(0);
  const races = `select race_id, event_id, race_name, ctid::text from ct_races order by 1`;
  const stored = await here.query(races);
  expect(stored).toEqual([
    { race_id: expect.any(String), event_id: lake.id, race_name: expect.any(String), ctid: expect.any(String) },
  ]);
  const known = await here.query(`select distinct race_id from ct_results where event_id = $1`, [lake.id]);
  expect(known).toEqual(stored.map(({ race_id }) => ({ race_id })));
  expect((await here.run('pull-results', `1:chronotrack:${lake.id}`)).code).toBe(0);
  expect(await here.query(races)).toEqual(stored);
});
