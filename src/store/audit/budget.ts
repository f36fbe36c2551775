/** No hour over budget, and the pace kept: counted over the log of calls as the ledger counts before each call. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import { instant, judge } from './judge.ts';
import type { AuditScope, EventOfRow } from './scope.ts';

export interface CallLimits {
  /** By provider: a row for each whose calls are known. */
  readonly perHour: readonly { readonly providerId: number; readonly calls: number }[];
  /** Between two calls of a credential (ms). */
  readonly paceMs: number;
}

interface FullHour extends EventOfRow {
  readonly credential_id: number;
  readonly at: string;
  readonly calls: number;
  readonly most: number;
}

interface CloseCalls extends EventOfRow {
  readonly credential_id: number;
  readonly at: string;
  readonly apart_ms: number;
}

/** Rows further ahead were left by a rehearsal with `--now`; the ledger does not count them either. */
const calls = (
  scope: AuditScope,
) => sql`(select partner_provider_credential_id as credential_id, timing_partner_id as partner_id,
    provider_id, called_at, api_call_id from api_calls
  where called_at >= ${scope.from}::timestamptz and called_at < ${scope.now}::timestamptz + interval '2 minutes') a`;

/** By clock hours, in each of which the fullest sliding hour is told. */
export function findFullHours(tx: Db, scope: AuditScope, { perHour }: CallLimits): Promise<Check> {
  return judge<FullHour>(tx, {
    of: ['hour of a credential', 'hours of a credential'],
    hint: 'The limit is the one set now: had it been higher then, nothing is wrong (`--days 1` judges the last day alone). Else look whether a machine has another P88SYNC_<PROVIDER>_CALLS_PER_HOUR than this one.',
    judged: sql`
      select credential_id, partner_id, provider_id, max(calls) as calls, most, (array_agg(called_at order by calls desc))[1] as at,
        max(calls) > most as broken
      from (
        select a.*, l.calls as most, count(*) over (partition by credential_id order by called_at
          -- A call of exactly an hour ago does not count.
          range between interval '59 minutes 59.999999 seconds' preceding and current row) as calls
        from ${calls(scope)}
        join jsonb_to_recordset(${JSON.stringify(perHour)}::jsonb) as l("providerId" int, calls int) on l."providerId" = provider_id
      ) c group by credential_id, partner_id, provider_id, most, date_trunc('hour', called_at)`,
    words: (row) =>
      `credential ${row.credential_id} (${scope.spec(row)}): ${row.calls} calls in the hour up to ${instant(row.at)}, where ${row.most} are allowed`,
  });
}

export function findCloseCalls(tx: Db, scope: AuditScope, { paceMs }: CallLimits): Promise<Check> {
  return judge<CloseCalls>(tx, {
    of: ['call', 'calls'],
    hint: 'The pace is the one set now: had P88SYNC_PACE_MS been shorter then, nothing is wrong. Else look whether a machine has another one.',
    judged: sql`
      select credential_id, partner_id, provider_id, called_at as at, extract(epoch from apart) * 1000 as apart_ms,
        apart < ${paceMs}::int * interval '1 millisecond' as broken
      from (select a.*, called_at - lag(called_at) over (partition by credential_id order by called_at, api_call_id) as apart
        from ${calls(scope)}) c`,
    words: (row) =>
      `credential ${row.credential_id} (${scope.spec(row)}): a call at ${instant(row.at)}, ${Math.round(row.apart_ms)} ms behind the one before, where ${paceMs} ms are kept`,
  });
}
