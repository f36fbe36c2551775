/** Nobody is marked as removed without evidence: the provider's own row, or a sync of the event that counted it. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { TableSpec } from '../../domain/tables.ts';
import type { Db } from '../database.ts';
import { columnIn, type StoredTable, storedTable } from '../stored-table.ts';
import { absentReason, categoryLeftReason } from '../upsert-sql.ts';
import { instant, judge, together } from './judge.ts';
import type { AuditScope, ScopedProvider } from './scope.ts';
import { withinClaims } from './within-claims.ts';
import { sourceColumns } from './writes.ts';

interface Removal {
  readonly partner_id: number;
  readonly event_id: string | null;
  readonly at: string | null;
  readonly told: { readonly reason: string | null; readonly rows: number; readonly key: string };
}

const hint =
  'Bring everybody of the event in once more (`p88sync sync-event EVENT --full`, of results `p88sync pull-results EVENT`): who is listed loses the mark. Look whether another program sets removed_at.';

/** Every mark has reason and time, and one that a provider told has the row that tells it. */
export async function findRemovalsWithoutEvidence(tx: Db, scope: AuditScope): Promise<Check> {
  const checks: Check[] = [];
  for (const { provider, ids } of scope.providers.filter((one) => one.provider.abilities.registrations)) {
    const spec = provider.tables.participants;
    const table = await storedTable(tx, spec);
    const evidence = [...sourceColumns(spec), 'removal_row'].map((column) => `t."${column}"`).join(', ');
    checks.push(
      await judge<Removal>(tx, {
        of: ['person marked as removed', 'people marked as removed'],
        hint,
        judged: sql`
          select t.timing_partner_id as partner_id, ${eventOf(table)} as event_id, t.removed_at as at,
            jsonb_build_object('reason', t.removed_reason, 'rows', 1, 'key', ${sql.ref(`t.${columnIn(table, spec.key[0] ?? '')}`)}::text) as told,
            t.removed_at is null or t.removed_reason is null
              or (t.removed_reason not in ${inferred} and num_nonnulls(${sql.raw(evidence)}) = 0) as broken
          from ${sql.table(spec.name)} t where t.removed_at is not null or t.removed_reason is not null`,
        words: ({ partner_id, event_id, at, told: { reason, key } }) => {
          const who = `${scope.spec({ partner_id, provider_id: ids[0] ?? null, event_id })}: ${spec.key[0]} ${key}`;
          if (at === null) return `${who} has the reason "${reason}" and no time`;
          if (reason === null) return `${who} is marked as removed at ${instant(at)}, without a reason`;
          return `${who} is marked as removed at ${instant(at)} ("${reason}"), and no row of the provider says so`;
        },
      }),
    );
  }
  return together(checks);
}

const inferred = sql.raw(`('${absentReason}', '${categoryLeftReason}')`);

/** A removal that was inferred falls within a sync of the event that counted some; only a whole listing tells who is absent. */
export async function findRemovalsOutsideSyncs(tx: Db, scope: AuditScope): Promise<Check> {
  const checks: Check[] = [];
  for (const provider of scope.providers) {
    const { participants: spec, results } = provider.provider.tables;
    if (provider.provider.abilities.registrations) {
      const table = await storedTable(tx, spec);
      const absent = sql`t.removed_reason = ${sql.lit(absentReason)}`;
      const left = sql`t.removed_reason = ${sql.lit(categoryLeftReason)}`;
      const full = sql`h.removed > 0 and h.operation_type = 'full_sync'`;
      checks.push(await outside(tx, scope, provider, { table, kind: 'event', marked: absent, which: full }));
      checks.push(
        await outside(tx, scope, provider, { table, kind: 'event', marked: left, which: sql`h.removed > 0` }),
      );
    }
    if (results) {
      const table = await storedTable(tx, results);
      checks.push(await outside(tx, scope, provider, { table, kind: 'results', which: sql`h.removed > 0` }));
    }
  }
  return together(checks);
}

async function outside(
  tx: Db,
  scope: AuditScope,
  provider: ScopedProvider,
  {
    table,
    kind,
    marked = sql`true`,
    which,
  }: {
    readonly table: StoredTable;
    readonly kind: 'event' | 'results';
    readonly marked?: ReturnType<typeof sql>;
    readonly which: ReturnType<typeof sql>;
  },
): Promise<Check> {
  const reason = kind === 'event' ? sql`t.removed_reason` : sql`'taken back'::text`;
  return judge<Removal>(tx, {
    of: ['inferred removal', 'inferred removals'],
    hint,
    judged: withinClaims(
      { scope, provider, kind, which },
      sql`select t.timing_partner_id as partner_id, ${eventOf(table)} as event_id, t.removed_at as at,
          jsonb_build_object('reason', ${reason}, 'rows', count(*), 'key', '') as told
        from ${sql.table(table.name)} t where t.removed_at >= ${scope.from}::timestamptz and ${marked} group by 1, 2, 3, ${reason}`,
    ),
    words: ({ partner_id, event_id, at, told: { reason: why, rows } }) =>
      `${scope.spec({ partner_id, provider_id: provider.ids[0] ?? null, event_id })}: ${rows} ${rows === 1 ? 'row' : 'rows'} of ${table.name} ${rows === 1 ? 'was' : 'were'} marked at ${instant(at)} ("${why}"), when no ${
        kind === 'event' ? 'sync' : 'pull'
      } of it inferred any removal`,
  });
}

function eventOf(table: TableSpec) {
  return sql`${sql.ref(`t.${columnIn(table, 'event_id')}`)}::text`;
}
