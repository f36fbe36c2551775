/** Part of the store's suite: what lists announce, in which order it is read, and what is forgotten. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Outline } from '../../../src/domain/records.ts';
import {
  askAgain,
  countUnread,
  forgetAbsent,
  markRead,
  noteAttempt,
  readBackfills,
  readUnread,
  storeOutlines,
  type Unread,
} from '../../../src/store/outlines.ts';
import { countAbsent, markAbsent, type Owner, rememberSeen } from '../../../src/store/participants.ts';
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
  storePage,
} from '../store-world.ts';

export function outlineTests(opened: Opened): void {
  const announce = (owner: Owner, outlines: readonly Outline[], when = now) =>
    storeOutlines(opened.db, owner, outlines, when);
  const unread = (owner: Owner, ...events: string[]) =>
    readUnread(opened.db, owner, events.length > 0 ? events : ['e1'], 100);
  const idsOf = async (owner: Owner) => (await unread(owner)).map((one) => one.registrationId);
  const read = async (owner: Owner, ids: readonly string[], changes: { refused?: boolean; when?: Date } = {}) => {
    for (const one of (await unread(owner)).filter(({ registrationId }) => ids.includes(registrationId))) {
      await markRead(opened.db, owner, one, changes.refused ?? false, changes.when ?? now);
    }
  };
  const versions = async (owner: Owner) => {
    const rows = await sql<{ xmin: string }>`select ctid::text || ' ' || xmin::text as xmin from registration_outlines
      where timing_partner_id = ${owner.partnerId} order by registration_id`.execute(opened.db);
    return rows.rows;
  };

  test('what is announced waits until it is read', async () => {
    const [owner, neighbour] = [await newOwner(opened.db, haku), await newOwner(opened.db, haku)];
    const stored = await announce(owner, [outline('a'), outline('b', 'v7'), outline('c', 'v1', 'e2')]);
    expect(stored).toEqual({ unchanged: new Map(), impossible: [] });
    expect(await unread(owner)).toEqual([
      { eventId: 'e1', registrationId: 'a', fingerprint: 'v1', attempts: 0, refused: false },
      { eventId: 'e1', registrationId: 'b', fingerprint: 'v7', attempts: 0, refused: false },
    ]);
    expect(await countUnread(opened.db, owner, ['e1', 'e2'])).toBe(3);
    await read(owner, ['a']);
    expect(await idsOf(owner)).toEqual(['b']);
    expect(await unread(neighbour, 'e1', 'e2')).toEqual([]);
  });

  test('what is as it was when it was read is counted, and nothing is rewritten', async () => {
    const owner = await newOwner(opened.db, haku);
    const listed = [outline('a'), outline('b'), outline('c', 'v1', 'e2')];
    await announce(owner, listed);
    await read(owner, ['a', 'b']);
    const before = await versions(owner);
    expect((await announce(owner, listed, at(minute))).unchanged).toEqual(new Map([['e1', 2]]));
    expect(await versions(owner)).toEqual(before);
  });

  test('the newest announcement is read first; what is announced again keeps its place', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('b'), outline('a'), outline('c')]);
    await read(owner, ['c']);
    await announce(owner, [outline('d'), outline('c', 'v2'), outline('a')], at(minute));
    expect(await idsOf(owner)).toEqual(['c', 'd', 'a', 'b']);
    expect((await readUnread(opened.db, owner, ['e1'], 2)).map((one) => one.registrationId)).toEqual(['c', 'd']);
  });

  test('a change that is taken back before it was read is no change', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('a')]);
    await read(owner, ['a']);
    await announce(owner, [outline('a', 'v2')]);
    expect(await idsOf(owner)).toEqual(['a']);
    expect((await announce(owner, [outline('a')])).unchanged).toEqual(new Map([['e1', 1]]));
    expect(await idsOf(owner)).toEqual([]);
  });

  test('reading settles what was announced before it, not what was announced meanwhile', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('a')]);
    const [first] = await unread(owner);
    await announce(owner, [outline('a', 'v2')], at(minute));
    await markRead(opened.db, owner, first as Unread, false, at(minute));
    expect(await unread(owner)).toMatchObject([{ registrationId: 'a', fingerprint: 'v2' }]);
  });

  test('whose calls fail comes last, until it changes', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('a')]);
    await announce(owner, [outline('b')], at(minute));
    const [newest] = await unread(owner);
    await noteAttempt(opened.db, owner, newest as Unread);
    expect(await unread(owner)).toMatchObject([
      { registrationId: 'a', attempts: 0 },
      { registrationId: 'b', attempts: 1 },
    ]);
    await announce(owner, [outline('b', 'v2')], at(2 * minute));
    expect(await unread(owner)).toMatchObject([{ registrationId: 'b', attempts: 0 }, { registrationId: 'a' }]);
  });

  test('of a row that came twice in a page the later one counts', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('a', 'v1'), outline('b'), outline('a', 'v2')]);
    expect(await unread(owner)).toMatchObject([{ registrationId: 'a', fingerprint: 'v2' }, { registrationId: 'b' }]);
  });

  test('ids that no row can have are told, and do not stop the others', async () => {
    const owner = await newOwner(opened.db, haku);
    const bad = [outline(''), outline('x\0'), outline('\ud800'), outline(randomBytes(300).toString('hex'))];
    const odd = { ...outline('b', 'v\0'), source: { name: 'a\0\ud800' } };
    expect((await announce(owner, [...bad, outline('a'), odd])).impossible).toEqual(bad);
    expect(await idsOf(owner)).toEqual(['a', 'b']);
    await read(owner, ['a', 'b']);
    expect((await announce(owner, [odd])).unchanged).toEqual(new Map([['e1', 1]]));
  });

  test('what could not be stored is asked for again some time later', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('good'), outline('bad'), outline('fresh'), outline('other', 'v1', 'e2')]);
    await read(owner, ['good'], { when: at(-25 * hour) });
    await read(owner, ['bad'], { refused: true, when: at(-25 * hour) });
    await read(owner, ['fresh'], { refused: true, when: at(-23 * hour) });
    await askAgain(opened.db, owner, ['e1'], at(-24 * hour));
    expect(await unread(owner)).toMatchObject([{ registrationId: 'bad', refused: true }]);
  });

  test('how far the reading of each event is', async () => {
    const owner = await newOwner(opened.db, haku);
    await announce(owner, [outline('a'), outline('b'), outline('c'), outline('d', 'v1', 'e2')]);
    await read(owner, ['b']);
    const { partnerId, providerId } = owner;
    const key = (eventId: string) => `${partnerId}:${providerId}:${eventId}`;
    const events = ['e1', 'e2', 'e3'].map((eventId) => ({ partnerId, providerId, eventId }));
    expect(await readBackfills(opened.db, events)).toEqual(
      new Map([
        [key('e1'), { announced: 3, unread: 2 }],
        [key('e2'), { announced: 1, unread: 1 }],
      ]),
    );
  });

  test('a person is missing with all rows, and what was announced of the missing is forgotten', async () => {
    const owner = await newOwner(opened.db, haku);
    const spec = haku.tables.participants;
    await addEvents(opened.db, owner, haku, ['e1']);
    const rows = ['a:5K', 'a:10K', 'b:5K', 'b:10K', 'c:5K'].map((id) => category(id));
    await storePage(opened.db, owner, rows, { provider: haku });
    await announce(owner, [outline('a'), outline('b'), outline('c'), outline('never-read')]);
    await read(owner, ['a', 'b']);
    const series = randomUUID();
    await rememberSeen(opened.db, owner, series, [outline('a'), outline('c')]);
    expect(await countAbsent(opened.db, spec, owner, 'e1', series)).toMatchObject({ active: 3, absent: 1 });
    expect(await markAbsent(opened.db, spec, owner, 'e1', series, now)).toBe(2);
    await forgetAbsent(opened.db, owner, 'e1', series);
    const people = await peopleOf(opened.db, owner, haku);
    const gone = Object.keys(people).filter((id) => people[id]?.['removed_reason'] === 'absent');
    expect(gone.sort()).toEqual(['b:10K', 'b:5K']);
    expect(await idsOf(owner)).toEqual(['c']);
    // Listed again as it was: announced and read anew.
    expect((await announce(owner, [outline('b')])).unchanged).toEqual(new Map());
    expect(await idsOf(owner)).toEqual(['b', 'c']);
  });
}
