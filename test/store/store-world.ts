/**
 * What the store's tests are made of: a partner of its own for every test (so tests share a database and, by the way,
 * hold the store to its tenants), events and people with overrides, and rows as they stand in the tables.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Provider } from '../../src/domain/provider.ts';
import type { EventRecord, Outline, ParticipantRecord, Removal } from '../../src/domain/records.ts';
import type { Row } from '../../src/domain/tables.ts';
import { haku } from '../../src/providers/haku/provider.ts';
import { raceroster } from '../../src/providers/raceroster/provider.ts';
import { providers } from '../../src/providers/registry.ts';
import { runsignup } from '../../src/providers/runsignup/provider.ts';
import type { RunIdentity } from '../../src/store/claims.ts';
import { saveCredential } from '../../src/store/credentials.ts';
import type { Db } from '../../src/store/database.ts';
import { createCipher } from '../../src/store/encryption.ts';
import { storeEvents } from '../../src/store/events.ts';
import { type Owner, type StoredPage, storeParticipants } from '../../src/store/participants.ts';
import { addPartner } from '../../src/store/partners.ts';
import { readProviderIds } from '../../src/store/provider-ids.ts';
import type { OpenStore } from './opening.ts';

/** A Saturday morning. */
export const now = new Date('2026-09-12T10:00:00.000Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const at = (ms: number) => new Date(now.getTime() + ms);

export const cipher = createCipher({ current: Buffer.alloc(32, 7), previous: [] });
export { haku, raceroster, runsignup };

/** The database of the suite that runs: opened before its first test. */
export interface Opened {
  readonly db: Db;
  readonly database: OpenStore['database'];
}

let partners = 0;

export async function newPartner(db: Db): Promise<number> {
  partners += 1;
  return (await addPartner(db, `Partner ${partners} ${randomBytes(4).toString('hex')}`, undefined)).partnerId;
}

/** A partner with one credential. */
export async function newOwner(db: Db, provider: Provider = runsignup): Promise<Owner> {
  return newCredential(db, await newPartner(db), provider, 'key-1');
}

export async function newCredential(
  db: Db,
  partnerId: number,
  provider: Provider = runsignup,
  principal = 'key-2',
): Promise<Owner> {
  const providerId = (await readProviderIds(db, providers)).idOf(provider);
  const added = { partnerId, providerId, principal, secret: 'secret-1', config: {}, secretConfig: {} };
  const { credentialId } = await saveCredential(db, cipher, added);
  return { partnerId, providerId, credentialId };
}

export function eventRecord(provider: Provider, eventId: string, changes: Partial<EventRecord> = {}): EventRecord {
  const name = changes.name ?? `Event ${eventId}`;
  const startAt = changes.startAt ?? at(24 * hour);
  const row: Row =
    provider.name === 'runsignup'
      ? { event_id: eventId, race_id: changes.raceId ?? null, name, start_at: startAt.toISOString() }
      : { event_id: eventId, event_name: name, start_at: startAt.toISOString() };
  const record = { eventId, name, startAt, timeZone: 'America/Denver', timeZoneAssumed: false };
  return { ...record, row, source: { event_id: eventId, name }, ...changes };
}

/** Events as discovery would have brought them. */
export async function addEvents(
  db: Db,
  owner: Owner,
  provider: Provider,
  events: readonly (string | EventRecord)[],
): Promise<void> {
  const records = events.map((one) => (typeof one === 'string' ? eventRecord(provider, one) : one));
  const page = { races: [], events: records, rejected: [], last: true };
  await storeEvents(db, provider, owner, page, { now, startsFrom: undefined });
}

export interface PersonChanges {
  readonly eventId?: string;
  readonly row?: Row;
  readonly source?: JsonObject;
  readonly modifiedAt?: Date | undefined;
  readonly removal?: Removal | undefined;
  readonly kind?: ParticipantRecord['kind'];
}

/** A registration with RunSignUp; the source follows the row, as a mapping would have it. */
export function person(id: number | string, changes: PersonChanges = {}): ParticipantRecord {
  const { row, modifiedAt = at(-hour), ...rest } = changes;
  const eventId = changes.eventId ?? '100';
  const values = { first_name: 'Ann', last_name: `Runner ${id}`, bib_num: String(id), ...row };
  return {
    kind: 'registration',
    ...rest,
    eventId,
    id: String(id),
    row: { event_id: eventId, registration_id: String(id), ...values },
    source: changes.source ?? { registration_id: id, ...values, stamp: modifiedAt.toISOString() },
    ...('modifiedAt' in changes && changes.modifiedAt === undefined ? {} : { modifiedAt }),
  } as ParticipantRecord;
}

/** A row of the list of removed people. */
export function notice(id: number | string, removal: Removal, changes: PersonChanges = {}): ParticipantRecord {
  return person(id, { kind: 'removal-notice', removal, row: { first_name: null, bib_num: null }, ...changes });
}

/** A registration with Race Roster: no time of change, ids that are text. */
export function entrant(id: string, changes: PersonChanges = {}): ParticipantRecord {
  const eventId = changes.eventId ?? 'e1';
  const values = { first_name: 'Bo', last_name: `Runner ${id}`, ...changes.row };
  return {
    kind: 'registration',
    eventId,
    id,
    row: { event_id: eventId, registration_id: id, ...values },
    source: changes.source ?? { participantId: id, ...values },
    ...(changes.modifiedAt && { modifiedAt: changes.modifiedAt }),
    ...(changes.removal && { removal: changes.removal }),
  };
}

/** A row of a Haku registration: `HK-1:10K` is the category 10K of HK-1. */
export function category(id: string, changes: PersonChanges = {}): ParticipantRecord {
  const eventId = changes.eventId ?? 'e1';
  const values = { first_name: 'Cy', last_name: `Runner ${id}`, ...changes.row };
  return {
    kind: 'registration',
    eventId,
    id,
    row: { event_id: eventId, participant_id: id, registration_number: id.split(':')[0] ?? '', ...values },
    source: changes.source ?? { participant: id, ...values },
    ...(changes.modifiedAt && { modifiedAt: changes.modifiedAt }),
    ...(changes.removal && { removal: changes.removal }),
  };
}

/** What a list tells of a registration; the fingerprint is its version. */
export function outline(id: string, fingerprint = 'v1', eventId = 'e1'): Outline {
  return { eventId, id, fingerprint, source: { registration_number: id, fingerprint } };
}

/** One page in a transaction of its own. */
export async function storePage(
  db: Db,
  owner: Owner,
  records: readonly ParticipantRecord[],
  options: { provider?: Provider; now?: Date; which?: Parameters<typeof storeParticipants>[5] } = {},
): Promise<StoredPage> {
  const spec = (options.provider ?? runsignup).tables.participants;
  return db
    .transaction()
    .execute((tx) => storeParticipants(tx, spec, owner, records, options.now ?? now, options.which));
}

/** `{ inserted: 2 }`: the counts of one event that are not 0, but for `fetched`. */
export function changesOf(stored: StoredPage, eventId = '100'): Record<string, number> {
  const { fetched: _, ...counts } = stored.counts.get(eventId) ?? { fetched: 0 };
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
}

export type TableRow = Record<string, Json | Date>;

/** The partner's rows of a participants' table by registration id, with the place in the file that a rewrite changes. */
export async function peopleOf(
  db: Db,
  owner: Owner,
  provider: Provider = runsignup,
): Promise<Readonly<Record<string, TableRow>>> {
  const result = await sql<TableRow>`select t.*, t.xmin::text as xmin, t.ctid::text as ctid
    from ${sql.table(provider.tables.participants.name)} t where timing_partner_id = ${owner.partnerId}`.execute(db);
  const id = provider.tables.participants.key[0] ?? '';
  return Object.fromEntries(result.rows.map((row) => [String(row[id]), row]));
}

export async function personOf(db: Db, owner: Owner, id: number | string, provider?: Provider): Promise<TableRow> {
  const row = (await peopleOf(db, owner, provider))[String(id)];
  if (!row) throw new Error(`there is no row of ${id}`);
  return row;
}

/** Only the named columns. */
export function pick(row: TableRow, ...columns: readonly string[]): TableRow {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]));
}

export function identity(changes: Partial<RunIdentity> = {}): RunIdentity {
  return { runId: randomUUID(), host: 'host-a', process: '1:100:5000', ...changes };
}

/** Any row of sync_history, as an older program or an earlier run left it. @returns its id. */
export async function addHistory(db: Db, owner: Owner, values: Record<string, unknown>): Promise<number> {
  const row = { timing_partner_id: owner.partnerId, provider_id: owner.providerId, ...values };
  const result = await sql<{ id: number }>`insert into sync_history
    (${sql.join(Object.keys(row).map((name) => sql.ref(name)))}) values (${sql.join(Object.values(row))})
    returning sync_history_id as id`.execute(db);
  return result.rows[0]?.id ?? 0;
}

export async function historyOf(db: Db, owner: Owner): Promise<readonly Record<string, unknown>[]> {
  const result = await sql<Record<string, unknown>>`select * from sync_history
    where timing_partner_id = ${owner.partnerId} order by sync_history_id`.execute(db);
  return result.rows;
}
