import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderUnavailable } from '../../src/domain/errors.ts';
import type { Provider } from '../../src/domain/provider.ts';
import type { ParticipantPage, ParticipantRecord } from '../../src/domain/records.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, entrant, hour, now, pick, raceroster } from '../store/store-world.ts';
import { page, pages, syncWorld, type World } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

const people = (count: number, eventId = 'e1'): ParticipantRecord[] =>
  Array.from({ length: count }, (_, index) => entrant(`${eventId}-${index + 1}`, { eventId }));

/** An event whose people were all listed once. */
async function listed(records: readonly ParticipantRecord[], provider: Provider = raceroster): Promise<World> {
  const world = await syncWorld(store.database, provider);
  world.script.participants = [page(records)];
  await world.sync(world.unit(['e1', 'e2', 'e3'].filter((id) => records.some((record) => record.eventId === id))));
  world.setClock(hour);
  return world;
}

const gone = async (world: World) =>
  Object.entries(await world.people()).flatMap(([id, row]) => (row['removed_at'] === null ? [] : [id]));

describe('who is missing from a complete listing', () => {
  test('is marked with the reason and the time of the sync', async () => {
    const all = people(20);
    const world = await listed(all);
    world.script.participants = pages(all.slice(1));
    const outcome = await world.sync(world.unit(['e1']));
    expect(outcome).toMatchObject({ status: 'completed', counts: { fetched: 19, unchanged: 19, removed: 1 } });
    expect(pick((await world.people())['e1-1'] ?? {}, 'removed_at', 'removed_reason')).toEqual({
      removed_at: at(hour),
      removed_reason: 'absent',
    });
    expect((await world.history()).at(-1)).toMatchObject({ status: 'completed', removed: 1 });
    world.script.participants = pages(all);
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ counts: { updated: 1, removed: 0 } });
    expect(await gone(world)).toEqual([]);
  });

  test.each<[string, (all: readonly ParticipantRecord[]) => readonly ParticipantPage[]]>([
    ['an unstable', (all) => [page(all.slice(1), { listing: 'unstable' })]],
    ['a partial', (all) => [page(all.slice(1), { listing: 'partial' })]],
    [
      'a listing, unstable at its end,',
      (all) => [page(all.slice(2), { last: false }), page([all[1] as ParticipantRecord], { listing: 'unstable' })],
    ],
  ])('%s listing marks nobody', async (_, listing) => {
    const all = people(8);
    const world = await listed(all);
    world.script.participants = listing(all);
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed', counts: { removed: 0 } });
    expect(await gone(world)).toEqual([]);
  });

  test('a listing without anybody is no answer, and is tried again', async () => {
    const all = people(8);
    const world = await listed(all);
    world.script.participants = [page([])];
    const outcome = await world.sync(world.unit(['e1']));
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'UnknownAnswer', exit: 'someFailed' } });
    expect(outcome.failure?.message).toBe('Race Roster lists nobody, and of event e1 alone 8 people are stored');
    expect(outcome.failure?.hint).toContain('--full --allow-mass-removal');
    expect(await gone(world)).toEqual([]);
    world.setClock(2 * hour);
    world.script.participants = [page(all)];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed', counts: { unchanged: 8 } });
  });

  test('a listing without anybody marks all where a person says so', async () => {
    const world = await listed(people(8));
    world.script.participants = [page([])];
    expect(await world.sync(world.unit(['e1']), { allowMassRemoval: true })).toMatchObject({
      status: 'completed',
      counts: { removed: 8 },
    });
  });

  test('a listing without anybody of an event that has nobody is as it should be', async () => {
    const world = await syncWorld(store.database, raceroster);
    world.script.participants = [page([])];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed' });
  });

  test('an incremental listing marks nobody', async () => {
    const all = people(8);
    const world = await listed(all);
    world.script.participants = [page(all.slice(1))];
    await world.sync(world.unit(['e1'], { kind: 'incremental', since: now }));
    expect(await gone(world)).toEqual([]);
  });

  test('a listing that broke off marks nobody', async () => {
    const all = people(8);
    const world = await listed(all);
    world.script.participants = [page(all.slice(0, 4), { last: false }), new ProviderUnavailable('down')];
    await world.sync(world.unit(['e1']));
    expect(await gone(world)).toEqual([]);
  });

  test('a row that could not be read is somebody who is there', async () => {
    const all = people(8);
    const world = await listed(all);
    const [first, second, ...others] = all;
    const broken = { ...(second as ParticipantRecord), row: { ...second?.row, date_of_birth: 'never' } };
    const rejected = [{ eventId: 'e1', id: first?.id ?? '', error: 'no name', source: {} }];
    world.script.participants = [page([broken, ...others.slice(1)], { rejected })];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({
      status: 'completed',
      counts: { removed: 1, failed: 2 },
    });
    expect(await gone(world)).toEqual([others[0]?.id]);
  });

  test('a row that nobody can be told by may be anybody: nobody is marked', async () => {
    const all = people(8);
    const world = await listed(all);
    const rejected = [{ eventId: 'e1', error: 'participantId: missing', source: { name: '?' } }];
    world.script.participants = [page(all.slice(2), { rejected, last: false }), page([])];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({
      status: 'completed',
      counts: { removed: 0, failed: 1 },
    });
    expect(await gone(world)).toEqual([]);
    expect(world.log.filter((line) => line.level === 'warn')).toHaveLength(1);
    world.script.participants = [page(all.slice(2))];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ counts: { removed: 2 } });
  });
});

