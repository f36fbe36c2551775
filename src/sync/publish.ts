/**
 * Publishes the results of one event: what the provider holds is read and compared first, then only what differs is sent,
 * and what it holds afterwards is read again. Wherever a run dies, the next one begins with what is there.
 */
import { createHash } from 'node:crypto';
import { UnknownAnswer, UsageError } from '../domain/errors.ts';
import {
  type Publication,
  type PublishableResult,
  type PublishedResult,
  type PublishingEvent,
  type PublishingSession,
  textOfKey,
} from '../domain/publishing.ts';
import { type AskedSet, type ChosenSet, chooseResultSet } from '../plan/choose-result-set.ts';
import { planPublication } from '../plan/publication.ts';
import { addCounts, type Claim, completeClaim, extendClaim } from '../store/claims.ts';
import {
  type PublishedEvent,
  readResultSet,
  rememberPublished,
  rememberResultSet,
  type StoredResultSet,
} from '../store/published-sets.ts';
import type { SyncContext } from './context.ts';

export interface PublishJob {
  readonly event: PublishingEvent & { readonly name: string };
  readonly owner: PublishedEvent;
  readonly asked: AskedSet;
  readonly wanted: readonly PublishableResult[];
  /** Bibs of registrations. */
  readonly bibs: ReadonlyMap<string, string>;
  /** The provider's id of a split by its name. */
  readonly splits: Readonly<Record<string, string>>;
  /** Results that could not be published. */
  readonly refused: number;
}

export interface Prepared {
  readonly chosen: ChosenSet;
  readonly publication: Publication;
}

/** Called before every step that reads on or changes something; throws where the run must stop. */
export type StillOurs = () => Promise<void>;

/**
 * Finds the set and compares it with what is wanted; changes nothing.
 * @throws UsageError where it cannot be told which set is meant, or where somebody else's results would be lost.
 */
export async function preparePublication(
  context: SyncContext,
  session: PublishingSession,
  job: PublishJob,
  stillOurs: StillOurs,
): Promise<Prepared> {
  const stored = await readResultSet(context.database.db, job.owner);
  const sets = await session.listResultSets(job.event);
  const chosen = chooseResultSet(sets, stored, job.asked, job.event.name);
  const setId = chosen.kind === 'existing' ? chosen.set.resultSetId : undefined;
  const publication = await compareWithSet(session, job, setId, isLast(stored, setId, job), stillOurs);
  const removed = publication.changes.filter((change) => change.kind === 'removed').length;
  if (chosen.kind === 'existing' && chosen.foundBy === 'name' && removed > 0) {
    throw new UsageError(
      `the event has a result set ${setId} "${chosen.set.name}" with results that are not ours (${removed})`,
      {
        hint: `To take it over and replace them: --result-set ${setId}. To publish beside it: --name with another name.`,
      },
    );
  }
  return { chosen, publication };
}

/** Does what was prepared, and completes the claim. @throws UnknownAnswer where the provider then holds something else. */
export async function carryOut(
  context: SyncContext,
  session: PublishingSession,
  job: PublishJob,
  claim: Claim,
  { chosen, publication }: Prepared,
  run: { readonly stillOurs: StillOurs; readonly apiCalls: () => number },
): Promise<string> {
  const { db } = context.database;
  const { stillOurs } = run;
  const setId =
    chosen.kind === 'new' ? await createSet(context, session, job, chosen, stillOurs) : chosen.set.resultSetId;
  await stillOurs();
  if (chosen.kind === 'existing') {
    const stored = await readResultSet(db, job.owner);
    const isKnown = stored?.resultSetId === setId && stored.name === chosen.set.name;
    if (publication.action !== 'nothing' || !isKnown) {
      await rememberResultSet(db, job.owner, { resultSetId: setId, name: chosen.set.name, options: chosen.options });
    }
  }
  if (publication.action !== 'nothing') {
    if (publication.action === 'replace') await session.clearResults(job.event, setId);
    for (let from = 0; from < publication.send.length; from += session.postBatch) {
      await stillOurs();
      await session.postResults(job.event, setId, publication.send.slice(from, from + session.postBatch));
      context.log.debug({ event: job.event.eventId, resultSet: setId, from }, 'results posted');
    }
    const after = await compareWithSet(session, job, setId, true, stillOurs);
    if (after.action !== 'nothing') throw unlike(setId, after);
  }
  await complete(context, job, claim, publication, run.apiCalls);
  return setId;
}

