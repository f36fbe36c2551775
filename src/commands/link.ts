/** `link add`, `list`, `remove`: which registration events are scored as which events of a scoring system. */
import { UsageError } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import { shellWord } from '../domain/shell-word.ts';
import { whyNotSameRace } from '../plan/same-race.ts';
import { linkJson, renderLinks } from '../report/links-text.ts';
import { storeScoringEvent } from '../store/events.ts';
import { addLink, findKnownEvent, type ListedLink, listLinks, removeLinks } from '../store/links.ts';
import { findPartner } from '../store/partners.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { chooseScoringCredential, findScoringEvent, isScoring, type NamedEvent, nameEvent } from './scoring-events.ts';

export interface LinkAddOptions {
  readonly credential?: string;
  readonly force?: boolean;
}

export async function runLinkAdd(
  context: CommandContext,
  first: string,
  second: string,
  options: LinkAddOptions,
): Promise<CommandResult> {
  const workspace = await context.openWorkspace();
  const { db } = workspace.database;
  const { registration, scoring } = sides(
    await nameEvent(context, workspace, first),
    await nameEvent(context, workspace, second),
  );
  const known = await findKnownEvent(db, { ...registration, partnerId: registration.partner.partnerId });
  if (!known) {
    throw new UsageError(`the event ${registration.spec} is not known`, {
      hint: `Look for it: p88sync discover ${registration.partner.partnerId}:${registration.provider.name}; p88sync status lists those that are known.`,
    });
  }
  const credential = await chooseScoringCredential(workspace, scoring, { asked: options.credential });
  const run = await context.connect(workspace, credential, { signal: context.signal, patience: 'fail' });
  const found = await findScoringEvent(run, scoring);
  const doubt = whyNotSameRace(known, found);
  if (doubt && !options.force) {
    const side = (name: string, startAt: Date | undefined) =>
      `"${name}" (${startAt ? startAt.toISOString() : 'no start known'})`;
    throw new UsageError(
      `these do not look like the same race, ${doubt}: ${side(known.name, known.startAt)} and ${side(found.name, found.startAt)}`,
      { hint: 'If they are: the same command with --force.' },
    );
  }
  const link = {
    partnerId: registration.partner.partnerId,
    providerId: registration.providerId,
    eventId: registration.eventId,
    scoringProviderId: scoring.providerId,
    scoringEventId: scoring.eventId,
  };
  const now = workspace.clock.now();
  const isNew = await db.transaction().execute(async (tx) => {
    await storeScoringEvent(tx, scoring.provider, run.owner, found, now);
    return addLink(tx, link, credential.credentialId, now);
  });
  const added: ListedLink = {
    ...link,
    ...known,
    partner: registration.partner.name,
    credentialId: credential.credentialId,
    linkedAt: now,
    scoringName: found.name,
  };
  const { takesParticipants, givesResults } = scoring.provider.abilities;
  const next = [
    ...(takesParticipants ? [`p88sync push-participants ${shellWord(scoring.spec)} --dry-run`] : []),
    ...(givesResults ? [`p88sync pull-results ${shellWord(scoring.spec)}`] : []),
  ];
  return {
    exit: 'done',
    text: [
      `${isNew ? 'Linked' : 'Was linked already'}: ${registration.spec} (${known.name}) is scored as ${scoring.spec} (${found.name}).`,
      'The timers do the rest; now, by hand:',
      ...next.map((command) => `  ${command}`),
    ].join('\n'),
    json: { added: isNew, link: linkJson(added, workspace.providerIds.byId) },
  };
}

/** Which of the two is the registration event; in either order where only one reading makes sense. */
function sides(first: NamedEvent, second: NamedEvent): { registration: NamedEvent; scoring: NamedEvent } {
  if (first.partner.partnerId !== second.partner.partnerId) {
    throw new UsageError(
      `${first.spec} and ${second.spec} are of two timing partners: ${first.partner.name} and ${second.partner.name}`,
      { hint: 'A link stays within one partner.' },
    );
  }
  if (first.spec === second.spec) throw new UsageError(`${first.spec} cannot be linked to itself`);
  const fits = (a: Provider, b: Provider) => a.abilities.registrations && isScoring(b);
  if (fits(first.provider, second.provider)) return { registration: first, scoring: second };
  if (fits(second.provider, first.provider)) return { registration: second, scoring: first };
  const both = isScoring(first.provider) && isScoring(second.provider);
  throw new UsageError(
    both
      ? `${first.provider.displayName} and ${second.provider.displayName} are both scoring systems`
      : `neither ${first.provider.displayName} nor ${second.provider.displayName} is a scoring system`,
    {
      hint: 'A link ties a registration event to a scoring event: p88sync link 1:runsignup:974559 1:copernico:RACE/EVENT',
    },
  );
}

export async function runLinkList(context: CommandContext, spec: string | undefined): Promise<CommandResult> {
  const workspace = await context.openWorkspace();
  const { db } = workspace.database;
  const { byId } = workspace.providerIds;
  const partner = spec === undefined ? undefined : await findPartner(db, spec);
  const links = await listLinks(db, byId, partner ? { partnerId: partner.partnerId } : {});
  const text =
    links.length === 0
      ? 'No links yet. Next: p88sync link 1:runsignup:974559 1:copernico:RACE/EVENT'
      : renderLinks(links, byId, context.terminal);
  return { exit: 'done', text, json: { links: links.map((one) => linkJson(one, byId)) } };
}

export async function runLinkRemove(
  context: CommandContext,
  first: string,
  second: string | undefined,
): Promise<CommandResult> {
  const workspace = await context.openWorkspace();
  const { byId } = workspace.providerIds;
  const named = await nameEvent(context, workspace, first);
  const other = second === undefined ? undefined : await nameEvent(context, workspace, second);
  const chosen = (await linksOf(workspace, named)).filter((link) => !other || touches(link, other));
  if (chosen.length === 0) {
    throw new UsageError(`${named.spec} is not linked${other ? ` to ${other.spec}` : ' to anything'}`, {
      hint: '`p88sync link list` shows all links.',
    });
  }
  await removeLinks(workspace.database.db, chosen);
  const removed = chosen.map((one) => linkJson(one, byId));
  const lines = removed.map((one) => `Removed the link of ${one.registration.id} to ${one.scoring.id}.`);
  return {
    exit: 'done',
    text: [...lines, 'Nobody was taken out of the scoring event, and its results stay.'].join('\n'),
    json: { removed },
  };
}

/** All links of an event, whichever side it is on. */
export function linksOf(workspace: Workspace, { partner, providerId, eventId }: NamedEvent) {
  return listLinks(workspace.database.db, workspace.providerIds.byId, {
    partnerId: partner.partnerId,
    event: { providerId, eventId },
  });
}

function touches(link: ListedLink, { partner, providerId, eventId }: NamedEvent): boolean {
  return (
    link.partnerId === partner.partnerId &&
    ((link.providerId === providerId && link.eventId === eventId) ||
      (link.scoringProviderId === providerId && link.scoringEventId === eventId))
  );
}
