/** No two runs at a time on an event, nor on what else is claimed: a push, a pull, a publication, a discovery. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import { instant, judge } from './judge.ts';
import type { AuditScope, EventOfRow } from './scope.ts';

interface Overlap extends EventOfRow {
  readonly claim_key: string;
  readonly at: string;
  readonly host: string | null;
  readonly until: string | null;
}

/** Rows of older programs, and of versions that did not record these times, have no `claimed_at` and are not judged. */
export function findOverlaps(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<Overlap>(tx, {
    of: ['run', 'runs'],
    hint: 'The unique index sync_history_claim forbids this: see below whether it is there. Where it is, look whether the clock of the database server was set back at that time, then report it with these rows of sync_history.',
    judged: sql`
      select timing_partner_id as partner_id, provider_id, claim_key, host, claimed_at as at,
        -- JSON knows no infinity.
        nullif(until, 'infinity') as until, until > claimed_at as broken
      from (
        select timing_partner_id, provider_id, claim_key, host, claimed_at, max(case when status = 'running' then 'infinity' else released_at end) over (
          partition by timing_partner_id, provider_id, claim_key order by claimed_at, sync_history_id
          rows between unbounded preceding and 1 preceding) as until
        from sync_history
        where claimed_at is not null and claim_key is not null
          and (started_at >= ${scope.from}::timestamptz or status = 'running')) claims`,
    words: (row) =>
      `${whatOf(row, scope)}: a run on ${row.host ?? 'an unknown host'} began at ${instant(row.at)}, while ${
        row.until === null ? 'an earlier one is still running' : `an earlier one ran until ${instant(row.until)}`
      }`,
  });
}

/** `event:974559` → `1:runsignup:974559`; `push:974559` → `1:runsignup:974559 (push)`. */
function whatOf({ claim_key, ...row }: Overlap, scope: AuditScope): string {
  const [kind = '', ...rest] = claim_key.split(':');
  if (kind === 'discovery')
    return `${scope.spec({ ...row, event_id: null })}, discovery with credential ${rest.join(':')}`;
  const spec = scope.spec({ ...row, event_id: rest.join(':') });
  return kind === 'event' ? spec : `${spec} (${kind})`;
}
