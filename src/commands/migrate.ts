/** `migrate`: creates the schema, or brings it up to date. */
import { migrate } from '../store/migrate.ts';
import type { CommandContext, CommandResult } from './context.ts';

export async function runMigrate(context: CommandContext): Promise<CommandResult> {
  const database = await context.openDatabase();
  const applied = await migrate(database, context.providers);
  const text =
    applied.length === 0
      ? `${database.shown}: the schema is up to date.`
      : `${database.shown}: applied ${applied.join(', ')}.`;
  return { exit: 'done', text, json: { database: database.shown, applied } };
}
