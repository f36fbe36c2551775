/**
 * What lists announced of registrations that take a call each: the last announcement of each, and whether it has been
 * read. Every function that writes runs inside the transaction of the page or of the registration, behind its fence.
 */
import { sql } from 'kysely';
import type { EventState } from '../domain/planning.ts';
import type { Outline } from '../domain/records.ts';
import type { Db } from './database.ts';
import { type Owner, seenRow } from './participants.ts';
import { longestKey, storableText } from './storable-text.ts';

/** A registration that waits to be read. */
export interface Unread {
  readonly eventId: string;
  readonly registrationId: string;
  /** As announced: reading settles this one, not a newer one. */
  readonly fingerprint: string;
  /** Calls that ended without an answer about it. */
  readonly attempts: number;
  /** It was read before, and some of it could not be stored. */
  readonly refused: boolean;
}

export interface StoredOutlines {
  /** Per event id: how many are as they were when they were read. */
  readonly unchanged: ReadonlyMap<string, number>;
  /** Announced under an id that no row can have. */
  readonly impossible: readonly Outline[];
}

/** Keeps what a page announces; what is as it was is not rewritten. */
export async function storeOutlines(
  tx: Db,
  owner: Owner,
  outlines: readonly Outline[],
  now: Date,
): Promise<StoredOutlines> {
  const isPossible = ({ id }: Outline) => id !== '' && id.length <= longestKey && id === storableText(id);
  const possible = lastOfEach(outlines.filter(isPossible));
  const impossible = outlines.filter((outline) => !isPossible(outline));
  if (possible.length === 0) return { unchanged: new Map(), impossible };
  const page = JSON.stringify(
    possible.map(({ eventId, id, fingerprint, source }) => ({
      event_id: eventId,
      registration_id: id,
      fingerprint: storableText(fingerprint),
      source_text: storableText(JSON.stringify(source)),
    })),
  );
  const result = await sql<{ event_id: string; unchanged: number }>`
    with page as (select * from jsonb_to_recordset(${page}::jsonb)
      as r(event_id text, registration_id text, fingerprint text, source_text text)),
    written as (
      insert into registration_outlines as o (timing_partner_id, provider_id, event_id, registration_id, fingerprint, source_text, announced_at)
      select ${owner.partnerId}::int, ${owner.providerId}::int, p.event_id, p.registration_id, p.fingerprint, p.source_text, ${now}::timestamptz
      from page p
      on conflict (timing_partner_id, provider_id, event_id, registration_id) do update set fingerprint = excluded.fingerprint,
        source_text = excluded.source_text, announced_at = excluded.announced_at, attempts = 0
      where o.fingerprint is distinct from excluded.fingerprint)
    select p.event_id, count(*)::int as unchanged from page p join registration_outlines o
      on o.timing_partner_id = ${owner.partnerId} and o.provider_id = ${owner.providerId} and o.event_id = p.event_id
      and o.registration_id = p.registration_id and o.read_fingerprint = p.fingerprint
    group by p.event_id`.execute(tx);
  return { unchanged: new Map(result.rows.map((row) => [row.event_id, row.unchanged])), impossible };
}

/** One of each registration, the later one, in one order: two pages with the same people cannot wait in a circle. */
function lastOfEach(outlines: readonly Outline[]): readonly Outline[] {
  const byId = new Map(outlines.map((outline) => [`${outline.eventId} ${outline.id}`, outline]));
  return [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, outline]) => outline);
}

/**
 * What waits to be read: those whose calls failed last, else the newest announcement first, so that what changes during a
 * backfill comes before the backlog.
 */
export async function readUnread(
  db: Db,
  owner: Owner,
  eventIds: readonly string[],
  limit: number,
): Promise<readonly Unread[]> {
  const result = await sql<Unread>`
    select o.event_id as "eventId", o.registration_id as "registrationId", o.fingerprint, o.attempts, o.refused
    from registration_outlines o
    where o.timing_partner_id = ${owner.partnerId} and o.provider_id = ${owner.providerId}
      and o.event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb))
      and o.unread
    order by o.attempts, o.announced_at desc, o.registration_id limit ${limit}::int`.execute(db);
  return result.rows;
}

