/** Whether the hour of a credential, and the time of the run, hold what is left of a publication. */
import { BudgetSpent, Interrupted } from '../domain/errors.ts';
import type { Publication } from '../domain/publishing.ts';
import { readCredentialStates } from '../store/due.ts';
import type { CommandContext, Workspace } from './context.ts';
import type { OpenedJob } from './publish-job.ts';

/** To make a set and to clear one, and the empty page that may end the list. */
const otherCalls = 3;

/**
 * @param job since when its calls have been made, and when the run ends (UTC): the calls to come take as long as those did.
 * @throws BudgetSpent where sending what differs and reading the whole set once more does not fit into the hour; Interrupted
 * where it does not fit into what is left of the run.
 */
export async function requireRoomToPublish(
  context: CommandContext,
  workspace: Workspace,
  { session, job, run, startedAt, endsBy }: OpenedJob & { readonly startedAt: Date; readonly endsBy: Date },
  publication: Publication,
): Promise<void> {
  const pages = (rows: number, size: number) => Math.ceil(rows / size);
  const needed =
    pages(publication.send.length, session.postBatch) + pages(job.wanted.length, session.pageRows) + otherCalls;
  const now = workspace.clock.now();
  const msPerCall = (now.getTime() - startedAt.getTime()) / Math.max(1, run.callsMade());
  if (now.getTime() + needed * msPerCall > endsBy.getTime()) {
    throw new Interrupted(`publishing takes ${needed} more calls, and the run ends before; nothing was changed`);
  }
  const { database, providerIds } = workspace;
  const states = await readCredentialStates(database.db, providerIds.byId, context.callsPerHour, now);
  const state = states.find((one) => one.credentialId === run.owner.credentialId);
  if (!state) return;
  const free = state.callsPerHour - state.callsByAge.reduce((sum, calls) => sum + calls, 0);
  if (free >= needed) return;
  throw new BudgetSpent(
    `publishing takes ${needed} more calls, and ${Math.max(0, free)} of the ${state.callsPerHour} of this hour are free`,
    { freeAt: new Date(now.getTime() + 3_600_000), hint: 'Nothing was changed. Publish when the hour has room.' },
  );
}