describe('too many at once', () => {
  test.each([
    [20, 5, 'marked'],
    [20, 6, 'stop'],
    [100, 10, 'marked'],
    [100, 11, 'stop'],
    [3, 2, 'marked'],
  ])('of %i people %i are missing: %s', async (count, missing, what) => {
    const all = people(count);
    const world = await listed(all);
    const newcomer = entrant('new');
    const changed = entrant(all.at(-1)?.id ?? '', { row: { bib_number: '9' } });
    world.script.participants = pages([...all.slice(missing, -1), changed, newcomer]);
    const outcome = await world.sync(world.unit(['e1']));
    expect(await gone(world)).toHaveLength(what === 'stop' ? 0 : missing);
    // What came is stored either way.
    expect((await world.people())['new']).toBeDefined();
    expect((await world.people())[changed.id]?.['bib_number']).toBe('9');
    if (what === 'marked') {
      expect(outcome).toMatchObject({ status: 'completed', counts: { removed: missing, inserted: 1, updated: 1 } });
      return;
    }
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { kind: 'SafetyStop', exit: 'safetyStop' },
      counts: { inserted: 1, updated: 1 },
    });
    expect(outcome.failure?.message).toContain(`event e1: ${missing} of ${count + 1} people are missing`);
    expect(outcome.failure?.hint).toContain(
      `p88sync sync-event ${world.owner.partnerId}:raceroster:e1 --full --allow-mass-removal`,
    );
    expect((await world.history()).at(-1)).toMatchObject({
      status: 'failed',
      watermark: null,
      checkpoint: null,
      inserted: 1,
    });
  });

  test('goes through when a person says so', async () => {
    const all = people(30);
    const world = await listed(all);
    world.script.participants = [page(all.slice(20))];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ failure: { kind: 'SafetyStop' } });
    expect(await world.sync(world.unit(['e1']), { allowMassRemoval: true })).toMatchObject({
      status: 'completed',
      counts: { removed: 20 },
    });
    expect(await gone(world)).toHaveLength(20);
  });

  test('people who are gone already do not count', async () => {
    const all = people(30);
    const world = await listed(all);
    world.script.participants = [page(all.slice(20))];
    await world.sync(world.unit(['e1']), { allowMassRemoval: true });
    world.script.participants = [page(all.slice(25))];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed', counts: { removed: 5 } });
  });

  test('the limits can be set', async () => {
    const world = await syncWorld(store.database, raceroster, { settings: { massRemoval: { people: 0, share: 0.5 } } });
    const all = people(4);
    world.script.participants = [page(all)];
    await world.sync(world.unit(['e1']));
    world.script.participants = [page(all.slice(3))];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ failure: { kind: 'SafetyStop' } });
    world.script.participants = [page(all.slice(2))];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ counts: { removed: 2 } });
  });
});

