/** What `publish-results` publishes, from the database: the linked results, and under whose key each goes. */
import { UsageError } from '../domain/errors.ts';
import type { Provider } from '../domain/provider.ts';
import type { PublishingSession } from '../domain/publishing.ts';
import { shellWord } from '../domain/shell-word.ts';
import { type Assignment, assignResults, type LinkedEvent, type ScoredResult } from '../plan/publishable-results.ts';
import type { Db } from '../store/database.ts';
import {
  type LinkedEventRow,
  type LinkedResult,
  readActiveRegistrations,
  readEventsScoredTogether,
  readLinkedResults,
  readOwnNames,
} from '../store/linked-results.ts';
import { listLinks } from '../store/links.ts';
import { type PublishedEvent, readResultSet } from '../store/published-sets.ts';
import type { Workspace } from './context.ts';

export interface PublishFacts {
  /** The event's name without its race's, where the provider has one. */
  readonly ownName: string | undefined;
  readonly assignment: Assignment;
  /** Bibs of the event's registrations. */
  readonly bibs: ReadonlyMap<string, string>;
  /** The provider's id of a split by its name: as asked for, else as it was the last time. */
  readonly splits: Readonly<Record<string, string>>;
  readonly unmappedSplits: readonly string[];
}

export interface PublishQuestion {
  /** What operators type for it. */
  readonly spec: string;
  readonly event: PublishedEvent;
  readonly provider: Provider;
  /** `NAME=ID`, as typed. */
  readonly splits: readonly string[];
  readonly problemOf: PublishingSession['problemOf'];
}

/** @throws UsageError where the event is not linked, nothing can be published, or a split is not in the results. */
export async function readPublishFacts(workspace: Workspace, question: PublishQuestion): Promise<PublishFacts> {
  const { db } = workspace.database;
  const { event, provider } = question;
  const linked = await readEventsScoredTogether(db, event);
  if (linked.length === 0) {
    throw new UsageError(`${question.spec} is linked to no scoring event, so it has no results`, {
      hint: `Link it: p88sync link ${question.spec} PARTNER:PROVIDER:EVENT, then p88sync pull-results.`,
    });
  }
  const names = new Map([...workspace.providerIds.byId].map(([id, one]) => [id, one.displayName]));
  const scored = (await readLinkedResults(db, event, names)).map(scoredResult);
  const registrations = await readRegistrations(workspace, db, event.partnerId, linked);
  const events = await readLinkedEvents(workspace, event.partnerId, linked);
  const own = events.find((one) => one.provider === provider.name && one.eventId === event.eventId);
  if (!own) throw new Error(`${question.spec} is not among the events that it is scored with`);
  const stored = await readResultSet(db, event);
  const asked = question.splits.map(parseSplit);
  const splits = mergeSplits(stored?.splits ?? {}, asked);
  const known = new Map(scored.flatMap((one) => one.splits.map((split) => [plain(split.name), split.name] as const)));
  const foreign = asked.find(([name]) => !known.has(plain(name)));
  if (foreign && scored.length > 0) {
    throw new UsageError(`--split ${foreign[0]}: no result has a split of that name`, {
      hint: `The results have: ${[...known.values()].join(', ') || 'no splits'}.`,
    });
  }
  const now = new Set(Object.values(splits));
  const assignment = assignResults({
    scored,
    event: own,
    others: events.filter((one) => one !== own),
    registrations,
    splitIds: new Map(Object.entries(splits)),
    formerSplitIds: Object.values(stored?.splits ?? {}).filter((id) => !now.has(id)),
    problemOf: question.problemOf,
  });
  if (assignment.assigned.length === 0) {
    throw nothingToPublish(question.spec, await pullCommand(workspace, event), scored.length, assignment);
  }
  const mapped = new Set(Object.keys(splits).map(plain));
  return {
    ownName: own.names.at(-1),
    assignment,
    bibs: new Map(
      registrations.flatMap((one) =>
        one.provider === provider.name && one.eventId === event.eventId && one.bib !== null
          ? [[one.registrationId, one.bib] as const]
          : [],
      ),
    ),
    splits,
    unmappedSplits: [...known].filter(([name]) => !mapped.has(name)).map(([, name]) => name),
  };
}

