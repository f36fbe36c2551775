/**
 * Whether something happened within a claim of its event. By one pass in the order of time: something at T lies within a
 * claim where the latest end of all claims that began up to T is not before T. A join would visit every claim of the event for
 * each T.
 */
import { type RawBuilder, sql } from 'kysely';
import { type AuditScope, idList, type ScopedProvider } from './scope.ts';

/** Two hosts' clocks differ by the time that the server's answer took when each began; its time limit is 10 s. */
const clocksApart = "interval '10 seconds'";

/** @param which further conditions on the claim's row `h`. */
export interface ClaimsOf {
  readonly scope: AuditScope;
  readonly provider: ScopedProvider;
  readonly kind: 'event' | 'results';
  readonly which?: RawBuilder<unknown>;
}

/**
 * @param moments yields `partner_id`, `event_id` (text), `at`, and whatever else is told of it, in the column `told` (jsonb).
 * @returns a SELECT of `partner_id, event_id, at, told, broken`.
 */
export function withinClaims({ scope, provider, kind, which }: ClaimsOf, moments: RawBuilder<unknown>) {
  return sql`
    select partner_id, event_id, at, told, latest_end is null or latest_end < at as broken
    from (
      select u.*, max(claim_end) over (partition by partner_id, event_id order by at, is_moment rows unbounded preceding) as latest_end
      from (
        select h.timing_partner_id as partner_id, h.event_id, h.started_at as at, ${endOfClaim} as claim_end, 0 as is_moment,
          null::jsonb as told
        from sync_history h
        where h.started_at >= ${scope.runsFrom}::timestamptz and h.provider_id in (${idList(provider.ids)})
          and h.claim_key like ${`${kind}:%`} ${which ? sql`and ${which}` : sql``}
        union all
        select m.partner_id, m.event_id, m.at, null, 1, m.told from (${moments}) m
      ) u
    ) w where is_moment = 1`;
}

/** A claim that another run abandoned ended by that run's clock. */
const endOfClaim = sql.raw(`case when h.status = 'running' then h.lease_until
    when h.status = 'abandoned' and h.error_details is null then h.finished_at + ${clocksApart} else h.finished_at end`);
