import { expect, test } from 'vitest';
import * as z from 'zod';
import { UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import { numberedPages, positionIn, start } from '../../../src/providers/chronotrack/numbered-pages.ts';
import { allOf, scriptedNow } from '../scripted-session.ts';

interface Script {
  readonly body: Json;
  readonly headers?: Record<string, string>;
}

const counts = (page: number, pages: number, rows: number) => ({
  'x-ctlive-current-page': String(page),
  'x-ctlive-page-count': String(pages),
  'x-ctlive-row-count': String(rows),
});
const entries = (...ids: number[]): Json => ({ event_entry: ids.map((id) => ({ entry_id: String(id) })) });

function read(script: readonly Script[], from = start) {
  const asked: number[] = [];
  const series = numberedPages({
    what: 'entries of event 7',
    key: 'event_entry',
    from,
    size: 2,
    idOf: (row) => z.object({ entry_id: z.string() }).parse(row).entry_id,
    read: async ({ page }) => {
      asked.push(page);
      const { body, headers } = script[page - 1] ?? { body: entries() };
      return { status: 200, headers: new Headers(headers), date: scriptedNow, json: () => body };
    },
  });
  return { asked, pages: allOf(series) };
}

test('ends with the page that the header says is the last, however short others are', async () => {
  const { asked, pages } = read([
    { body: entries(1), headers: counts(1, 3, 4) },
    { body: entries(2, 3), headers: counts(2, 3, 4) },
    { body: entries(4), headers: counts(3, 3, 4) },
  ]);
  expect((await pages).map(({ rows, last, position }) => [rows.length, last, position.unsure])).toEqual([
    [1, false, false],
    [2, false, false],
    [1, true, false],
  ]);
  expect(asked).toEqual([1, 2, 3]);
});

test('an empty list has no page at all', async () => {
  const { pages } = read([{ body: entries(), headers: counts(1, 0, 0) }]);
  expect((await pages).map(({ rows, last, position }) => [rows, last, position.unsure])).toEqual([[[], true, false]]);
});

test('without headers it ends with an empty page, which is asked for twice', async () => {
  const { asked, pages } = read([{ body: entries(1, 2) }, { body: entries(3) }]);
  expect((await pages).map(({ rows, last }) => [rows.length, last])).toEqual([
    [2, false],
    [1, false],
    [0, true],
  ]);
  expect(asked).toEqual([1, 2, 3, 3]);
});

test('an empty page in the middle is no page', async () => {
  const { pages } = read([
    { body: entries(1, 2), headers: counts(1, 3, 5) },
    { body: entries(), headers: counts(2, 3, 5) },
    { body: entries(5), headers: counts(3, 3, 5) },
  ]);
  await expect(pages).rejects.toBeInstanceOf(UnknownAnswer);
});

test.each([
  ['too few pages', 1, 5, [1, 2, 3]],
  ['too many pages', 1_000_000, 5, [1, 2, 3, 4]],
  ['too few rows', 3, 2, [1, 2, 3, 4]],
  ['too many rows', 3, 99, [1, 2, 3, 4]],
  ['nothing at all', 0, 0, [1, 2, 3, 4]],
])('%s are counted: everybody is read, and no page too many', async (_, countedPages, rows, asked) => {
  const pageCounts = (page: number) => counts(page, countedPages, rows);
  const told = read([
    { body: entries(1, 2), headers: pageCounts(1) },
    { body: entries(3, 4), headers: pageCounts(2) },
    { body: entries(5), headers: pageCounts(3) },
    { body: entries(), headers: pageCounts(4) },
  ]);
  expect((await told.pages).flatMap(({ rows: found }) => found)).toHaveLength(5);
  expect(told.asked).toEqual(asked);
  // What is counted wrongly proves nobody's absence.
  expect((await told.pages).at(-1)?.position.unsure).toBe(rows !== 5);
});

test('a page in place of the first, without headers: its rows come again, and those of the first never', async () => {
  const { pages } = read([{ body: entries(5, 6) }, { body: entries(3, 4) }, { body: entries(5, 6) }]);
  expect((await pages).map(({ position }) => position.unsure)).toEqual([false, false, true, true]);
});

test.each([
  ['fewer rows came than were counted', counts(1, 2, 4), counts(2, 2, 4), true],
  ['more rows came than were counted', counts(1, 2, 2), counts(2, 2, 2), true],
  ['the count changed in between', counts(1, 2, 4), counts(2, 2, 3), true],
  ['the count agrees', counts(1, 2, 3), counts(2, 2, 3), false],
  ['the count is nonsense', counts(1, 2, Number.NaN), counts(2, 2, Number.NaN), false],
])('%s', async (_, first, second, unsure) => {
  const { pages } = read([
    { body: entries(1, 2), headers: first },
    { body: entries(3), headers: second },
  ]);
  expect((await pages).at(-1)?.position.unsure).toBe(unsure);
});

test('a doubt outlives the process', async () => {
  const { asked, pages } = read([{ body: entries() }, { body: entries(3), headers: counts(2, 2, 3) }], {
    page: 2,
    rows: 2,
    rowCount: 4,
    unsure: false,
  });
  expect((await pages).map(({ position }) => position)).toEqual([{ page: 3, rows: 3, rowCount: 3, unsure: true }]);
  expect(asked).toEqual([2]);
});

test('what is resumed is never sure: one who left and one who came meanwhile leave the count as it was', async () => {
  const from = positionIn({ page: 2, rows: 2, rowCount: 4, unsure: false });
  expect(from).toEqual({ page: 2, rows: 2, rowCount: 4, unsure: true });
  // Of 1 2 | 3 4 the first left and 5 came: 3 stands on the page that was read.
  const { pages } = read([{ body: entries() }, { body: entries(4, 5), headers: counts(2, 2, 4) }], from);
  expect((await pages).at(-1)).toMatchObject({ last: true, position: { unsure: true } });
});

test.each([[undefined], [null], [{ offset: 7 }], [{ page: 0, rows: 0, rowCount: null, unsure: false }]])(
  'where %j is no position it begins anew',
  (resume) => {
    expect(positionIn(resume)).toEqual(start);
  },
);

test.each<[string, readonly Script[]]>([
  ['another page than was asked for', [{ body: entries(1, 2), headers: counts(2, 3, 5) }]],
  ['the same page again, without headers', [{ body: entries(1, 2) }, { body: entries(1, 2) }]],
  ['another key', [{ body: { race_entry: [] } }]],
  ['an error beside an empty list', [{ body: { error: 'denied', event_entry: [] } }]],
  ['an empty object in place of a list', [{ body: { event_entry: {} } }]],
  ['null in place of a list', [{ body: { event_entry: null } }]],
  ['nothing but braces', [{ body: {} }]],
  ['a bare list', [{ body: [] }]],
])('%s is no answer', async (_, script) => {
  await expect(read(script).pages).rejects.toBeInstanceOf(UnknownAnswer);
});

test('one row may come as an object', async () => {
  const { pages } = read([{ body: { event_entry: { entry_id: '1' } }, headers: counts(1, 1, 1) }]);
  expect((await pages).map(({ rows }) => rows)).toEqual([[{ entry_id: '1' }]]);
});
