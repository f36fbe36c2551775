/** Part of the store's suite: values come back as they went in, and a row that cannot be held is set aside alone. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { RejectedRow } from '../../../src/domain/records.ts';
import { parseJson } from '../../../src/http/parse-json.ts';
import { countRejected, dropRejected, keepRejected } from '../../../src/store/rejected-rows.ts';
import {
  addEvents,
  at,
  changesOf,
  entrant,
  minute,
  newOwner,
  notice,
  now,
  type Opened,
  peopleOf,
  person,
  personOf,
  pick,
  raceroster,
  runsignup,
  storePage,
} from '../store-world.ts';

export function badRowTests(opened: Opened): void {
  const ownerWithEvents = async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100']);
    return owner;
  };

  test('values come back exactly', async () => {
    const owner = await newOwner(opened.db, raceroster);
    await addEvents(opened.db, owner, raceroster, ['e1']);
    const row = {
      amount_paid: '12345678901234567890.10',
      date_of_birth: '2000-02-29',
      registration_date: '2026-03-29T02:30:00.123456',
      address: { city: 'Ål', zip: null, lines: ['a', 1, 2.5, true, { deep: [] }] },
      first_name: 'D\'Arcy "🏃‍♀️" \\ Ødegård; drop table',
      team_name: '',
    };
    const modifiedAt = new Date('2026-11-01T08:30:00.123Z');
    await storePage(opened.db, owner, [entrant('x', { row, modifiedAt })], { provider: raceroster });
    const stored = await personOf(opened.db, owner, 'x', raceroster);
    expect(pick(stored, ...Object.keys(row), 'source_modified_at')).toEqual({
      ...row,
      registration_date: '2026-03-29 02:30:00.123456',
      source_modified_at: modifiedAt,
    });
  });

  test('the largest id, and numbers as wide as they may be', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person('9007199254740991', { row: { age: 2_147_483_647 } })]);
    const stored = await personOf(opened.db, owner, '9007199254740991');
    expect(pick(stored, 'registration_id', 'age')).toEqual({
      registration_id: 9_007_199_254_740_991,
      age: 2_147_483_647,
    });
  });

  test('the source row is kept whole', async () => {
    const owner = await ownerWithEvents();
    const source: JsonObject = {
      registration_id: 1,
      '': null,
      questions: [{ id: '7', answer: ['M', 'L'] }, []],
      text: 'line\nbreak\ttab "quotes" \\ 🏃',
      numbers: [0.1, -0, 1e21, 123456789012345],
      nested: { a: { b: { c: [null, false] } } },
    };
    await storePage(opened.db, owner, [person(1, { source })]);
    expect((await personOf(opened.db, owner, 1))['source_row']).toEqual(JSON.parse(JSON.stringify(source)));
  });

  test('as deep as an answer is read', async () => {
    const owner = await ownerWithEvents();
    const source = parseJson(`{"a":${'['.repeat(199)}${']'.repeat(199)}}`) as JsonObject;
    await storePage(opened.db, owner, [person(1, { source })]);
    expect((await personOf(opened.db, owner, 1))['source_row']).toEqual(source);
  });

  test('a page of more rows than one statement takes is stored whole, but for the bad one in the middle of it', async () => {
    const owner = await ownerWithEvents();
    const people = Array.from({ length: 1100 }, (_, index) =>
      person(index + 1, index === 700 ? { source: { note: 'a\0b' } } : {}),
    );
    const stored = await storePage(opened.db, owner, people);
    expect([...stored.counts]).toEqual([
      ['100', { fetched: 1100, inserted: 1099, updated: 0, unchanged: 0, removed: 0, failed: 1 }],
    ]);
    expect(stored.rejected.map((row) => row.id)).toEqual(['701']);
    expect(Object.keys(await peopleOf(opened.db, owner))).toHaveLength(1099);
  });

  test.each([
    ['a NUL in the source', { source: { note: 'a\0b' } }],
    ['a NUL in a column', { row: { first_name: 'a\0b' } }],
    ['half a surrogate pair', { row: { first_name: 'a\ud83c' } }],
    ['a date that does not exist', { row: { dob: '2026-02-30' } }],
    ['a date that is none', { row: { dob: 'someday' } }],
    ['a bigint overflow', { row: { user_id: '92233720368547758080' } }],
    ['an integer overflow', { row: { age: 3_000_000_000 } }],
    ['an event that is not there', { eventId: '999', row: { event_id: '999' } }],
    ['a time beyond the calendar', { row: { registration_date: '999999-01-01T00:00:00' } }],
  ])('a row with %s is set aside, the others are stored', async (_, changes) => {
    const owner = await ownerWithEvents();
    const bad = person(3, changes);
    const stored = await storePage(opened.db, owner, [person(1), person(2), bad, person(4), person(5)]);
    expect(stored.rejected).toEqual([
      { eventId: bad.eventId, id: '3', error: expect.stringMatching(/^PostgreSQL refuses it: ./), source: bad.source },
    ]);
    expect(Object.keys(await peopleOf(opened.db, owner))).toEqual(['1', '2', '4', '5']);
    const total = [...stored.counts.values()].reduce((sum, counts) => sum + counts.failed, 0);
    expect(total).toBe(1);
    expect(changesOf(stored)).toMatchObject({ inserted: 4 });
  });

  test('a bad removal notice is set aside too', async () => {
    const owner = await ownerWithEvents();
    await storePage(opened.db, owner, [person(1), person(2)]);
    const bad = notice(1, { reason: 'remo\0ved' }, { modifiedAt: at(0) });
    const stored = await storePage(opened.db, owner, [bad, notice(2, { reason: 'removed' }, { modifiedAt: at(0) })]);
    expect(stored.rejected.map((row) => row.id)).toEqual(['1']);
    expect(changesOf(stored)).toEqual({ updated: 1, removed: 1, failed: 1 });
  });

  test('a page of bad rows alone', async () => {
    const owner = await ownerWithEvents();
    const page = Array.from({ length: 40 }, (_, index) => person(index + 1, { row: { dob: 'never' } }));
    const stored = await storePage(opened.db, owner, [...page, person(1_000)]);
    expect(changesOf(stored)).toEqual({ inserted: 1, failed: 40 });
    expect(stored.rejected.map((row) => row.id).sort()).toEqual(page.map((record) => record.id).sort());
  });

  test('an id that no index holds is set aside', async () => {
    const owner = await newOwner(opened.db, raceroster);
    await addEvents(opened.db, owner, raceroster, ['e1']);
    const id = randomBytes(5_000).toString('hex');
    const stored = await storePage(opened.db, owner, [entrant('a'), entrant(id), entrant('b')], {
      provider: raceroster,
    });
    expect(stored.rejected.map((row) => row.id)).toEqual([id]);
    await keepRejected(opened.db, owner, stored.rejected, now);
    expect(Object.keys(await peopleOf(opened.db, owner, raceroster))).toEqual(['a', 'b']);
  });

  const rejectedOf = async (owner: { partnerId: number }) =>
    (
      await sql<Record<string, unknown>>`select event_id, row_key, error, source_text, first_seen_at, last_seen_at
        from rejected_rows where timing_partner_id = ${owner.partnerId} order by event_id, row_key`.execute(opened.db)
    ).rows;

  test('a rejected row is kept with its error until a good one of its id comes', async () => {
    const owner = await ownerWithEvents();
    const row: RejectedRow = { eventId: '100', id: '7', error: 'dob: is no date', source: { id: 7, dob: '?' } };
    await keepRejected(opened.db, owner, [row, { ...row, id: '8' }], now);
    await keepRejected(opened.db, owner, [{ ...row, error: 'dob: still no date' }], at(minute));
    const kept = { event_id: '100', source_text: '{"id":7,"dob":"?"}', first_seen_at: now };
    expect(await rejectedOf(owner)).toEqual([
      { ...kept, row_key: 'id:7', error: 'dob: still no date', last_seen_at: at(minute) },
      { ...kept, row_key: 'id:8', error: 'dob: is no date', last_seen_at: now },
    ]);
    const key = `${owner.partnerId}:${owner.providerId}:100`;
    expect((await countRejected(opened.db)).get(key)).toBe(2);
    await dropRejected(opened.db, await ownerWithEvents(), '100', ['7', '8']);
    await dropRejected(opened.db, owner, '200', ['7', '8']);
    expect((await countRejected(opened.db)).get(key)).toBe(2);
    await dropRejected(opened.db, owner, '100', ['7', '9']);
    expect((await rejectedOf(owner)).map((one) => one['row_key'])).toEqual(['id:8']);
  });

  test('rows without id are told apart by what they hold', async () => {
    const owner = await ownerWithEvents();
    const row = (source: RejectedRow['source']): RejectedRow => ({ eventId: '100', error: 'no id', source });
    await keepRejected(opened.db, owner, [row({ a: 1 }), row({ a: 2 }), row({ a: 1 }), row('<html>')], now);
    await keepRejected(opened.db, owner, [row({ a: 2 })], at(minute));
    expect((await rejectedOf(owner)).map((one) => one['source_text']).sort()).toEqual([
      '"<html>"',
      '{"a":1}',
      '{"a":2}',
    ]);
  });

  test('ids that cannot be stored are not taken for each other', async () => {
    const owner = await ownerWithEvents();
    const ids = ['7\0', '7\u2400', 'x\ud800', 'x\udfff', 'x\ufffd'];
    const rows = ids.map((id): RejectedRow => ({ eventId: '100', id, error: 'bad', source: { id } }));
    await keepRejected(opened.db, owner, rows, now);
    expect((await rejectedOf(owner)).map((one) => one['source_text']).sort()).toEqual(
      ids.map((id) => JSON.stringify({ id })).sort(),
    );
  });

  test.each<[string, RejectedRow]>([
    ['NUL and half surrogates everywhere', { eventId: '1\0', id: '7\0\ud800', error: '\0', source: { a: '\0\ud800' } }],
    ['an id that is a novel', { eventId: '100', id: randomBytes(5_000).toString('hex'), error: 'long', source: {} }],
    ['an event’s id that is a novel', { eventId: randomBytes(5_000).toString('hex'), error: 'long', source: {} }],
    ['no event and no id', { error: 'nothing', source: null }],
  ])('what cannot be stored can be set aside: %s', async (_, row) => {
    const owner = await ownerWithEvents();
    await keepRejected(opened.db, owner, [row], now);
    await keepRejected(opened.db, owner, [row], at(minute));
    expect(await rejectedOf(owner)).toMatchObject([
      { source_text: JSON.stringify(row.source), last_seen_at: at(minute) },
    ]);
  });
}
