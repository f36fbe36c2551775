/** No run shown as running behind its lease; a tick takes over what is dead, and every minute there is one. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import { instant, judge } from './judge.ts';
import type { AuditScope, EventOfRow } from './scope.ts';

interface Stale extends EventOfRow {
  readonly at: string;
  readonly what: string;
  readonly host: string | null;
}

/** Within it the next tick comes by. */
const grace = "interval '1 minute'";

export function findStaleRuns(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<Stale>(tx, {
    of: ['run under way', 'runs under way'],
    hint: "No tick has come by since: see `systemctl list-timers 'p88sync*'` and `p88sync doctor`. The next tick takes them over; nobody unlocks anything by hand.",
    judged: sql`
      select timing_partner_id as partner_id, provider_id, event_id, coalesce(claim_key, 'run') as what, host, lease_until as at,
        lease_until < ${scope.now}::timestamptz - ${sql.raw(grace)} as broken
      from sync_history where status = 'running' and claim_key is not null
      union all
      select timing_partner_id, provider_id, event_id, 'sync_queue ' || sync_queue_id, host, lease_until,
        lease_until < ${scope.now}::timestamptz - ${sql.raw(grace)}
      -- A row without a lease is worked on by another program.
      from sync_queue where status = 'processing' and lease_until is not null`,
    words: (row) =>
      `${[scope.spec(row), row.what].filter((part) => part !== '').join(', ')}: on ${row.host ?? 'an unknown host'}, its lease ran out at ${instant(row.at)}`,
  });
}
