/**
 * Database and sandbox agree row by row at every provider with registrations, after whatever may happen to people, pages,
 * cursors and events. Each test goes on where the one before ended; a tick by the timer is all that syncs.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Counts } from '../../src/domain/outcomes.ts';
import { addCategory, changeCategory, dropCategory } from '../../src/sandbox/categories.ts';
import {
  changePerson,
  changeSubEvent,
  clear,
  deferral,
  moveStart,
  personToPersonTransfer,
  refund,
  register,
  reinstate,
  renameEvent,
  setBib,
  transfer,
  vanish,
} from '../../src/sandbox/changes.ts';
import { registrationNumber } from '../../src/sandbox/haku/registration-number.ts';
import type { Registration } from '../../src/sandbox/world.ts';
import { expectSame, rowVersions, storedRows, wantedRows } from './compare.ts';
import {
  cases,
  installSmallWorld,
  pageSize,
  personAt,
  reappear,
  removedIds,
  rowsBut,
  type SmallWorld,
  settleAfter,
  tickAfter,
  withRegistrations,
} from './every-provider-world.ts';
import { day, hour, minute } from './installation.ts';

test('the providers with registrations are five', () => {
  expect(withRegistrations.map(({ name }) => name).sort()).toEqual([
    'chronotrack',
    'haku',
    'letsdothis',
    'raceroster',
    'runsignup',
  ]);
});

describe.each(cases)('$title', (one) => {
  const { name } = one.provider;
  const isHaku = name === 'haku';
  let small: SmallWorld;
  beforeAll(async () => {
    small = await installSmallWorld(one);
    await small.here.discover();
  });
  afterAll(() => small.here.close());

  /** Ticks by the minute, all of them good, until nothing announced is left to be read; then everything is the same. */
  async function agreeAfter(ms: number): Promise<Counts> {
    const counts = await settleAfter(small, ms);
    await expectSame(small.here);
    return counts;
  }

  test('first sync, by several pages', async () => {
    const { here, main, second, later, listPath } = small;
    here.newCalls();
    const counts = await agreeAfter(0);
    const all = [main, second, later].flatMap((event) => event.registrations);
    const rows = all.reduce((sum, { categories }) => sum + (categories?.length ?? 1), 0);
    expect(counts).toMatchObject({ inserted: rows, removed: 0, failed: 0 });
    const { people } = await storedRows(here);
    expect(people).toHaveLength(rows);
    expect(new Set(people.map(({ bib }) => bib)).size).toBeGreaterThan(pageSize);
    expect(here.newCalls().filter((call) => call.includes(listPath)).length).toBeGreaterThan(2);
  });

  test('nothing changed: no row is written', async () => {
    const before = await rowVersions(small.here);
    await agreeAfter(minute);
    expect(await rowVersions(small.here)).toEqual(before);
  });

  test('changes: somebody new, a name, a bib, a team, a birth date, another part', async () => {
    const { here, main, second } = small;
    const { world } = here;
    here.pass(minute);
    register(world, main, { bib: '9001', team: { id: 7009, name: 'Ångström Pacers' } });
    register(world, second, { person: { firstName: 'Zoë', lastName: "O'Neil-Núñez 🏃", gender: null, dob: null } });
    changePerson(world, personAt(main, 0).id, { firstName: 'Corrected', lastName: 'Ødegård' });
    changePerson(world, personAt(main, 1).id, { dob: '1990-02-28', gender: 'X' });
    setBib(world, personAt(main, 3).id, '777');
    setBib(world, personAt(second, 3).id, '778');
    const [, short] = main.subEvents;
    if (short && !isHaku) changeSubEvent(world, personAt(main, 2).id, short.id);
    const counts = await agreeAfter(minute);
    expect(counts).toMatchObject({ inserted: 2, removed: 0 });
  });

  test('cancellations: refunds, a transfer, deferrals, an undone registration, a place handed on', async () => {
    const { here, main, second } = small;
    const { world } = here;
    here.pass(minute);
    refund(world, personAt(main, 2).id);
    deferral(world, personAt(main, 5).id);
    clear(world, personAt(main, 7).id);
    refund(world, personAt(second, 1).id);
    transfer(world, personAt(main, 9).id, second);
    personToPersonTransfer(world, personAt(main, 10).id, 'same-id', { firstName: 'Heir', dob: null });
    personToPersonTransfer(world, personAt(main, 11).id, 'new-id', { firstName: 'Newcomer' });
    // Came and went between two ticks.
    refund(world, register(world, main, { bib: '9002' }).id);
    const counts = await agreeAfter(minute);
    // At Haku by category.
    if (isHaku) expect(counts.removed).toBeGreaterThan(7);
    else expect(counts.removed).toBe(7);
  });

  test('a bib that becomes blank is kept; one that is given anew is taken', async () => {
    const { here, main, second } = small;
    const withBib = [...main.registrations, ...second.registrations].filter(
      ({ bib, removal }) => bib !== null && removal === null,
    );
    const [a, b, c] = withBib;
    if (!a || !b || !c) throw new Error('too few have a bib');
    here.pass(minute);
    for (const one of [a, b, c]) setBib(here.world, one.id, null);
    await agreeAfter(minute);
    const bibs = (await storedRows(here)).people.map(({ bib }) => bib);
    for (const { lastBib, bib } of [a, b, c]) {
      expect(bib).toBeNull();
      expect(bibs).toContain(lastBib);
    }
    setBib(here.world, a.id, '4711');
    refund(here.world, b.id);
    await agreeAfter(minute);
  });

  test('who left and comes back is there again', async () => {
    const { here, main, second } = small;
    here.pass(minute);
    const left = [...main.registrations, ...second.registrations].filter(
      ({ removal }) => removal !== null && removal.newRegistrationId === null,
    );
    expect(left.length).toBeGreaterThan(4);
    const [a, b] = left;
    for (const one of [a, b]) reinstate(here.world, one?.id ?? 0);
    await agreeAfter(minute);
    refund(here.world, a?.id ?? 0);
    await agreeAfter(minute);
  });

  test('somebody vanishes, and the listing that would tell repeats a page: nobody is wrongly marked', async () => {
    const { here, main, listPath } = small;
    const { world } = here;
    // More than a page of changes, so that a listing of changes has several pages too.
    here.pass(hour);
    const touched: Registration[] = [];
    for (let at = 0; at < pageSize + 3; at += 1) {
      touched.push(changePerson(world, personAt(main, at).id, { firstName: `Again${at}` }));
    }
    touched.push(register(world, main), vanish(world, personAt(main, -3).id), vanish(world, personAt(main, -5).id));
    const before = { rows: await rowsBut(small, touched), removed: await removedIds(small) };
    here.sandbox.fail({ kind: 'repeat-page', pathIncludes: listPath, skip: 1 });
    const { code } = await tickAfter(small, minute);
    expect(here.sandbox.calls.filter(({ fault }) => fault === 'repeat-page')).toHaveLength(1);
    expect(code).toBe(1);
    expect(await rowsBut(small, touched)).toEqual(before.rows);
    expect(await removedIds(small)).toEqual(before.removed);
    await settleAfter(small, 2 * minute);
    // There it infers nothing from a listing that goes on behind another run's; the next is a minute away.
    await (name === 'chronotrack' ? agreeAfter(minute) : expectSame(here));
  });

  test('a listing breaks off, and its cursor runs out or its last page comes again: nobody is passed over', async () => {
    const { here, main, second, listPath } = small;
    const { world } = here;
    here.pass(hour);
    if (name === 'letsdothis') world.behaviour.letsdothis.cursorSeconds = 60;
    for (let at = 0; at < pageSize + 3; at += 1) setBib(world, personAt(main, at).id, String(5000 + at));
    vanish(world, personAt(main, -4).id);
    const [back] = main.vanished;
    if (!back) throw new Error('nobody has vanished');
    reappear(back);
    const removed = await removedIds(small);
    here.sandbox.fail({ kind: 'reset', pathIncludes: listPath, skip: 1 });
    expect((await tickAfter(small, minute)).code).toBe(1);
    expect(await removedIds(small)).toEqual(removed);
    // Behind the pages that are stored, and before them.
    register(world, main);
    changePerson(world, personAt(main, 0).id, { lastName: 'Meanwhile' });
    changePerson(world, personAt(main, -1).id, { lastName: 'Meanwhile' });
    refund(world, personAt(main, 1).id);
    refund(world, personAt(second, 0).id);
    // Where no cursor has run out, the last page that is stored comes again in place of the next.
    if (name !== 'letsdothis') here.sandbox.fail({ kind: 'repeat-page', pathIncludes: listPath });
    await tickAfter(small, 2 * minute);
    const { fault, status } =
      here.sandbox.calls.find(({ time, path }) => time === here.now().toISOString() && path.includes(listPath)) ?? {};
    if (name === 'letsdothis') expect([410, 422]).toContain(status);
    else expect(fault).toBe('repeat-page');
    const gone = new Set(wantedRows(world).people.flatMap((row) => (row['removed'] ? [row['id']] : [])));
    const newlyRemoved = (await removedIds(small)).filter((id) => !removed.includes(id));
    expect(newlyRemoved.filter((id) => !gone.has(id))).toEqual([]);
    // Another listing may go on behind what is stored of this one; the one behind it has everybody.
    await settleAfter(small, hour + minute);
    await agreeAfter(minute);
  });

  if (name === 'letsdothis')
    test('rows that come again on the next page are stored once', async () => {
      const { here, main } = small;
      here.pass(minute);
      here.world.behaviour.letsdothis.repeatedRows = 2;
      for (let at = 0; at < pageSize + 3; at += 1)
        changePerson(here.world, personAt(main, at).id, { firstName: `T${at}` });
      // Once by each of the two lists.
      expect((await agreeAfter(minute)).updated).toBe(2 * (pageSize + 3));
      here.world.behaviour.letsdothis.repeatedRows = 0;
    });

  if (isHaku)
    test('two categories in one registration: added, changed, dropped, swapped, inactive', async () => {
      const { here, main } = small;
      const { world } = here;
      const [half, short] = main.subEvents;
      if (!half || !short) throw new Error('the event has no parts');
      const holds = (count: number) =>
        main.registrations.filter(
          ({ categories, removal }) =>
            removal === null && categories?.filter(({ droppedAt }) => droppedAt === null).length === count,
        );
      const partsOf = ({ categories }: Registration) => categories?.map(({ subEventId }) => subEventId) ?? [];
      const others = (one: Registration) => (partsOf(one).includes(half.id) ? short.id : half.id);
      const [a, b] = holds(2);
      const [c, d, e] = holds(1);
      if (!a || !b || !c || !d || !e) throw new Error('too few registrations');
      here.pass(minute);
      addCategory(world, c.id, { subEventId: others(c), bib: 'S901', corral: 'B' });
      changeCategory(world, a.id, short.id, { bib: 'S902', wave: 'Wave 9' });
      await agreeAfter(minute);
      changeCategory(world, a.id, short.id, { bib: null });
      changeCategory(world, b.id, half.id, { active: false });
      dropCategory(world, c.id, partsOf(c)[1] ?? '');
      await agreeAfter(minute);
      // The other distance in place of the one it held, and a whole registration of two categories that leaves.
      const to = others(d);
      addCategory(world, d.id, { subEventId: to, bib: 'S903' });
      dropCategory(world, d.id, partsOf(d)[0] ?? '');
      refund(world, a.id);
      changeCategory(world, b.id, half.id, { active: true });
      addCategory(world, c.id, { subEventId: partsOf(c)[1] ?? '', bib: null });
      await agreeAfter(minute);
      const moved = await here.query(
        'select participant_id as id, removed_to from haku_participants where removed_to is not null',
      );
      const number = registrationNumber(d.id);
      expect(moved).toEqual([{ id: `${number}:${partsOf(d)[0]}`, removed_to: `${number}:${to}` }]);
    });

  test('a renamed event and moved starts: the plan follows', async () => {
    const { here, main, second, later } = small;
    const { world } = here;
    register(world, later, { bib: '9100' });
    here.pass(minute);
    const ids = (json: { readonly [key: string]: unknown }) =>
      (json['units'] as { events: { eventId: string }[] }[]).flatMap(({ events }) => events.map((one) => one.eventId));
    const before = await here.tick();
    expect(ids(before.json)).not.toContain(later.id);
    renameEvent(world, main, 'Lake Half Marathon (new course) 🏁');
    moveStart(world, later, new Date(here.now().getTime() + 2 * hour));
    moveStart(world, second, new Date(here.now().getTime() + 20 * day));
    await here.discover();
    const { json } = await tickAfter(small, minute);
    expect(json['units']).toContainEqual(
      expect.objectContaining({
        priority: 'high',
        events: expect.arrayContaining([expect.objectContaining({ eventId: later.id })]),
      }),
    );
    expect(ids(json)).not.toContain(second.id);
    await expectSame(here);
  });
});
