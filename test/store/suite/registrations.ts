/** Part of the store's suite: a registration read whole, its categories that come and go, and what cannot be stored. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { ParticipantRecord, RejectedRow } from '../../../src/domain/records.ts';
import { readUnread, storeOutlines, type Unread } from '../../../src/store/outlines.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { refuseRegistration, storeRegistration } from '../../../src/store/registrations.ts';
import { dropRejected, dropRejectedBefore } from '../../../src/store/rejected-rows.ts';
import {
  addEvents,
  at,
  category,
  haku,
  hour,
  minute,
  newOwner,
  now,
  type Opened,
  outline,
  peopleOf,
  type TableRow,
} from '../store-world.ts';

export function registrationTests(opened: Opened): void {
  const spec = haku.tables.participants;
  let version = 0;
  const ownerWithEvents = async () => {
    const owner = await newOwner(opened.db, haku);
    await addEvents(opened.db, owner, haku, ['e1', 'e2']);
    return owner;
  };
  /** Announces HK-1 as changed, and reads it. */
  const announced = async (owner: Owner): Promise<Unread> => {
    version += 1;
    await storeOutlines(opened.db, owner, [outline('HK-1', `v${version}`)], now);
    const [one] = await readUnread(opened.db, owner, ['e1'], 1);
    if (!one) throw new Error('nothing waits');
    return one;
  };
  const read = async (owner: Owner, records: readonly ParticipantRecord[], rejected: readonly RejectedRow[] = []) => {
    const one = await announced(owner);
    const { counts, error } = await opened.db
      .transaction()
      .execute((tx) => storeRegistration(tx, spec, owner, one, { records, rejected }, now));
    expect(counts.fetched).toBe(counts.inserted + counts.updated + counts.unchanged + counts.failed);
    expect(await readUnread(opened.db, owner, ['e1'], 1)).toEqual([]);
    return { ...Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0)), ...(error && { error }) };
  };
  const removals = async (owner: Owner) => {
    const people = await peopleOf(opened.db, owner, haku);
    const told = (row: TableRow) => [row['removed_at'], row['removed_reason'], row['removed_to']];
    return Object.fromEntries(Object.entries(people).map(([id, row]) => [id, told(row)]));
  };
  const rejectedOf = async (owner: Owner) => {
    const result = await sql<TableRow>`select row_key, error, source_text from rejected_rows
      where timing_partner_id = ${owner.partnerId} order by row_key`.execute(opened.db);
    return result.rows;
  };
  const active = [null, null, null];

  test('one row for each category', async () => {
    const owner = await ownerWithEvents();
    expect(await read(owner, [category('HK-1:5K'), category('HK-1:10K')])).toEqual({ fetched: 2, inserted: 2 });
    expect(await read(owner, [category('HK-1:5K'), category('HK-1:10K')])).toEqual({ fetched: 2, unchanged: 2 });
    expect(await removals(owner)).toEqual({ 'HK-1:5K': active, 'HK-1:10K': active });
  });

  test('a category that gives way to another one is marked, with where it went', async () => {
    const owner = await ownerWithEvents();
    await read(owner, [category('HK-1:5K'), category('HK-1:10K')]);
    const counts = await read(owner, [category('HK-1:5K'), category('HK-1:21K')]);
    expect(counts).toEqual({ fetched: 2, inserted: 1, unchanged: 1, removed: 1 });
    expect(await removals(owner)).toEqual({
      'HK-1:5K': active,
      'HK-1:10K': [now, 'category-left', 'HK-1:21K'],
      'HK-1:21K': active,
    });
    // Marked once: the next reading finds it gone.
    expect(await read(owner, [category('HK-1:5K'), category('HK-1:21K')])).toEqual({ fetched: 2, unchanged: 2 });
  });

  test.each<[string, readonly string[], string | null]>([
    ['none came', ['HK-1:5K'], null],
    ['two came', ['HK-1:5K', 'HK-1:21K', 'HK-1:42K'], null],
    ['one came back', ['HK-1:5K', 'HK-1:1M'], 'HK-1:1M'],
  ])('where it went, if %s', async (_, ids, to) => {
    const owner = await ownerWithEvents();
    await read(owner, [category('HK-1:5K'), category('HK-1:1M')]);
    await read(owner, [category('HK-1:5K'), category('HK-1:10K')]);
    await read(
      owner,
      ids.map((id) => category(id)),
    );
    expect((await removals(owner))['HK-1:10K']).toEqual([now, 'category-left', to]);
  });

  test.each([
    ['the same time of change', at(-hour)],
    ['an older one', at(-2 * hour)],
  ])('a category that comes back is unmarked, with %s', async (_, modifiedAt) => {
    const owner = await ownerWithEvents();
    await read(owner, [category('HK-1:5K', { modifiedAt: at(-hour) }), category('HK-1:10K')]);
    await read(owner, [category('HK-1:10K')]);
    expect((await removals(owner))['HK-1:5K']).toEqual([now, 'category-left', null]);
    await read(owner, [category('HK-1:5K', { modifiedAt }), category('HK-1:10K')]);
    expect((await removals(owner))['HK-1:5K']).toEqual(active);
  });

  test('rows of other registrations, of other events and of other partners stay', async () => {
    const [owner, neighbour] = [await ownerWithEvents(), await ownerWithEvents()];
    await read(neighbour, [category('HK-1:5K')]);
    await read(owner, [category('HK-1:5K'), category('HK-12:5K'), category('HK-1:E2', { eventId: 'e2' })]);
    await read(owner, [category('HK-1:10K')]);
    expect(await removals(owner)).toMatchObject({ 'HK-12:5K': active, 'HK-1:E2': active });
    expect(await removals(neighbour)).toEqual({ 'HK-1:5K': active });
  });

  test('who cancelled is marked as the provider says', async () => {
    const owner = await ownerWithEvents();
    await read(owner, [category('HK-1:5K')]);
    const removal = { reason: 'cancelled', at: at(-minute) };
    expect(await read(owner, [category('HK-1:5K', { removal })])).toEqual({ fetched: 1, updated: 1, removed: 1 });
    expect(await removals(owner)).toEqual({ 'HK-1:5K': [at(-minute), 'cancelled', null] });
  });

  test('a category that cannot be read marks nobody, and stands as one rejected row until all can', async () => {
    const owner = await ownerWithEvents();
    await read(owner, [category('HK-1:5K'), category('HK-1:10K')]);
    const bad = { eventId: 'e1', id: 'HK-1', error: 'category id: missing', source: { name: '10K' } };
    expect(await read(owner, [category('HK-1:5K')], [bad])).toMatchObject({ fetched: 2, unchanged: 1, failed: 1 });
    expect(await removals(owner)).toEqual({ 'HK-1:5K': active, 'HK-1:10K': active });
    const kept = [{ row_key: 'id:HK-1', error: 'category id: missing', source_text: '{"name":"10K"}' }];
    expect(await rejectedOf(owner)).toEqual(kept);
    // A list that names it again tells nothing new; reading it does.
    await dropRejected(opened.db, owner, 'e1', ['HK-1']);
    await dropRejectedBefore(opened.db, owner, ['e1'], at(hour));
    expect(await rejectedOf(owner)).toEqual(kept);
    await read(owner, [category('HK-1:5K'), category('HK-1:10K')]);
    expect(await rejectedOf(owner)).toEqual([]);
  });

  test('what PostgreSQL cannot hold is rejected, and the other categories are stored', async () => {
    const owner = await ownerWithEvents();
    const nul = category('HK-1:10K', { row: { first_name: 'a\0' } });
    const counts = await read(owner, [category('HK-1:5K'), nul]);
    expect(counts).toMatchObject({ fetched: 2, inserted: 1, failed: 1, error: expect.stringContaining('PostgreSQL') });
    expect(Object.keys(await removals(owner))).toEqual(['HK-1:5K']);
    expect(await rejectedOf(owner)).toMatchObject([{ row_key: 'id:HK-1' }]);
  });

  test('one that the provider does not give is a rejected row; what we have of it stays', async () => {
    const owner = await ownerWithEvents();
    await read(owner, [category('HK-1:5K')]);
    const one = await announced(owner);
    expect(await refuseRegistration(opened.db, owner, one, 'refused with 404', now)).toMatchObject({
      fetched: 1,
      failed: 1,
    });
    expect(await readUnread(opened.db, owner, ['e1'], 1)).toEqual([]);
    expect(await removals(owner)).toEqual({ 'HK-1:5K': active });
    expect(await rejectedOf(owner)).toMatchObject([{ row_key: 'id:HK-1', error: 'refused with 404' }]);
  });
}
