/** Reads what the plan of the scoring side is made of: linked scoring events, what changed for them, and their history. */
import { type RawBuilder, sql } from 'kysely';
import type { Provider } from '../domain/provider.ts';
import type { LinkedEvent, ScoringHistory, ScoringState } from '../domain/scoring-work.ts';
import type { Db } from './database.ts';
import { pidOf } from './due.ts';
import { ofRegistrations } from './registration-syncs.ts';

export interface ScoringFilter {
  readonly partnerId?: number;
  /** A scoring event. */
  readonly event?: { readonly providerId: number; readonly eventId: string };
  /** Scoring events whose last linked event started before it (UTC) are left out. */
  readonly startsFrom?: Date;
}

interface LinkRow {
  partner_id: number;
  scoring_provider_id: number;
  scoring_event_id: string;
  credential_id: number | null;
  provider_id: number;
  event_id: string;
  name: string | null;
  start_at: Date | null;
  changed_at: Date | null;
}

/**
 * One scoring event each, in the order of their nearest start.
 * @param providers by provider id; links of unknown providers are left out.
 * @param now rows of the future, left by a rehearsal with `--now`, do not count.
 */
export async function readScoringStates(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  filter: ScoringFilter,
  now: Date,
): Promise<readonly ScoringState[]> {
  const horizon = new Date(now.getTime() + 60_000);
  const links = await sql<LinkRow>`
    select l.timing_partner_id as partner_id, l.scoring_provider_id, l.scoring_event_id,
      l.partner_provider_credential_id as credential_id, l.provider_id, l.event_id, e.name, e.start_at,
      (select h.finished_at from sync_history h where h.timing_partner_id = l.timing_partner_id
        and h.provider_id = l.provider_id and h.event_id = l.event_id and h.inserted + h.updated + h.removed > 0
        and ${ofRegistrations} and h.finished_at <= ${horizon}
        order by h.finished_at desc limit 1) as changed_at
    from event_links l left join sync_events e using (timing_partner_id, provider_id, event_id)
    where true ${filter.partnerId === undefined ? sql`` : sql`and l.timing_partner_id = ${filter.partnerId}`}
      ${
        filter.event === undefined
          ? sql``
          : sql`and l.scoring_provider_id = ${filter.event.providerId} and l.scoring_event_id = ${filter.event.eventId}`
      }
    order by e.start_at, l.timing_partner_id, l.scoring_provider_id, l.scoring_event_id, l.provider_id, l.event_id`.execute(
    db,
  );
  const { startsFrom } = filter;
  const groups = byScoringEvent(links.rows).filter(
    (group) => startsFrom === undefined || group.some(({ start_at }) => start_at !== null && start_at >= startsFrom),
  );
  const keys = groups.flatMap(([first]) => (first ? [first] : []));
  const [pushes, results] = await Promise.all([
    readHistories(db, keys, sql`h.operation_type = 'participants' and h.sync_direction = 'push'`, now, horizon),
    readHistories(db, keys, sql`h.operation_type = 'results' and h.sync_direction = 'pull'`, now, horizon),
  ]);
  return groups.flatMap((group): ScoringState[] => {
    const [first] = group;
    const provider = first && providers.get(first.scoring_provider_id);
    if (!first || !provider) return [];
    const key = keyOf(first);
    return [
      {
        partnerId: first.partner_id,
        providerId: first.scoring_provider_id,
        provider: provider.name,
        credentialId: group.find(({ credential_id }) => credential_id !== null)?.credential_id ?? 0,
        eventId: first.scoring_event_id,
        can: { push: provider.abilities.takesParticipants, results: provider.abilities.givesResults },
        linked: group.flatMap((row) => linkedOf(row, providers)),
        history: { push: pushes.get(key) ?? nothing, results: results.get(key) ?? nothing },
      },
    ];
  });
}

