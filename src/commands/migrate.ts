/** `migrate`: creates the schema, brings it up to date, or takes over that of older programs. */
import { adoptionJson, renderAdoption, renderMigrationPlan } from '../report/adoption-text.ts';
import type { Screen } from '../report/paint.ts';
import { migrate, planMigration } from '../store/migrate.ts';
import type { CommandContext, CommandResult } from './context.ts';

export async function runMigrate(
  context: CommandContext,
  options: { readonly dryRun?: boolean } = {},
): Promise<CommandResult> {
  const database = await context.openDatabase();
  const screen: Screen = { columns: context.terminal.columns, color: context.terminal.color };
  const { shown } = database;
  if (options.dryRun) {
    const plan = await planMigration(database, context.providers);
    return {
      exit: 'done',
      text: renderMigrationPlan(shown, plan, screen),
      json: {
        database: shown,
        dryRun: true,
        applied: plan.missing,
        ...adoptionJson(plan.adoption, []),
        statements: plan.statements,
      },
    };
  }
  const done = await migrate(database, context.providers, {
    signal: context.signal,
    onStep: ({ kind, table, sql }) => context.log.info({ kind, table, sql: sql[0]?.split('\n')[0] }, 'adopting'),
  });
  const text =
    done.applied.length === 0 ? `${shown}: the schema is up to date.` : `${shown}: applied ${done.applied.join(', ')}.`;
  const report = done.adoption && renderAdoption(done.adoption, done.notValid, screen);
  return {
    exit: 'done',
    text: report ? `${report}\n\n${text}` : text,
    json: { database: shown, dryRun: false, applied: done.applied, ...adoptionJson(done.adoption, done.notValid) },
  };
}
