/** What mapping makes of strange rows, into PostgreSQL: all of it is held, but for what no database can hold. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Provider } from '../../src/domain/provider.ts';
import type { EventRecord, ParticipantRecord, RaceRecord } from '../../src/domain/records.ts';
import { mapEntry } from '../../src/providers/chronotrack/map-entry.ts';
import * as chronotrack from '../../src/providers/chronotrack/map-event.ts';
import { readResults } from '../../src/providers/copernico/results.ts';
import * as haku from '../../src/providers/haku/map-event.ts';
import { mapRegistration } from '../../src/providers/haku/map-registration.ts';
import * as letsdothis from '../../src/providers/letsdothis/map-event.ts';
import { mapApplication } from '../../src/providers/letsdothis/map-person.ts';
import * as raceroster from '../../src/providers/raceroster/map-event.ts';
import { mapParticipant as mapEntrant } from '../../src/providers/raceroster/map-participant.ts';
import { providers } from '../../src/providers/registry.ts';
import * as runsignup from '../../src/providers/runsignup/map-event.ts';
import { mapParticipant } from '../../src/providers/runsignup/map-participant.ts';
import { mapRace } from '../../src/providers/runsignup/map-race.ts';
import { raceProblem } from '../../src/providers/runsignup/wire.ts';
import { storeEvents } from '../../src/store/events.ts';
import { type Owner, storeParticipants } from '../../src/store/participants.ts';
import { keepRejected } from '../../src/store/rejected-rows.ts';
import { storeResults } from '../../src/store/results.ts';
import { storableText } from '../../src/store/storable-text.ts';
import { wireRace } from '../providers/runsignup/wire-rows.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { addEvents, newOwner, now } from '../store/store-world.ts';
import { rowKinds } from './data-rows.ts';
import { replaced, runs, strangeRows, throughWire } from './data-values.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

const providerOf = (name: string): Provider => {
  const provider = providers.find((one) => one.name === name);
  if (!provider) throw new Error(`no provider ${name}`);
  return provider;
};

/** Rows whose ids are what the index says, so that none is taken for another's. */
function rowsOf(kindName: string, idOf: (index: number) => Json): readonly JsonObject[] {
  const kind = rowKinds.find(({ name }) => name === kindName);
  if (!kind) throw new Error(`no kind ${kindName}`);
  const rows = fc.sample(strangeRows(kind.template, [kind.idField, 'event_id', 'eventId']), runs(150, 5_000));
  return rows.map((row, index) => throughWire(replaced(row, [kind.idField], idOf(index))) as JsonObject);
}

/** No NUL, no half of a surrogate pair, in no key and no text. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value === storableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** As jsonb tells it: JSON, with keys in an order of its own. */
const asJson = (value: Json): Json => JSON.parse(JSON.stringify(value));

const people: readonly [string, string, (row: JsonObject) => readonly ParticipantRecord[]][] = [
  [
    'runsignup',
    'runsignup participant',
    (row) => {
      const mapped = mapParticipant(row, { part: 'active', eventId: '661702', raceId: '1' });
      return mapped.kind === 'record' ? [mapped.record] : [];
    },
  ],
  ['raceroster', 'raceroster participant', (row) => recordIn(mapEntrant(row, '661702'))],
  ['haku', 'haku registration', (row) => mapRegistration(row, '661702', String(row['registration_number'])).records],
  ['letsdothis', "let's do this application", (row) => recordIn(mapApplication({ ...row, eventId: '661702' }))],
  ['chronotrack', 'chronotrack entry', (row) => recordIn(mapEntry(row, '661702'))],
];

const events: readonly [string, string, (row: JsonObject) => readonly EventRecord[]][] = [
  [
    'runsignup',
    'runsignup event',
    (row) => {
      const mapped = runsignup.mapEvent(row, wireRace({ race_id: 1 }), undefined);
      return mapped.kind === 'event' ? [mapped.event] : [];
    },
  ],
  ['raceroster', 'raceroster event', (row) => recordIn(raceroster.mapEvent(row, undefined))],
  ['haku', 'haku event', (row) => recordIn(haku.mapEvent(row, undefined))],
  ['letsdothis', "let's do this event", (row) => recordIn(letsdothis.mapEvent(row, undefined))],
  ['chronotrack', 'chronotrack event', (row) => recordIn(chronotrack.mapEvent(row, undefined))],
];

function recordIn<One>(mapped: { readonly record: One } | { readonly rejected: unknown }): readonly One[] {
  return 'record' in mapped ? [mapped.record] : [];
}

/** Every stored row has its source as it came; those set aside are the ones that no database can hold, nobody else. */
async function expectHeld(
  owner: Owner,
  table: string,
  records: readonly { readonly source: Json }[],
  rejected: readonly { readonly source: Json }[],
): Promise<void> {
  const held = await sql<{ source_row: Json }>`select source_row from ${sql.table(table)}
    where timing_partner_id = ${owner.partnerId}`.execute(store.database.db);
  const sorted = (rows: readonly Json[]) => rows.map((row) => JSON.stringify(ordered(asJson(row)))).sort();
  const good = records.filter(({ source }) => isStorable(source));
  expect(good.length).toBeGreaterThan(10);
  expect(sorted(held.rows.map((row) => row.source_row))).toEqual(sorted(good.map(({ source }) => source)));
  expect(sorted(rejected.map(({ source }) => source))).toEqual(
    sorted(records.filter(({ source }) => !isStorable(source)).map(({ source }) => source)),
  );
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, ordered(inner)]);
}

