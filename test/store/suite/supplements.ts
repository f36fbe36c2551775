/** Part of the store's suite: a second list of the same people completes the rows of the first, in whatever order. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { ParticipantRecord } from '../../../src/domain/records.ts';
import type { Row } from '../../../src/domain/tables.ts';
import { letsdothis } from '../../../src/providers/letsdothis/provider.ts';
import {
  countAbsent,
  markAbsent,
  type Owner,
  rememberSeen,
  storeParticipants,
} from '../../../src/store/participants.ts';
import {
  addEvents,
  at,
  changesOf,
  entrant,
  hour,
  identity,
  minute,
  newOwner,
  now,
  type Opened,
  type PersonChanges,
  peopleOf,
  personOf,
  pick,
  storePage,
  type TableRow,
} from '../store-world.ts';

const provider = letsdothis;

/** An application: the first list, which knows no bib. */
function application(id: string, changes: PersonChanges = {}): ParticipantRecord {
  const row = { application_id: id, category: '10K', ...changes.row };
  return entrant(id, { modifiedAt: at(-hour), ...changes, row });
}

/** A participant of an application: the second list. */
function participant(applicationId: string, own: string | null, row: Row = {}, changes: PersonChanges = {}) {
  const source = changes.source ?? { id: own, applicationId, ...row };
  const columns = { application_id: applicationId, participant_id: own, participant_row: source, ...row };
  return { ...entrant(applicationId, { ...changes, row: columns, source }), kind: 'supplement' } as const;
}

