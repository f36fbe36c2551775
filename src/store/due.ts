/** Reads what the plan is made of: the events that are not over, their history, and what each credential may spend. */
import { sql } from 'kysely';
import type { CredentialState, EventState } from '../domain/planning.ts';
import type { Provider } from '../domain/provider.ts';
import type { Db } from './database.ts';
import { completedFull, completedIncremental, tellsOfEvent } from './registration-syncs.ts';

interface EventRow {
  partner_id: number;
  provider_id: number;
  credential_id: number | null;
  event_id: string;
  race_id: string | null;
  name: string;
  start_at: Date;
  time_zone: string;
  listing_stopped_at: Date | null;
  full_at: Date | null;
  full_watermark: Date | null;
  full_ahead: number | null;
  full_calls: number | null;
  full_id: number | null;
  inc_at: Date | null;
  inc_watermark: Date | null;
  inc_ahead: number | null;
  inc_calls: number | null;
  inc_id: number | null;
  unread: number;
  last_id: number | null;
  last_operation: string | null;
  last_listing_calls: number | null;
  last_status: string | null;
  last_at: Date | null;
  last_failures: number | null;
  last_retry_at: Date | null;
  last_reason: string | null;
  last_kind: string | null;
  last_host: string | null;
  last_process: string | null;
  last_lease_until: Date | null;
}

/** Restricts what is read; all of it where empty. */
export interface EventFilter {
  readonly partnerId?: number;
  readonly providerId?: number;
  readonly eventId?: string;
  /** Events that started before it (UTC) are over. Undefined: the past too. */
  readonly startsFrom: Date | undefined;
  /**
   * Leaves out events that start later than `startsAfter` and whose newest row is a sync that began and was completed
   * since `syncedAfter` (both UTC), with nothing left to read: most of the year's events at most ticks, and nothing of
   * them is due.
   */
  readonly settled?: { readonly startsAfter: Date; readonly syncedAfter: Date };
}

/**
 * Three index probes per event and one look at what is unread altogether, so the time does not grow with the history: measured in the benchmark.
 * @param providers by provider id; events of unknown providers are left out.
 * @param now rows of the future, left by a rehearsal with `--now`, do not count.
 */
export async function readEventStates(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  filter: EventFilter,
  now: Date,
): Promise<readonly EventState[]> {
  const horizon = new Date(now.getTime() + 60_000);
  const newest = (where: ReturnType<typeof sql>) => sql`(
      select * from sync_history h where h.timing_partner_id = e.timing_partner_id and h.provider_id = e.provider_id
        and h.event_id = e.event_id and ${where} and (h.started_at is null or h.started_at <= ${horizon})
      order by h.sync_history_id desc limit 1)`;
  const at = (alias: string) =>
    sql`coalesce(${sql.ref(`${alias}.started_at`)}, ${sql.ref(`${alias}.sync_time`)}::timestamptz)`;
  const result = await sql<EventRow>`
    select e.timing_partner_id as partner_id, e.provider_id, e.partner_provider_credential_id as credential_id, e.event_id,
      e.race_id, e.name, e.start_at, e.time_zone, e.listing_stopped_at,
      f.sync_history_id as full_id, ${at('f')} as full_at, f.watermark as full_watermark, f.provider_ahead_ms::float as full_ahead, coalesce(f.listing_calls, f.api_calls) as full_calls,
      i.sync_history_id as inc_id, ${at('i')} as inc_at, i.watermark as inc_watermark, i.provider_ahead_ms::float as inc_ahead, coalesce(i.listing_calls, i.api_calls) as inc_calls,
      coalesce(u.unread, 0) as unread, l.operation_type as last_operation, (l.checkpoint ->> 'calls')::int as last_listing_calls,
      l.sync_history_id as last_id, l.status as last_status, ${at('l')} as last_at, l.failures as last_failures,
      l.retry_at as last_retry_at, l.reason as last_reason, l.error_details ->> 'kind' as last_kind, l.host as last_host, l.process as last_process,
      l.lease_until as last_lease_until
    from sync_events e
    left join (select timing_partner_id, provider_id, event_id, count(*)::int as unread from registration_outlines
      where unread group by 1, 2, 3) u using (timing_partner_id, provider_id, event_id)
    left join lateral ${newest(tellsOfEvent)} l on true
    left join lateral ${newest(completedFull)} f on true
    left join lateral ${newest(completedIncremental)} i on true
    where true
      ${
        filter.settled
          ? sql`and (e.start_at <= ${filter.settled.startsAfter} or e.listing_stopped_at is not null or u.unread > 0 or l.status is distinct from 'completed'
        or l.started_at is null or l.started_at <= ${filter.settled.syncedAfter})`
          : sql``
      }
      ${filter.startsFrom ? sql`and e.start_at >= ${filter.startsFrom}` : sql``}
      ${filter.partnerId === undefined ? sql`` : sql`and e.timing_partner_id = ${filter.partnerId}`}
      ${filter.providerId === undefined ? sql`` : sql`and e.provider_id = ${filter.providerId}`}
      ${filter.eventId === undefined ? sql`` : sql`and e.event_id = ${filter.eventId}`}
    order by e.start_at, e.timing_partner_id, e.provider_id, e.event_id`.execute(db);
  return result.rows.flatMap((row) => {
    const provider = providers.get(row.provider_id);
    return provider ? [stateOf(row, provider, now)] : [];
  });
}

