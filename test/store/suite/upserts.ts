/** Part of the store's suite: pages of registrations become rows, and rows that did not change are not touched. */
import { expect, test } from 'vitest';
import type { ParticipantRecord } from '../../../src/domain/records.ts';
import { forgetTimes } from '../../../src/store/participants.ts';
import {
  addEvents,
  at,
  changesOf,
  minute,
  newCredential,
  newOwner,
  newPartner,
  type Opened,
  peopleOf,
  person,
  personOf,
  pick,
  runsignup,
  storePage,
  type TableRow,
} from '../store-world.ts';

export function upsertTests(opened: Opened): void {
  const ownerWithEvents = async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100', '200']);
    return owner;
  };
  const place = (row: TableRow) => pick(row, 'xmin', 'ctid', 'fetched_date');

  test('what was inserted, updated and unchanged is counted, event by event', async () => {
    const owner = await ownerWithEvents();
    const store = (...records: ParticipantRecord[]) => storePage(opened.db, owner, records);
    const first = await store(person(1), person(2), person(3, { eventId: '200' }));
    expect([...first.counts]).toEqual([
      ['100', { fetched: 2, inserted: 2, updated: 0, unchanged: 0, removed: 0, failed: 0 }],
      ['200', { fetched: 1, inserted: 1, updated: 0, unchanged: 0, removed: 0, failed: 0 }],
    ]);
    const changed = person(2, { row: { bib_num: '77' }, modifiedAt: at(0) });
    const second = await store(person(1), changed, person(4), person(3, { eventId: '200' }));
    expect([...second.counts]).toEqual([
      ['100', { fetched: 3, inserted: 1, updated: 1, unchanged: 1, removed: 0, failed: 0 }],
      ['200', { fetched: 1, inserted: 0, updated: 0, unchanged: 1, removed: 0, failed: 0 }],
    ]);
    expect(pick(await personOf(opened.db, owner, 2), 'bib_num', 'source_modified_at')).toEqual({
      bib_num: '77',
      source_modified_at: at(0),
    });
  });

  test('an unchanged row is not rewritten, a changed one is', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1), person(2)]);
    const before = await peopleOf(opened.db, owner);
    const page = [person(1), person(2, { row: { phone: '1' }, modifiedAt: at(0) })];
    await storePage(opened.db, owner, page, { now: at(minute) });
    const after = await peopleOf(opened.db, owner);
    expect(after['1']).toEqual(before['1']);
    expect(place(after['2'] ?? {})).not.toEqual(place(before['2'] ?? {}));
  });

  test('a change that only the whole row shows is a change', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1, { source: { shirt: 'M' } })]);
    const stored = await storePage(opened.db, owner, [person(1, { source: { shirt: 'L' } })]);
    expect(changesOf(stored)).toEqual({ updated: 1 });
    expect((await personOf(opened.db, owner, 1))['source_row']).toEqual({ shirt: 'L' });
  });

  test('a record that is older than the row changes nothing', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1, { row: { bib_num: 'new' }, modifiedAt: at(0) })]);
    const before = await personOf(opened.db, owner, 1);
    const old = person(1, { row: { bib_num: 'old' }, modifiedAt: at(-1) });
    expect(changesOf(await storePage(opened.db, owner, [old]))).toEqual({ unchanged: 1 });
    expect(await personOf(opened.db, owner, 1)).toEqual(before);
  });

  test.each<[string, 'no older ones' | 'whatever their age', Date | undefined, boolean]>([
    ['is not taken', 'no older ones', undefined, false],
    ['is taken where it was read by itself', 'whatever their age', undefined, true],
    ['is taken where the stored time was forgotten', 'no older ones', at(-minute), true],
    ['is not taken where only later times were', 'no older ones', at(0), false],
  ])('an older record %s', async (_, which, forgetAfter, isTaken) => {
    const owner = await ownerWithEvents();
    const store = (record: ParticipantRecord) => storePage(opened.db, owner, [record], { which });
    await store(person(1, { row: { bib_num: 'stored' }, modifiedAt: at(0) }));
    await store(person(2, { modifiedAt: at(0) }));
    await store(person(3, { eventId: '200', modifiedAt: at(0) }));
    if (forgetAfter) await forgetTimes(opened.db, runsignup.tables.participants, owner, ['100'], forgetAfter);
    expect((await personOf(opened.db, owner, 3))['source_modified_at']).toEqual(at(0));
    const came = await store(person(1, { row: { bib_num: 'came' }, modifiedAt: at(-1) }));
    expect(changesOf(came)).toEqual(isTaken ? { updated: 1 } : { unchanged: 1 });
    expect((await personOf(opened.db, owner, 1))['bib_num']).toBe(isTaken ? 'came' : 'stored');
    const removal = { reason: 'removed', at: at(-1) };
    const left = await store(person(2, { kind: 'removal-notice', modifiedAt: at(-1), removal }));
    expect(changesOf(left)).toEqual(isTaken ? { updated: 1, removed: 1 } : { unchanged: 1 });
  });

  test.each<[string, Date | undefined, Date | undefined]>([
    ['at the same instant', at(0), at(0)],
    ['without a time after one with', at(0), undefined],
    ['with a time after one without', undefined, at(-minute)],
  ])('a record counts %s', async (_, stored, coming) => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1, { modifiedAt: stored })]);
    const record = person(1, { row: { bib_num: 'next' }, modifiedAt: coming });
    expect(changesOf(await storePage(opened.db, owner, [record]))).toEqual({ updated: 1 });
    expect((await personOf(opened.db, owner, 1))['bib_num']).toBe('next');
  });

  test('a blank bib keeps the one we have, and is no change a second time', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1, { row: { bib_num: '42', chip_num: 'C1', phone: '1' } })]);
    const blank = person(1, { row: { bib_num: null, chip_num: null, phone: null }, modifiedAt: at(0) });
    expect(changesOf(await storePage(opened.db, owner, [blank]))).toEqual({ updated: 1 });
    const row = await personOf(opened.db, owner, 1);
    expect(pick(row, 'bib_num', 'chip_num', 'phone')).toEqual({ bib_num: '42', chip_num: 'C1', phone: null });
    expect(changesOf(await storePage(opened.db, owner, [blank]))).toEqual({ unchanged: 1 });
    expect(await personOf(opened.db, owner, 1)).toEqual(row);
  });

  test.each([
    ['newer first', [at(0), at(-minute)], 'a'],
    ['newer last', [at(-minute), at(0)], 'b'],
    ['both at once', [at(0), at(0)], 'b'],
  ])('of a person twice in a page the newer record counts: %s', async (_, [first, second], bib) => {
    const owner = await ownerWithEvents();
    const stored = await storePage(opened.db, owner, [
      person(1, { row: { bib_num: 'a' }, modifiedAt: first }),
      person(1, { row: { bib_num: 'b' }, modifiedAt: second }),
    ]);
    expect([...stored.counts.values()]).toEqual([
      { fetched: 2, inserted: 1, updated: 0, unchanged: 1, removed: 0, failed: 0 },
    ]);
    expect((await personOf(opened.db, owner, 1))['bib_num']).toBe(bib);
  });

  test('records of one key under two spellings of its id do not stop the page', async () => {
    const owner = await ownerWithEvents();
    const stored = await storePage(opened.db, owner, [person('7'), person('007'), person(8)]);
    expect(stored.rejected).toEqual([]);
    expect(Object.keys(await peopleOf(opened.db, owner)).sort()).toEqual(['7', '8']);
  });

  test('two partners with the same registration have a row each', async () => {
    const [one, two] = [await ownerWithEvents(), await ownerWithEvents()];
    await storePage(opened.db, one, [person(1, { row: { bib_num: 'one' } })]);
    expect(changesOf(await storePage(opened.db, two, [person(1, { row: { bib_num: 'two' } })]))).toEqual({
      inserted: 1,
    });
    const gone = person(1, { modifiedAt: at(0), removal: { reason: 'removed' } });
    await storePage(opened.db, two, [gone]);
    expect(pick(await personOf(opened.db, one, 1), 'bib_num', 'removed_at')).toEqual({
      bib_num: 'one',
      removed_at: null,
    });
  });

  test('two credentials of a partner share the row', async () => {
    const partner = await newPartner(opened.db);
    const [one, two] = [
      await newCredential(opened.db, partner, runsignup, 'key-1'),
      await newCredential(opened.db, partner, runsignup, 'key-2'),
    ];
    await addEvents(opened.db, one, runsignup, ['100']);
    await storePage(opened.db, one, [person(1)]);
    expect(changesOf(await storePage(opened.db, two, [person(1)]))).toEqual({ unchanged: 1 });
    expect((await personOf(opened.db, one, 1))['credentials_used']).toBe(String(one.credentialId));
  });

  test('a registration that moved to another event moves its row', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1)]);
    const moved = await storePage(opened.db, owner, [person(1, { eventId: '200', modifiedAt: at(0) })]);
    expect(changesOf(moved, '200')).toEqual({ updated: 1 });
    expect((await personOf(opened.db, owner, 1))['event_id']).toBe(200);
  });

  test('a page of 2,500 rows, and the same again', async () => {
    const owner = await ownerWithEvents();
    const page = Array.from({ length: 2_500 }, (_, index) => person(index + 1));
    expect(changesOf(await storePage(opened.db, owner, page))).toEqual({ inserted: 2_500 });
    expect(changesOf(await storePage(opened.db, owner, page.toReversed()))).toEqual({ unchanged: 2_500 });
  });

  test('an empty page is nothing', async () => {
    const owner = await newOwner(opened.db);
    expect(await storePage(opened.db, owner, [])).toEqual({ counts: new Map(), rejected: [] });
  });
}