describe('several events in one listing', () => {
  const ofRaces: Provider = { ...raceroster, unit: 'race' };

  test('each is judged by its own people: one that is not in it at all marks nobody, however small it is', async () => {
    const [one, two] = [people(6, 'e1'), people(4, 'e2')];
    const world = await listed([...one, ...two], ofRaces);
    world.script.participants = [page(one.slice(1))];
    const outcome = await world.sync(world.unit(['e1', 'e2']));
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'SafetyStop' } });
    expect(outcome.failure?.message).toContain(
      '4 of 4 people are missing from the listing; one without anybody marks nobody',
    );
    expect(await gone(world)).toEqual(['e1-1']);
    // The others are listed without it, and done.
    world.script.participants = [page(one.slice(1))];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed' });
  });

  test('too many missing of one stop the unit, and that one alone is left unmarked', async () => {
    const [one, two] = [people(6, 'e1'), people(20, 'e2')];
    const world = await listed([...one, ...two], ofRaces);
    world.script.participants = [page([...one.slice(1), ...two.slice(10)])];
    const outcome = await world.sync(world.unit(['e1', 'e2']));
    expect(outcome).toMatchObject({ status: 'failed', failure: { kind: 'SafetyStop' } });
    expect(await gone(world)).toEqual(['e1-1']);
  });

  test('the one in doubt waits for a person; the others are listed without it and are done', async () => {
    const [one, two, three] = [people(20, 'e1'), people(6, 'e2'), people(6, 'e3')];
    const world = await listed([...one, ...two, ...three], ofRaces);
    const stopped = async () =>
      (
        await sql<{
          id: string;
        }>`select event_id as id from sync_events where timing_partner_id = ${world.owner.partnerId}
          and listing_stopped_at is not null order by 1`.execute(store.database.db)
      ).rows.map(({ id }) => id);
    world.script.participants = [page([...one.slice(10), ...two.slice(1), ...three.slice(1)])];
    expect(await world.sync(world.unit(['e1', 'e2', 'e3']))).toMatchObject({ failure: { kind: 'SafetyStop' } });
    expect(await stopped()).toEqual(['e1']);
    expect(await gone(world)).toEqual(['e2-1', 'e3-1']);
    world.script.participants = [page([...two.slice(1), ...three.slice(1)])];
    expect(await world.sync(world.unit(['e2', 'e3']))).toMatchObject({ status: 'completed' });
    expect(await stopped()).toEqual(['e1']);
  });

  test('somebody who moved to another event of the listing is not missing', async () => {
    const [one, two] = [people(3, 'e1'), people(3, 'e2')];
    const world = await listed([...one, ...two], ofRaces);
    const moved = entrant('e1-1', { eventId: 'e2' });
    world.script.participants = [page([...one.slice(1), ...two, moved])];
    expect(await world.sync(world.unit(['e1', 'e2']))).toMatchObject({ counts: { updated: 1, removed: 0 } });
    expect(await gone(world)).toEqual([]);
  });
});

test('what was seen is forgotten when the listing is done', async () => {
  const world = await listed(people(3));
  const seen = await sql`select 1 from sync_seen where timing_partner_id = ${world.owner.partnerId}`.execute(
    store.database.db,
  );
  expect(seen.rows).toEqual([]);
});
