/**
 * Reads registrations that a list only announced, one call and one transaction each. The next call is made when the one
 * before is stored: a run that is killed loses the call in hand and no other. What is left when the share of the tick, the
 * hour or the run ends is backlog, and no failure.
 */
import { BudgetSpent, CallRefused, Interrupted, ProviderUnavailable, UnknownAnswer } from '../domain/errors.ts';
import type { Counts } from '../domain/outcomes.ts';
import { addCounts as sum } from '../domain/outcomes.ts';
import type { PlannedUnit } from '../domain/planning.ts';
import type { EventRef } from '../domain/provider.ts';
import type { Registration } from '../domain/records.ts';
import { addCounts, type Checkpoint, type Claim, completeClaim, extendClaim } from '../store/claims.ts';
import type { Db } from '../store/database.ts';
import { countUnread, noteAttempt, readUnread, type Unread } from '../store/outlines.ts';
import { refuseRegistration, storeRegistration } from '../store/registrations.ts';
import type { CredentialRun, SyncContext } from './context.ts';
import { listingOf, type Progress } from './store-series.ts';

/** Ids fetched at once; the calls between two such questions take as many seconds. */
const batch = 50;

/** Calls without an answer about a registration, among others that had one, after which it is refused. */
const mostAttempts = 3;

/** So many refused ones and not a single good one say more about the provider, or about us, than about them. */
const suspiciousRefusals = 5;

export interface Details {
  readonly context: SyncContext;
  readonly run: CredentialRun;
  readonly unit: PlannedUnit;
  readonly claim: Claim;
  /** The listing that is done; undefined for a unit that lists nothing. */
  readonly listed: Checkpoint | undefined;
  readonly progress: Progress;
  readonly apiCalls: () => number;
}

/** Reads up to `unit.detailCalls` registrations and completes the claim. @throws what forbids to call the unit done. */
export async function readDetails(details: Details): Promise<void> {
  const { context, run, claim, listed, progress, apiCalls } = details;
  const { db } = context.database;
  await readUpTo(details, details.unit.detailCalls ?? 0);
  progress.unread = await countUnread(db, run.owner, claim.eventIds);
  const now = context.clock.now();
  await db.transaction().execute(async (tx) => {
    await extendClaim(tx, claim, { now, leaseSeconds: context.settings.leaseSeconds, checkpoint: listed ?? null });
    await completeClaim(tx, claim, { now, listing: listed && listingOf(listed), apiCalls: apiCalls() });
  });
}

async function readUpTo(details: Details, most: number): Promise<void> {
  const { context, run, claim } = details;
  const tally = { good: 0, bad: 0 };
  for (let left = most; left > 0; ) {
    const queue = await readUnread(context.database.db, run.owner, claim.eventIds, Math.min(left, batch));
    if (queue.length === 0) return;
    for (const one of queue) {
      if (context.signal.aborted) return endOfRun(details);
      try {
        await readOne(details, one, tally);
      } catch (error) {
        if (error instanceof Interrupted || error instanceof BudgetSpent) return endOfRun(details);
        throw error;
      }
      left -= 1;
    }
  }
}

/**
 * A share of a tick that ends early is the next tick's; who was asked for all of it must say that it is not done. A
 * spent hour ends both alike: waiting for it would take the person's whole hour.
 */
function endOfRun({ context, unit }: Details): void {
  if (unit.detailCalls !== Number.POSITIVE_INFINITY || !context.signal.aborted) return;
  throw new Interrupted('the run was told to end; what was read stays and the next run goes on behind it');
}

async function readOne(details: Details, one: Unread, tally: { good: number; bad: number }): Promise<void> {
  const { context, run } = details;
  const answer = await ask(details, one, tally.good > 0);
  const now = context.clock.now();
  const { error, counts } = await store(
    details,
    now,
    async (tx) => {
      if (answer instanceof Error) {
        const refused = await refuseRegistration(tx, run.owner, one, answer.message, now);
        return { counts: refused, error: answer.message };
      }
      return storeRegistration(tx, run.provider.tables.participants, run.owner, one, answer, now);
    },
    one.eventId,
  );
  context.log.debug({ event: one.eventId, ...counts }, 'registration stored');
  if (error === undefined) {
    tally.good += 1;
    return;
  }
  tally.bad += 1;
  context.log.warn({ event: one.eventId, registration: one.registrationId, error }, 'a registration could not be read');
  if (tally.good > 0 || tally.bad < suspiciousRefusals) return;
  throw new UnknownAnswer(`none of ${tally.bad} registrations could be read: ${error}`, {
    hint: 'They are kept in rejected_rows, and a full listing asks for them again a day later.',
  });
}

/** @returns the registration, or why it is set aside. @throws what is not about this registration alone. */
async function ask(details: Details, one: Unread, othersAnswered: boolean): Promise<Registration | Error> {
  const { context, run, unit } = details;
  const { session } = run;
  const event = unit.events.find(({ eventId }) => eventId === one.eventId);
  if (!session.readRegistration || !event) throw new Error(`nobody can read registrations of event ${one.eventId}`);
  const ref: EventRef = { eventId: event.eventId, raceId: event.raceId, timeZone: event.timeZone };
  try {
    const registration = await session.readRegistration(ref, one.registrationId);
    if (registration.records.length > 0 || registration.rejected.length > 0) return registration;
    throw new UnknownAnswer(`a registration of event ${one.eventId} came without any content`);
  } catch (error) {
    // Gone, or not ours to see: the others go on.
    if (error instanceof CallRefused) return error;
    if (!(error instanceof ProviderUnavailable || error instanceof UnknownAnswer)) throw error;
    // It may be this one or the provider: it comes last from now on, and is set aside where others do get answers.
    await noteAttempt(context.database.db, run.owner, one);
    if (othersAnswered && one.attempts + 1 >= mostAttempts) return error;
    throw error;
  }
}

/** One registration is one transaction, which begins with the fence and ends with the counts. */
async function store<Result extends { readonly counts: Counts }>(
  { context, claim, listed, progress }: Details,
  now: Date,
  work: (tx: Db) => Promise<Result>,
  eventId: string,
): Promise<Result> {
  const { leaseSeconds } = context.settings;
  const result = await context.database.db.transaction().execute(async (tx) => {
    await extendClaim(tx, claim, { now, leaseSeconds, checkpoint: listed ?? null });
    const done = await work(tx);
    await addCounts(tx, claim, new Map([[eventId, done.counts]]));
    return done;
  });
  progress.counts = sum(progress.counts, result.counts);
  return result;
}
