/**
 * What was told, so that ten hosts tell it once. A run claims a message before it sends it, and only if nobody claimed one of
 * the cause since it looked; a run that is killed behind the claim has told, as far as anybody knows.
 */
import { sql } from 'kysely';
import type { AlertFact, AlertToTell, Channel } from '../domain/alerts.ts';
import type { Db } from './database.ts';

/** @returns those of `wanted` that are now this run's to send. */
export async function claimAlerts(db: Db, wanted: readonly AlertToTell[], now: Date): Promise<readonly AlertToTell[]> {
  const rows = wanted.map(({ fact, told }) => ({ ...keyOf(fact), told, seen_at: fact.row?.toldAt ?? null }));
  const result = await sql<{ key: string }>`
    with w as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as w(partner_id int, cause text, told text, seen_at timestamptz)),
    first as (insert into alerts (timing_partner_id, cause, told, told_at)
      select partner_id, cause, told, ${now}::timestamptz from w where seen_at is null order by partner_id, cause
      on conflict do nothing returning timing_partner_id, cause),
    again as (update alerts a set told = w.told, told_at = ${now}::timestamptz, waiting = '{}',
        delivered_at = case when a.told = w.told then a.delivered_at end
      from w where a.timing_partner_id = w.partner_id and a.cause = w.cause and a.told_at = w.seen_at
      returning a.timing_partner_id, a.cause)
    select timing_partner_id || ' ' || cause as key from (select * from first union all select * from again) ours`.execute(
    db,
  );
  const ours = new Set(result.rows.map(({ key }) => key));
  return wanted.filter(({ fact }) => ours.has(`${fact.partnerId} ${fact.cause}`));
}

/** What came of a message that this run claimed. */
export interface Settled {
  readonly fact: AlertFact;
  /** A channel took it. */
  readonly delivered: boolean;
  /** Channels that refused it. */
  readonly waiting: readonly Channel[];
}

/** @param claimedAt the `now` of the claim: a row that somebody claimed since is left alone. */
export async function settleAlerts(db: Db, settled: readonly Settled[], claimedAt: Date, now: Date): Promise<void> {
  const rows = settled.map(({ fact, delivered, waiting }) => ({ ...keyOf(fact), delivered, waiting }));
  await sql`
    update alerts a set waiting = array(select jsonb_array_elements_text(s.waiting)),
      delivered_at = case when s.delivered then coalesce(a.delivered_at, ${now}::timestamptz) else a.delivered_at end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s(partner_id int, cause text, delivered boolean, waiting jsonb)
    where a.timing_partner_id = s.partner_id and a.cause = s.cause and a.told_at = ${claimedAt}::timestamptz`.execute(
    db,
  );
}

/** Rows that somebody claimed since they were read stay. */
export async function forgetAlerts(db: Db, facts: readonly AlertFact[]): Promise<void> {
  const rows = facts.map((fact) => ({ ...keyOf(fact), seen_at: fact.row?.toldAt ?? null }));
  await sql`delete from alerts a using jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as f(partner_id int, cause text, seen_at timestamptz)
    where a.timing_partner_id = f.partner_id and a.cause = f.cause and a.told_at = f.seen_at`.execute(db);
}

function keyOf({ partnerId, cause }: AlertFact) {
  return { partner_id: partnerId, cause };
}