/** Noted before it is made: a set whose answer is lost is found by its name, and no second one is made. */
async function createSet(
  { database: { db } }: SyncContext,
  session: PublishingSession,
  job: PublishJob,
  { set }: Extract<ChosenSet, { kind: 'new' }>,
  stillOurs: StillOurs,
): Promise<string> {
  const { name, ...options } = set;
  await stillOurs();
  await rememberResultSet(db, job.owner, { resultSetId: undefined, name, options });
  const resultSetId = await session.createResultSet(job.event, set);
  await rememberResultSet(db, job.owner, { resultSetId, name, options });
  return resultSetId;
}

async function compareWithSet(
  session: PublishingSession,
  job: PublishJob,
  setId: string | undefined,
  sameAsLast: boolean,
  stillOurs: StillOurs,
): Promise<Publication> {
  const published: PublishedResult[] = [];
  let isWhole = setId === undefined;
  if (setId !== undefined) {
    for await (const page of session.listPublished(job.event, setId)) {
      published.push(...page.results);
      isWhole = page.last;
      await stillOurs();
    }
  }
  if (!isWhole) throw new UnknownAnswer(`the list of results of set ${setId} ended without its last page`);
  return planPublication({ wanted: job.wanted, published, bibs: job.bibs, sameAsLast });
}

async function complete(
  context: SyncContext,
  job: PublishJob,
  claim: Claim,
  { changes, unchanged }: Publication,
  apiCalls: () => number,
): Promise<void> {
  const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
  await context.database.db.transaction().execute(async (tx) => {
    const now = context.clock.now();
    await extendClaim(tx, claim, { now, leaseSeconds: context.settings.leaseSeconds, checkpoint: null });
    await rememberPublished(tx, job.owner, {
      at: now,
      rows: job.wanted.length,
      fingerprint: fingerprintOf(job.wanted),
      splits: job.splits,
    });
    const counts = {
      fetched: job.wanted.length + job.refused,
      inserted: count('added'),
      updated: count('changed'),
      unchanged,
      removed: count('removed'),
      failed: job.refused,
    };
    await addCounts(tx, claim, new Map([[job.event.eventId, counts]]));
    await completeClaim(tx, claim, { now, listing: undefined, apiCalls: apiCalls() });
  });
}

function isLast(stored: StoredResultSet | undefined, setId: string | undefined, job: PublishJob): boolean {
  return stored !== undefined && stored.resultSetId === setId && stored.fingerprint === fingerprintOf(job.wanted);
}

/** Equal results have equal ones, in whatever order they come. */
function fingerprintOf(wanted: readonly PublishableResult[]): string {
  const lines = wanted.map((result) => {
    const splits = Object.entries(result.splits).sort(([a], [b]) => (a < b ? -1 : 1));
    const { outcome, place, clockMs, chipMs } = result;
    return JSON.stringify([textOfKey(result.key), outcome, place, clockMs, chipMs, splits]);
  });
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

function unlike(setId: string, { changes }: Publication): UnknownAnswer {
  const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
  const kinds = [
    [count('added'), 'missing'],
    [count('changed'), 'other than sent'],
    [count('removed'), 'that were not sent'],
  ] as const;
  const told = kinds.flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${what}`]));
  return new UnknownAnswer(`all results were sent, yet set ${setId} shows rows otherwise: ${told.join(', ')}`, {
    hint: 'Look at them with --dry-run, and at the set in the dashboard of the provider.',
  });
}
