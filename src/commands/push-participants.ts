/** `push-participants`: tells a scoring event of the new and changed people of its linked registration events. */
import { UsageError } from '../domain/errors.ts';
import type { ScoringState } from '../domain/scoring-work.ts';
import { type PushPreview, previewJson, renderPreviews } from '../report/push-preview.ts';
import { countWaiting, readWaiting } from '../store/pushes.ts';
import { readScoringStates } from '../store/scoring-states.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { linksOf } from './link.ts';
import { nameEvent } from './scoring-events.ts';
import { runAskedScoring } from './scoring-report.ts';
import { takeOverDead } from './sync-setup.ts';
import { parseMaxSeconds, withTimeLimit } from './time-limit.ts';

export interface PushOptions {
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly maxSeconds?: string;
}

/** People in a preview's JSON; the screen shows fewer. */
const previewed = 1_000;

export async function runPushParticipants(
  context: CommandContext,
  text: string,
  options: PushOptions,
): Promise<CommandResult> {
  const signal = withTimeLimit(
    context.signal,
    options.maxSeconds === undefined ? undefined : parseMaxSeconds(options.maxSeconds),
  );
  const workspace = await context.openWorkspace();
  if (!options.dryRun) await takeOverDead(context, workspace);
  const events = await scoringEventsOf(context, workspace, text);
  const all = options.all ?? false;
  if (options.dryRun) return preview(context, workspace, events, all);
  return runAskedScoring(context, workspace, 'push', events, { signal, all, allowMassRemoval: false });
}

/** The scoring event itself, or those that a registration event is linked to. @throws UsageError where there is none. */
export async function scoringEventsOf(
  context: CommandContext,
  workspace: Workspace,
  text: string,
): Promise<readonly ScoringState[]> {
  const named = await nameEvent(context, workspace, text);
  const { byId } = workspace.providerIds;
  const links = await linksOf(workspace, named);
  const asScoring = links.filter(
    (link) => link.scoringProviderId === named.providerId && link.scoringEventId === named.eventId,
  );
  const chosen = asScoring.length > 0 ? asScoring : links;
  if (chosen.length === 0) {
    const { abilities, displayName } = named.provider;
    const cannot = !abilities.takesParticipants;
    throw new UsageError(
      cannot && !abilities.registrations
        ? `${displayName} takes no participants`
        : `${cannot ? `${displayName} takes no participants, and ` : ''}${named.spec} is not linked to ${cannot ? 'a scoring event' : 'any registration event'}`,
      { hint: 'Link them first: p88sync link 1:runsignup:974559 1:copernico:RACE/EVENT' },
    );
  }
  const wanted = new Map(chosen.map((link) => [`${link.scoringProviderId} ${link.scoringEventId}`, link]));
  const states: ScoringState[] = [];
  for (const { partnerId, scoringProviderId: providerId, scoringEventId: eventId } of wanted.values()) {
    const event = { providerId, eventId };
    states.push(...(await readScoringStates(workspace.database.db, byId, { partnerId, event }, workspace.clock.now())));
  }
  const able = states.filter(({ can }) => can.push);
  const [first] = states;
  if (able.length === 0 && first) {
    throw new UsageError(`${byId.get(first.providerId)?.displayName ?? first.provider} takes no participants`);
  }
  return able;
}

async function preview(
  context: CommandContext,
  workspace: Workspace,
  events: readonly ScoringState[],
  all: boolean,
): Promise<CommandResult> {
  const { db } = workspace.database;
  const { byId } = workspace.providerIds;
  const previews: PushPreview[] = [];
  for (const event of events) {
    const counts = await countWaiting(db, byId, event);
    const { people } = await readWaiting(db, byId, event, { after: '', all, limit: previewed });
    previews.push({ event, counts, people: people.map(({ change, person }) => ({ change, person })) });
  }
  return {
    exit: 'done',
    text: context.json ? '' : renderPreviews(previews, all, context.terminal),
    json: { dryRun: true, events: previews.map(previewJson) },
  };
}