function stateOf(row: EventRow, provider: Provider, now: Date): EventState {
  const fullIsNewer = (row.full_id ?? 0) > (row.inc_id ?? 0);
  const completedId = Math.max(row.full_id ?? 0, row.inc_id ?? 0);
  const startedAt = fullIsNewer ? row.full_at : row.inc_at;
  const watermark = fullIsNewer ? row.full_watermark : row.inc_watermark;
  const clockAheadMs = (fullIsNewer ? row.full_ahead : row.inc_ahead) ?? undefined;
  const lastIsNewer = row.last_id !== null && row.last_id > completedId && row.last_at !== null;
  return {
    partnerId: row.partner_id,
    providerId: row.provider_id,
    provider: provider.name,
    // 0 is no credential's id: the plan names the event as one without a credential.
    credentialId: row.credential_id ?? 0,
    eventId: row.event_id,
    raceId: row.race_id ?? undefined,
    name: row.name,
    startAt: row.start_at,
    timeZone: row.time_zone,
    lastCompleted: startedAt ? { startedAt, watermark: watermark ?? undefined, clockAheadMs } : undefined,
    lastFullAt: row.full_at ?? undefined,
    calls: {
      ...(row.full_calls !== null && { full: row.full_calls }),
      ...(row.inc_calls !== null && { incremental: row.inc_calls }),
    },
    ...(row.listing_stopped_at && { listingStoppedAt: row.listing_stopped_at }),
    backlog: row.unread,
    lastFailure: lastIsNewer ? failureOf(row, now) : undefined,
    running: lastIsNewer ? runningOf(row, now) : undefined,
  };
}

/** A claim whose lease ran out is as good as abandoned: the next run marks it so. Rows of older programs have no lease. */
function failureOf(row: EventRow, now: Date): EventState['lastFailure'] {
  const over = row.last_status === 'running' && row.last_lease_until !== null && row.last_lease_until < now;
  // Nothing to make up for: whoever reads details next goes on with what is unread.
  if (over && row.last_operation === 'details') return undefined;
  const status = over ? 'abandoned' : row.last_status;
  if ((status !== 'failed' && status !== 'failed_permanent' && status !== 'abandoned') || !row.last_at)
    return undefined;
  return {
    status,
    startedAt: row.last_at,
    failures: row.last_failures ?? 0,
    retryAt: row.last_retry_at ?? undefined,
    reason: over ? 'its lease ran out before it was done' : (row.last_reason ?? 'no reason was recorded'),
    ...(row.last_kind !== null && { kind: row.last_kind }),
    ...(row.last_listing_calls !== null &&
      status !== 'failed_permanent' && {
        listed: { kind: row.last_operation === 'full_sync' ? 'full' : 'incremental', calls: row.last_listing_calls },
      }),
  };
}

function runningOf(row: EventRow, now: Date): EventState['running'] {
  const { last_status: status, last_at: startedAt, last_lease_until: lease } = row;
  if (status !== 'running' || !startedAt || !lease || lease < now) return undefined;
  return { host: row.last_host ?? '', pid: pidOf(row.last_process), startedAt };
}

/** `<namespace>:<pid>:<start>` → pid; 0 where there is none. */
export function pidOf(process: string | null): number {
  return Number(process?.split(':')[1] ?? 0) || 0;
}

interface CredentialRow {
  credential_id: number;
  partner_id: number;
  provider_id: number;
  rate_limit_per_hour: number | null;
  not_before: Date | null;
  refused_at: Date | null;
  calls_by_age: Record<string, number> | null;
}

/**
 * @param callsPerHour the limit of a provider where the environment sets one; else `providers.rate_limit_per_hour`,
 * else the provider's default.
 */
export async function readCredentialStates(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  callsPerHour: (provider: string) => number | undefined,
  now: Date,
): Promise<readonly CredentialState[]> {
  const result = await sql<CredentialRow>`
    select c.partner_provider_credential_id as credential_id, c.timing_partner_id as partner_id, c.provider_id,
      p.rate_limit_per_hour,
      -- What lies further ahead than any Retry-After that is believed (an hour) was left by a rehearsal with --now.
      case when c.not_before < ${now}::timestamptz + interval '62 minutes' then c.not_before end as not_before,
      case when c.refused_at < ${now}::timestamptz + interval '2 minutes' then c.refused_at end as refused_at,
      (select jsonb_object_agg(age, n) from (
        select greatest(0, floor(extract(epoch from ${now}::timestamptz - a.called_at) / 60))::int as age, count(*)::int as n
        from api_calls a where a.partner_provider_credential_id = c.partner_provider_credential_id
          and a.called_at > ${now}::timestamptz - interval '1 hour' and a.called_at < ${now}::timestamptz + interval '2 minutes'
        group by 1) ages) as calls_by_age
    from partner_provider_credentials c join providers p using (provider_id)
    order by 1`.execute(db);
  return result.rows.flatMap((row) => {
    const provider = providers.get(row.provider_id);
    if (!provider) return [];
    return [
      {
        credentialId: row.credential_id,
        partnerId: row.partner_id,
        provider: provider.name,
        unit: provider.unit,
        incremental: provider.incremental,
        removals: provider.removals,
        details: provider.abilities.details,
        minimumCalls: provider.minimumCalls,
        callsPerHour: callsPerHour(provider.name) ?? row.rate_limit_per_hour ?? provider.defaults.callsPerHour,
        callsByAge: Array.from({ length: 60 }, (_, age) => row.calls_by_age?.[String(age)] ?? 0),
        notBefore: row.not_before ?? undefined,
        refusedAt: row.refused_at ?? undefined,
      },
    ];
  });
}
