/** No run went on behind the end of its claim: by the times that every page writes into the claim itself. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import { instant, judge } from './judge.ts';
import type { AuditScope, EventOfRow } from './scope.ts';

interface LatePage extends EventOfRow {
  readonly at: string;
  readonly released_at: string;
  readonly host: string | null;
  readonly status: string;
}

export function findLatePages(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<LatePage>(tx, {
    of: ['run with pages', 'runs with pages'],
    hint: 'A run whose claim is over is refused before it writes. Look whether something else than p88sync changes sync_history; if nothing does, report it with these rows.',
    judged: sql`
      select timing_partner_id as partner_id, provider_id, event_id, host, status, released_at, last_page_at as at,
        last_page_at > released_at as broken
      from sync_history where started_at >= ${scope.from}::timestamptz and last_page_at is not null`,
    words: (row) =>
      `${scope.spec(row)}: the run on ${row.host ?? 'an unknown host'} stored a page at ${instant(row.at)}, behind the end of its claim at ${instant(row.released_at)} (${row.status})`,
  });
}
