/** Rows of sync_queue: what a tick made of them, and what waits (`status`). */
import type { QueueOutcome, StatusQueueItem } from '../domain/queue.ts';
import { isoOrNull } from './json-text.ts';
import { nounText } from './numbers.ts';
import type { Screen } from './paint.ts';
import { relativeText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type Cell, type Column, type TableLine, tableLines } from './table-text.ts';

const marks: Record<QueueOutcome['status'], Cell> = {
  completed: { text: '✓', style: 'green' },
  pending: { text: '○', style: 'yellow' },
  failed: { text: '✗', style: 'red' },
};

const columns: readonly Column[] = [{ head: '' }, { head: 'QUEUE', align: 'right' }, { head: 'ASKED FOR', min: 30 }];

/** One line per row, the reason of a failure below it. */
export function queueOutcomeLines(outcomes: readonly QueueOutcome[], screen: Screen): string[] {
  const lines = outcomes.flatMap(({ id, what, status, reason }): TableLine[] => [
    { cells: [marks[status], String(id), what], style: status === 'failed' ? 'red' : undefined },
    ...(reason === undefined ? [] : [noteOf(status, reason)]),
  ]);
  return tableLines(columns, lines, screen, 3);
}

function noteOf(status: QueueOutcome['status'], reason: string): TableLine {
  return { note: `${safeClause(reason)}.`, style: status === 'failed' ? 'red' : 'yellow' };
}

export function queueOutcomeJson({ id, what, status, reason, retryAt }: QueueOutcome) {
  return { id, what, status, reason: reason ?? null, retryAt: isoOrNull(retryAt) };
}

/** More than this many are told by `--json`. */
const itemsShown = 5;

/** The queue on the status screen; no line where it is empty. */
export function queueLines(items: readonly StatusQueueItem[], now: Date, screen: Screen): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, itemsShown).flatMap((item) => itemLines(item, now));
  const hidden = items.length - itemsShown;
  if (hidden > 0) lines.push({ note: `… and ${nounText(hidden, 'other')}; --json lists all.`, style: 'dim' });
  return tableLines([...columns, { head: 'STATE' }, { head: 'ASKED', drop: 1 }], lines, screen, 3);
}

function itemLines(
  { id, what, status, scheduledAt, createdAt, retries, reason }: StatusQueueItem,
  now: Date,
): TableLine[] {
  const failed = status === 'failed';
  const waits = scheduledAt !== undefined && scheduledAt > now ? relativeText(scheduledAt, now) : 'next tick';
  const asked = createdAt === undefined ? '' : relativeText(createdAt, now);
  const state = failed ? 'failed' : status === 'processing' ? 'at work' : waits;
  const mark: Cell = failed ? marks.failed : { text: status === 'processing' ? '►' : '○', style: 'cyan' };
  const line: TableLine = { cells: [mark, String(id), what, state, asked], style: failed ? 'red' : undefined };
  if (reason === undefined) return [line];
  // What was only put off has not failed.
  const tries = failed || retries === 0 ? '' : `Failed ${nounText(retries, 'time')}: `;
  return [line, { note: `${tries}${safeClause(reason)}.`, style: failed ? 'red' : 'yellow' }];
}

export function queueItemJson(item: StatusQueueItem) {
  const { scheduledAt, createdAt, reason, priority, ...rest } = item;
  return {
    ...rest,
    priority: priority ?? null,
    scheduledAt: isoOrNull(scheduledAt),
    createdAt: isoOrNull(createdAt),
    reason: reason ?? null,
  };
}
