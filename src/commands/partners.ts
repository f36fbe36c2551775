/** `partners add`, `list`, `remove`: the timing companies whose data is synced. */
import { UsageError } from '../domain/errors.ts';
import { safeText } from '../report/safe-text.ts';
import { renderTable } from '../report/table-text.ts';
import { addPartner, findPartner, listPartners, removePartner } from '../store/partners.ts';
import type { CommandContext, CommandResult } from './context.ts';

export async function runPartnersAdd(
  context: CommandContext,
  name: string,
  options: { id?: string },
): Promise<CommandResult> {
  if (options.id !== undefined && !/^[1-9]\d{0,8}$/.test(options.id)) {
    throw new UsageError(`--id ${options.id}: expected a whole number from 1 on`);
  }
  const { database } = await context.openWorkspace();
  const partner = await addPartner(database.db, name, options.id === undefined ? undefined : Number(options.id));
  return {
    exit: 'done',
    text: `Added timing partner ${partner.partnerId}: ${safeText(partner.name)}.\nNext: p88sync credentials add ${partner.partnerId}:runsignup --principal KEY`,
    json: partner,
  };
}

export async function runPartnersList(context: CommandContext): Promise<CommandResult> {
  const { database } = await context.openWorkspace();
  const partners = await listPartners(database.db);
  const text =
    partners.length === 0
      ? 'No timing partners yet. Next: p88sync partners add "Peak Timing"'
      : renderTable(
          [{ head: 'ID', align: 'right' }, { head: 'PARTNER' }],
          partners.map((one) => [String(one.partnerId), one.name]),
          context.terminal,
        );
  return { exit: 'done', text, json: { partners } };
}

export async function runPartnersRemove(context: CommandContext, nameOrId: string): Promise<CommandResult> {
  const { database } = await context.openWorkspace();
  const partner = await findPartner(database.db, nameOrId);
  await removePartner(database.db, partner);
  return {
    exit: 'done',
    text: `Removed timing partner ${partner.partnerId}: ${safeText(partner.name)}.`,
    json: { removed: partner },
  };
}
