/** What an audit looks at: since when, and whose tables. */
import { sql } from 'kysely';
import type { Provider } from '../../domain/provider.ts';
import type { Db } from '../database.ts';
import type { ProviderIds } from '../provider-ids.ts';

export interface AuditScope {
  /** UTC; on a standby the instant up to which it has followed. */
  readonly now: Date;
  /** What happened before is not judged (UTC). */
  readonly from: Date;
  /** Runs that began before are not read (UTC): what is judged may have been made by one that began before `from`. */
  readonly runsFrom: Date;
  readonly prunedBefore: Date | undefined;
  readonly providers: readonly ScopedProvider[];
  /** `1:runsignup:974559` */
  spec(row: EventOfRow): string;
}

export interface ScopedProvider {
  readonly provider: Provider;
  /** Ids of its rows in `providers`. */
  readonly ids: readonly number[];
}

/** As a question yields it. */
export interface EventOfRow {
  readonly partner_id: number | null;
  readonly provider_id: number | null;
  readonly event_id?: string | null;
}

/** No run lasts longer; the longest is a full sync of everything that waits for the hour again and again. */
const longestRunMs = 24 * 3_600_000;

export async function readScope(
  tx: Db,
  { byId }: ProviderIds,
  { now, days }: { readonly now: Date; readonly days: number },
): Promise<AuditScope> {
  const asked = new Date(now.getTime() - days * 86_400_000);
  const prunedBefore = await readPruned(tx, now);
  // A run that began before what is kept may have gone on behind it.
  const whole = prunedBefore && new Date(prunedBefore.getTime() + longestRunMs);
  const isCut = whole !== undefined && whole > asked;
  const from = isCut ? whole : asked;
  const ids = new Map<Provider, number[]>();
  for (const [id, provider] of byId) ids.set(provider, [...(ids.get(provider) ?? []), id]);
  return {
    now: await readAsOf(tx, now),
    from,
    runsFrom: new Date(from.getTime() - longestRunMs),
    prunedBefore: isCut ? prunedBefore : undefined,
    providers: [...ids].map(([provider, own]) => ({ provider, ids: own })),
    spec: ({ partner_id, provider_id, event_id }) => {
      const provider = provider_id === null ? undefined : byId.get(provider_id);
      const parts = [partner_id, provider?.name ?? provider_id, event_id].filter((part) => part !== null);
      return parts.filter((part) => part !== undefined).join(':');
    },
  };
}

/** Before when prunes deleted rows. A prune is of no partner: by those columns an index finds its row. */
async function readPruned(tx: Db, now: Date): Promise<Date | undefined> {
  const result = await sql<{ before: Date | null }>`select max(since) as before from sync_history
    where timing_partner_id is null and provider_id is null and event_id is null
      and operation_type = 'prune' and since <= ${now}::timestamptz`.execute(tx);
  return result.rows[0]?.before ?? undefined;
}

/** A standby shows the primary as it was a while ago: by a later clock every lease would seem to have run out. */
async function readAsOf(tx: Db, now: Date): Promise<Date> {
  const result = await sql<{ behind: Date | null }>`select
    case when pg_is_in_recovery() then pg_last_xact_replay_timestamp() end as behind`.execute(tx);
  const { behind } = result.rows[0] ?? { behind: null };
  return behind !== null && behind < now ? behind : now;
}

/** `provider_id in (2, 9)` */
export function idList(ids: readonly number[]) {
  return sql.join(ids.map((id) => sql.lit(id)));
}
