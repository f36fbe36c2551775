/** Whatever was written to people and results was written by a run that held the claim of their event. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { TableSpec } from '../../domain/tables.ts';
import type { Db } from '../database.ts';
import { columnIn, storedTable } from '../stored-table.ts';
import { instant, judge, together } from './judge.ts';
import type { AuditScope, ScopedProvider } from './scope.ts';
import { withinClaims } from './within-claims.ts';

interface Write {
  readonly partner_id: number;
  readonly event_id: string;
  readonly at: string;
  readonly told: { readonly rows: number };
}

export async function findWritesWithoutClaim(tx: Db, scope: AuditScope): Promise<Check> {
  const zone = await sql<{ zone: string }>`select current_setting('TimeZone') as zone`.execute(tx);
  const hint = `Look for another program that writes to these tables, or sets fetched_date. The column holds times of the session's time zone, here ${zone.rows[0]?.zone}: run the audit with the database user of the timers.`;
  const checks: Check[] = [];
  for (const provider of scope.providers) {
    const { registrations } = provider.provider.abilities;
    const { participants, results } = provider.provider.tables;
    if (registrations) checks.push(await check(tx, scope, provider, { spec: participants, kind: 'event', hint }));
    if (results) checks.push(await check(tx, scope, provider, { spec: results, kind: 'results', hint }));
  }
  return together(checks);
}

async function check(
  tx: Db,
  scope: AuditScope,
  provider: ScopedProvider,
  { spec, kind, hint }: { readonly spec: TableSpec; readonly kind: 'event' | 'results'; readonly hint: string },
): Promise<Check> {
  const table = await storedTable(tx, spec);
  const eventId = sql.ref(`t.${columnIn(table, 'event_id')}`);
  const ours = sql.raw(
    sourceColumns(spec)
      .map((column) => `t."${column}" is not null`)
      .join(' or '),
  );
  return judge<Write>(tx, {
    of: ['write', 'writes'],
    hint,
    judged: withinClaims(
      { scope, provider, kind },
      // Older programs store no row of the provider; what they wrote proves nothing. A page is one time, so there are few.
      sql`select t.timing_partner_id as partner_id, ${eventId}::text as event_id, t.fetched_date::timestamptz as at,
          jsonb_build_object('rows', count(*)) as told
        from ${sql.table(spec.name)} t
        where t.fetched_date >= ${scope.from}::timestamptz and (${ours}) and ${eventId} is not null
          -- In the hour that comes twice when the clocks go back, nobody knows which of the two is meant.
          and (t.fetched_date::timestamptz - interval '1 hour')::timestamp <> t.fetched_date
          and (t.fetched_date::timestamptz + interval '1 hour')::timestamp <> t.fetched_date
        group by 1, 2, 3`,
    ),
    words: ({ partner_id, event_id, at, told: { rows } }) =>
      `${scope.spec({ partner_id, provider_id: provider.ids[0] ?? null, event_id })}: ${rows} ${rows === 1 ? 'row' : 'rows'} of ${spec.name} ${rows === 1 ? 'was' : 'were'} written at ${instant(at)}, when no ${kind === 'event' ? 'sync' : 'pull'} of it ran`,
  });
}

/** Columns in which p88sync keeps the provider's row whole: its own, and that of a second list. */
export function sourceColumns(spec: TableSpec): readonly string[] {
  const second = (spec.supplement ?? []).filter(
    (column) => column.endsWith('_row') && spec.columns[column] === 'jsonb',
  );
  return ['source_row', ...second];
}
