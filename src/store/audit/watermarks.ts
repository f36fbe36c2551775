/** The watermark of a sync is what the next one asks from: nothing between two of them is passed over. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import { instant, judge } from './judge.ts';
import type { AuditScope, EventOfRow } from './scope.ts';

interface Sync extends EventOfRow {
  readonly at: string;
  readonly since: string;
  readonly watermark: string;
  readonly before: string | null;
  readonly first_call: string;
}

const hint =
  'Bring everybody of the event in once more: `p88sync sync-event EVENT --full`. Then look whether something else than p88sync changes sync_history; if nothing does, report it with these rows.';

const listings = (scope: AuditScope) => sql`(select h.timing_partner_id as partner_id, h.provider_id, h.event_id,
    h.started_at as at, h.since, h.watermark, h.series, h.claimed_at, h.sync_history_id from sync_history h
  where h.started_at >= ${scope.from}::timestamptz and h.status = 'completed' and h.watermark is not null
    and h.operation_type in ('full_sync', 'incremental_sync')) s`;

/**
 * A change is in the listing for certain only where it was made before the listing's first call; so the watermark is not
 * later than that call, of whichever run began the series. Where that call was pruned, a later one of the run stands for it.
 */
export function findWatermarksAhead(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<Sync>(tx, {
    of: ['watermark', 'watermarks'],
    hint,
    judged: sql`
      select s.*, f.first_call, s.watermark > f.first_call as broken
      from ${listings(scope)}
      join (select unit_id, min(called_at) as first_call from api_calls
        where called_at >= ${scope.runsFrom}::timestamptz and unit_id is not null group by unit_id) f on f.unit_id = s.series`,
    words: (row) =>
      `${scope.spec(row)}: the sync of ${instant(row.at)} has the watermark ${instant(row.watermark)}, later than its first call at ${instant(row.first_call)}: what changed in between may be lost`,
  });
}

/**
 * A sync asks from where the one before of its event had got to, or from further back, and ends no further back than it asked
 * from. Their order is that of their claims, as for the plan: a clock may have been set back. Rows from the future of their
 * claim were left by a rehearsal with `--now`, and no plan believes them. The first one in what is judged has none before it to
 * be compared with; a full sync asks from nowhere.
 */
export function findGaps(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<Sync>(tx, {
    of: ['incremental sync', 'incremental syncs'],
    hint,
    judged: sql`
      select c.*, coalesce(since > before, false) or watermark < since as broken
      from (select s.*, lag(watermark) over (partition by partner_id, provider_id, event_id order by sync_history_id) as before
        from ${listings(scope)} where claimed_at is null or at <= claimed_at + interval '1 minute') c
      where since is not null`,
    words: (row) =>
      row.before !== null && new Date(row.since) > new Date(row.before)
        ? `${scope.spec(row)}: the sync of ${instant(row.at)} asked for changes since ${instant(row.since)}, and the syncs before it had got to ${instant(row.before)} only: what changed in between may be lost`
        : `${scope.spec(row)}: the sync of ${instant(row.at)} moved the watermark back to ${instant(row.watermark)}, from ${instant(row.since)}`,
  });
}
