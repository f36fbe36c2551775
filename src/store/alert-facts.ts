/**
 * What people are told of, in one question: everything that is wrong now, by what the tables say and not by what this run
 * saw, so that the next run tells what a killed one could not; and everything that was told before, with how it stands.
 */
import { sql } from 'kysely';
import type { AlertFact, AlertKind, AlertSubject, Channel, Told } from '../domain/alerts.ts';
import type { Provider } from '../domain/provider.ts';
import type { Db } from './database.ts';
import { tellsOfEvent } from './registration-syncs.ts';

export interface AlertQuery {
  readonly now: Date;
  /** Events that started earlier (UTC) are over: for syncs and pushes, and for pulls of results. */
  readonly eventsFrom: Date;
  readonly resultsFrom: Date;
}

interface FactRow {
  readonly partner_id: number;
  readonly partner: string;
  readonly cause: string;
  readonly kind: AlertKind | null;
  readonly provider_id: number | null;
  readonly event_id: string | null;
  readonly credential_id: number | null;
  readonly name: string | null;
  readonly state: AlertSubject['state'] | null;
  readonly reason: string | null;
  readonly hint: string | null;
  readonly error: string | null;
  readonly told: Told | null;
  readonly told_at: Date | null;
  readonly delivered_at: Date | null;
  readonly waiting: readonly Channel[] | null;
}

/** That it is well again is told although the event is over by then: a message waits for the hour of the one before. */
const afterwardsMs = 2 * 3_600_000;
/** `status` shows what the queue could not do for as long. */
const queueMs = 24 * 3_600_000;

/** @param providers by provider id; of unknown ones nothing is told. */
export async function readAlertFacts(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  query: AlertQuery,
): Promise<readonly AlertFact[]> {
  const result = await sql<FactRow>`
    with linked as (${linked(query)}), subject as (
      ${credentials(query)} union all ${syncs(query)} union all ${safetyStops(query)}
      union all ${scoring(query)} union all ${publications(query)})
    select timing_partner_id as partner_id, t.company_name as partner, cause, s.kind, s.provider_id, s.event_id,
      s.credential_id, s.name, s.state, s.reason, s.details ->> 'hint' as hint, s.details ->> 'kind' as error,
      a.told, a.told_at, a.delivered_at, a.waiting
    from subject s full join alerts a using (timing_partner_id, cause) join timing_partners t using (timing_partner_id)
    where s.state = 'holds' or a.cause is not null
    order by timing_partner_id, cause`.execute(db);
  return result.rows.map((row) => factOf(row, providers));
}

function factOf(row: FactRow, providers: ReadonlyMap<number, Provider>): AlertFact {
  const provider = row.provider_id === null ? undefined : providers.get(row.provider_id);
  return {
    partnerId: row.partner_id,
    cause: row.cause,
    subject:
      row.kind && row.state && provider
        ? {
            kind: row.kind,
            partnerId: row.partner_id,
            partner: row.partner,
            provider: provider.name,
            providerName: provider.displayName,
            eventId: row.event_id ?? undefined,
            credentialId: row.credential_id ?? undefined,
            name: row.name ?? undefined,
            state: row.state,
            reason: row.reason ?? undefined,
            hint: row.hint ?? undefined,
            error: row.error ?? undefined,
          }
        : undefined,
    row:
      row.told && row.told_at
        ? {
            told: row.told,
            toldAt: row.told_at,
            deliveredAt: row.delivered_at ?? undefined,
            waiting: row.waiting ?? [],
          }
        : undefined,
  };
}

/** Rows `h` that had happened by now, and were not left in the future by a rehearsal with `--now`. */
function happened({ now }: AlertQuery) {
  return sql`(h.started_at is null or h.started_at <= ${new Date(now.getTime() + 60_000)}::timestamptz)`;
}

const completed = sql`h.status in ('completed', 'success')`;
/** How a sync ended: what was broken off, or runs, says nothing. */
const ended = sql`(${completed} or h.status in ('failed', 'failed_permanent'))`;
const isSafetyStop = sql`coalesce(h.error_details ->> 'kind', '') = 'SafetyStop'`;

function back(from: Date): Date {
  return new Date(from.getTime() - afterwardsMs);
}

function credentials({ now }: AlertQuery) {
  const cause = sql`'credential-refused:' || c.partner_provider_credential_id`;
  return sql`
    select 'credential-refused' as kind, c.timing_partner_id, c.provider_id, null::text as event_id,
      c.partner_provider_credential_id as credential_id, null::text as name, ${cause} as cause,
      case when c.refused_at is null then 'well'
        when c.refused_at < ${now}::timestamptz + interval '2 minutes' then 'holds' else 'between' end as state,
      c.refused_reason as reason, jsonb_build_object('kind', 'CredentialRefused') as details
    from partner_provider_credentials c
    where c.refused_at is not null
      or (c.timing_partner_id, ${cause}) in (select a.timing_partner_id, a.cause from alerts a)`;
}

