/** Adds up what a full sync did: totals, a line per credential, failures with their reasons. */
import { addCounts, noCounts, type UnitOutcome } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import type { FullSyncSummary, PartnerSummary, SummaryFailure } from '../domain/summary.ts';
import type { Database } from '../store/database.ts';
import type { DiscoveryOutcome } from '../sync/discover.ts';
import type { UsableCredential } from './sync-setup.ts';

export interface FullSyncFacts {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly chosen: readonly UsableCredential[];
  readonly discoveries: readonly DiscoveryOutcome[];
  readonly units: readonly PlannedUnit[];
  readonly outcomes: readonly UnitOutcome[];
  readonly resumed: number;
}

export async function summarise(database: Database, facts: FullSyncFacts): Promise<FullSyncSummary> {
  const partners = facts.chosen.map((credential) => credentialSummary(credential, facts));
  const counts = partners.reduce((sum, one) => addCounts(sum, one), noCounts);
  const sum = (key: 'races' | 'events' | 'apiCalls') => partners.reduce((total, one) => total + one[key], 0);
  return {
    startedAt: facts.startedAt,
    finishedAt: facts.finishedAt,
    durationMs: facts.finishedAt.getTime() - facts.startedAt.getTime(),
    database: database.shown,
    totals: {
      ...counts,
      partners: new Set(facts.chosen.map((one) => one.partnerId)).size,
      races: sum('races'),
      events: sum('events'),
      participants: counts.fetched - counts.failed,
      apiCalls: sum('apiCalls'),
    },
    partners,
    failures: [...facts.discoveries, ...facts.outcomes].flatMap((one) => failureOf(one, facts)),
    left: facts.outcomes
      .filter((one) => one.status === 'deferred')
      .reduce((total, one) => total + one.eventIds.length, 0),
    resumed: facts.resumed,
  };
}

function credentialSummary(credential: FullSyncFacts['chosen'][number], facts: FullSyncFacts): PartnerSummary {
  const own = facts.outcomes.filter((one) => one.credentialId === credential.credentialId);
  const discoveries = facts.discoveries.filter((one) => one.credentialId === credential.credentialId);
  const done = own.filter((one) => one.status === 'completed');
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    partnerId: credential.partnerId,
    partner: credential.partner,
    provider: credential.provider.name,
    races: new Set(done.map((one) => one.raceId ?? one.eventIds[0])).size,
    events: total(done.map((one) => one.eventIds.length)),
    apiCalls: total([...own, ...discoveries].map((one) => one.apiCalls)),
    durationMs: total([...own, ...discoveries].map((one) => one.durationMs)),
    ...own.map((one) => one.counts).reduce(addCounts, noCounts),
  };
}

function failureOf(one: UnitOutcome | DiscoveryOutcome, facts: FullSyncFacts): SummaryFailure[] {
  if (!one.failure || one.status === 'deferred') return [];
  const partner =
    facts.chosen.find((credential) => credential.credentialId === one.credentialId)?.partner ?? String(one.partnerId);
  return [{ ...one.failure, partner, provider: one.provider, eventIds: 'eventIds' in one ? one.eventIds : undefined }];
}