describe.each(people)('%s', (name, kind, map) => {
  test(`${kind}: stored whole, or set aside`, async () => {
    const provider = providerOf(name);
    const owner = await newOwner(store.database.db, provider);
    await addEvents(store.database.db, owner, provider, ['661702']);
    const records = rowsOf(kind, (index) => index + 1).flatMap((row) => map(row));
    const { rejected } = await store.database.db
      .transaction()
      .execute((tx) => storeParticipants(tx, provider.tables.participants, owner, records, now));
    await expectHeld(owner, provider.tables.participants.name, records, rejected);
    await keepRejected(store.database.db, owner, rejected, now);
  });
});

describe.each(events)('%s', (name, kind, map) => {
  test(`${kind}: stored whole, or set aside`, async () => {
    const provider = providerOf(name);
    const owner = await newOwner(store.database.db, provider);
    const mapped = rowsOf(kind, (index) => index + 1).flatMap((row) => map(row));
    const records = mapped.map((record) => (name === 'runsignup' ? { ...record, raceId: '1' } : record));
    const races: RaceRecord[] = name === 'runsignup' ? [mapRace(wireRace({ race_id: 1 }))] : [];
    const page = { races, events: records, rejected: [], last: true };
    await storeEvents(store.database.db, provider, owner, page, { now, startsFrom: undefined });
    const aside = await sql<{ source_text: string }>`select source_text from rejected_rows
      where timing_partner_id = ${owner.partnerId}`.execute(store.database.db);
    const rejected = aside.rows.map((row) => ({ source: JSON.parse(row.source_text) as Json }));
    await expectHeld(owner, provider.tables.events.name, records, rejected);
    const planned = await sql<{ n: number }>`select count(*)::int as n from sync_events
      where timing_partner_id = ${owner.partnerId}`.execute(store.database.db);
    expect(planned.rows[0]?.n).toBe(records.length - rejected.length);
  });
});

test('races of RunSignUp', async () => {
  const provider = providerOf('runsignup');
  const owner = await newOwner(store.database.db, provider);
  const rows = rowsOf('runsignup race', (index) => index + 1);
  const races = rows.filter((row) => raceProblem(row) === undefined).map(mapRace);
  const event = { row: { event_id: 1, name: 'x' }, source: {}, name: 'x', startAt: now, timeZone: 'UTC' };
  const page = {
    races,
    events: races.map(({ raceId }) => ({
      ...event,
      eventId: raceId,
      raceId,
      timeZoneAssumed: false,
      row: { event_id: raceId, race_id: raceId, start_at: now.toISOString() },
    })),
    rejected: [],
    last: true,
  };
  await storeEvents(store.database.db, provider, owner, page, { now, startsFrom: undefined });
  const bad = races.filter(({ source }) => !isStorable(source));
  await expectHeld(owner, 'runsignup_races', races, bad);
});

test('results of Copernico', async () => {
  const provider = providerOf('copernico');
  const { results } = provider.tables;
  if (!results) throw new Error('Copernico has results');
  const owner = await newOwner(store.database.db, provider);
  await addEvents(store.database.db, owner, provider, ['spring/10K']);
  const read = readResults('spring/10K', {
    rows: [...rowsOf('copernico result', (index) => `id-${index}`)],
    gunAt: now,
  });
  const { rejected } = await store.database.db
    .transaction()
    .execute((tx) => storeResults(tx, results, owner, read.records, now));
  await expectHeld(owner, results.name, read.records, rejected);
});

test('a field of 10 MB is stored, a number of 10 MB is set aside', async () => {
  const provider = providerOf('raceroster');
  const owner = await newOwner(store.database.db, provider);
  await addEvents(store.database.db, owner, provider, ['661702']);
  const long = 'Ü🏃'.repeat(1_700_000);
  const digits = '9'.repeat(10_000_000);
  const rows = [
    { participantId: '1', firstName: long, bibNumber: '1' },
    { participantId: '2', firstName: 'Ann', amountPaid: digits },
    { participantId: '3', firstName: 'Bo', bibNumber: '3' },
    { participantId: long, firstName: 'Cy' },
  ];
  const records = rows.flatMap((row) => recordIn(mapEntrant(row, '661702')));
  const { rejected } = await store.database.db
    .transaction()
    .execute((tx) => storeParticipants(tx, provider.tables.participants, owner, records, now));
  const held = await sql<Record<string, Json>>`select registration_id, first_name, amount_paid, bib_number
    from raceroster_participants where timing_partner_id = ${owner.partnerId} order by 1`.execute(store.database.db);
  expect(held.rows).toEqual([
    { registration_id: '1', first_name: long, amount_paid: null, bib_number: '1' },
    { registration_id: '3', first_name: 'Bo', amount_paid: null, bib_number: '3' },
  ]);
  expect(rejected.map(({ id }) => id)).toEqual(['2', long]);
  await keepRejected(store.database.db, owner, rejected, now);
  const kept = await sql<{
    row_key: string;
    length: number;
  }>`select left(row_key, 4) as row_key, length(source_text) as length
    from rejected_rows where timing_partner_id = ${owner.partnerId} order by 1`.execute(store.database.db);
  expect(kept.rows).toEqual([
    { row_key: 'id:2', length: JSON.stringify(rows[1]).length },
    { row_key: 'row:', length: [...JSON.stringify(rows[3])].length },
  ]);
});
