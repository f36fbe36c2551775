/**
 * Claims: a unit's rows in sync_history with status `running`, one per event and kind of work, made unique by a partial
 * index over their key (`event:974559`, `push:RACE/EVENT`, `results:RACE/EVENT`). A claim has a lease; every page extends it in the page's own transaction, which is also the fence: a run whose claim was
 * taken over finds no row to extend and stores nothing.
 */
import { sql } from 'kysely';
import { ClaimLost } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { type Counts, noCounts, type UnitKind } from '../domain/outcomes.ts';
import type { Db } from './database.ts';
import { onceMore } from './once-more.ts';
import type { Owner } from './participants.ts';
import { ofRegistrations, tellsOfEvent } from './registration-syncs.ts';

/** This process, as others see it in a claim. */
export interface RunIdentity {
  readonly runId: string;
  readonly host: string;
  /** Tells this process from a later one with the same pid: `<machine>-<pid namespace>:<pid>:<start>`. */
  readonly process: string;
}

/** What an event is claimed for; claims for different things do not keep each other out. */
export type ClaimKind = UnitKind | 'publish';

export interface ClaimRequest {
  readonly owner: Owner;
  readonly unitId: string;
  readonly eventIds: readonly string[];
  readonly kind: ClaimKind;
  readonly since: Date | undefined;
  readonly leaseSeconds: number;
  readonly now: Date;
  /**
   * The newest run of each event that the caller knew of (UTC; undefined: none). An event that another run has ended
   * since then is not claimed: two ticks of the same minute plan the same work and pass each other unit by unit.
   */
  readonly newestKnown?: ReadonlyMap<string, Date | undefined>;
}

/** Where an earlier run of the same series stopped. */
export interface Checkpoint {
  /** One id for all runs that continue one listing. */
  readonly series: string;
  /** The events of the listing: `resume` is a place in theirs together, and in no other. */
  readonly events: readonly string[];
  readonly since: string | null;
  /** The watermark of the series: from its first page's answer. */
  readonly watermark: string;
  /** The provider's clock against ours in that answer (ms ahead; negative: behind); undefined: it did not tell. */
  readonly clockAheadMs?: number | undefined;
  readonly resume: Json;
  readonly fetched: number;
  /** Calls that the listing has taken so far, over all runs that continued it. */
  readonly calls?: number;
  /** The listing is done; registrations that it announced are being read. */
  readonly listed?: boolean;
}

export interface Claim {
  readonly owner: Owner;
  readonly unitId: string;
  /** Those we got; an event that another run holds is not among them. */
  readonly eventIds: readonly string[];
  /** Set where every event of the claim was left by one earlier run of the same kind and the same events. */
  readonly checkpoint: Checkpoint | undefined;
  /** Failures in a row before this run, by event. */
  readonly failures: ReadonlyMap<string, number>;
}

/** A claim that began later than now was left by a rehearsal with `--now`; hosts differ by far less. */
const ahead = "interval '1 minute'";

/**
 * Marks claims as abandoned whose lease ran out, or whose process is gone from this host.
 * @param isAlive tells of a process of this host (as in `RunIdentity.process`); undefined where it cannot know.
 * @param options `judgeLeases` false: a rehearsal's clock says nothing about the leases of others.
 * @returns what was abandoned, for the log.
 */
