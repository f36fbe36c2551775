/** Every call stands in the log with the run that made it, and every run says how many it made. */
import { sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import { instant, judge } from './judge.ts';
import type { AuditScope, EventOfRow } from './scope.ts';

interface OfUnit extends EventOfRow {
  readonly credential_id: number;
  readonly at: string;
  readonly calls: number;
  readonly unit_id: string;
}

interface Counted extends EventOfRow {
  readonly at: string;
  readonly counted: number;
  readonly logged: number;
  readonly unit_id: string;
}

interface Unexplained extends EventOfRow {
  readonly credential_id: number;
  readonly at: string;
  readonly path: string;
}

const hint =
  'Look whether another program, or a person, changes sync_history or api_calls; if nobody does, report it with these rows.';

/** Calls for a unit: there is a run with that unit. */
export function findCallsWithoutRun(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<OfUnit>(tx, {
    of: ['unit with calls', 'units with calls'],
    hint,
    judged: sql`
      select c.*, r.unit_id is null as broken
      from (select unit_id, run_id, partner_provider_credential_id as credential_id, timing_partner_id as partner_id, provider_id,
          min(called_at) as at, count(*) as calls
        from api_calls where called_at >= ${scope.from}::timestamptz and unit_id is not null group by 1, 2, 3, 4, 5) c
      left join (select distinct unit_id, run_id from sync_history
        where started_at >= ${scope.runsFrom}::timestamptz and unit_id is not null) r using (unit_id, run_id)`,
    words: (row) =>
      `credential ${row.credential_id} (${scope.spec(row)}): ${row.calls} ${row.calls === 1 ? 'call' : 'calls'} from ${instant(row.at)} on for unit ${row.unit_id}, which no run of sync_history has`,
  });
}

/**
 * What a run that ended by itself counted, the log has. A reservation whose commit was not answered stands in the log and
 * was never made: it has neither status nor error, and may be missing in the count.
 */
export function findMiscounts(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<Counted>(tx, {
    of: ['ended run', 'ended runs'],
    hint,
    judged: sql`
      select h.*, coalesce(c.logged, 0) as logged,
        h.counted not between coalesce(c.settled, 0) and coalesce(c.logged, 0) as broken
      from (select unit_id, min(timing_partner_id) as partner_id, min(provider_id) as provider_id, min(event_id) as event_id,
          min(started_at) as at, sum(api_calls) as counted
        from sync_history where started_at >= ${scope.from}::timestamptz and unit_id is not null group by unit_id
        having bool_and(status in ('completed', 'failed', 'failed_permanent')
          -- Whom another run abandoned could not say what it had called; who gave up itself left an error.
          or (status = 'abandoned' and error_details is not null))) h
      left join (select unit_id, count(*) as logged, count(*) filter (where status is not null or error is not null) as settled
        from api_calls where called_at >= ${scope.runsFrom}::timestamptz and unit_id is not null group by unit_id) c using (unit_id)`,
    words: (row) =>
      `${scope.spec(row)}: the run of ${instant(row.at)} counts ${row.counted} ${row.counted === 1 ? 'call' : 'calls'}, the log has ${row.logged} (unit ${row.unit_id})`,
  });
}

/** Calls without a unit name the command; those from before that was recorded do not. */
export function findUnexplainedCalls(tx: Db, scope: AuditScope): Promise<Check> {
  return judge<Unexplained>(tx, {
    of: ['call without a unit', 'calls without a unit'],
    hint,
    judged: sql`
      select partner_provider_credential_id as credential_id, timing_partner_id as partner_id, provider_id, called_at as at, path,
        command is null as broken
      from api_calls
      where unit_id is null and called_at >= ${scope.from}::timestamptz
        -- Where a new version began, a run of the one before may have been under way for an hour.
        and called_at > (select called_at + interval '1 hour' from api_calls
          where command is not null and called_at >= ${scope.from}::timestamptz order by called_at limit 1)`,
    words: (row) =>
      `credential ${row.credential_id} (${scope.spec(row)}): ${row.path} at ${instant(row.at)}, made for no unit and by no command`,
  });
}
