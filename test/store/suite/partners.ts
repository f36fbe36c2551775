/** Part of the store's suite: partners, and the providers' ids, which differ between installations. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { UsageError } from '../../../src/domain/errors.ts';
import { providers } from '../../../src/providers/registry.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { addPartner, findPartner, listPartners, removePartner } from '../../../src/store/partners.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import { addEvents, newOwner, newPartner, type Opened, raceroster, runsignup } from '../store-world.ts';

export function partnerTests(opened: Opened): void {
  test('a partner is found by id and by name in any case', async () => {
    const partner = await addPartner(opened.db, '  Peak Timing ÅB ', undefined);
    expect(partner.name).toBe('Peak Timing ÅB');
    for (const spelled of ['peak timing åb', ' PEAK TIMING ÅB ', String(partner.partnerId)]) {
      expect(await findPartner(opened.db, spelled)).toEqual(partner);
    }
    expect(await listPartners(opened.db)).toContainEqual(partner);
    await expect(findPartner(opened.db, 'peak')).rejects.toThrow('there is no timing partner "peak"');
  });

  test('a name or an id is given once', async () => {
    const partner = await addPartner(opened.db, 'Once Timing', undefined);
    await expect(addPartner(opened.db, 'ONCE timing', undefined)).rejects.toThrow('is already there: Once Timing');
    await expect(addPartner(opened.db, 'Another', partner.partnerId)).rejects.toThrow('is already there: Once Timing');
    await expect(addPartner(opened.db, '   ', undefined)).rejects.toThrow(UsageError);
  });

  test('a name that is an id of another is ambiguous', async () => {
    const first = await newPartner(opened.db);
    const second = await addPartner(opened.db, String(first), undefined);
    await expect(findPartner(opened.db, String(first))).rejects.toMatchObject({
      message: `several timing partners are called "${first}"`,
      hint: `Use the id: ${first}, ${second.partnerId}.`,
    });
    await removePartner(opened.db, second);
  });

  test('an id given by hand is not handed out again', async () => {
    const next = (await newPartner(opened.db)) + 1;
    expect((await addPartner(opened.db, 'By hand', next)).partnerId).toBe(next);
    expect(await newPartner(opened.db)).toBe(next + 1);
    const low = await addPartner(opened.db, 'A low one', -5);
    expect(low.partnerId).toBe(-5);
    expect(await newPartner(opened.db)).toBe(next + 2);
  });

  test('only a partner without data is removed', async () => {
    const owner = await newOwner(opened.db);
    const partner = await findPartner(opened.db, String(owner.partnerId));
    await expect(removePartner(opened.db, partner)).rejects.toThrow('still has credentials, events or history');
    await addEvents(opened.db, owner, runsignup, ['100']);
    await expect(removePartner(opened.db, partner)).rejects.toThrow(UsageError);
    const empty = await findPartner(opened.db, String(await newPartner(opened.db)));
    await removePartner(opened.db, empty);
    await expect(findPartner(opened.db, String(empty.partnerId))).rejects.toThrow(UsageError);
  });

  const namesOf = async () =>
    (await opened.db.selectFrom('providers').select(['provider_id', 'name']).orderBy('provider_id').execute()).map(
      (row) => `${row.provider_id} ${row.name}`,
    );
  const rename = (id: number, name: string) =>
    sql`update providers set name = ${name} where provider_id = ${id}`.execute(opened.db);

  test('a fresh database has every provider under its id', async () => {
    expect(await namesOf()).toEqual([
      '1 ChronoTrack',
      '2 RunSignUp',
      '3 Race Roster',
      '4 Haku',
      '5 Copernico',
      "6 Let's Do This",
    ]);
    const ids = await readProviderIds(opened.db, providers);
    const found = [...ids.byId].map(([id, { displayName }]) => `${id} ${displayName}`);
    expect(found.sort()).toEqual(await namesOf());
  });

  test.each(['RACE ROSTER', 'RaceRoster', 'raceroster', 'race_roster'])(
    '%s is Race Roster, under any id',
    async (name) => {
      await rename(3, name);
      try {
        expect((await migrate(opened.database, providers)).applied).toEqual([]);
        expect(await namesOf()).toContain(`3 ${name}`);
        expect(await namesOf()).toHaveLength(6);
        expect((await readProviderIds(opened.db, providers)).idOf(raceroster)).toBe(3);
      } finally {
        await rename(3, 'Race Roster');
      }
    },
  );

  test('a provider that is missing gets the next free id, and until then says so', async () => {
    await rename(2, 'Another one');
    try {
      const ids = await readProviderIds(opened.db, providers);
      expect(() => ids.idOf(runsignup)).toThrow('the table providers has no row for RunSignUp');
      await migrate(opened.database, providers);
      const id = (await readProviderIds(opened.db, providers)).idOf(runsignup);
      expect(id).toBeGreaterThan(6);
      await sql`delete from providers where provider_id = ${id}`.execute(opened.db);
    } finally {
      await rename(2, 'RunSignUp');
    }
  });
}
