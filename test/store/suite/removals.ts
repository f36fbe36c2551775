/** Part of the store's suite: people who leave are marked, never deleted, and come back unmarked. */
import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ParticipantRecord } from '../../../src/domain/records.ts';
import { countAbsent, forgetSeen, markAbsent, type Owner, rememberSeen } from '../../../src/store/participants.ts';
import {
  addEvents,
  at,
  changesOf,
  entrant,
  hour,
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
  type TableRow,
} from '../store-world.ts';

export function removalTests(opened: Opened): void {
  const ownerWithEvents = async () => {
    const owner = await newOwner(opened.db);
    await addEvents(opened.db, owner, runsignup, ['100', '200']);
    return owner;
  };
  const store = async (owner: Owner, ...records: ParticipantRecord[]) =>
    changesOf(await storePage(opened.db, owner, records));
  const marks = (row: TableRow) => pick(row, 'removed_at', 'removed_reason', 'removed_to');
  const unmarked = { removed_at: null, removed_reason: null, removed_to: null };
  const refund = { reason: 'removed', at: at(-minute) };

  test('a removal notice marks the row we have and leaves its columns alone', async () => {
    const owner = await ownerWithEvents();
    await store(owner, person(1), person(2));
    const moved = notice(1, { reason: 'transferred', at: at(0), movedTo: '9' }, { modifiedAt: at(0) });
    expect(await store(owner, moved)).toEqual({ updated: 1, removed: 1 });
    const row = await personOf(opened.db, owner, 1);
    expect(pick(row, 'first_name', 'bib_num', 'source_modified_at')).toEqual({
      first_name: 'Ann',
      bib_num: '1',
      source_modified_at: at(0),
    });
    expect(marks(row)).toEqual({ removed_at: at(0), removed_reason: 'transferred', removed_to: '9' });
    expect([row['source_row'], row['removal_row']]).toEqual([person(1).source, moved.source]);
    expect(marks(await personOf(opened.db, owner, 2))).toEqual(unmarked);
    expect(await store(owner, moved)).toEqual({ unchanged: 1 });
    expect(await personOf(opened.db, owner, 1)).toEqual(row);
  });

  test('a notice of somebody unknown is stored whole, marked', async () => {
    const owner = await ownerWithEvents();
    const unknown = notice(5, { reason: 'deferred' }, { row: { first_name: 'Cy', bib_num: '5' } });
    expect(await store(owner, unknown)).toEqual({ inserted: 1, removed: 1 });
    const row = await personOf(opened.db, owner, 5);
    expect(pick(row, 'first_name', 'bib_num')).toEqual({ first_name: 'Cy', bib_num: '5' });
    expect(marks(row)).toEqual({ removed_at: now, removed_reason: 'deferred', removed_to: null });
    expect([row['source_row'], row['removal_row']]).toEqual([unknown.source, unknown.source]);
    expect(await store(owner, unknown)).toEqual({ unchanged: 1 });
  });

  test('a notice older than the row is no news', async () => {
    const owner = await ownerWithEvents();
    await store(owner, person(1, { modifiedAt: at(0) }));
    expect(await store(owner, notice(1, refund, { modifiedAt: at(-1) }))).toEqual({ unchanged: 1 });
    expect(marks(await personOf(opened.db, owner, 1))).toEqual(unmarked);
  });

  test('who registers again is unmarked by the newer record, not by the one that the notice ended', async () => {
    const owner = await ownerWithEvents();
    await store(owner, person(1));
    await store(owner, notice(1, refund, { modifiedAt: at(0) }));
    expect(await store(owner, person(1, { modifiedAt: at(0) }))).toEqual({ unchanged: 1 });
    expect(marks(await personOf(opened.db, owner, 1))).toMatchObject({ removed_reason: 'removed' });
    expect(await store(owner, person(1, { modifiedAt: at(1) }))).toEqual({ updated: 1 });
    const row = await personOf(opened.db, owner, 1);
    expect({ ...marks(row), removal_row: row['removal_row'] }).toEqual({ ...unmarked, removal_row: null });
  });

  test.each([
    ['removal', at(-minute), at(0), 'removed'],
    ['removal, at the same instant', at(0), at(0), 'removed'],
    ['registration', at(0), at(-minute), null],
  ])('who is in both lists of a page ends as the newer says: %s', async (_, registered, left, reason) => {
    const owner = await ownerWithEvents();
    await store(owner, notice(1, refund, { modifiedAt: left }), person(1, { modifiedAt: registered }));
    expect((await personOf(opened.db, owner, 1))['removed_reason']).toBe(reason);
  });

  test('a registration may itself say that its person left, and later that not', async () => {
    const owner = await newOwner(opened.db, raceroster);
    await addEvents(opened.db, owner, raceroster, ['e1']);
    const put = async (record: ParticipantRecord) =>
      changesOf(await storePage(opened.db, owner, [record], { provider: raceroster }), 'e1');
    expect(await put(entrant('x', { removal: { reason: 'cancelled' } }))).toEqual({ inserted: 1, removed: 1 });
    expect(await put(entrant('x', { removal: { reason: 'cancelled' } }))).toEqual({ unchanged: 1 });
    expect(await put(entrant('x'))).toEqual({ updated: 1 });
    expect(marks(await personOf(opened.db, owner, 'x', raceroster))).toEqual(unmarked);
    expect(await put(entrant('x', { removal: { reason: 'refunded', at: at(-hour) } }))).toEqual({
      updated: 1,
      removed: 1,
    });
    expect(marks(await personOf(opened.db, owner, 'x', raceroster))).toMatchObject({ removed_at: at(-hour) });
  });

  test('the first time of a removal stays, unless the provider names one', async () => {
    const owner = await ownerWithEvents();
    const put = (reason: string, changes: { at?: Date; modifiedAt: Date }, when: Date) => {
      const removal = { reason, ...(changes.at && { at: changes.at }) };
      return storePage(opened.db, owner, [person(1, { removal, modifiedAt: changes.modifiedAt })], { now: when });
    };
    const removedAt = async () => (await personOf(opened.db, owner, 1))['removed_at'];
    expect(changesOf(await put('left', { modifiedAt: at(0) }, at(0)))).toEqual({ inserted: 1, removed: 1 });
    // Gone already: a change, and no removal.
    expect(changesOf(await put('refunded', { modifiedAt: at(1) }, at(minute)))).toEqual({ updated: 1 });
    expect(await removedAt()).toEqual(at(0));
    await put('cancelled', { modifiedAt: at(2), at: at(-hour) }, at(minute));
    expect(await removedAt()).toEqual(at(-hour));
  });

  /** One listing of event e1 that held these ids. */
  async function listing(owner: Owner, ...ids: string[]): Promise<string> {
    const series = randomUUID();
    await rememberSeen(
      opened.db,
      owner,
      series,
      ids.map((id) => ({ id, eventId: 'e1' })),
    );
    return series;
  }

  async function ownerWithFour(): Promise<Owner> {
    const owner = await newOwner(opened.db, raceroster);
    await addEvents(opened.db, owner, raceroster, ['e1', 'e2']);
    const people = ['a', 'b', 'c', 'd'].map((id) => entrant(id, { modifiedAt: at(-hour) }));
    await storePage(opened.db, owner, [...people, entrant('other', { eventId: 'e2' })], { provider: raceroster });
    return owner;
  }
  const spec = raceroster.tables.participants;

  test('who is missing from a listing is counted, then marked, in that event and of that partner alone', async () => {
    const [owner, neighbour] = [await ownerWithFour(), await ownerWithFour()];
    const series = await listing(owner, 'a', 'c', 'c', 'unknown');
    expect(await countAbsent(opened.db, spec, owner, 'e1', series)).toMatchObject({ active: 4, absent: 2 });
    expect(await markAbsent(opened.db, spec, owner, 'e1', series, now)).toBe(2);
    const people = await peopleOf(opened.db, owner, raceroster);
    expect(Object.entries(people).flatMap(([id, row]) => (row['removed_at'] === null ? [] : [id]))).toEqual(['b', 'd']);
    expect(marks(people['b'] ?? {})).toEqual({ removed_at: now, removed_reason: 'absent', removed_to: null });
    const next = await peopleOf(opened.db, neighbour, raceroster);
    expect(Object.values(next).filter((row) => row['removed_at'] !== null)).toEqual([]);
    expect(await countAbsent(opened.db, spec, owner, 'e1', series)).toMatchObject({ active: 2, absent: 0 });
  });

  test.each([
    ['the same time of change', at(-hour)],
    ['an older one', at(-2 * hour)],
    ['none', undefined],
  ])('who was absent and is listed again comes back, with %s', async (_, modifiedAt) => {
    const owner = await ownerWithFour();
    await markAbsent(opened.db, spec, owner, 'e1', await listing(owner, 'a', 'b', 'c'), now);
    const again = entrant('d', modifiedAt && { modifiedAt });
    const stored = await storePage(opened.db, owner, [again], { provider: raceroster });
    expect(changesOf(stored, 'e1')).toEqual({ updated: 1 });
    expect(marks(await personOf(opened.db, owner, 'd', raceroster))).toEqual(unmarked);
  });

  test('a listing knows whether it held anybody of the event, and anybody unknown', async () => {
    const owner = await ownerWithFour();
    const series = await listing(owner, 'a');
    const count = (eventId: string, of = series) => countAbsent(opened.db, spec, owner, eventId, of);
    expect(await count('e1')).toEqual({ active: 4, absent: 3, anybody: true, somebodyUnknown: false });
    expect(await count('e2')).toEqual({ active: 1, absent: 1, anybody: false, somebodyUnknown: false });
    expect(await count('e1', randomUUID())).toEqual({ active: 4, absent: 4, anybody: false, somebodyUnknown: false });
    await rememberSeen(opened.db, owner, series, [{ id: undefined, eventId: 'e1' }]);
    expect(await count('e1')).toEqual({ active: 4, absent: 3, anybody: true, somebodyUnknown: true });
    expect(await count('e2')).toMatchObject({ somebodyUnknown: false });
  });

  test('a listing that was forgotten says nothing about the next', async () => {
    const owner = await ownerWithFour();
    const [old, other] = [await listing(owner, 'a', 'b'), await listing(await ownerWithFour(), 'a')];
    await forgetSeen(opened.db, owner, 'e1');
    expect(await countAbsent(opened.db, spec, owner, 'e1', old)).toMatchObject({ active: 4, absent: 4 });
    expect(other).not.toBe(old);
  });

  test('ids that PostgreSQL cannot hold do not stop a listing', async () => {
    const owner = await ownerWithFour();
    const series = await listing(owner, 'a', 'b', 'c\0', '\ud800', randomBytes(5_000).toString('hex'));
    expect(await countAbsent(opened.db, spec, owner, 'e1', series)).toMatchObject({ active: 4, absent: 2 });
  });
}
