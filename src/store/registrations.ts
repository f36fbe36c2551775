/** Stores one registration that was read whole: its records, and which of its rows it does not hold any more. */
import { sql } from 'kysely';
import type { Counts } from '../domain/outcomes.ts';
import { noCounts } from '../domain/outcomes.ts';
import type { Registration, RejectedRow } from '../domain/records.ts';
import type { TableSpec } from '../domain/tables.ts';
import type { Db } from './database.ts';
import { markRead, type Unread } from './outlines.ts';
import { listedId, type Owner, storeParticipants } from './participants.ts';
import { dropRejected, keepRejected } from './rejected-rows.ts';
import { categoryLeftReason } from './upsert-sql.ts';

export interface StoredRegistration {
  readonly counts: Counts;
  /** Why some of it could not be stored. */
  readonly error: string | undefined;
}

/** In a transaction of its own, behind the fence of the claim. */
export async function storeRegistration(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  one: Unread,
  { records, rejected }: Registration,
  now: Date,
): Promise<StoredRegistration> {
  const before = await activeRowsOf(tx, spec, owner, one);
  // It was announced as changed, and read by itself: what it is now, whatever its time says.
  const stored = await storeParticipants(tx, spec, owner, records, now, 'whatever their age');
  const sums = stored.counts.get(one.eventId) ?? noCounts;
  let removed = 0;
  // A row that could not be read may be any of those that seem to be missing.
  if (rejected.length === 0) {
    const held = new Set(records.map((record) => record.id));
    const left = before.filter((id) => !held.has(id));
    const entered = records.filter((record) => !record.removal && !before.includes(record.id));
    const movedTo = entered.length === 1 ? entered[0]?.id : undefined;
    if (left.length > 0) removed = await markLeft(tx, spec, owner, one.eventId, { ids: left, movedTo }, now);
  }
  const bad = [...rejected, ...stored.rejected];
  const error = await settle(tx, owner, one, bad, now);
  const counts = {
    ...sums,
    fetched: sums.fetched + rejected.length,
    failed: sums.failed + rejected.length,
    removed: sums.removed + removed,
  };
  return { counts, error };
}

/** A registration that the provider did not give: kept as a rejected row until it changes or is asked for again. */
export async function refuseRegistration(tx: Db, owner: Owner, one: Unread, error: string, now: Date): Promise<Counts> {
  const source = { registration: one.registrationId };
  await settle(tx, owner, one, [{ error, source }], now);
  return { ...noCounts, fetched: 1, failed: 1 };
}

/** One rejected row for the whole registration, under its own id, so that reading it again can take it back. */
async function settle(
  tx: Db,
  owner: Owner,
  one: Unread,
  bad: readonly RejectedRow[],
  now: Date,
): Promise<string | undefined> {
  const { eventId, registrationId: id } = one;
  await markRead(tx, owner, one, bad.length > 0, now);
  const [first] = bad;
  if (first === undefined) {
    if (one.refused) await dropRejected(tx, owner, eventId, [id]);
    return undefined;
  }
  const error = [...new Set(bad.map((row) => row.error))].join('; ');
  const source = bad.length === 1 ? first.source : bad.map((row) => row.source);
  await keepRejected(tx, owner, [{ eventId, id, error, source }], now);
  return error;
}

/** Ids of the registration's rows that are not marked as removed. */
async function activeRowsOf(tx: Db, spec: TableSpec, owner: Owner, one: Unread): Promise<readonly string[]> {
  const result = await sql<{
    id: string;
  }>`select ${sql.ref(`t.${spec.key[0]}`)}::text as id from ${sql.table(spec.name)} t
    where t.timing_partner_id = ${owner.partnerId} and t.event_id::text = ${one.eventId} and t.removed_at is null and t.duplicate_of is null
      and ${listedId(spec)} = ${one.registrationId}`.execute(tx);
  return result.rows.map((row) => row.id);
}

/** @returns how many were newly marked. */
async function markLeft(
  tx: Db,
  spec: TableSpec,
  owner: Owner,
  eventId: string,
  left: { readonly ids: readonly string[]; readonly movedTo: string | undefined },
  now: Date,
): Promise<number> {
  const result =
    await sql`update ${sql.table(spec.name)} t set removed_at = ${now}::timestamptz, removed_reason = ${categoryLeftReason},
      removed_to = ${left.movedTo ?? null}::text, fetched_date = ${now}::timestamptz
    where t.timing_partner_id = ${owner.partnerId} and t.event_id::text = ${eventId} and t.removed_at is null and t.duplicate_of is null
      and ${sql.ref(`t.${spec.key[0]}`)}::text in (select jsonb_array_elements_text(${JSON.stringify(left.ids)}::jsonb))
    returning 1`.execute(tx);
  return result.rows.length;
}