async function readLinkedEvents(
  workspace: Workspace,
  partnerId: number,
  linked: readonly LinkedEventRow[],
): Promise<readonly LinkedEvent[]> {
  const events: LinkedEvent[] = [];
  for (const { providerId, eventId, name } of linked) {
    const provider = workspace.providerIds.byId.get(providerId);
    const own = provider && (await readOwnNames(workspace.database.db, partnerId, provider.displayName, [eventId]));
    const names = [name, own?.get(eventId)].filter((one) => typeof one === 'string');
    // A provider that this program does not know has no registrations that it could be mistaken for.
    events.push({ provider: provider?.name ?? `provider ${providerId}`, eventId, names });
  }
  return events;
}

async function readRegistrations(
  workspace: Workspace,
  db: Db,
  partnerId: number,
  linked: readonly { readonly providerId: number; readonly eventId: string }[],
) {
  const lists = [];
  for (const providerId of new Set(linked.map((one) => one.providerId))) {
    const provider = workspace.providerIds.byId.get(providerId);
    if (!provider) continue;
    const eventIds = linked.filter((one) => one.providerId === providerId).map((one) => one.eventId);
    const rows = await readActiveRegistrations(db, partnerId, provider.displayName, eventIds);
    lists.push(rows.map((row) => ({ ...row, provider: provider.name })));
  }
  return lists.flat();
}

function scoredResult({ firstName, lastName, splits, ...row }: LinkedResult): ScoredResult {
  return {
    ...row,
    name: [firstName, lastName].filter((part) => part !== null).join(' '),
    splits: Array.isArray(splits) ? splits.flatMap(splitOf) : [],
  };
}

/** `{"name", "time_ms"}`, as unified-columns.ts has it. */
function splitOf(value: unknown): readonly { readonly name: string; readonly timeMs: number | null }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { name, time_ms: ms } = value as { name?: unknown; time_ms?: unknown };
  if (typeof name !== 'string') return [];
  return [{ name, timeMs: typeof ms === 'number' ? Math.round(ms) : null }];
}

/** What is asked for replaces what is remembered of the same name. @throws UsageError where two splits have one id. */
function mergeSplits(
  remembered: Readonly<Record<string, string>>,
  asked: readonly (readonly [string, string])[],
): Readonly<Record<string, string>> {
  const named = new Set(asked.map(([name]) => plain(name)));
  const splits = [...Object.entries(remembered).filter(([name]) => !named.has(plain(name))), ...asked];
  for (const [name, id] of splits) {
    const other = splits.find(([one, its]) => its === id && one !== name);
    if (other) {
      throw new UsageError(`split ${id} cannot be both ${name} and ${other[0]}`, {
        hint: 'Give each name its own id; --split replaces what is remembered of that name.',
      });
    }
  }
  return Object.fromEntries(splits);
}

/** @throws UsageError */
function parseSplit(text: string): readonly [string, string] {
  const at = text.lastIndexOf('=');
  const name = text.slice(0, Math.max(at, 0)).trim();
  const id = text.slice(at + 1).trim();
  if (name === '' || !/^\d{1,15}$/.test(id)) {
    throw new UsageError(`--split ${text}: expected NAME=ID, the id a whole number`, {
      hint: 'For example --split "5K=1234": the name as the scoring system has it, the id as the provider has it.',
    });
  }
  return [name, id];
}

/** For every scoring event of it that this program pulls from. */
async function pullCommand({ database, providerIds }: Workspace, event: PublishedEvent): Promise<string> {
  const links = await listLinks(database.db, providerIds.byId, { partnerId: event.partnerId, event });
  const commands = links.flatMap((link) => {
    const scoring = providerIds.byId.get(link.scoringProviderId);
    if (!scoring?.abilities.givesResults) return [];
    return [`p88sync pull-results ${shellWord(`${link.partnerId}:${scoring.name}:${link.scoringEventId}`)}`];
  });
  return commands.join('; ') || 'p88sync pull-results';
}

function nothingToPublish(
  spec: string,
  pull: string,
  scored: number,
  { refused, racing, elsewhere }: Assignment,
): UsageError {
  const [first] = refused;
  const reasons = [
    racing > 0 ? `${racing} still on the course` : '',
    elsewhere > 0 ? `${elsewhere} of other events` : '',
    first ? `${refused.length} that cannot be published, such as ${first.source.resultId}: ${first.why}` : '',
  ].filter((reason) => reason !== '');
  return new UsageError(
    scored === 0 ? `${spec} has no results yet` : `${spec} has no result to publish: ${reasons.join('; ')}`,
    { hint: `Pull them first: ${pull}. Nothing was changed.` },
  );
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
