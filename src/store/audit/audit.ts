/** The audit: every promise, asked of one snapshot of the database. */
import { sql } from 'kysely';
import type { AuditReport, Check, JudgedPromise, PromiseName } from '../../domain/audit.ts';
import { Interrupted } from '../../domain/errors.ts';
import type { Database, Db } from '../database.ts';
import type { ProviderIds } from '../provider-ids.ts';
import { type CallLimits, findCloseCalls, findFullHours } from './budget.ts';
import { findCallsWithoutRun, findMiscounts, findUnexplainedCalls } from './calls.ts';
import { findDoubledRows, findMissingKeys } from './guards.ts';
import { findStaleRuns } from './leases.ts';
import { findLatePages } from './lost-claims.ts';
import { findOverlaps } from './overlaps.ts';
import { findRemovalsOutsideSyncs, findRemovalsWithoutEvidence } from './removals.ts';
import { type AuditScope, readScope } from './scope.ts';
import { findSecrets, type SecretsToFind } from './secrets.ts';
import { findGaps, findWatermarksAhead } from './watermarks.ts';
import { findWritesWithoutClaim } from './writes.ts';

export interface AuditRequest {
  readonly providerIds: ProviderIds;
  readonly now: Date;
  /** What happened in so many days before `now` is judged. */
  readonly days: number;
  /** As they are set now. */
  readonly limits: CallLimits;
  readonly secrets: SecretsToFind;
  readonly signal: AbortSignal;
}

/**
 * Reads only. One transaction at REPEATABLE READ, so that runs which go on meanwhile are seen as they stood at one instant; it
 * takes no lock that anybody waits for, and works on a standby.
 * @throws Interrupted between two promises.
 */
export function runAudit(database: Database, request: AuditRequest): Promise<AuditReport> {
  return database.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      // For this transaction alone: a million runs took 34 s with the usual 4 MB, 24 s with this.
      await sql`set local work_mem = '64MB'`.execute(tx);
      const scope = await readScope(tx, request.providerIds, request);
      return {
        database: database.shown,
        now: scope.now,
        from: scope.from,
        prunedBefore: scope.prunedBefore,
        promises: await judgeAll(tx, scope, request),
      };
    });
}

async function judgeAll(tx: Db, scope: AuditScope, request: AuditRequest): Promise<JudgedPromise[]> {
  const { limits, signal } = request;
  const judged: JudgedPromise[] = [];
  for (const [promise, ask] of questions) {
    if (signal.aborted) throw new Interrupted('the audit was told to end; nothing was changed');
    const { checks, notes } = await ask(tx, scope, { limits, secrets: request.secrets });
    judged.push({ promise, checks, notes: notes ?? [] });
  }
  return judged;
}

interface Answer {
  readonly checks: readonly Check[];
  readonly notes?: readonly string[];
}

type Ask = (tx: Db, scope: AuditScope, request: Pick<AuditRequest, 'limits' | 'secrets'>) => Promise<Answer>;

const questions: readonly (readonly [PromiseName, Ask])[] = [
  ['oneSyncAtATime', async (tx, scope) => ({ checks: [await findOverlaps(tx, scope)] })],
  [
    'noWriteWithoutClaim',
    async (tx, scope) => ({ checks: [await findLatePages(tx, scope), await findWritesWithoutClaim(tx, scope)] }),
  ],
  [
    'budget',
    async (tx, scope, { limits }) => ({
      checks: [await findFullHours(tx, scope, limits), await findCloseCalls(tx, scope, limits)],
    }),
  ],
  ['watermarks', async (tx, scope) => ({ checks: [await findWatermarksAhead(tx, scope), await findGaps(tx, scope)] })],
  [
    'removals',
    async (tx, scope) => ({
      checks: [await findRemovalsWithoutEvidence(tx, scope), await findRemovalsOutsideSyncs(tx, scope)],
    }),
  ],
  ['leases', async (tx, scope) => ({ checks: [await findStaleRuns(tx, scope)] })],
  [
    'calls',
    async (tx, scope) => ({
      checks: [
        await findCallsWithoutRun(tx, scope),
        await findMiscounts(tx, scope),
        await findUnexplainedCalls(tx, scope),
      ],
    }),
  ],
  [
    'secrets',
    async (tx, scope, { secrets }) => {
      const { check, notes } = await findSecrets(tx, scope, secrets);
      return { checks: [check], notes };
    },
  ],
  ['guards', async (tx, scope) => ({ checks: [await findMissingKeys(tx, scope), await findDoubledRows(tx, scope)] })],
];