export async function abandonDeadClaims(
  db: Db,
  host: string,
  isAlive: (process: string) => boolean | undefined,
  now: Date,
  options: { readonly judgeLeases: boolean } = { judgeLeases: true },
): Promise<readonly { readonly eventId: string | null; readonly host: string | null }[]> {
  const over = options.judgeLeases
    ? sql`(lease_until < ${now}::timestamptz or started_at > ${now}::timestamptz + ${sql.raw(ahead)})`
    : sql`false`;
  const running = await sql<{ id: number; host: string | null; process: string | null; over: boolean }>`
    select sync_history_id as id, host, process, ${over} as over
    from sync_history where status = 'running' and claim_key is not null`.execute(db);
  const gone = running.rows.filter(
    (row) => row.host === host && row.process !== null && isAlive(row.process) === false,
  );
  if (gone.length === 0 && !running.rows.some((row) => row.over)) return [];
  // Asked again by the statement itself: a page may have extended the lease meanwhile. A row that is locked is left to the
  // next run: either its page is just being stored, or its machine is frozen in the middle, and PostgreSQL ends that soon.
  const result = await sql<{ eventId: string | null; host: string | null }>`
    update sync_history set status = 'abandoned', finished_at = ${now}, released_at = clock_timestamp(),
      reason = 'its process ended or its lease ran out before it was done'
    where sync_history_id in (
      select sync_history_id from sync_history where status = 'running' and claim_key is not null and (${over}
        or sync_history_id in (select x::bigint from jsonb_array_elements_text(${JSON.stringify(gone.map((row) => row.id))}::jsonb) as x))
      for update skip locked)
    returning event_id as "eventId", host`.execute(db);
  return result.rows;
}

/** What the history row of each kind says, and the first part of its key. */
const work = {
  full: { key: 'event', operation: 'full_sync', direction: 'pull' },
  incremental: { key: 'event', operation: 'incremental_sync', direction: 'pull' },
  details: { key: 'event', operation: 'details', direction: 'pull' },
  push: { key: 'push', operation: 'participants', direction: 'push' },
  results: { key: 'results', operation: 'results', direction: 'pull' },
  publish: { key: 'publish', operation: 'results', direction: 'push' },
} as const satisfies Readonly<Record<ClaimKind, { key: string; operation: string; direction: string }>>;

/** @returns undefined where other runs hold every one of the events. */
export async function claimEvents(db: Db, identity: RunIdentity, request: ClaimRequest): Promise<Claim | undefined> {
  const { owner, unitId, now } = request;
  const { key, operation, direction } = work[request.kind];
  return db.transaction().execute(async (tx) => {
    const claimed = await sql<{ id: number; event_id: string }>`
      insert into sync_history (timing_partner_id, provider_id, event_id, operation_type, sync_direction, sync_time, status,
        claim_key, run_id, unit_id, partner_provider_credential_id, host, process, started_at, lease_until, since, failures)
      select ${owner.partnerId}::int, ${owner.providerId}::int, e, ${operation}::text, ${direction}::text, ${now}::timestamptz, 'running',
        ${key}::text || ':' || e, ${identity.runId}::uuid, ${unitId}::uuid, ${owner.credentialId}::int, ${identity.host}::text, ${identity.process}::text,
        ${now}::timestamptz, ${leaseEnd(now, request.leaseSeconds)}::timestamptz, ${request.since ?? null}::timestamptz,
        coalesce((select h.failures from sync_history h where h.timing_partner_id = ${owner.partnerId} and h.provider_id = ${owner.providerId}
          and h.event_id = e and ${sameWork(request.kind)} and ${happened(now)} order by h.sync_history_id desc limit 1), 0)
      from jsonb_array_elements_text(${JSON.stringify(request.eventIds)}::jsonb) as e
      -- Two claims that meet wait for each other's rows: in one order they cannot wait in a circle.
      order by e
      on conflict (timing_partner_id, provider_id, claim_key) where status = 'running' do nothing
      returning sync_history_id as id, event_id`.execute(tx);
    const got = request.eventIds.filter((id) => claimed.rows.some((row) => row.event_id === id));
    // Asked for behind the insert: only a holder of the claim sees for certain who ended before it.
    const all = got.length === 0 ? [] : await rowsBefore(tx, request, got);
    const done = new Set(
      all.filter((row) => row.run_id !== identity.runId && isNews(row, request)).map((row) => row.event_id),
    );
    if (done.size > 0) {
      await sql`delete from sync_history where ${rowsOf({ owner, unitId, eventIds: [...done] })}`.execute(tx);
    }
    const eventIds = got.filter((id) => !done.has(id));
    if (eventIds.length === 0) return undefined;
    const before = all.filter((row) => !done.has(row.event_id));
    const checkpoint = checkpointOf(before, request, eventIds);
    const failures = new Map(before.map((row) => [row.event_id, row.failures]));
    const claim: Claim = { owner, unitId, eventIds, checkpoint, failures };
    const ids = claimed.rows.flatMap((row) => (done.has(row.event_id) ? [] : [row.id]));
    const since = checkpoint ? checkpoint.since : (request.since?.toISOString() ?? null);
    // The time by a statement of its own: the insert may have waited for another claim to end, and read its clock before. The
    // checkpoint is handed on at once: this run may die before its first page too.
    await sql`update sync_history set claimed_at = clock_timestamp(), since = ${since}::timestamptz,
      checkpoint = ${checkpoint ? JSON.stringify(checkpoint) : null}::jsonb
      where sync_history_id = any(array(select x::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as x))`.execute(
      tx,
    );
    return claim;
  });
}

