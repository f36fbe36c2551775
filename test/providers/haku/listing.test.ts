import { describe, expect, test } from 'vitest';
import { UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { ApiRequest, ParticipantQuery } from '../../../src/domain/provider.ts';
import type { ParticipantPage } from '../../../src/domain/records.ts';
import { allOf, scriptedNow } from '../scripted-session.ts';
import { changedRow, connectTo, event, listRow } from './wire-rows.ts';

interface Server {
  /** Rows per page at most. */
  readonly cap?: number;
  /** The length that page numbers count by: the real one, or the one that was asked for. */
  readonly countsBy?: 'page' | 'asked';
  readonly behind?: 'nothing' | 'last page' | 'first page';
  readonly heeds?: { readonly page?: boolean; readonly perPage?: boolean };
}

/** What a server answers that holds these rows. */
function pageOf(rows: readonly Json[], { query }: ApiRequest, server: Server = {}): readonly Json[] {
  const { cap = 1000, countsBy = 'page', behind = 'nothing', heeds = {} } = server;
  const asked = heeds.perPage === false ? cap : Number(query?.['per_page']);
  const length = Math.min(asked, cap);
  const lastPage = Math.max(1, Math.ceil(rows.length / length));
  let page = heeds.page === false ? 1 : Number(query?.['page']);
  if (page > lastPage && behind !== 'nothing') page = behind === 'last page' ? lastPage : 1;
  const offset = (page - 1) * (countsBy === 'asked' ? asked : length);
  return rows.slice(offset, offset + length);
}

interface Options extends Server {
  readonly query?: Partial<ParticipantQuery>;
  readonly pageSize?: number;
}

/** Reads a listing; `rowsAt(n)` are the rows that Haku holds at its nth call. */
async function list(rowsAt: (call: number) => readonly Json[], options: Options = {}) {
  const { session, asked } = connectTo((request) => [...pageOf(rowsAt(asked.length), request, options)], {
    tools: { pageSize: options.pageSize ?? 3 },
  });
  const pages = await allOf(
    session.listParticipants({ events: [event], since: undefined, resume: undefined, ...options.query }),
  );
  expect(pages.map(({ last }) => last)).toEqual(pages.map((_, index) => index === pages.length - 1));
  return {
    pages: pages.map((page) => (page.outlines ?? []).map(({ id }) => id).join(' ')),
    asked: asked.map(({ query }) => `${query?.['page']}/${query?.['per_page']}`),
    listing: pages.at(-1)?.listing,
    resumes: pages.map(({ resume }) => resume),
  };
}

const rowsOf = (...texts: string[]) => texts.map((text) => changedRow(text));
const seven = rowsOf('A@09:07', 'B@09:06', 'C@09:05', 'D@09:04', 'E@09:03', 'F@09:02', 'G@09:01');
const timeless = seven.map(({ updated_at: _, ...row }) => row);
const all = 'A B C D E F G';

describe('pages', () => {
  test.each<[string, JsonObject[], string[], string[]]>([
    ['nobody', [], [''], ['1/3']],
    ['one', seven.slice(0, 1), ['A', ''], ['1/3', '2/1']],
    ['a full page', seven.slice(0, 3), ['A B C', ''], ['1/3', '2/3', '4/1']],
    // Behind the end the row is looked for that would stand there, and the first page is looked at again.
    ['more', seven, ['A B C', 'D E F', 'G', ''], ['1/3', '2/3', '3/3', '4/3', '8/1', '1/3']],
  ])('of %s end with one that holds nobody', async (_, rows, pages, asked) => {
    expect(await list(() => rows)).toMatchObject({ pages, asked, listing: 'complete' });
    expect(await list(() => rows.map(({ updated_at: __, ...row }) => row))).toMatchObject({
      pages,
      listing: 'complete',
    });
  });

  test.each(['page', 'asked'] as const)(
    'capped lower than asked, counted by the %s length: nobody is passed over',
    async (countsBy) => {
      expect(await list(() => seven, { cap: 2, pageSize: 500, countsBy })).toMatchObject({
        pages: ['A B', 'C D', 'E F', 'G', ''],
        asked: ['1/500', '2/2', '3/2', '4/2', '5/2', '1/2'],
        listing: 'complete',
      });
    },
  );

  test('are asked for newest change first, and carry what was read', async () => {
    const { session, asked } = connectTo(() => ({ participants: [] }));
    const since = new Date('2026-09-12T09:00:00.900Z');
    expect(await allOf(session.listParticipants({ events: [event], since, resume: undefined }))).toEqual([
      {
        records: [],
        outlines: [],
        rejected: [],
        last: true,
        providerTime: scriptedNow,
        resume: { page: 1, perPage: 3, newest: [], repeats: 0, descends: true, before: [] },
        listing: 'partial',
      },
    ]);
    expect(asked).toEqual([
      {
        method: 'GET',
        path: '/events/E%201/participants',
        query: {
          page: '1',
          per_page: '3',
          sort_column: 'updated_at',
          sort_direction: 'desc',
          updated_since: '2026-09-12T09:00:00Z',
        },
        headers: { authorization: 'token-1' },
      },
    ]);
  });

  test.each<[Json]>([[{}], [{ participants: null }], [{ participants: [], error: 'busy' }], ['no'], [null]])(
    '%j is no list',
    async (answer) => {
      const { session } = connectTo(() => answer);
      const pages = allOf(session.listParticipants({ events: [event], since: undefined, resume: undefined }));
      await expect(pages).rejects.toBeInstanceOf(UnknownAnswer);
    },
  );

  test.each([[{ data: timeless }], [{ participants: timeless }], [timeless]])(
    'a list comes in any of its envelopes',
    async (answer) => {
      const { session, asked } = connectTo(() => (asked.length === 1 ? answer : []));
      const pages = await allOf(session.listParticipants({ events: [event], since: undefined, resume: undefined }));
      expect(pages[0]?.outlines?.map(({ id }) => id).join(' ')).toBe(all);
    },
  );

  test('a row without a number is rejected and the others go on', async () => {
    const bad = listRow({ registration_number: null });
    const { session, asked } = connectTo(() => (asked.length === 1 ? [bad, seven[0] ?? null, 'row'] : []));
    const [page] = await allOf(session.listParticipants({ events: [event], since: undefined, resume: undefined }));
    const error = 'registration_number: missing or not an id';
    expect(page).toMatchObject({
      outlines: [{ eventId: 'E 1', id: 'A', fingerprint: '2026-09-12T09:07:00Z', source: seven[0] }],
      rejected: [
        { eventId: 'E 1', error, source: bad },
        { eventId: 'E 1', error, source: 'row' },
      ],
    });
  });
});

describe('a page that comes again', () => {
  const read = (rows: readonly Json[], options: Options) => list(() => rows, options).catch((error: unknown) => error);

  test.each<[number, Server, string[]]>([
    [7, {}, ['1/3', '2/3', '3/3', '4/3', '8/1', '1/3']],
    [6, {}, ['1/3', '2/3', '3/3', '7/1', '1/3']],
    [3, {}, ['1/3', '2/3', '4/1']],
    [1, {}, ['1/3', '2/1', '2/1']],
  ])('of %i rows is the end where one row behind it is the last again; server %o', async (count, server, asked) => {
    const rows = seven.slice(0, count);
    const found = await list(() => rows, { ...server, behind: 'last page' });
    expect(found.pages.join(' ').trim()).toBe(all.slice(0, count * 2 - 1));
    expect(found).toMatchObject({ asked, listing: 'complete' });
  });

  test.each<[string, Server]>([
    ['ignores page', { heeds: { page: false } }],
    ['ignores page and per_page', { cap: 3, heeds: { page: false, perPage: false } }],
    ['begins anew behind the end', { behind: 'first page' }],
  ])('of a server that %s is no end', async (_, server) => {
    const error = await read(seven, server);
    expect(error).toBeInstanceOf(UnknownAnswer);
    expect(error).toMatchObject({ message: expect.stringMatching(/^participants of event E 1: page \d only repeats/) });
  });

  test('of a server that ignores per_page looks like a stuck cache, and is no end', async () => {
    const server: Server = { cap: 3, heeds: { perPage: false }, behind: 'last page' };
    expect(await read(seven.slice(0, 6), server)).toBeInstanceOf(UnknownAnswer);
  });

  test('in the middle is no end: somebody stands behind it', async () => {
    const stuck = connectTo((request) => {
      const page = request.query?.['page'] === '3' ? '2' : (request.query?.['page'] ?? '');
      return [...pageOf(seven, { ...request, query: { ...request.query, page } })];
    });
    const pages = allOf(stuck.session.listParticipants({ events: [event], since: undefined, resume: undefined }));
    await expect(pages).rejects.toBeInstanceOf(UnknownAnswer);
  });

  test('to whatever is asked from there on is no end', async () => {
    const stuck = connectTo((request) => {
      const { page = '', per_page: perPage = '' } = request.query ?? {};
      const query = Number(page) > 2 ? { page: '2', per_page: '3' } : { page, per_page: perPage };
      return [...pageOf(seven, { ...request, query })];
    });
    const pages = allOf(stuck.session.listParticipants({ events: [event], since: undefined, resume: undefined }));
    await expect(pages).rejects.toBeInstanceOf(UnknownAnswer);
  });

  test('brings the changes all the same', async () => {
    const since = new Date('2026-09-12T09:00:00Z');
    const found = await list(() => timeless, { behind: 'last page', query: { since } });
    expect(found).toMatchObject({ pages: ['A B C', 'D E F', 'G', ''], listing: 'partial' });
  });
});

describe('a list that moves while it is read', () => {
  const changed = (text: string) => [
    changedRow(text),
    ...seven.filter((row) => row['registration_number'] !== text[0]),
  ];

  test.each<[string, (call: number) => readonly Json[], string[], string]>([
    [
      'somebody registers',
      (call) => (call < 2 ? seven : changed('H@09:30')),
      ['A B C', 'C D E', 'F G', 'H'],
      'complete',
    ],
    [
      'somebody ahead changes',
      (call) => (call < 2 ? seven : changed('G@09:30')),
      ['A B C', 'C D E', 'F', 'G'],
      'complete',
    ],
    [
      'somebody behind changes',
      (call) => (call < 2 ? seven : changed('B@09:30')),
      ['A B C', 'D E F', 'G', 'B'],
      'complete',
    ],
    [
      'more change than a page holds',
      (call) => (call < 6 ? seven : [...rowsOf('X@09:33', 'Y@09:32', 'Z@09:31'), ...seven]),
      ['A B C', 'D E F', 'G', 'X Y Z'],
      'unstable',
    ],
    [
      'the order is another',
      (call) => (call === 2 ? seven.toReversed() : seven),
      ['A B C', 'D C B', 'G', ''],
      'unstable',
    ],
  ])('%s', async (_, rowsAt, pages, listing) => {
    expect(await list(rowsAt)).toMatchObject({ pages, listing });
  });

  test('behind the last page, before anybody looks whether it is: what stands there then is known', async () => {
    const rows = [...rowsOf('X@09:32', 'Y@09:31'), ...seven];
    const found = await list((call) => (call < 5 ? seven : rows));
    expect(found).toMatchObject({ pages: ['A B C', 'D E F', 'G', 'X Y'], listing: 'complete' });
  });

  test.each([2, 3])('page %i is empty, and somebody stands behind it: that is no end', async (empty) => {
    await expect(list((call) => (call === empty ? [] : seven))).rejects.toBeInstanceOf(UnknownAnswer);
  });

  test('by a whole page at once: fails and is tried again', async () => {
    const rows = [...rowsOf('X@09:33', 'Y@09:32', 'Z@09:31'), ...seven];
    await expect(list((call) => (call < 3 ? seven : rows))).rejects.toBeInstanceOf(UnknownAnswer);
  });

  test('without times, somebody ahead whose row changes', async () => {
    const moved = [{ ...timeless[6], is_cancelled: true } as JsonObject, ...timeless.slice(0, 6)];
    const found = await list((call) => (call < 2 ? timeless : moved));
    expect(found).toMatchObject({ pages: ['A B C', 'C D E', 'F', 'G'], listing: 'complete' });
  });

  test('between the page where a run was killed and the next run', async () => {
    const [, second] = (await list(() => seven)).resumes;
    // D changed in between: C stands again where D was expected.
    const found = await list(() => changed('G@09:30'), { query: { resume: second ?? null } });
    expect(found).toMatchObject({ pages: ['F', 'G'], asked: ['3/3', '4/3', '8/1', '1/3'], listing: 'complete' });
  });

  test.each<[string, (call: number) => readonly Json[], Server]>([
    ['a cache answers the page before', (call) => (call === 1 ? seven.slice(0, 6) : seven), { behind: 'last page' }],
    ['as many have come as a page holds', () => [...rowsOf('X@09:33', 'Y@09:32', 'Z@09:31'), ...seven], {}],
  ])(
    'and that page comes again, for %s: the list begins anew, and nobody is passed over',
    async (_, rowsAt, server) => {
      const [, second] = (await list(() => seven)).resumes;
      const found = await list(rowsAt, { ...server, query: { resume: second ?? null } });
      expect(found.asked.slice(0, 2)).toEqual(['3/3', '1/3']);
      expect(found.pages.join(' ').trim().split(' ')).toEqual(
        rowsAt(2).map((row) => (row as JsonObject)['registration_number']),
      );
      expect(found.listing).toBe('complete');
    },
  );
});

describe('a listing of changes', () => {
  const since = new Date('2026-09-12T09:04:30Z');

  test.each<[string, JsonObject[], string[]]>([
    ['ends behind the first row that is older', seven, ['A B C', 'D E F']],
    ['ends at once where nothing changed', seven.slice(3), ['D E F']],
    ['takes one that changed in the very second', rowsOf('A@09:05', 'B@09:04', 'C@09:03'), ['A B C']],
    ['goes on where rows do not say when they changed', timeless, ['A B C', 'D E F', 'G', '']],
    [
      'goes on where one row does not',
      [...seven.slice(0, 4), listRow({ registration_number: 'E' }), ...seven.slice(5)],
      ['A B C', 'D E F', 'G', ''],
    ],
    ['goes on where the oldest come first', seven.toReversed(), ['G F E', 'D C B', 'A', '']],
    [
      'goes on where all have one time, which is any order',
      rowsOf('A@09:00', 'B@09:00', 'C@09:00', 'D@09:00'),
      ['A B C', 'D', ''],
    ],
  ])('%s', async (_, rows, pages) => {
    expect(await list(() => rows, { query: { since } })).toMatchObject({ pages, listing: 'partial' });
  });

  test('counts a time of an unknown zone as up to 12 hours later', async () => {
    const plain = (number: string, time: string) =>
      listRow({ registration_number: number, updated_at: `2026-09-11 ${time}:00` });
    const rows = [plain('A', '21:10'), plain('B', '21:05'), plain('C', '21:04'), plain('D', '21:03')];
    expect(await list(() => rows, { query: { since } })).toMatchObject({ pages: ['A B C'] });
    expect(await list(() => rows, { pageSize: 2, query: { since } })).toMatchObject({ pages: ['A B', 'C D'] });
  });

  test('remembers over a killed run that the order is not to be believed', async () => {
    const mixed = rowsOf('A@09:01', 'B@09:07', 'C@09:03', 'D@09:02', 'E@09:01', 'F@09:00', 'G@09:06');
    const [first] = (await list(() => mixed, { query: { since } })).resumes;
    const rest = await list(() => mixed, { query: { since, resume: first ?? null } });
    expect(rest).toMatchObject({ pages: ['D E F', 'G', ''], listing: 'partial' });
  });

  test('begins anew with a resume of another version', async () => {
    const found = await list(() => seven, { query: { resume: { offset: 3 } } });
    expect(found.asked[0]).toBe('1/3');
  });
});

test('an outline has the fingerprint of its time of change, or of all that the row shows', async () => {
  const fingerprint = async (row: JsonObject) => {
    const { session, asked } = connectTo(() => (asked.length === 1 ? [row] : []));
    const pages: ParticipantPage[] = await allOf(
      session.listParticipants({ events: [event], since: undefined, resume: undefined }),
    );
    return pages[0]?.outlines?.[0]?.fingerprint;
  };
  expect(await fingerprint(changedRow('A@09:00', { is_cancelled: true }))).toBe('2026-09-12T09:00:00Z');
  const plain = await fingerprint(listRow());
  expect(plain).toMatch(/^[\w-]{43}$/);
  const turned = Object.fromEntries(Object.entries(listRow({ team: { name: null } })).toReversed());
  expect(await fingerprint(turned)).toBe(plain);
  for (const change of [{ is_cancelled: true }, { team: { name: 'x' } }, { updated_at: null }, { age: 35 }]) {
    expect(await fingerprint(listRow(change))).not.toBe(plain);
  }
});
