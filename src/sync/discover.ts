/** Discovery of one credential: its listing of events, page by page, into the tables and the schedule. */
import {
  ClaimLost,
  ConnectionLost,
  CredentialRefused,
  DatabaseUnavailable,
  Interrupted,
  ProviderThrottled,
  StatementGivenUp,
} from '../domain/errors.ts';
import type { DeferredBecause, Failure } from '../domain/outcomes.ts';
import { nextProbe } from '../plan/probe.ts';
import { markAccepted, markRefused } from '../store/credentials.ts';
import type { Db } from '../store/database.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import {
  claimDiscovery,
  type DiscoveryClaim,
  discoveryIsCompleted,
  endDiscovery,
  keepDiscovery,
} from '../store/discovery-claims.ts';
import { type ListedCounts, storeEvents } from '../store/events.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { whileExtended } from './hold-claim.ts';
import { eachPage } from './page-stream.ts';
import { restCredential } from './rest-credential.ts';
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
  const asked: DiscoveryClaim = { owner: run.owner, unitId: context.newId() };
  const end = (status: 'completed' | 'failed' | 'abandoned', error?: Failure) =>
    endDiscovery(database.db, asked, {
      now: clock.now(),
      status,
      counts,
      apiCalls: run.callsMade() - callsBefore,
      error,
    });
  const startsFrom = options.includePast
    ? undefined
    : new Date(startedAt.getTime() - settings.stopAfterHours * 3_600_000);
  const { leaseSeconds } = settings;
  const keep = (db: Db) => keepDiscovery(db, asked, { now: clock.now(), leaseSeconds });
  try {
    const claim = await claimDiscovery(database.db, context.identity, run.owner, {
      now: startedAt,
      leaseSeconds,
      unitId: asked.unitId,
      includePast: options.includePast,
      eventId: options.eventId,
    });
    if (!claim) return { ...outcome('deferred'), deferredBecause: 'claimed-elsewhere' };
    run.begin({ unitId: claim.unitId });
    const pages = run.session.listEvents({
      startsFrom,
      ...(options.eventId !== undefined && { eventId: options.eventId }),
    });
    // A page may take several calls, and each of them longer than a lease.
    await whileExtended(
      leaseSeconds,
      () => keep(database.db),
      () =>
        eachPage(
          pages,
          () => clock.now(),
          async (page) => {
            const stored = await storeEvents(database.db, run.provider, run.owner, page, {
              now: clock.now(),
              startsFrom,
              fence: keep,
            });
            counts = addListed(counts, stored);
          },
        ),
    );
    await markAccepted(database.db, run.owner.credentialId, run.throttles);
    await end('completed');
    return outcome('completed');
  } catch (thrown) {
    const error = explainDatabaseError(thrown, database.shown);
    if (error instanceof ConnectionLost || error instanceof StatementGivenUp) {
      // What was stored stays; whether the end of it was committed is looked up.
      await end(error instanceof ConnectionLost ? 'abandoned' : 'failed', failureOf(error));
      if (await discoveryIsCompleted(database.db, asked)) return outcome('completed');
      return outcome('failed', { ...failureOf(error), exit: 'someFailed' });
    }
    if (error instanceof DatabaseUnavailable) throw error;
    const failure = failureOf(error);
    if (error instanceof ClaimLost) return { ...outcome('deferred'), deferredBecause: 'claimed-elsewhere' };
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
    if (error instanceof ProviderThrottled) await restCredential(context, run.owner.credentialId, error);
    if (error instanceof Interrupted) {
      await end('abandoned', failure);
      return { ...outcome('deferred'), deferredBecause: 'run-ended' };
    }
    await end('failed', failure);
    return outcome('failed', failure);
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
