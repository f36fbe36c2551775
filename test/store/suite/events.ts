/** Part of the store's suite: what discovery lists becomes races, events and the schedule. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Provider } from '../../../src/domain/provider.ts';
import type { EventRecord, RaceRecord, RejectedRow } from '../../../src/domain/records.ts';
import { chronotrack } from '../../../src/providers/chronotrack/provider.ts';
import { removeCredential } from '../../../src/store/credentials.ts';
import { storeEvents, storeRaces } from '../../../src/store/events.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { countRejected } from '../../../src/store/rejected-rows.ts';
import {
  addEvents,
  at,
  eventRecord,
  hour,
  minute,
  newCredential,
  newOwner,
  now,
  type Opened,
  raceroster,
  runsignup,
} from '../store-world.ts';

const race = (raceId: string, changes: Partial<RaceRecord> = {}): RaceRecord => ({
  raceId,
  row: { race_id: raceId, name: `Race ${raceId}` },
  source: { race_id: raceId },
  ...changes,
});
const event = (eventId: string, changes: Partial<EventRecord> = {}) =>
  eventRecord(runsignup, eventId, { raceId: '10', ...changes });

interface Page {
  readonly races?: readonly RaceRecord[];
  readonly events?: readonly EventRecord[];
  readonly rejected?: readonly RejectedRow[];
}

export function eventTests(opened: Opened): void {
  const store = (
    owner: Owner,
    page: Page,
    options: { startsFrom?: Date | undefined; now?: Date; provider?: Provider } = {},
  ) =>
    storeEvents(
      opened.db,
      options.provider ?? runsignup,
      owner,
      { races: [], events: [], rejected: [], last: true, ...page },
      { now: options.now ?? now, startsFrom: 'startsFrom' in options ? options.startsFrom : at(-hour) },
    );
  const rows = async (table: string, owner: Owner) =>
    (
      await sql<Record<string, unknown>>`select t.*, t.xmin::text as xmin from ${sql.table(table)} t
        where timing_partner_id = ${owner.partnerId} order by 2, 1`.execute(opened.db)
    ).rows;
  const schedule = async (owner: Owner) =>
    (
      await sql<Record<string, unknown>>`select *, xmin::text as xmin from sync_events
        where timing_partner_id = ${owner.partnerId} order by event_id`.execute(opened.db)
    ).rows;
  const nothing = { races: 0, events: 0, newEvents: 0, changedEvents: 0, failed: 0 };

  test('a page of races and events, and the same again', async () => {
    const owner = await newOwner(opened.db);
    const page = { races: [race('10'), race('11')], events: [event('1'), event('2', { raceId: '11' })] };
    expect(await store(owner, page)).toEqual({ ...nothing, races: 2, events: 2, newEvents: 2 });
    expect(await schedule(owner)).toMatchObject([
      {
        event_id: '1',
        race_id: '10',
        name: 'Event 1',
        start_at: at(24 * hour),
        time_zone: 'America/Denver',
        time_zone_assumed: false,
        partner_provider_credential_id: owner.credentialId,
        discovered_at: now,
        changed_at: now,
      },
      { event_id: '2', race_id: '11' },
    ]);
    expect(await rows('runsignup_races', owner)).toMatchObject([
      { race_id: 10, source_row: { race_id: '10' } },
      { race_id: 11, credentials_used: String(owner.credentialId) },
    ]);
    const before = await Promise.all(['runsignup_races', 'runsignup_events'].map((table) => rows(table, owner)));
    const scheduled = await schedule(owner);
    expect(await store(owner, page, { now: at(hour) })).toEqual({ ...nothing, races: 2, events: 2 });
    expect(await Promise.all(['runsignup_races', 'runsignup_events'].map((table) => rows(table, owner)))).toEqual(
      before,
    );
    expect(await schedule(owner)).toEqual(scheduled);
  });

  test('a moved start and a new name are changes', async () => {
    const owner = await newOwner(opened.db);
    await store(owner, { events: [event('1'), event('2')] });
    const changed = [event('1', { startAt: at(25 * hour) }), event('2', { name: 'Renamed' })];
    expect(await store(owner, { events: changed }, { now: at(minute) })).toEqual({
      ...nothing,
      events: 2,
      changedEvents: 2,
    });
    expect(await schedule(owner)).toMatchObject([
      { start_at: at(25 * hour), changed_at: at(minute), discovered_at: now },
      { name: 'Renamed' },
    ]);
    expect(await rows('runsignup_events', owner)).toMatchObject([{ start_at: at(25 * hour) }, { name: 'Renamed' }]);
  });

  test('past events are not touched, unless the past is asked for', async () => {
    const owner = await newOwner(opened.db);
    const past = event('1', { startAt: at(-2 * hour) });
    expect(await store(owner, { races: [race('10')], events: [past] })).toEqual(nothing);
    expect(await rows('runsignup_races', owner)).toEqual([]);
    expect(await store(owner, { races: [race('10')], events: [past] }, { startsFrom: undefined })).toMatchObject({
      races: 1,
      newEvents: 1,
    });
    const before = await rows('runsignup_events', owner);
    const renamed = event('1', { startAt: at(-2 * hour), name: 'Changed behind our back' });
    expect(await store(owner, { events: [renamed] })).toEqual(nothing);
    expect(await rows('runsignup_events', owner)).toEqual(before);
  });

  test('an event whose start was moved into the past, or out of it, is stored', async () => {
    const owner = await newOwner(opened.db);
    await store(owner, { events: [event('1'), event('2', { startAt: at(-2 * hour) })] }, { startsFrom: undefined });
    const moved = [event('1', { startAt: at(-3 * hour) }), event('2', { startAt: at(3 * hour) })];
    expect(await store(owner, { events: moved })).toMatchObject({ events: 2, changedEvents: 2 });
    expect((await schedule(owner)).map((row) => row['start_at'])).toEqual([at(-3 * hour), at(3 * hour)]);
  });

  test('a second credential of the partner does not take an event over, an orphan gets it', async () => {
    const owner = await newOwner(opened.db);
    const second = await newCredential(opened.db, owner.partnerId);
    await store(owner, { events: [event('1')] });
    expect(await store(second, { events: [event('1')] })).toEqual({ ...nothing, events: 1 });
    const credentials = async () => (await schedule(owner)).map((row) => row['partner_provider_credential_id']);
    expect(await credentials()).toEqual([owner.credentialId]);
    await store(second, { events: [event('1', { name: 'Renamed' })] });
    expect(await schedule(owner)).toMatchObject([
      { name: 'Renamed', partner_provider_credential_id: owner.credentialId },
    ]);
    await removeCredential(opened.db, owner.credentialId);
    expect(await credentials()).toEqual([null]);
    expect(await store(second, { events: [event('1')] })).toMatchObject({ changedEvents: 1 });
    expect(await credentials()).toEqual([second.credentialId]);
  });

  test('two partners may have the same event', async () => {
    const [one, two] = [await newOwner(opened.db), await newOwner(opened.db)];
    await store(one, { races: [race('10')], events: [event('1')] });
    expect(await store(two, { races: [race('10')], events: [event('1', { name: 'Theirs' })] })).toMatchObject({
      newEvents: 1,
    });
    expect(await schedule(one)).toMatchObject([{ name: 'Event 1' }]);
  });

  test('races without a wanted event are left out', async () => {
    const owner = await newOwner(opened.db);
    expect(await store(owner, { races: [race('10'), race('12')], events: [event('1')] })).toMatchObject({ races: 1 });
    expect(await rows('runsignup_races', owner)).toMatchObject([{ race_id: 10 }]);
  });

  test('an event or race twice in a page is one, as the later row says', async () => {
    const owner = await newOwner(opened.db);
    const page = {
      races: [race('10'), race('10', { row: { race_id: '10', name: 'Later' } })],
      events: [event('1'), event('1', { name: 'Later' })],
    };
    await store(owner, page);
    expect(await schedule(owner)).toMatchObject([{ name: 'Later' }]);
    expect(await rows('runsignup_races', owner)).toMatchObject([{ name: 'Later' }]);
  });

  const rejectedKeys = async (owner: Owner) =>
    (
      await sql<{ key: string }>`select event_id || ' ' || row_key as key from rejected_rows
        where timing_partner_id = ${owner.partnerId} order by 1`.execute(opened.db)
    ).rows.map((row) => row.key);

  test.each<[string, Partial<EventRecord>]>([
    ['a NUL in its source', { source: { text: 'a\0b' } }],
    ['a NUL in its name', { name: 'a\0b' }],
    ['a date that does not exist', { row: { event_id: '2', start_time: '2026-02-30T10:00:00' } }],
  ])('an event with %s is set aside, the others are stored', async (_, changes) => {
    const owner = await newOwner(opened.db);
    const page = { races: [race('10')], events: [event('1'), event('2', changes), event('3')] };
    expect(await store(owner, page)).toEqual({ races: 1, events: 2, newEvents: 2, changedEvents: 0, failed: 1 });
    expect((await schedule(owner)).map((row) => row['event_id'])).toEqual(['1', '3']);
    expect(await rows('runsignup_events', owner)).toHaveLength(2);
    expect(await rejectedKeys(owner)).toEqual(['2 id:2']);
  });

  test('races that come beside results are stored with their event, and the same again', async () => {
    const owner = await newOwner(opened.db, chronotrack);
    await addEvents(opened.db, owner, chronotrack, ['7']);
    const raceOf = (raceId: string, name: string): RaceRecord => ({
      raceId,
      row: { race_id: raceId, event_id: '7', race_name: name, race_course_distance: '21.1' },
      source: { race_name: name },
    });
    const storeAll = (races: readonly RaceRecord[]) =>
      opened.db.transaction().execute((tx) => storeRaces(tx, chronotrack, owner, races, now));
    const page = [raceOf('2', 'Half'), raceOf('1', '5K'), raceOf('3', 'a\0b')];
    expect((await storeAll(page)).map(({ row }) => row.raceId)).toEqual(['3']);
    const before = await rows('ct_races', owner);
    expect(before).toMatchObject([
      { race_id: '1', event_id: '7', race_name: '5K', credentials_used: String(owner.credentialId) },
      { race_id: '2', race_name: 'Half', race_course_distance: '21.1', source_row: { race_name: 'Half' } },
    ]);
    await storeAll(page);
    expect(await rows('ct_races', owner)).toEqual(before);
  });

  test('a race that cannot be held does not hold its events up', async () => {
    const owner = await newOwner(opened.db);
    const page = { races: [race('10', { source: { description: '\0' } })], events: [event('1')] };
    expect(await store(owner, page)).toEqual({ races: 0, events: 1, newEvents: 1, changedEvents: 0, failed: 1 });
    expect(await rejectedKeys(owner)).toEqual([' id:10']);
  });

  test('a rejected event or race is one until a good row of it comes', async () => {
    const owner = await newOwner(opened.db, raceroster);
    const other = await newOwner(opened.db, raceroster);
    const bad = (eventId: string): RejectedRow => ({ eventId, id: eventId, error: 'no start', source: {} });
    for (const one of [owner, other]) {
      const page = { rejected: [bad('e1'), bad('e2'), { id: '10', error: 'no name', source: {} }] };
      expect(await store(one, page, { provider: raceroster })).toEqual({ ...nothing, failed: 3 });
    }
    await store(owner, { events: [eventRecord(raceroster, 'e1')] }, { provider: raceroster });
    expect(await rejectedKeys(owner)).toEqual([' id:10', 'e2 id:e2']);
    expect(await rejectedKeys(other)).toHaveLength(3);
    expect((await countRejected(opened.db)).get(`${owner.partnerId}:${owner.providerId}:e1`)).toBeUndefined();

    const races = await newOwner(opened.db);
    await store(races, { rejected: [{ id: '10', error: 'no name', source: {} }] });
    await store(races, { races: [race('10')], events: [event('1')] });
    expect(await rejectedKeys(races)).toEqual([]);
  });
}