/** True where the event's newest run ended after the caller looked. */
function isNews(row: EarlierRow, { newestKnown }: ClaimRequest): boolean {
  if (!newestKnown || !row.started_at || row.status === 'abandoned') return false;
  const known = newestKnown.get(row.event_id)?.getTime() ?? Number.NEGATIVE_INFINITY;
  return row.started_at.getTime() > known;
}

interface EarlierRow {
  readonly event_id: string;
  readonly status: string;
  readonly started_at: Date | null;
  readonly run_id: string | null;
  readonly operation_type: string;
  readonly unit_id: string | null;
  readonly failures: number;
  readonly checkpoint: Checkpoint | null;
}

/** The newest row of each claimed event before this claim. */
async function rowsBefore(
  tx: Db,
  { owner, unitId, kind, now }: ClaimRequest,
  eventIds: readonly string[],
): Promise<readonly EarlierRow[]> {
  // Who wants to read details must know of every run that did; to a listing they are no news.
  const ofInterest = kind === 'details' ? ofRegistrations : sameWork(kind);
  const result = await sql<EarlierRow>`
    select e as event_id, h.status, h.started_at, h.run_id, h.operation_type, h.unit_id,
      coalesce(h.failures, 0) as failures, h.checkpoint
    from jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb) as e
    join lateral (
      select * from sync_history h where h.timing_partner_id = ${owner.partnerId} and h.provider_id = ${owner.providerId}
        and h.event_id = e and h.unit_id is distinct from ${unitId} and ${ofInterest} and ${happened(now)}
      order by h.sync_history_id desc limit 1
    ) h on true`.execute(tx);
  return result.rows;
}

function checkpointOf(
  before: readonly EarlierRow[],
  request: ClaimRequest,
  eventIds: readonly string[],
): Checkpoint | undefined {
  const [first] = before;
  if (!first?.checkpoint || before.length !== eventIds.length) return undefined;
  const listed = new Set(first.checkpoint.events);
  if (listed.size !== eventIds.length || !eventIds.every((id) => listed.has(id))) return undefined;
  const same = before.every(
    (row) =>
      row.unit_id === first.unit_id &&
      // Not `failed_permanent`: what failed four times behind that page is tried from the beginning.
      (row.status === 'abandoned' || row.status === 'failed') &&
      row.operation_type === operationOf(request.kind),
  );
  return same ? first.checkpoint : undefined;
}

/** Rows `h` of the event `e` that tell how the same work stands. */
function sameWork(kind: ClaimKind) {
  const { key } = work[kind];
  return key === 'event' ? tellsOfEvent : sql`h.claim_key = ${key}::text || ':' || e`;
}

/** Not a row of the future, which a rehearsal with `--now` left. Rows of older programs have no start. */
function happened(now: Date) {
  return sql`(h.started_at is null or h.started_at <= ${now}::timestamptz + ${sql.raw(ahead)})`;
}

