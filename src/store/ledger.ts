/** The log of calls: each is reserved before it is made, which is what keeps the sliding hour and the pace across hosts. */
import { sql } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import { BudgetSpent } from '../domain/errors.ts';
import type { CallLedger } from '../domain/ledger.ts';
import type { Db } from './database.ts';
import { onceMore } from './once-more.ts';
import type { Owner } from './participants.ts';

export interface LedgerOptions {
  readonly owner: Owner;
  readonly runId: string;
  /** What operators and timers typed: `tick`, `credentials test`. */
  readonly command: string;
  readonly clock: Clock;
  /** Calls that may stand in the sliding hour; less than the limit where some are kept for more urgent work. */
  readonly ceiling: () => number;
  /** Between two calls of the credential (ms). */
  readonly paceMs: number;
  /** The unit that calls are made for, if any. */
  readonly unitId: () => string | undefined;
  readonly onReserved: () => void;
}

/** Rows further ahead were left by a rehearsal with `--now`; paced reservations of several hosts lie seconds ahead. */
const plausibleAhead = "interval '2 minutes'";

export function createLedger(db: Db, options: LedgerOptions): CallLedger {
  const { owner, clock } = options;
  const recent = (now: Date) => sql`from api_calls where partner_provider_credential_id = ${owner.credentialId}
    and called_at > ${now}::timestamptz - interval '1 hour' and called_at < ${now}::timestamptz + ${sql.raw(plausibleAhead)}`;
  return {
    async reserve({ method, path }) {
      const now = clock.now();
      const row = await db.transaction().execute(async (tx) => {
        // The lock makes count and insert one step across processes; a statement of its own, because a statement that
        // waited for a lock would still count by the snapshot it took before.
        await sql`select 1 from partner_provider_credentials
          where partner_provider_credential_id = ${owner.credentialId} for update`.execute(tx);
        const inserted = await sql<{ call_id: number; called_at: Date }>`
          insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, unit_id, command, called_at, method, path)
          select ${owner.credentialId}::int, ${owner.partnerId}::int, ${owner.providerId}::int, ${options.runId}::uuid,
            ${options.unitId() ?? null}::uuid, ${options.command}::text, greatest(${now}::timestamptz, r.newest + ${options.paceMs}::int * interval '1 millisecond'),
            ${method}::text, ${path}::text
          from (select count(*) as n, max(called_at) as newest ${recent(now)}) r
          where r.n < ${options.ceiling()}::int
          returning api_call_id as call_id, called_at`.execute(tx);
        return inserted.rows[0];
      });
      if (!row) throw await budgetSpent(now);
      options.onReserved();
      return { callId: row.call_id, startAt: row.called_at };
    },
    async settle(reservation, result) {
      const statement = sql`update api_calls set status = ${result.status ?? null}::int,
        duration_ms = ${Math.round(result.durationMs)}::int, bytes = ${result.bytes}::bigint, error = ${result.error ?? null}::text
        where api_call_id = ${reservation.callId}`;
      await onceMore(() => statement.execute(db));
    },
  };

  async function budgetSpent(now: Date): Promise<BudgetSpent> {
    const ceiling = options.ceiling();
    // Room comes when the call that fills the ceiling is an hour old.
    const result = await sql<{ free_at: Date }>`select called_at + interval '1 hour' as free_at ${recent(now)}
      order by called_at desc offset ${Math.max(0, ceiling - 1)} limit 1`.execute(db);
    const freeAt = result.rows[0]?.free_at ?? new Date(now.getTime() + 3_600_000);
    return new BudgetSpent(`credential ${owner.credentialId} has spent its ${ceiling} calls of this hour`, {
      freeAt,
      hint: 'It goes on by itself as the hour slides; the limit can be set (README, P88SYNC_<PROVIDER>_CALLS_PER_HOUR).',
    });
  }
}
