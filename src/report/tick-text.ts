/** The text of a `tick` or a `sync-event` that is done: one line per unit, failures with what to do below it. */
import { addCounts, type Counts, noCounts, type UnitOutcome } from '../domain/outcomes.ts';
import type { LeftOut } from '../domain/planning.ts';
import type { QueueOutcome } from '../domain/queue.ts';
import type { ScoringLeftOut } from '../domain/scoring-work.ts';
import { deferredText } from './deferred-words.ts';
import { specOf } from './event-condition.ts';
import { eventPart } from './event-name.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { queueOutcomeLines } from './queue-text.ts';
import { tookText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type Cell, type Column, noteLines, type TableLine, tableLines } from './table-text.ts';
import { unitId, unitName } from './unit-names.ts';

/** What a run came to. */
export interface OutcomeReport {
  /** In the order in which they ended. */
  readonly outcomes: readonly UnitOutcome[];
  /** Events that were due and not in this run; empty for `sync-event`. */
  readonly leftOut: readonly LeftOut[];
  /** The same of pushes and pulls. */
  readonly scoringLeftOut?: readonly ScoringLeftOut[];
  readonly durationMs: number;
  /** Rows of sync_queue that the run served; empty for `sync-event`. */
  readonly queue?: readonly QueueOutcome[];
  /** Names of events by what operators type for them (`1:runsignup:974559`); the id stands in where one is missing. */
  readonly names: ReadonlyMap<string, string>;
}

const marks: Record<UnitOutcome['status'], Cell> = {
  completed: { text: '✓', style: 'green' },
  deferred: { text: '○', style: 'yellow' },
  failed: { text: '✗', style: 'red' },
  failed_permanent: { text: '✗', style: 'red' },
};

/** Short heads, so that ids and names fit in 80 columns: GONE are removed people, BAD rejected rows. */
const columns: readonly Column[] = [
  { head: '' },
  { head: 'ID', min: 22 },
  { head: 'EVENT', min: 12, names: true },
  { head: 'KIND', drop: 3 },
  { head: 'ROWS', align: 'right' },
  { head: 'NEW', align: 'right' },
  { head: 'CHANGED', align: 'right' },
  { head: 'SAME', align: 'right', drop: 2 },
  { head: 'GONE', align: 'right' },
  { head: 'BAD', align: 'right' },
  { head: 'CALLS', align: 'right', drop: 1 },
  { head: 'TIME', align: 'right', drop: 1 },
];

/** A headline, and a table where anything ran. */
export function renderOutcomes(report: OutcomeReport, screen: Screen): string {
  const { outcomes, names, queue = [] } = report;
  const lines = [...noteLines(headline(report), headlineStyle(outcomes), screen, 0)];
  if (outcomes.length > 0) {
    lines.push(
      '',
      ...tableLines(
        columns,
        outcomes.flatMap((outcome) => outcomeLines(outcome, names)),
        screen,
        3,
      ),
    );
  }
  if (queue.length > 0) lines.push('', ...queueOutcomeLines(queue, screen));
  return lines.join('\n');
}

/** Not a push or a pull of results. */
export function isSync({ kind }: UnitOutcome): boolean {
  return kind !== 'push' && kind !== 'results';
}

function headline({ outcomes, leftOut, scoringLeftOut = [], durationMs }: OutcomeReport): string {
  const waiting = leftOut.length + scoringLeftOut.length;
  const left = waiting === 0 ? '' : ` ${nounText(waiting, 'event waits', 'events wait')} for a later tick.`;
  if (outcomes.length === 0) return left === '' ? 'Nothing is due.' : `Nothing was run.${left}`;
  const with_ = (status: UnitOutcome['status']) => outcomes.filter((one) => one.status === status);
  const done = with_('completed').filter(isSync);
  const failed = with_('failed').length + with_('failed_permanent').length;
  const deferred = with_('deferred').length;
  const events = done.reduce((sum, { eventIds }) => sum + eventIds.length, 0);
  const counts = countsOf(outcomes.filter(isSync));
  const parts = [
    `${countText(counts.inserted)} new`,
    `${countText(counts.updated)} changed`,
    `${countText(counts.removed)} removed`,
  ];
  const rejected = countsOf(outcomes).failed;
  if (rejected > 0) parts.push(`${nounText(rejected, 'row')} rejected`);
  const trouble = [
    failed > 0 ? `${nounText(failed, 'unit')} failed` : '',
    deferred > 0 ? `${nounText(deferred, 'unit')} put off` : '',
  ].filter((part) => part !== '');
  const troubleText = trouble.length === 0 ? '' : ` ${trouble.join(', ')}.`;
  return `Synced ${nounText(events, 'event')} in ${tookText(durationMs)}: ${parts.join(', ')}.${scoringText(with_('completed'))}${troubleText}${left}`;
}

