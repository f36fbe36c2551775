/** Discovery of one credential: its listing of events, page by page, into the tables and the schedule. */
import { CredentialRefused, DatabaseUnavailable, Interrupted, ProviderThrottled } from '../domain/errors.ts';
import type { DeferredBecause, Failure } from '../domain/outcomes.ts';
import { nextProbe } from '../plan/probe.ts';
import { markAccepted, markRefused, pauseCredential } from '../store/credentials.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import { claimDiscovery, endDiscovery } from '../store/discovery-claims.ts';
import { type ListedCounts, storeEvents } from '../store/events.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { eachPage } from './page-stream.ts';
import { failureOf } from './unit-failure.ts';

export interface DiscoveryOptions {
  readonly includePast: boolean;
  /** Only this event is wanted: an operator asks for one that is not known yet. */
  readonly eventId?: string;
}

export interface DiscoveryOutcome {
  /** `deferred`: another run is at it, or this one was told to end. */
  readonly status: 'completed' | 'failed' | 'deferred';
  readonly partnerId: number;
  readonly provider: string;
  readonly credentialId: number;
  readonly counts: ListedCounts;
  readonly apiCalls: number;
  readonly durationMs: number;
  readonly failure: Failure | undefined;
  readonly deferredBecause?: DeferredBecause | undefined;
}

const nothing: ListedCounts = { races: 0, events: 0, newEvents: 0, changedEvents: 0, failed: 0 };

/** Never throws for what happens to the credential; a lost database does throw. */
export async function discoverCredential(
  context: SyncContext,
  run: CredentialRun,
  options: DiscoveryOptions,
): Promise<DiscoveryOutcome> {
  const { clock, settings, database } = context;
  const startedAt = clock.now();
  const callsBefore = run.callsMade();
  let counts = nothing;
  const outcome = (status: DiscoveryOutcome['status'], failure?: Failure): DiscoveryOutcome => ({
    status,
    partnerId: run.owner.partnerId,
    provider: run.provider.name,
    credentialId: run.owner.credentialId,
    counts,
    apiCalls: run.callsMade() - callsBefore,
    durationMs: clock.now().getTime() - startedAt.getTime(),
    failure,
  });
  const claim = await claimDiscovery(database.db, context.identity, run.owner, {
    now: startedAt,
    leaseSeconds: settings.leaseSeconds,
    unitId: context.newId(),
    includePast: options.includePast,
    eventId: options.eventId,
  });
  if (!claim) return { ...outcome('deferred'), deferredBecause: 'claimed-elsewhere' };
  run.begin({ unitId: claim.unitId });
  const startsFrom = options.includePast
    ? undefined
    : new Date(startedAt.getTime() - settings.stopAfterHours * 3_600_000);
  try {
    const pages = run.session.listEvents({
      startsFrom,
      ...(options.eventId !== undefined && { eventId: options.eventId }),
    });
    await eachPage(
      pages,
      () => clock.now(),
      async (page) => {
        const stored = await storeEvents(database.db, run.provider, run.owner, page, { now: clock.now(), startsFrom });
        counts = addListed(counts, stored);
      },
    );
    await markAccepted(database.db, run.owner.credentialId);
    await endDiscovery(database.db, claim, {
      now: clock.now(),
      status: 'completed',
      counts,
      apiCalls: run.callsMade() - callsBefore,
      error: undefined,
    });
    return outcome('completed');
  } catch (thrown) {
    const error = explainDatabaseError(thrown, database.shown);
    if (error instanceof DatabaseUnavailable) throw error;
    const failure = failureOf(error);
    if (error instanceof CredentialRefused) {
      const at = clock.now();
      const refusals = run.refusals + 1;
      await markRefused(database.db, run.owner.credentialId, {
        at,
        reason: error.message,
        refusals,
        probeAt: nextProbe(refusals, at, settings),
      });
    }
    if (error instanceof ProviderThrottled && error.retryAt) {
      await pauseCredential(database.db, run.owner.credentialId, error.retryAt);
    }
    const status = error instanceof Interrupted ? 'deferred' : 'failed';
    await endDiscovery(database.db, claim, {
      now: clock.now(),
      status: status === 'failed' ? 'failed' : 'abandoned',
      counts,
      apiCalls: run.callsMade() - callsBefore,
      error: failure,
    });
    if (status === 'deferred') return { ...outcome(status), deferredBecause: 'run-ended' };
    return outcome(status, failure);
  } finally {
    run.begin({ unitId: undefined });
  }
}

function addListed(a: ListedCounts, b: ListedCounts): ListedCounts {
  return {
    races: a.races + b.races,
    events: a.events + b.events,
    newEvents: a.newEvents + b.newEvents,
    changedEvents: a.changedEvents + b.changedEvents,
    failed: a.failed + b.failed,
  };
}

/** The outcome of a credential that could not even be opened. */
export function undiscovered(
  credential: { readonly partnerId: number; readonly credentialId: number; readonly provider: string },
  error: unknown,
): DiscoveryOutcome {
  const { partnerId, credentialId, provider } = credential;
  const failure = failureOf(error);
  return { status: 'failed', partnerId, credentialId, provider, counts: nothing, apiCalls: 0, durationMs: 0, failure };
}