function byScoringEvent(rows: readonly LinkRow[]): LinkRow[][] {
  const groups = new Map<string, LinkRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

const nothing: ScoringHistory = { lastCompleted: undefined, lastFailure: undefined, running: undefined };

function keyOf(row: Pick<LinkRow, 'partner_id' | 'scoring_provider_id' | 'scoring_event_id'>): string {
  return `${row.partner_id}:${row.scoring_provider_id}:${row.scoring_event_id}`;
}

function linkedOf(row: LinkRow, providers: ReadonlyMap<number, Provider>): LinkedEvent[] {
  const provider = providers.get(row.provider_id);
  if (!provider) return [];
  return [
    {
      providerId: row.provider_id,
      provider: provider.name,
      eventId: row.event_id,
      name: row.name ?? undefined,
      startAt: row.start_at ?? undefined,
      changedAt: row.changed_at ?? undefined,
    },
  ];
}

interface HistoryRow {
  partner_id: number;
  scoring_provider_id: number;
  scoring_event_id: string;
  done_id: number | null;
  done_at: Date | null;
  done_calls: number | null;
  last_id: number | null;
  last_at: Date | null;
  status: string | null;
  failures: number | null;
  retry_at: Date | null;
  reason: string | null;
  kind: string | null;
  host: string | null;
  process: string | null;
  lease_until: Date | null;
}

/** The newest completed row and the newest row of one kind of work: two probes of a small index per event. */
async function readHistories(
  db: Db,
  keys: readonly LinkRow[],
  ofKind: RawBuilder<unknown>,
  now: Date,
  horizon: Date,
): Promise<ReadonlyMap<string, ScoringHistory>> {
  if (keys.length === 0) return new Map();
  const wanted = JSON.stringify(
    keys.map((row) => ({
      partner_id: row.partner_id,
      scoring_provider_id: row.scoring_provider_id,
      scoring_event_id: row.scoring_event_id,
    })),
  );
  const newest = (where: RawBuilder<unknown>) => sql`(
      select * from sync_history h where h.timing_partner_id = w.partner_id and h.provider_id = w.scoring_provider_id
        and h.event_id = w.scoring_event_id and ${ofKind} and h.claim_key is not null and ${where} and h.started_at <= ${horizon}
      order by h.sync_history_id desc limit 1)`;
  const result = await sql<HistoryRow>`
    select w.*, d.sync_history_id as done_id, d.started_at as done_at, d.api_calls as done_calls,
      l.sync_history_id as last_id, l.started_at as last_at, l.status, l.failures, l.retry_at, l.reason,
      l.error_details ->> 'kind' as kind, l.host, l.process, l.lease_until
    from jsonb_to_recordset(${wanted}::jsonb) as w(partner_id int, scoring_provider_id int, scoring_event_id text)
    left join lateral ${newest(sql`h.status = 'completed'`)} d on true
    left join lateral ${newest(sql`true`)} l on true`.execute(db);
  return new Map(result.rows.map((row) => [keyOf(row), historyOf(row, now)]));
}

function historyOf(row: HistoryRow, now: Date): ScoringHistory {
  const lastCompleted = row.done_at ? { startedAt: row.done_at, apiCalls: row.done_calls ?? 0 } : undefined;
  const isNewer = row.last_id !== null && row.last_id !== row.done_id;
  if (!isNewer || !row.last_at) return { lastCompleted, lastFailure: undefined, running: undefined };
  // A claim whose lease ran out is as good as abandoned: the next run marks it so.
  const over = row.status === 'running' && row.lease_until !== null && row.lease_until < now;
  if (row.status === 'running' && !over) {
    const running = { host: row.host ?? '', pid: pidOf(row.process), startedAt: row.last_at };
    return { lastCompleted, lastFailure: undefined, running };
  }
  const status = row.status === 'failed' || row.status === 'failed_permanent' ? row.status : 'abandoned';
  return {
    lastCompleted,
    lastFailure: {
      status,
      startedAt: row.last_at,
      failures: row.failures ?? 0,
      retryAt: row.retry_at ?? undefined,
      reason: over ? 'its lease ran out before it was done' : (row.reason ?? 'no reason was recorded'),
      ...(row.kind !== null && { kind: row.kind }),
    },
    running: undefined,
  };
}
