/** `prune`: deletes old rows of sync_history and api_calls; data of events and participants is never touched. */
import { UsageError } from '../domain/errors.ts';
import { prune } from '../store/prune.ts';
import type { CommandContext, CommandResult } from './context.ts';

export async function runPrune(context: CommandContext, options: { keepDays: string }): Promise<CommandResult> {
  const days = Number(options.keepDays);
  if (!/^\d+$/.test(options.keepDays) || days < 2 || days > 36_500) {
    throw new UsageError(`--keep-days ${options.keepDays}: expected whole days from 2 on`, {
      hint: 'The budget needs the last hour, and a look back at a race weekend a few days.',
    });
  }
  const { database, clock } = await context.openWorkspace();
  const now = clock.now();
  const before = new Date(now.getTime() - days * 86_400_000);
  const pruned = await prune(database.db, before, context.signal, now);
  return {
    exit: context.signal.aborted ? 'terminated' : 'done',
    text: `Deleted ${pruned.historyRows} rows of history and ${pruned.apiCalls} of calls from before ${before.toISOString()}.`,
    json: { before, ...pruned },
  };
}
