import { describe, expect, test } from 'vitest';
import { UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { ParticipantQuery } from '../../../src/domain/provider.ts';
import { collect, connectTo, peopleRows, personRow, serverDate, sliceOf } from './builders.ts';

const event = { eventId: 'E 1', raceId: undefined, timeZone: 'UTC' };

function queryOf(overrides: Partial<ParticipantQuery> = {}): ParticipantQuery {
  return { events: [event], since: undefined, resume: undefined, ...overrides };
}

interface Listed {
  /** The ids of each page. */
  pages: string[][];
  listing: string | undefined;
  offsets: (string | undefined)[];
  resumes: Json[];
}

/** Reads a listing; `rowsAt(n)` are the rows that Race Roster holds at its nth call. */
async function list(
  rowsAt: (call: number) => Json[],
  options: { query?: Partial<ParticipantQuery>; cap?: number; pageSize?: number } = {},
): Promise<Listed> {
  const { session, requests } = connectTo((request, number) => sliceOf(rowsAt(number), request, options.cap), {
    tools: { pageSize: options.pageSize ?? 3 },
  });
  const pages = await collect(session.listParticipants(queryOf(options.query)));
  expect(pages.map(({ last }) => last)).toEqual(pages.map((_, index) => index === pages.length - 1));
  return {
    pages: pages.map(({ records }) => records.map(({ id }) => id)),
    listing: pages.at(-1)?.listing,
    offsets: requests.map(({ query }) => query?.['offset']),
    resumes: pages.map(({ resume }) => resume),
  };
}

const seven = peopleRows('a', 'b', 'c', 'd', 'e', 'f', 'g');

describe('pages', () => {
  test.each<[JsonObject[], string[][], string[]]>([
    [[], [[]], ['0']],
    [peopleRows('a'), [['a'], []], ['0', '1']],
    [peopleRows('a', 'b'), [['a', 'b'], []], ['0', '1']],
    [peopleRows('a', 'b', 'c'), [['a', 'b', 'c'], []], ['0', '2']],
    [seven, [['a', 'b', 'c'], ['d', 'e'], ['f', 'g'], []], ['0', '2', '4', '6']],
  ])('of %j overlap by one row that comes once', async (rows, pages, offsets) => {
    expect(await list(() => rows)).toMatchObject({ pages, offsets, listing: 'complete' });
  });

  test('that are capped lower than asked for miss nobody', async () => {
    expect(await list(() => seven, { cap: 2, pageSize: 50 })).toMatchObject({
      pages: [['a', 'b'], ['c'], ['d'], ['e'], ['f'], ['g'], []],
      listing: 'complete',
    });
  });

  test('that are capped to one row have no overlap and prove nothing', async () => {
    expect(await list(() => peopleRows('a', 'b'), { cap: 1 })).toMatchObject({
      pages: [['a'], ['b'], []],
      listing: 'unstable',
    });
  });

  test('hold the same people whatever the page size, 1 included', async () => {
    for (const pageSize of [1, 2, 5, 100]) {
      const { pages, listing } = await list(() => seven, { pageSize });
      expect([pages.flat(), listing]).toEqual([['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'complete']);
    }
  });

  test('carry the clock of the provider and go to the event', async () => {
    const { session, requests } = connectTo(() => []);
    const [page] = await collect(session.listParticipants(queryOf()));
    expect(page).toEqual({
      records: [],
      rejected: [],
      last: true,
      providerTime: serverDate,
      resume: { offset: 0, lastId: null, unsure: false },
      listing: 'complete',
    });
    expect(requests).toEqual([
      {
        method: 'GET',
        path: '/events/E%201/participants',
        query: { offset: '0', limit: '3' },
        headers: { authorization: 'Bearer token-1' },
      },
    ]);
  });

  test('of what changed are partial, and ask from the whole second on', async () => {
    const { session, requests } = connectTo((request) => sliceOf(peopleRows('a'), request));
    const query = queryOf({ since: new Date('2026-04-30T22:10:05.900Z') });
    const pages = await collect(session.listParticipants(query));
    expect(pages.map(({ listing }) => listing)).toEqual(['partial', 'partial']);
    expect(requests.map((request) => request.query?.['updated_since'])).toEqual([
      '2026-04-30T22:10:05Z',
      '2026-04-30T22:10:05Z',
    ]);
  });
});

describe('a listing that moves while it is read', () => {
  const without = (...gone: string[]) => seven.filter((row) => !gone.includes(String(row['participantId'])));

  test.each<[string, (call: number) => Json[]]>([
    ['somebody read before leaves', (call) => (call < 3 ? seven : without('a'))],
    ['the last row read leaves', (call) => (call < 2 ? seven : without('c'))],
    ['everybody leaves', (call) => (call < 2 ? seven : [])],
    ['all but those read leave, and one of these', (call) => (call < 2 ? seven : without('b', 'd', 'e', 'f', 'g'))],
    ['somebody joins before', (call) => (call < 2 ? seven : [...peopleRows('0'), ...seven])],
    [
      'one moves behind and another before',
      (call) => (call < 2 ? seven : peopleRows('f', 'b', 'c', 'd', 'e', 'a', 'g')),
    ],
  ])('because %s is unstable', async (_, rowsAt) => {
    expect((await list(rowsAt)).listing).toBe('unstable');
    expect((await list(rowsAt, { query: { since: serverDate } })).listing).toBe('unstable');
  });

  test.each<[string, string, (call: number) => Json[]]>([
    ['the first one read leaves', 'abcdefg', (call) => (call < 2 ? seven : without('a'))],
    ['several read before leave', 'abcdefg', (call) => (call < 3 ? seven : without('a', 'b', 'c'))],
    ['all that were read leave', 'abcdefg', (call) => (call < 3 ? seven : without('a', 'b', 'c', 'd', 'e'))],
    ['one after the other leaves', 'abcdefg', (call) => seven.slice(Math.min(call - 1, 2))],
    ['only one at the front is left', 'abcg', (call) => (call < 2 ? seven : without('a', 'b', 'c', 'd', 'e', 'f'))],
  ])('passes nobody over where %s', async (_, everybody, rowsAt) => {
    const { pages, listing } = await list(rowsAt);
    expect([pages.flat().toSorted().join(''), listing]).toEqual([everybody, 'unstable']);
  });

  test('at its end only is complete: who joins there is still read', async () => {
    const { pages, listing } = await list((call) => (call < 3 ? seven : [...seven, ...peopleRows('h')]));
    expect([pages.flat().join(''), listing]).toEqual(['abcdefgh', 'complete']);
  });

  test('because a person stands twice in a page is unstable, and both rows come', async () => {
    const { pages, listing } = await list(() => peopleRows('a', 'b', 'a'));
    expect([pages.flat().join(''), listing]).toEqual(['aba', 'unstable']);
  });
});

describe('resume', () => {
  test('goes on behind any page', async () => {
    const whole = await list(() => seven);
    expect(whole.resumes).toHaveLength(4);
    for (const [index, resume] of whole.resumes.entries()) {
      const { pages, listing } = await list(() => seven, { query: { resume } });
      expect([pages.flat(), listing]).toEqual([whole.pages.slice(index + 1).flat(), 'complete']);
    }
  });

  test('still sees that the list has moved', async () => {
    const { resumes } = await list(() => seven);
    const { listing } = await list(() => seven.slice(1), { query: { resume: resumes[1] } });
    expect(listing).toBe('unstable');
  });

  test('keeps the doubts of the pages before', async () => {
    const { resumes } = await list((call) => (call < 2 ? seven : seven.slice(1)));
    const { listing } = await list(() => seven.slice(1), { query: { resume: resumes[2] } });
    expect(listing).toBe('unstable');
  });

  test('of a form that is not ours begins anew', async () => {
    for (const resume of [null, 7, { offset: -1, lastId: 'a', unsure: false }, { page: 3 }]) {
      expect(await list(() => seven, { query: { resume } })).toMatchObject({
        listing: 'complete',
        resumes: { length: 4 },
      });
    }
  });
});

describe('bad rows and answers', () => {
  // In the middle of a page, at its end (where the next page cannot overlap), and as the very last row.
  test.each([1, 2, 7])('a row without an id at %i is rejected alone, and the listing proves nothing', async (index) => {
    const rows = seven.toSpliced(index, 0, { firstName: 'Noor' });
    const { session } = connectTo((request) => sliceOf(rows, request));
    const pages = await collect(session.listParticipants(queryOf()));
    expect(pages.flatMap(({ records }) => records.map(({ id }) => id)).join('')).toBe('abcdefg');
    expect(pages.flatMap(({ rejected }) => rejected)).toEqual([
      { eventId: 'E 1', error: 'participantId: missing or not an id', source: { firstName: 'Noor' } },
    ]);
    expect(pages.at(-1)?.listing).toBe('unstable');
  });

  test('a bad row with an id leaves the listing complete', async () => {
    const { session } = connectTo((request) =>
      sliceOf([...seven, personRow({ participantId: 'h', bibNumber: [] })], request),
    );
    const pages = await collect(session.listParticipants(queryOf()));
    expect(pages.flatMap(({ rejected }) => rejected.map(({ id, error }) => [id, error]))).toEqual([
      ['h', 'bibNumber: expected text'],
    ]);
    expect(pages.at(-1)?.listing).toBe('complete');
  });

  test.each<[Json]>([
    [null],
    ['maintenance'],
    [{}],
    [{ data: null }],
    [{ data: { participants: [] } }],
    [{ participants: [] }],
    [{ message: 'Something went wrong', code: 500 }],
    [{ error: 'server_error', data: [] }],
  ])('%j is no empty list', async (answer) => {
    const { session } = connectTo(() => answer);
    await expect(collect(session.listParticipants(queryOf()))).rejects.toThrow(UnknownAnswer);
    await expect(collect(session.listEvents({ startsFrom: undefined }))).rejects.toThrow(UnknownAnswer);
  });

  test('a server that ignores offset ends the series instead of filling it', async () => {
    const { session, requests } = connectTo(() => seven.slice(0, 3));
    await expect(collect(session.listParticipants(queryOf()))).rejects.toThrow(UnknownAnswer);
    expect(requests).toHaveLength(2);
  });
});