/** What a page's transaction begins with. @throws ClaimLost where another run took one of the events over. */
export async function extendClaim(
  tx: Db,
  claim: Claim,
  progress: { now: Date; leaseSeconds: number; checkpoint: Checkpoint | null },
): Promise<void> {
  const result = await sql`update sync_history
    set lease_until = ${leaseEnd(progress.now, progress.leaseSeconds)}::timestamptz, last_page_at = clock_timestamp(), checkpoint = ${progress.checkpoint && JSON.stringify(progress.checkpoint)}::jsonb
    where ${rowsOf(claim)} and status = 'running' returning 1`.execute(tx);
  if (result.rows.length !== claim.eventIds.length) {
    throw claimLost(claim);
  }
}

/** Extends the lease between two pages, while a call waits. @throws ClaimLost as above. */
export async function keepClaim(
  db: Db,
  claim: Claim,
  { now, leaseSeconds }: { readonly now: Date; readonly leaseSeconds: number },
): Promise<void> {
  const statement = sql`update sync_history set lease_until = ${leaseEnd(now, leaseSeconds)}::timestamptz, last_page_at = clock_timestamp()
    where ${rowsOf(claim)} and status = 'running' returning 1`;
  const result = await onceMore(() => statement.execute(db));
  if (result.rows.length !== claim.eventIds.length) throw claimLost(claim);
}

/** Notes that the listing asks for changes from an earlier time on than was planned, before it does. @throws ClaimLost as above. */
export async function askFurtherBack(db: Db, claim: Claim, since: Date): Promise<void> {
  const result = await sql`update sync_history set since = ${since}::timestamptz
    where ${rowsOf(claim)} and status = 'running' returning 1`.execute(db);
  if (result.rows.length !== claim.eventIds.length) throw claimLost(claim);
}

/** Adds a page's counts to the history rows, as part of the page's transaction. */
export async function addCounts(tx: Db, claim: Claim, counts: ReadonlyMap<string, Counts>): Promise<void> {
  if (counts.size === 0) return;
  const rows = JSON.stringify([...counts].map(([event_id, sums]) => ({ event_id, ...sums })));
  await sql`update sync_history h set fetched = h.fetched + c.fetched, inserted = h.inserted + c.inserted,
      updated = h.updated + c.updated, unchanged = h.unchanged + c.unchanged, removed = h.removed + c.removed,
      entries_failed = coalesce(h.entries_failed, 0) + c.failed
    from jsonb_to_recordset(${rows}::jsonb)
      as c(event_id text, fetched int, inserted int, updated int, unchanged int, removed int, failed int)
    where ${rowsOf(claim, 'h')} and h.event_id = c.event_id`.execute(tx);
}

/** What the history keeps of a listing that is done. */
export interface FinishedListing {
  readonly watermark: Date;
  /** Of all runs that made the listing. */
  readonly calls: number;
  /** The unit that began it. */
  readonly series: string;
  readonly clockAheadMs?: number | undefined;
}

/**
 * Ends the claim with success, in the transaction of the last page: rows, watermark and `completed` come together.
 * @param end `listing`: undefined where nothing was listed.
 */
export async function completeClaim(
  tx: Db,
  claim: Claim,
  end: { now: Date; listing: FinishedListing | undefined; apiCalls: number },
): Promise<void> {
  const ofFirst = (calls: number | null) =>
    sql`case when event_id = ${claim.eventIds[0]} then ${calls}::int when ${calls}::int is not null then 0 end`;
  await sql`update sync_history set status = 'completed', finished_at = ${end.now}, released_at = clock_timestamp(), checkpoint = null,
      watermark = ${end.listing?.watermark ?? null}::timestamptz, series = ${end.listing?.series ?? null}::uuid,
      provider_ahead_ms = ${end.listing?.clockAheadMs ?? null}::bigint, api_calls = ${ofFirst(end.apiCalls)},
      listing_calls = ${ofFirst(end.listing?.calls ?? null)}, failures = 0, retry_at = null,
      num_of_synced_records = fetched, entries_success = fetched - coalesce(entries_failed, 0),
      entries_failed = coalesce(entries_failed, 0), duration_seconds = ${secondsSince(end.now)}
    where ${rowsOf(claim)} and status = 'running'`.execute(tx);
}

