/** `audit`: looks for every promise of the program in the rows of the database, and says what is broken. Reads only. */
import { isBroken } from '../domain/audit.ts';
import { UsageError } from '../domain/errors.ts';
import { auditJson, renderAudit } from '../report/audit-text.ts';
import { runAudit } from '../store/audit/audit.ts';
import type { CallLimits } from '../store/audit/budget.ts';
import { listProviderLimits } from '../store/provider-ids.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';

export async function runAuditCommand(context: CommandContext, options: { days: string }): Promise<CommandResult> {
  const days = Number(options.days);
  if (!/^\d+$/.test(options.days) || days < 1 || days > 36_500) {
    throw new UsageError(`--days ${options.days}: expected whole days from 1 on`, {
      hint: 'So many days back are judged; what `p88sync prune` deleted cannot be.',
    });
  }
  const workspace = await context.openWorkspace();
  const report = await runAudit(workspace.database, {
    providerIds: workspace.providerIds,
    now: workspace.clock.now(),
    days,
    limits: { perHour: await callsPerHour(context, workspace), paceMs: context.paceMs },
    secrets: { cipher: context.cipher, others: context.programSecrets },
    signal: context.signal,
  });
  const exit = report.promises.some(isBroken) ? 'someFailed' : 'done';
  return {
    exit,
    text: context.json ? '' : renderAudit(report, context.terminal),
    json: auditJson(report, exit),
  };
}

/** The limits as whoever calls resolves them. */
async function callsPerHour(context: CommandContext, workspace: Workspace): Promise<CallLimits['perHour']> {
  const stored = await listProviderLimits(workspace.database.db);
  return [...workspace.providerIds.byId].map(([providerId, provider]) => ({
    providerId,
    calls: context.callsPerHour(provider.name) ?? stored.get(providerId) ?? provider.defaults.callsPerHour,
  }));
}