/** Notes that one was read. @param refused some or all of it could not be stored. */
export async function markRead(tx: Db, owner: Owner, one: Unread, refused: boolean, now: Date): Promise<void> {
  await sql`update registration_outlines set read_fingerprint = ${one.fingerprint}, read_at = ${now}::timestamptz,
      refused = ${refused}::boolean, attempts = 0
    where ${rowOf(owner, one)}`.execute(tx);
}

/** Notes a call without an answer about the registration: others go first from now on. */
export async function noteAttempt(db: Db, owner: Owner, one: Unread): Promise<void> {
  await sql`update registration_outlines set attempts = attempts + 1
    where ${rowOf(owner, one)} and fingerprint = ${one.fingerprint}`.execute(db);
}

/** After a whole listing: what could not be stored a while ago (UTC) is asked for once more. */
export async function askAgain(tx: Db, owner: Owner, eventIds: readonly string[], readBefore: Date): Promise<void> {
  await sql`update registration_outlines set read_fingerprint = null
    where timing_partner_id = ${owner.partnerId} and provider_id = ${owner.providerId}
      and event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb))
      and refused and read_at < ${readBefore}::timestamptz`.execute(tx);
}

/**
 * Forgets who was missing from a complete listing: nobody reads them, and who is listed again is announced and read anew,
 * which takes the mark of absence back.
 */
export async function forgetAbsent(tx: Db, owner: Owner, eventId: string, series: string): Promise<void> {
  await sql`delete from registration_outlines o
    where o.timing_partner_id = ${owner.partnerId} and o.provider_id = ${owner.providerId} and o.event_id = ${eventId}
      and not exists (${seenRow(owner, eventId, series, sql`o.registration_id`)})`.execute(tx);
}

export interface Backfill {
  /** Registrations that the listings of the event hold. */
  readonly announced: number;
  /** Those of them that are new or changed and not read yet. */
  readonly unread: number;
}

/** How far the reading of each event is, by `partner:provider:event`; only events that have outlines. */
export async function readBackfills(
  db: Db,
  events: readonly Pick<EventState, 'partnerId' | 'providerId' | 'eventId'>[],
): Promise<ReadonlyMap<string, Backfill>> {
  const wanted = JSON.stringify(
    events.map(({ partnerId, providerId, eventId }) => ({ partner: partnerId, provider: providerId, event: eventId })),
  );
  const result = await sql<{ key: string } & Backfill>`
    select w.partner || ':' || w.provider || ':' || w.event as key, c.announced, c.unread
    from jsonb_to_recordset(${wanted}::jsonb) as w(partner int, provider int, event text)
    cross join lateral (select count(*)::int as announced, count(*) filter (where o.unread)::int as unread
      from registration_outlines o
      where o.timing_partner_id = w.partner and o.provider_id = w.provider and o.event_id = w.event) c
    where c.announced > 0`.execute(db);
  return new Map(result.rows.map(({ key, ...counts }) => [key, counts]));
}

/** How many registrations of the events wait to be read. */
export async function countUnread(db: Db, owner: Owner, eventIds: readonly string[]): Promise<number> {
  const result = await sql<{ unread: number }>`select count(*)::int as unread from registration_outlines o
    where o.timing_partner_id = ${owner.partnerId} and o.provider_id = ${owner.providerId}
      and o.event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb))
      and o.unread`.execute(db);
  return result.rows[0]?.unread ?? 0;
}

function rowOf(owner: Owner, { eventId, registrationId }: Unread) {
  return sql`timing_partner_id = ${owner.partnerId} and provider_id = ${owner.providerId} and event_id = ${eventId}
    and registration_id = ${registrationId}`;
}
