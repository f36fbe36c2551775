/** Tells a scoring event of new and changed people, batch by batch; what a batch was told is remembered right after its call. */
import { Interrupted, ProviderUnavailable, UnknownAnswer, UsageError } from '../domain/errors.ts';
import { type Counts, noCounts, addCounts as sum } from '../domain/outcomes.ts';
import type { PushAnswer, PushedParticipant } from '../domain/scoring.ts';
import { addCounts, completeClaim, extendClaim } from '../store/claims.ts';
import { type PushedPerson, readWaiting, recordPushed, type WaitingPerson } from '../store/pushes.ts';
import type { ScoringRun } from './scoring-run.ts';

/** Providers name a number of their own; this one keeps an answer small where they do not. */
const usualBatch = 100;

/** @throws what ends the push; batches that were answered stay told, and the next push goes on behind them. */
export async function pushParticipants(scoring: ScoringRun): Promise<void> {
  const { context, run, session, event, claim, leaseSeconds, progress, options } = scoring;
  const { database, clock } = context;
  const { pushParticipants: push, pushBatch: limit = usualBatch } = session;
  if (!push) throw new UsageError(`${run.provider.displayName} takes no participants`);
  const waitingAfter = (after: string) =>
    readWaiting(database.db, context.providers, event, { after, all: options.all, limit });
  const first = await waitingAfter('');
  const untouched = { ...noCounts, unchanged: options.all ? 0 : first.same };
  let { people } = first;
  for (let last = people.at(-1); last !== undefined; last = people.at(-1)) {
    if (context.signal.aborted) {
      throw new Interrupted(
        'the run was told to end; who was told stays told, and the next push goes on with the rest',
      );
    }
    await pushBatch(scoring, people, (batch) => push.call(session, event.eventId, batch));
    if (people.length < limit) break;
    ({ people } = await waitingAfter(last.person.sourceId));
  }
  await database.db.transaction().execute(async (tx) => {
    await extendClaim(tx, claim, { now: clock.now(), leaseSeconds, checkpoint: null });
    await addCounts(tx, claim, new Map([[event.eventId, untouched]]));
    await completeClaim(tx, claim, { now: clock.now(), listing: undefined, apiCalls: scoring.apiCalls() });
  });
  progress.counts = sum(progress.counts, untouched);
}

/** One call, and what its answer says in a transaction of its own right behind it. */
async function pushBatch(
  { context, event, claim, stillOurs, leaseSeconds, progress }: ScoringRun,
  waiting: readonly WaitingPerson[],
  push: (people: readonly PushedParticipant[]) => Promise<PushAnswer>,
): Promise<void> {
  const { database, clock } = context;
  // A process that was stopped for a while would send what another one has replaced meanwhile.
  await stillOurs();
  const answer = await push(waiting.map(({ person }) => person)).catch((error: unknown) => {
    throw asUnanswered(error, waiting.length);
  });
  const people = judge(waiting, answer);
  const counts = countsOf(people);
  await database.db.transaction().execute(async (tx) => {
    await extendClaim(tx, claim, { now: clock.now(), leaseSeconds, checkpoint: null });
    await recordPushed(tx, event, people, clock.now());
    await addCounts(tx, claim, new Map([[event.eventId, counts]]));
  });
  progress.counts = sum(progress.counts, counts);
  for (const { waiting: one, became } of people) {
    const { sourceId, removedReason } = one.person;
    if (became === 'left') progress.byHand.push({ sourceId, reason: removedReason ?? 'removed' });
  }
  context.log.debug({ event: event.eventId, ...counts }, 'batch pushed');
}

/** Who is not named at all was not taken as far as anybody knows. */
function judge(waiting: readonly WaitingPerson[], answer: PushAnswer): readonly PushedPerson[] {
  const taken = new Set(answer.taken);
  const left = new Set(answer.left);
  const refused = new Map(answer.refused.map(({ sourceId, error }) => [sourceId, error]));
  return waiting.map((one): PushedPerson => {
    const { sourceId } = one.person;
    const error = refused.get(sourceId);
    if (error !== undefined) return { waiting: one, became: 'refused', error };
    if (left.has(sourceId)) return { waiting: one, became: 'left', error: undefined };
    if (taken.has(sourceId)) return { waiting: one, became: 'taken', error: undefined };
    return { waiting: one, became: 'refused', error: 'the answer does not name them' };
  });
}

function countsOf(people: readonly PushedPerson[]): Counts {
  const count = (fits: (one: PushedPerson) => boolean) => people.filter(fits).length;
  const told = (change: WaitingPerson['change']) =>
    count(({ waiting, became }) => became !== 'refused' && waiting.change === change);
  return {
    fetched: people.length,
    inserted: told('add'),
    updated: told('change'),
    unchanged: told('same'),
    removed: told('remove'),
    failed: count(({ became }) => became === 'refused'),
  };
}

/** The answer was lost, not necessarily the call: these people are sent again, and their ids make that harmless. */
function asUnanswered(error: unknown, people: number): unknown {
  const again = `Whether the ${people} people of this batch arrived is not known: the next push sends them again, under the same ids.`;
  if (error instanceof UnknownAnswer) return new UnknownAnswer(error.message, { hint: again, cause: error });
  if (error instanceof ProviderUnavailable)
    return new ProviderUnavailable(error.message, { hint: again, cause: error });
  return error;
}
