/** Rows that providers sent and we could not store: kept with their error until a good row of the same id comes. */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { RejectedRow } from '../domain/records.ts';
import type { Db } from './database.ts';
import type { Owner } from './participants.ts';
import { longestKey, storableText } from './storable-text.ts';

/** The source is kept as JSON text, which can hold what `jsonb` refuses (an escaped NUL). */
export async function keepRejected(tx: Db, owner: Owner, rows: readonly RejectedRow[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  const page = JSON.stringify(
    [...new Map(rows.map((row) => [`${eventIdOf(row)} ${keyOf(row)}`, row])).values()].map((row) => ({
      event_id: eventIdOf(row),
      row_key: keyOf(row),
      error: storableText(row.error),
      source_text: storableText(JSON.stringify(row.source)),
    })),
  );
  await sql`insert into rejected_rows as t (timing_partner_id, provider_id, event_id, row_key, error, source_text, first_seen_at, last_seen_at)
    select ${owner.partnerId}::int, ${owner.providerId}::int, r.event_id, r.row_key, r.error, r.source_text, ${now}::timestamptz, ${now}::timestamptz
    from jsonb_to_recordset(${page}::jsonb) as r(event_id text, row_key text, error text, source_text text)
    on conflict (timing_partner_id, provider_id, event_id, row_key)
    do update set error = excluded.error, source_text = excluded.source_text, last_seen_at = excluded.last_seen_at`.execute(
    tx,
  );
}

/**
 * True of a rejected row `r` that stands for a registration which was read and could not be stored: only reading it again
 * tells more, however often a list names it.
 */
const isRefusedRegistration = sql`exists (select 1 from registration_outlines o where o.timing_partner_id = r.timing_partner_id
  and o.provider_id = r.provider_id and o.event_id = r.event_id and 'id:' || o.registration_id = r.row_key and o.refused)`;

/** Rows that were stored now are no longer rejected. */
export async function dropRejected(tx: Db, owner: Owner, eventId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`delete from rejected_rows r where timing_partner_id = ${owner.partnerId} and provider_id = ${owner.providerId}
    and event_id = ${eventId} and row_key in (select 'id:' || x from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as x)
    and not ${isRefusedRegistration}`.execute(tx);
}

/** The same for what discovery lists: an event is kept under its own id, a race without an event. */
export async function dropRejectedListed(
  tx: Db,
  owner: Owner,
  ids: { readonly races: readonly string[]; readonly events: readonly string[] },
): Promise<void> {
  const keys = JSON.stringify([
    ...ids.events.map((id) => ({ event_id: id, row_key: `id:${id}` })),
    ...ids.races.map((id) => ({ event_id: '', row_key: `id:${id}` })),
  ]);
  await sql`delete from rejected_rows where timing_partner_id = ${owner.partnerId} and provider_id = ${owner.providerId}
    and (event_id, row_key) in (select k.event_id, k.row_key from jsonb_to_recordset(${keys}::jsonb) as k(event_id text, row_key text))`.execute(
    tx,
  );
}

/** Of events that were just listed whole: what is not rejected any more. Rows without an id can only be told this way. */
export async function dropRejectedBefore(
  tx: Db,
  owner: Owner,
  eventIds: readonly string[],
  begun: Date,
): Promise<void> {
  await sql`delete from rejected_rows r where timing_partner_id = ${owner.partnerId} and provider_id = ${owner.providerId}
    and event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb)) and last_seen_at < ${begun}::timestamptz
    and not ${isRefusedRegistration}`.execute(tx);
}

export async function countRejected(db: Db): Promise<ReadonlyMap<string, number>> {
  const result = await sql<{
    key: string;
    n: number;
  }>`select timing_partner_id || ':' || provider_id || ':' || event_id as key,
    count(*)::int as n from rejected_rows group by 1`.execute(db);
  return new Map(result.rows.map((row) => [row.key, row.n]));
}

/** What is too long for an id of an event is kept without one: it is in the source. */
function eventIdOf({ eventId = '' }: RejectedRow): string {
  return eventId.length <= longestKey ? storableText(eventId) : '';
}

function keyOf(row: RejectedRow): string {
  // An id that cannot be stored as it is, made storable, may be that of another row.
  if (row.id !== undefined && row.id.length <= longestKey && row.id === storableText(row.id)) return `id:${row.id}`;
  return `row:${createHash('sha256').update(JSON.stringify(row.source)).digest('hex').slice(0, 32)}`;
}
