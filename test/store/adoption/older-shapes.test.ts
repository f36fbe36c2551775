/** Discovery and syncs on Race Roster's tables in the shapes that older programs gave them. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { providers } from '../../../src/providers/registry.ts';
import type { Database } from '../../../src/store/database.ts';
import { readEventStates } from '../../../src/store/due.ts';
import { storeEvents } from '../../../src/store/events.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { countAbsent, markAbsent, type Owner, rememberSeen } from '../../../src/store/participants.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import { countPeople } from '../../../src/store/status-reads.ts';
import type { TestDatabase } from '../../database/databases.ts';
import { existingDatabase } from '../../database/existing/build.ts';
import { connectTo } from '../opening.ts';
import { at, changesOf, entrant, eventRecord, hour, now, raceroster, storePage } from '../store-world.ts';

const shapes = {
  integer: { event: '60001', other: '60002', person: '1001', doubled: '1007' },
  uuid: { event: 'rr-1', other: 'rr-4', person: '1001', doubled: '1007' },
} as const;
const series = '00000000-0000-4000-8000-000000000001';

describe.each(['integer', 'uuid'] as const)('with %s ids', (raceRoster) => {
  const ids = shapes[raceRoster];
  let copy: TestDatabase;
  let database: Database;
  let client: pg.Client;
  /** Partner 2 has the old event; partner 3 has it now too. */
  let own: Owner;
  let second: Owner;

  beforeAll(async () => {
    copy = await existingDatabase({ raceRoster });
    database = connectTo(copy.url);
    client = new pg.Client({ connectionString: copy.url });
    await client.connect();
    await migrate(database, providers);
    const providerId = (await readProviderIds(database.db, providers)).idOf(raceroster);
    const owner = async (partnerId: number): Promise<Owner> => {
      const { rows } = await client.query(
        'select partner_provider_credential_id as id from partner_provider_credentials where timing_partner_id = $1 and provider_id = $2',
        [partnerId, providerId],
      );
      return { partnerId, providerId, credentialId: rows[0].id };
    };
    [own, second] = [await owner(2), await owner(3)];
  });
  afterAll(async () => {
    await client.end();
    await database.close();
    await copy.drop();
  });

  const events = (partner: number) =>
    client.query(
      `select event_id::text as id, external_event_id as theirs, event_name as name ${raceRoster === 'integer' ? ', name as old_name' : ''}
       from raceroster_events where timing_partner_id = $1 and external_event_id = any($2) order by event_name desc`,
      [partner, [ids.event, 'new-1']],
    );
  const discover = (owner: Owner, names: Readonly<Record<string, string>>) =>
    storeEvents(
      database.db,
      raceroster,
      owner,
      {
        races: [],
        events: Object.entries(names).map(([id, name]) => {
          const record = eventRecord(raceroster, id, { name, startAt: at(hour) });
          return { ...record, row: { ...record.row, external_event_id: id } };
        }),
        rejected: [],
        last: true,
      },
      { now, startsFrom: undefined },
    );

  test('an event that is known is updated in its row, a new one and another partner get their own', async () => {
    const { rows: before } = await events(2);
    expect(before).toHaveLength(1);
    await discover(own, { [ids.event]: 'Renamed', 'new-1': 'New' });
    await discover(second, { [ids.event]: 'Renamed' });
    const oldName = (name: string) => (raceRoster === 'integer' ? { old_name: name } : {});
    const newId = raceRoster === 'integer' ? null : expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect((await events(2)).rows).toEqual([
      { id: before[0].id, theirs: ids.event, name: 'Renamed', ...oldName('Renamed') },
      { id: newId, theirs: 'new-1', name: 'New', ...oldName('New') },
    ]);
    expect((await events(3)).rows).toEqual([
      { id: raceRoster === 'integer' ? ids.event : newId, theirs: ids.event, name: 'Renamed', ...oldName('Renamed') },
    ]);
    const written = await client.query('select xmin::text, ctid::text from raceroster_events order by 2');
    await discover(own, { [ids.event]: 'Renamed', 'new-1': 'New' });
    const again = await client.query('select xmin::text, ctid::text from raceroster_events order by 2');
    expect(again.rows).toEqual(written.rows);
  });

  test('people who are known are updated in their newest row, others are added; nobody is doubled', async () => {
    const page = [
      entrant(ids.person, { eventId: ids.event, row: { bib_number: 'B1' } }),
      entrant(ids.doubled, { eventId: ids.event, row: { bib_number: 'B7' } }),
      entrant('new-person', { eventId: ids.event, row: { bib_number: 'B99' } }),
      entrant('far-away', { eventId: 'new-1', row: { bib_number: 'B100' } }),
    ];
    const store = (owner: Owner) => storePage(database.db, owner, page, { provider: raceroster });
    const stored = await store(own);
    expect(changesOf(stored, ids.event)).toEqual({ inserted: 1, updated: 2 });
    expect(changesOf(stored, 'new-1')).toEqual({ inserted: 1 });
    expect(changesOf(await store(own), ids.event)).toEqual({ unchanged: 3 });

    const { rows } = await client.query(
      `select coalesce(external_registration_id, registration_id::text) as id, bib_number as bib, p.duplicate_of is not null as older,
         e.external_event_id as event
       from raceroster_participants p left join raceroster_events e on e.timing_partner_id = p.timing_partner_id
         and (e.event_id = p.event_id or e.external_event_id = p.external_event_id)
       where p.timing_partner_id = 2 and coalesce(external_registration_id, registration_id::text) = any($1) order by 1, 3`,
      [[ids.person, ids.doubled, 'new-person', 'far-away']],
    );
    expect(rows).toEqual([
      { id: ids.person, bib: 'B1', older: false, event: ids.event },
      { id: ids.doubled, bib: 'B7', older: false, event: ids.event },
      { id: ids.doubled, bib: '7', older: true, event: ids.event },
      { id: 'far-away', bib: 'B100', older: false, event: 'new-1' },
      { id: 'new-person', bib: 'B99', older: false, event: ids.event },
    ]);
  });

  test('the views show old and new people with their event', async () => {
    const { rows } = await client.query(
      `select p.registration_id, p.bib_number, u.event_name from unified_participants p join unified_events u
         on (u.source_provider, u.timing_partner_id, u.event_id) = (p.source_provider, p.timing_partner_id, p.event_id)
       where p.source_provider = 'Race Roster' and p.timing_partner_id = 2 and p.registration_id = any($1) order by 1, 2`,
      [[ids.person, '1002', ids.doubled, 'far-away']],
    );
    expect(rows).toEqual([
      { registration_id: ids.person, bib_number: 'B1', event_name: 'Renamed' },
      { registration_id: '1002', bib_number: '2', event_name: 'Renamed' },
      { registration_id: ids.doubled, bib_number: '7', event_name: 'Renamed' },
      { registration_id: ids.doubled, bib_number: 'B7', event_name: 'Renamed' },
      { registration_id: 'far-away', bib_number: 'B100', event_name: 'New' },
    ]);
  });

  test('people of the old rows count once, and are marked where a whole listing misses them', async () => {
    const spec = raceroster.tables.participants;
    const { byId } = await readProviderIds(database.db, providers);
    const states = await readEventStates(
      database.db,
      byId,
      { startsFrom: undefined, partnerId: 2, eventId: ids.event },
      now,
    );
    const key = `2:${own.providerId}:${ids.event}`;
    // 50 old ones, one of them twice, and the new one.
    expect(await countPeople(database.db, byId, states)).toEqual(new Map([[key, { participants: 51, removed: 0 }]]));
    await database.db.transaction().execute(async (tx) => {
      await rememberSeen(tx, own, series, [
        { eventId: ids.event, id: 'new-person' },
        ...Array.from({ length: 48 }, (_, index) => ({ eventId: ids.event, id: String(1003 + index) })),
      ]);
      expect(await countAbsent(tx, spec, own, ids.event, series)).toMatchObject({ active: 51, absent: 2 });
      expect(await markAbsent(tx, spec, own, ids.event, series, now)).toBe(2);
    });
    const { rows } = await client.query(`select registration_id::text as id from raceroster_participants
      where timing_partner_id = 2 and removed_reason = 'absent' order by 1`);
    expect(rows).toEqual([{ id: '1001' }, { id: '1002' }]);
  });
});