export function supplementTests(opened: Opened): void {
  const ownerWithEvents = async () => {
    const owner = await newOwner(opened.db, provider);
    await addEvents(opened.db, owner, provider, ['e1', 'e2']);
    return owner;
  };
  const store = async (owner: Owner, ...records: ParticipantRecord[]) =>
    changesOf(await storePage(opened.db, owner, records, { provider }), 'e1');
  const people = (owner: Owner) => peopleOf(opened.db, owner, provider);
  const rowOf = (owner: Owner, id: string) => personOf(opened.db, owner, id, provider);
  /** Everything but where the row lies and who wrote it when. */
  const content = ({
    id: _,
    xmin: _x,
    ctid: _c,
    created_at: _a,
    timing_partner_id: _p,
    credentials_used: _u,
    ...row
  }: TableRow) => row;
  const names = async (owner: Owner) =>
    Object.fromEntries(
      Object.entries(await people(owner)).map(([id, row]) => [id, [row['participant_id'], row['bib_number']]]),
    );

  test('a supplement fills its columns of the row we have, and no other', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a', { row: { first_name: 'Ann' } }));
    const before = await rowOf(owner, 'a');
    const second = participant('a', 'p1', { first_name: 'Anne', category: 'no', bib_number: '7', division: 'Elite' });
    expect(await store(owner, second)).toEqual({ updated: 1 });
    const after = await rowOf(owner, 'a');
    expect(content(after)).toEqual({
      ...content(before),
      participant_id: 'p1',
      bib_number: '7',
      division: 'Elite',
      participant_row: second.source,
    });
  });

  test('a blank fills nothing, and what stays the same is not rewritten', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a'), participant('a', 'p1', { bib_number: '7', division: 'Elite' }));
    const source = { id: 'p1', applicationId: 'a' };
    const blank = participant('a', 'p1', { bib_number: null, division: null }, { source });
    expect(await store(owner, blank)).toEqual({ updated: 1 });
    const row = await rowOf(owner, 'a');
    expect(pick(row, 'bib_number', 'division', 'participant_row')).toEqual({
      bib_number: '7',
      division: 'Elite',
      participant_row: source,
    });
    expect(await store(owner, blank)).toEqual({});
    expect(await rowOf(owner, 'a')).toEqual(row);
  });

  test('a later registration leaves what the second list filled, and its own rules hold', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a'), participant('a', 'p1', { bib_number: '7', division: 'Elite' }));
    const changed = application('a', { modifiedAt: at(0), row: { phone: '1', bib_number: null, division: null } });
    expect(await store(owner, changed)).toEqual({ updated: 1 });
    const row = await rowOf(owner, 'a');
    expect(pick(row, 'phone', 'bib_number', 'division', 'participant_id', 'source_row', 'source_modified_at')).toEqual({
      phone: '1',
      bib_number: '7',
      division: 'Elite',
      participant_id: 'p1',
      source_row: changed.source,
      source_modified_at: at(0),
    });
    // Older than the row: refused as ever, though the second list has been there since.
    expect(await store(owner, application('a', { row: { phone: 'old' } }))).toEqual({ unchanged: 1 });
    expect(await rowOf(owner, 'a')).toEqual(row);
    expect(await store(owner, changed)).toEqual({ unchanged: 1 });
  });

  test('the order of the lists makes no difference, in one page, in several, in several syncs', async () => {
    const first = application('a', { removal: { reason: 'deferred', at: at(-minute) } });
    const second = participant('a', 'p1', {
      first_name: 'Anne',
      bib_number: '7',
      registration_date: '2026-03-01T10:00:00',
    });
    const rows: TableRow[] = [];
    for (const pages of [
      [[first, second]],
      [[second, first]],
      [[first], [second]],
      [[second], [first]],
      [[second], [first], [second], [first]],
    ]) {
      const owner = await ownerWithEvents();
      for (const page of pages) await store(owner, ...page);
      rows.push(content(await rowOf(owner, 'a')));
    }
    for (const row of rows) expect(row).toEqual(rows[0]);
    expect(rows[0]).toMatchObject({ first_name: 'Bo', bib_number: '7', removed_reason: 'deferred' });
  });

  test('who is in the second list alone is stored whole, follows it, and leaves by it', async () => {
    const owner = await ownerWithEvents();
    expect(await store(owner, participant('a', 'p1', { first_name: 'Anne', bib_number: '7' }))).toEqual({
      inserted: 1,
    });
    expect(pick(await rowOf(owner, 'a'), 'first_name', 'bib_number', 'source_row', 'source_modified_at')).toEqual({
      first_name: 'Anne',
      bib_number: '7',
      source_row: null,
      source_modified_at: null,
    });
    expect(await store(owner, participant('a', 'p1', { first_name: 'Annie', phone: '1' }))).toEqual({ updated: 1 });
    const gone = participant('a', 'p1', { first_name: 'Annie' }, { removal: { reason: 'withdrawn' } });
    expect(await store(owner, gone)).toEqual({ updated: 1, removed: 1 });
    expect(pick(await rowOf(owner, 'a'), 'first_name', 'phone', 'bib_number', 'removed_reason', 'removed_at')).toEqual({
      first_name: 'Annie',
      phone: null,
      bib_number: '7',
      removed_reason: 'withdrawn',
      removed_at: now,
    });
    // The registration is the word that counts, however old it is.
    expect(await store(owner, application('a', { modifiedAt: at(-100 * hour) }))).toEqual({ updated: 1 });
    expect(pick(await rowOf(owner, 'a'), 'first_name', 'bib_number', 'removed_reason')).toEqual({
      first_name: 'Bo',
      bib_number: '7',
      removed_reason: null,
    });
  });

  test('a supplement neither marks nor unmarks whom a registration has', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a', { removal: { reason: 'refunded' } }), application('b'));
    const other = { removal: { reason: 'withdrawn' } };
    expect(await store(owner, participant('a', 'p1'), participant('b', 'p2', {}, other))).toEqual({ updated: 2 });
    const reasons = Object.values(await people(owner)).map((row) => [row['registration_id'], row['removed_reason']]);
    expect(Object.fromEntries(reasons)).toEqual({ a: 'refunded', b: null });
  });

  test('several people of a registration: the first has its row for good, the others rows of their own', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a'));
    const team = ['p2', 'p1', 'p3'].map((own, index) => participant('a', own, { bib_number: String(index) }));
    expect(await store(owner, ...team)).toEqual({ inserted: 2, updated: 1 });
    const rows = { a: ['p1', '1'], 'a:p2': ['p2', '0'], 'a:p3': ['p3', '2'] };
    expect(await names(owner)).toEqual(rows);
    const before = await people(owner);
    for (const one of team) expect(await store(owner, one)).toEqual({});
    expect(await people(owner)).toEqual(before);
    // A filtered answer brings somebody who comes before all of them, and one of the others.
    expect(await store(owner, participant('a', 'p0'), participant('a', 'p3', { bib_number: '33' }))).toEqual({
      inserted: 1,
      updated: 1,
    });
    expect(await names(owner)).toEqual({ ...rows, 'a:p0': ['p0', null], 'a:p3': ['p3', '33'] });
  });

  test('who had a row of their own keeps it when the registration comes, and when its first person never does', async () => {
    const owner = await ownerWithEvents();
    await store(owner, participant('a', 'p2'));
    await store(owner, participant('a', 'p1'), application('a'), participant('a', 'p2'));
    expect(Object.keys(await people(owner)).sort()).toEqual(['a', 'a:p1']);
    expect((await rowOf(owner, 'a'))['participant_id']).toBe('p2');
  });

  test('beside the duplicate of an older program one row is filled, and nobody gets a second one', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a'), participant('a', 'p1', { bib_number: '1' }));
    const undo = new Error('the keys come back');
    await opened.db
      .transaction()
      .execute(async (tx) => {
        // As adoption leaves it: the rows without `duplicate_of` are unique, the others stay beside them.
        await sql`alter table letsdothis_participants drop constraint letsdothis_participants_timing_partner_id_registration_id_key`.execute(
          tx,
        );
        await sql`create unique index on letsdothis_participants (timing_partner_id, registration_id) where duplicate_of is null`.execute(
          tx,
        );
        await sql`insert into letsdothis_participants (timing_partner_id, event_id, registration_id, application_id, duplicate_of)
          values (${owner.partnerId}, 'e1', 'a', 'a', 'a')`.execute(tx);
        const spec = provider.tables.participants;
        const page = [participant('a', 'p1', { bib_number: '2' }), participant('a', 'p2', { bib_number: '3' })];
        await storeParticipants(tx, spec, owner, page, now);
        const rows =
          await sql`select registration_id as id, participant_id as person, bib_number as bib, duplicate_of as of
          from letsdothis_participants where timing_partner_id = ${owner.partnerId} order by registration_id, of nulls first`.execute(
            tx,
          );
        expect(rows.rows).toEqual([
          { id: 'a', person: 'p1', bib: '2', of: null },
          { id: 'a', person: null, bib: null, of: 'a' },
          { id: 'a:p2', person: 'p2', bib: '3', of: null },
        ]);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
  });

  test('a second list without ids of its own completes the registration, and a later one with ids goes on there', async () => {
    const owner = await ownerWithEvents();
    await store(owner, application('a'), participant('a', null, { bib_number: '1' }));
    await store(owner, participant('a', 'p1', { bib_number: '2' }));
    expect(await names(owner)).toEqual({ a: ['p1', '2'] });
  });

  test('whoever is of a registration that is listed is not absent', async () => {
    const owner = await ownerWithEvents();
    await store(
      owner,
      ...['a', 'b'].flatMap((id) => [application(id), participant(id, `${id}1`), participant(id, `${id}2`)]),
    );
    const series = identity().runId;
    await rememberSeen(opened.db, owner, series, [{ id: 'a', eventId: 'e1' }]);
    const spec = provider.tables.participants;
    expect(await countAbsent(opened.db, spec, owner, 'e1', series)).toMatchObject({ active: 2, absent: 1 });
    expect(await markAbsent(opened.db, spec, owner, 'e1', series, now)).toBe(2);
    const gone = Object.values(await people(owner)).filter((row) => row['removed_reason'] === 'absent');
    expect(gone.map((row) => row['registration_id']).sort()).toEqual(['b', 'b:b2']);
  });

  test('people are counted once, whatever page the second list comes in', async () => {
    const owner = await ownerWithEvents();
    const firsts = ['a', 'b', 'c'].map((id) => application(id));
    const seconds = ['a', 'b', 'c', 'd'].map((id) => participant(id, `${id}1`, { bib_number: id }));
    const counts = async (...records: ParticipantRecord[]) =>
      (await storePage(opened.db, owner, records, { provider })).counts.get('e1');
    const none = { fetched: 0, inserted: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 };
    expect(await counts(...firsts, ...seconds)).toEqual({ ...none, fetched: 4, inserted: 4, updated: 3 });
    expect(await counts(...firsts, ...seconds)).toEqual({ ...none, fetched: 3, unchanged: 3 });
    expect(await counts(participant('a', 'a1', { bib_number: '9' }))).toEqual({ ...none, updated: 1 });
  });

  test('a supplement that cannot be held is set aside alone', async () => {
    const owner = await ownerWithEvents();
    const bad = participant('a', 'p1', { bib_number: 'x\0' });
    const stored = await storePage(opened.db, owner, [application('a'), bad, participant('b', 'p2')], { provider });
    expect(stored.rejected).toEqual([{ eventId: 'e1', id: 'a', error: expect.any(String), source: bad.source }]);
    expect(changesOf(stored, 'e1')).toEqual({ inserted: 2, failed: 1 });
    expect(Object.keys(await people(owner)).sort()).toEqual(['a', 'b']);
  });

  test('two partners with the same registration have a row each, of the second list too', async () => {
    const [one, two] = [await ownerWithEvents(), await ownerWithEvents()];
    await store(one, application('a'), participant('a', 'p1', { bib_number: '1' }));
    await store(two, participant('a', 'p2', { bib_number: '2' }));
    expect([await names(one), await names(two)]).toEqual([{ a: ['p1', '1'] }, { a: ['p2', '2'] }]);
  });

  test('the view shows the runner, else whom the application names', async () => {
    const owner = await ownerWithEvents();
    const payer = { first_name: 'Pat', last_name: 'Ray', email: 'pat@x.org', gender: 'M', date_of_birth: '1980-02-03' };
    const silent = { email: null, gender: null, date_of_birth: null };
    await store(
      owner,
      ...['a', 'b', 'c', 'd'].map((id) => application(id, { row: payer })),
      participant('b', 'p1', { runner: { ...silent, first_name: 'PAT', last_name: 'Ray', gender: 'F' } }),
      participant('c', 'p2', { runner: { ...silent, first_name: 'Kim', last_name: 'Ray' }, division: 'Junior' }),
      participant('d', 'p3', { runner: { ...silent, first_name: 'Pat', last_name: null } }),
    );
    const view = await sql`select registration_id as id, first_name, last_name, email, gender, date_of_birth, division
      from unified_participants where timing_partner_id = ${owner.partnerId} order by 1`.execute(opened.db);
    expect(view.rows).toEqual([
      { id: 'a', ...payer, division: '10K' },
      { id: 'b', ...payer, first_name: 'PAT', gender: 'F', division: '10K' },
      { id: 'c', ...silent, first_name: 'Kim', last_name: 'Ray', division: 'Junior' },
      { id: 'd', ...payer, division: '10K' },
    ]);
  });
}
