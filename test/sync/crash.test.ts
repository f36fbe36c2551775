/** A process may die at any point: nothing is lost, and at most one page is asked for again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/domain/errors.ts';
import type { ParticipantPage, ParticipantRecord } from '../../src/domain/records.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import {
  at,
  entrant,
  hour,
  minute,
  notice,
  person,
  raceroster,
  runsignup,
  type TableRow,
} from '../store/store-world.ts';
import { afterTheLease, page, pages, type Step, syncWorld, type World } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

/** Nothing can be recorded when the database is lost: to the next run this is a process that died. */
const died = new DatabaseUnavailable('the process died here');

const listing: readonly ParticipantRecord[] = [
  ...Array.from({ length: 7 }, (_, index) => person(index + 1, { eventId: index % 2 === 0 ? '100' : '200' })),
  notice(2, { reason: 'removed' }, { eventId: '200', modifiedAt: at(0) }),
  notice(50, { reason: 'deferred' }, { modifiedAt: at(0) }),
];
const allPages = pages(listing);

/** What other programs see: without the times and places of the writing. */
function content(people: Readonly<Record<string, TableRow>>): Record<string, TableRow> {
  const technical = [
    'id',
    'xmin',
    'ctid',
    'fetched_date',
    'created_at',
    'removed_at',
    'credentials_used',
    'timing_partner_id',
  ];
  return Object.fromEntries(
    Object.entries(people).map(([id, row]) => [
      id,
      Object.fromEntries(Object.entries(row).filter(([column]) => !technical.includes(column))),
    ]),
  );
}

const withoutCrash = async () => {
  const world = await syncWorld(store.database, runsignup);
  world.script.participants = allPages;
  await world.sync(world.unit(['100', '200']));
  return content(await world.people());
};

async function crash(
  world: World,
  steps: readonly Step<ParticipantPage>[],
  events: readonly string[],
  seenAt = hour,
): Promise<void> {
  world.script.participants = steps;
  await expect(world.sync(world.unit(events))).rejects.toBe(died);
  await afterTheLease(world, seenAt);
}

describe('a run that dies', () => {
  test.each(allPages.map((_, index) => index))(
    'behind page %i leaves what is stored, and the next goes on behind it',
    async (index) => {
      const world = await syncWorld(store.database, runsignup);
      await crash(world, [...allPages.slice(0, index), died], ['100', '200']);
      expect(Object.keys(await world.people())).toHaveLength(Math.min(index * 2, 7));
      const left = await world.history();
      expect(left.map((row) => [row['status'], row['watermark']])).toEqual(Array(2).fill(['abandoned', null]));

      world.script.participants = allPages;
      const outcome = await world.sync(world.unit(['100', '200']));
      expect(outcome.status).toBe('completed');
      expect(outcome.apiCalls).toBe(allPages.length - index);
      expect(world.asked.at(-1)?.resume).toBe(index === 0 ? undefined : index);
      expect(content(await world.people())).toEqual(await withoutCrash());
      expect((await world.history()).slice(2).map((row) => row['watermark'])).toEqual(
        [at(-minute), at(-minute)].map((mark, i) => (index === 0 ? at(hour - minute) : [mark, mark][i])),
      );
    },
  );

  test('again and again, a page further each time, is done in the end', async () => {
    const world = await syncWorld(store.database, runsignup);
    for (let index = 1; index < allPages.length; index += 1) {
      await crash(world, [...allPages.slice(0, index), died], ['100', '200']);
      world.setClock(0);
    }
    world.script.participants = allPages;
    expect(await world.sync(world.unit(['100', '200']))).toMatchObject({ status: 'completed', apiCalls: 1 });
    expect(content(await world.people())).toEqual(await withoutCrash());
  });

  test('before its first page leaves the next one to go on where the one before stopped', async () => {
    const world = await syncWorld(store.database, runsignup);
    await crash(world, [...allPages.slice(0, 2), died], ['100', '200']);
    await crash(world, [died, died, died], ['100', '200'], 2 * hour);
    world.script.participants = allPages;
    await world.sync(world.unit(['100', '200']));
    expect(world.asked.map((query) => query.resume)).toEqual([undefined, 2, 2]);
    expect(content(await world.people())).toEqual(await withoutCrash());
  });

  test('leaves the list of who was seen to the next, which marks only who is missing from all of it', async () => {
    const world = await syncWorld(store.database, raceroster);
    const everybody = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => entrant(id));
    world.script.participants = pages(everybody);
    await world.sync(world.unit(['e1']));
    const withoutC = pages(everybody.filter((record) => record.id !== 'c'));
    await crash(world, [...withoutC.slice(0, 2), died], ['e1']);
    world.script.participants = withoutC;
    expect(await world.sync(world.unit(['e1']))).toMatchObject({
      status: 'completed',
      counts: { removed: 1 },
      apiCalls: 1,
    });
    const people = await world.people();
    expect(Object.keys(people).filter((id) => people[id]?.['removed_at'] !== null)).toEqual(['c']);
  });

  test('leaves nothing to another listing: one that begins anew sees everybody itself', async () => {
    const world = await syncWorld(store.database, raceroster);
    world.script.participants = pages(['a', 'b', 'c'].map((id) => entrant(id)));
    await world.sync(world.unit(['e1']));
    await crash(world, [page([entrant('a'), entrant('b'), entrant('c')], { last: false }), died], ['e1']);
    world.script.participants = [page([])];
    await world.sync(world.unit(['e1'], { kind: 'incremental', since: at(-hour) }));
    world.script.participants = [page([entrant('a'), entrant('c')])];
    expect(await world.sync(world.unit(['e1']))).toMatchObject({ status: 'completed', counts: { removed: 1 } });
    expect((await world.people())['b']?.['removed_reason']).toBe('absent');
  });
});