/** How a claim ended without success; what was stored stays, and the checkpoint says where the next run goes on. */
export interface ClaimEnd {
  readonly now: Date;
  readonly status: 'failed' | 'failed_permanent' | 'abandoned';
  readonly reason: string;
  readonly error: { readonly kind: string; readonly message: string; readonly hint: string | null } | null;
  /** In a row; undefined: as many as before. */
  readonly failures: number | undefined;
  readonly retryAt: Date | undefined;
  readonly apiCalls: number;
}

/** @param eventId one of the claim's events: each has its own count of failures. */
export async function endClaim(db: Db, claim: Claim, eventId: string, end: ClaimEnd): Promise<void> {
  const statement = sql`update sync_history set status = ${end.status}, finished_at = ${end.now}, released_at = clock_timestamp(), reason = ${end.reason},
      error_details = ${end.error && JSON.stringify(end.error)}::jsonb, failures = coalesce(${end.failures ?? null}::int, failures), retry_at = ${end.retryAt ?? null}::timestamptz,
      api_calls = case when event_id = ${claim.eventIds[0]} then ${end.apiCalls}::int else 0 end,
      num_of_synced_records = fetched, entries_success = fetched - coalesce(entries_failed, 0),
      entries_failed = coalesce(entries_failed, 0), duration_seconds = ${secondsSince(end.now)}
    where ${rowsOf(claim)} and event_id = ${eventId} and status = 'running'`;
  await onceMore(() => statement.execute(db));
}

/** What the rows of a unit have come to, for a run that does not know whether its last transaction was committed. */
export async function standingOf(
  db: Db,
  claim: Claim,
): Promise<{ readonly isCompleted: boolean; readonly counts: Counts }> {
  const result = await sql<Counts & { isCompleted: boolean }>`
    select coalesce(bool_and(status = 'completed'), false) as "isCompleted", coalesce(sum(fetched), 0)::int as fetched,
      coalesce(sum(inserted), 0)::int as inserted, coalesce(sum(updated), 0)::int as updated,
      coalesce(sum(unchanged), 0)::int as unchanged, coalesce(sum(removed), 0)::int as removed,
      coalesce(sum(entries_failed), 0)::int as failed
    from sync_history where ${rowsOf(claim)}`.execute(db);
  const { isCompleted, ...counts } = result.rows[0] ?? { isCompleted: false, ...noCounts };
  return { isCompleted, counts };
}

function claimLost(claim: Claim): ClaimLost {
  return new ClaimLost(`another run took over ${claim.eventIds.join(', ')}; this one stops`, {
    hint: 'Nothing to do: the other run goes on from the last stored page.',
  });
}

function rowsOf(claim: Pick<Claim, 'owner' | 'unitId' | 'eventIds'>, alias = 'sync_history') {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  // The partner and event columns lead the index; the unit tells our rows from earlier ones.
  return sql`${column('timing_partner_id')} = ${claim.owner.partnerId} and ${column('provider_id')} = ${claim.owner.providerId}
    and ${column('event_id')} in (select jsonb_array_elements_text(${JSON.stringify(claim.eventIds)}::jsonb))
    and ${column('unit_id')} = ${claim.unitId}`;
}

function secondsSince(now: Date) {
  return sql`greatest(0, round(extract(epoch from ${now}::timestamptz - started_at)))::int`;
}

function leaseEnd(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

export function operationOf(kind: ClaimKind): string {
  return work[kind].operation;
}