/** What failed by a safety stop has a message of its own. */
function syncs(query: AlertQuery) {
  return sql`
    select 'sync-failed', e.timing_partner_id, e.provider_id, e.event_id, e.partner_provider_credential_id, e.name,
      'sync-failed:' || e.provider_id || ':' || e.event_id,
      case when ${completed} then 'well'
        when h.status = 'failed_permanent' and not ${isSafetyStop} and e.start_at >= ${query.eventsFrom}::timestamptz then 'holds'
        else 'between' end,
      h.reason, h.error_details
    from sync_events e
    join partner_provider_credentials c using (partner_provider_credential_id)
    join lateral (select * from sync_history h where h.timing_partner_id = e.timing_partner_id
      and h.provider_id = e.provider_id and h.event_id = e.event_id and ${tellsOfEvent} and ${ended} and ${happened(query)}
      order by h.sync_history_id desc limit 1) h on true
    -- Most events never did: a small index tells, and their histories are left alone.
    where e.start_at >= ${back(query.eventsFrom)}::timestamptz and exists (select 1 from sync_history f
      where f.timing_partner_id = e.timing_partner_id and f.provider_id = e.provider_id and f.event_id = e.event_id
        and f.status = 'failed_permanent')`;
}

function safetyStops(query: AlertQuery) {
  const cause = sql`'safety-stop:' || e.provider_id || ':' || e.event_id`;
  return sql`
    select 'safety-stop', e.timing_partner_id, e.provider_id, e.event_id, e.partner_provider_credential_id, e.name, ${cause},
      case when e.listing_stopped_at is null then 'well'
        when e.start_at >= ${query.eventsFrom}::timestamptz then 'holds' else 'between' end,
      h.reason, h.error_details
    from sync_events e
    join partner_provider_credentials c using (partner_provider_credential_id)
    left join lateral (select * from sync_history h where e.listing_stopped_at is not null
      and h.timing_partner_id = e.timing_partner_id and h.provider_id = e.provider_id and h.event_id = e.event_id
      and ${tellsOfEvent} and ${isSafetyStop} and ${happened(query)}
      order by h.sync_history_id desc limit 1) h on true
    where e.start_at >= ${back(query.eventsFrom)}::timestamptz and (e.listing_stopped_at is not null
      or (e.timing_partner_id, ${cause}) in (select a.timing_partner_id, a.cause from alerts a))`;
}

/** Scoring events with the registration events that are linked to them. */
function linked({ eventsFrom, resultsFrom }: AlertQuery) {
  const from = eventsFrom < resultsFrom ? eventsFrom : resultsFrom;
  return sql`
    select l.timing_partner_id, l.scoring_provider_id as provider_id, l.scoring_event_id as event_id,
      max(l.partner_provider_credential_id) as credential_id, max(e.start_at) as last_start,
      (array_agg(e.name order by e.start_at, e.provider_id, e.event_id))[1] as name
    from event_links l join sync_events e using (timing_partner_id, provider_id, event_id)
    group by 1, 2, 3 having max(e.start_at) >= ${back(from)}::timestamptz`;
}

/** Pushes and pulls; a pull fails for good, or stops at once because too many results are missing. */
function scoring(query: AlertQuery) {
  return sql`
    select w.kind, l.timing_partner_id, l.provider_id, l.event_id, l.credential_id, l.name,
      w.kind || ':' || l.provider_id || ':' || l.event_id,
      case when ${completed} then 'well'
        when l.last_start < w.ends_from then 'between'
        when w.kind = 'results-stop' and ${isSafetyStop} then 'holds'
        when w.kind <> 'results-stop' and h.status = 'failed_permanent' and not ${isSafetyStop} then 'holds'
        else 'between' end,
      h.reason, h.error_details
    from linked l
    cross join (values ('push-failed', 'push', ${query.eventsFrom}::timestamptz),
      ('pull-failed', 'results', ${query.resultsFrom}::timestamptz),
      ('results-stop', 'results', ${query.resultsFrom}::timestamptz)) as w(kind, work, ends_from)
    join lateral (select * from sync_history h where h.timing_partner_id = l.timing_partner_id
      and h.provider_id = l.provider_id and h.event_id = l.event_id and h.claim_key = w.work || ':' || l.event_id
      and ${ended} and ${happened(query)}
      order by h.sync_history_id desc limit 1) h on true`;
}

/** A person at the terminal sees what became of a publication; one that the queue asked for fails unseen. */
function publications({ now }: AlertQuery) {
  return sql`
    select * from (
      select distinct on (q.timing_partner_id, q.provider_id, q.event_id) 'publish-failed', q.timing_partner_id, q.provider_id,
        q.event_id, null::int, e.name, 'publish-failed:' || q.provider_id || ':' || q.event_id,
        case when exists (select 1 from sync_history h where h.timing_partner_id = q.timing_partner_id
          and h.provider_id = q.provider_id and h.event_id = q.event_id and h.claim_key = 'publish:' || q.event_id
          and h.status = 'completed' and h.finished_at > q.completed_at::timestamptz) then 'well' else 'holds' end,
        q.reason, null::jsonb
      from sync_queue q left join sync_events e using (timing_partner_id, provider_id, event_id)
      where q.status = 'failed' and q.completed_at >= ${new Date(now.getTime() - queueMs)}::timestamptz::timestamp
        and lower(btrim(q.operation_type)) = 'results' and lower(btrim(q.sync_direction)) = 'push'
        and q.event_id is not null and q.provider_id is not null
      order by q.timing_partner_id, q.provider_id, q.event_id, q.completed_at desc) p`;
}