/** ` Pushed 12 people to 1 scoring event. Pulled the results of 2: 3 new, 1 changed.` */
function scoringText(completed: readonly UnitOutcome[]): string {
  const pushes = completed.filter(({ kind }) => kind === 'push');
  const pulls = completed.filter(({ kind }) => kind === 'results');
  const sent = countsOf(pushes);
  const got = countsOf(pulls);
  const people = nounText(sent.inserted + sent.updated + sent.removed, 'person', 'people');
  return [
    pushes.length === 0 ? '' : ` Pushed ${people} to ${nounText(pushes.length, 'scoring event')}.`,
    pulls.length === 0
      ? ''
      : ` Pulled the results of ${nounText(pulls.length, 'scoring event')}: ${countText(got.inserted)} new, ${countText(got.updated)} changed.`,
  ].join('');
}

function countsOf(outcomes: readonly UnitOutcome[]): Counts {
  return outcomes.map((one) => one.counts).reduce(addCounts, noCounts);
}

function headlineStyle(outcomes: readonly UnitOutcome[]): Style | undefined {
  if (outcomes.some(({ status }) => status === 'failed' || status === 'failed_permanent')) return 'red';
  return outcomes.some(({ status }) => status === 'completed') ? 'green' : undefined;
}

/** The kind has no column of its own on a narrow screen. */
const scoringWords: Partial<Record<UnitOutcome['kind'], string>> = { push: 'push to ', results: 'results of ' };

/** `push to Half Marathon`: beside that word there is no room for the race, which the id tells. */
function outcomeName({ kind }: UnitOutcome, eventNames: readonly string[]): string {
  const words = scoringWords[kind];
  return words === undefined ? unitName(eventNames) : `${words}${unitName(eventNames.map(eventPart))}`;
}

function outcomeLines(outcome: UnitOutcome, names: ReadonlyMap<string, string>): TableLine[] {
  const { counts, failure, status } = outcome;
  const style: Style | undefined = status === 'failed' || status === 'failed_permanent' ? 'red' : undefined;
  const eventNames = outcome.eventIds.map((eventId) => names.get(specOf({ ...outcome, eventId })) ?? eventId);
  const row: TableLine = {
    cells: [
      marks[status],
      unitId(outcome, outcome.eventIds),
      outcomeName(outcome, eventNames),
      outcome.kind,
      countText(counts.fetched),
      countText(counts.inserted),
      countText(counts.updated),
      countText(counts.unchanged),
      countText(counts.removed),
      countText(counts.failed),
      countText(outcome.apiCalls),
      tookText(outcome.durationMs),
    ],
    style,
  };
  const unread: TableLine[] = outcome.unread
    ? [
        {
          note: `${nounText(outcome.unread, 'registration waits', 'registrations wait')} for the hourly budget; ticks go on.`,
        },
      ]
    : [];
  if (!failure) {
    if (status !== 'deferred') return [row, ...unread];
    return [row, { note: deferredText(outcome.deferredBecause), style: 'yellow' }];
  }
  const noteStyle: Style = style ?? 'yellow';
  const notes: TableLine[] = [{ note: `${safeClause(failure.message)}.`, style: noteStyle }];
  if (failure.hint !== undefined) notes.push({ note: failure.hint, style: noteStyle });
  return [row, ...notes];
}
