/** The events of the status screen: two lines each, or one line on a very wide screen; what is wrong stands below. */
import type { StatusEvent } from '../domain/status.ts';
import { type EventCondition, type JudgedEvent, needsAttention, overdueMs, specOf } from './event-condition.ts';
import { eventNotes } from './event-notes.ts';
import { countText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { everyText, relativeText, spanText } from './relative-time.ts';
import { type Cell, type Column, noteLines, type TableLine, tableLines } from './table-text.ts';
import { wallTimeText } from './zone-time.ts';

/** Lines for people: the rest is counted, `--json` has it all. */
const attentionShown = 40;
const othersShown = 25;

/** From here on everything about an event fits in one line. */
const wideColumns = 160;
/** From here on there is room for words around the numbers. */
const roomyColumns = 100;

const marks: Record<EventCondition, Cell> = {
  failed: { text: '✗', style: 'red' },
  late: { text: '!', style: 'red' },
  new: { text: '○', style: 'yellow' },
  running: { text: '►', style: 'cyan' },
  due: { text: '✓', style: 'green' },
  waiting: { text: '✓', style: 'green' },
  ended: { text: '–', style: 'dim' },
  'no-credential': { text: '–', style: 'dim' },
};

/** The table with what was left out and the footnote. */
export function eventLines(judged: readonly JudgedEvent[], now: Date, screen: Screen): string[] {
  const urgent = judged.filter(needsAttention);
  const others = judged.filter((one) => !needsAttention(one));
  const shown = [...urgent.slice(0, attentionShown), ...others.slice(0, othersShown)];
  const wide = screen.columns >= wideColumns;
  const lines = shown.flatMap((one) => {
    const cells = cellsOf(one, now, screen);
    const rows = wide ? wideRow(cells) : narrowRows(cells);
    const dimmed = one.condition === 'no-credential' ? rows.map((row) => ({ ...row, style: 'dim' as const })) : rows;
    return [...dimmed, ...eventNotes(one, now)];
  });
  const output = tableLines(wide ? wideColumnsOf : narrowColumnsOf, lines, screen, 3);

  const hidden = judged.length - shown.length;
  if (hidden > 0) {
    const hiddenUrgent = Math.max(0, urgent.length - attentionShown);
    const urgentText = hiddenUrgent === 0 ? '' : ` (${countText(hiddenUrgent)} of them need attention)`;
    output.push(...noteLines(`... and ${countText(hidden)} more${urgentText}; --json lists all`, 'dim', screen, 3));
  }
  if (shown.some(({ event }) => event.timeZoneAssumed)) {
    output.push(...noteLines('~ the provider named no time zone: this one is assumed', 'yellow', screen, 3));
  }
  return output;
}

interface EventCells {
  readonly mark: Cell;
  readonly name: Cell;
  readonly spec: string;
  readonly start: Cell;
  readonly toStart: string;
  readonly priority: string;
  readonly every: string;
  readonly synced: Cell;
  readonly next: Cell;
  readonly people: string;
  readonly removed: string;
}

function cellsOf({ event, condition }: JudgedEvent, now: Date, screen: Screen): EventCells {
  const { pace } = event;
  const bad: Style | undefined = condition === 'failed' || condition === 'late' ? 'red' : undefined;
  const synced = condition !== 'no-credential';
  const roomy = screen.columns >= roomyColumns;
  const every = !synced || pace.everyMinutes === undefined ? '' : everyText(pace.everyMinutes);
  return {
    mark: marks[condition],
    name: { text: event.name, style: synced ? (bad ?? 'bold') : 'dim' },
    spec: specOf(event),
    start: { text: wallTimeText(event.startAt, { now, timeZone: event.timeZone, assumed: event.timeZoneAssumed }) },
    toStart: relativeText(event.startAt, now),
    priority: synced ? pace.priority : '–',
    every: roomy && every !== '' ? `every ${every}` : every,
    synced: syncedCell(event, condition, now),
    next: nextCell(event, condition, now),
    people: countText(event.participants),
    removed: event.removed === 0 ? '' : `${roomy ? '' : '−'}${countText(event.removed)}${roomy ? ' removed' : ''}`,
  };
}

function syncedCell(event: StatusEvent, condition: EventCondition, now: Date): Cell {
  // Read together with the next cell: `no credential: not synced`.
  if (condition === 'no-credential') return { text: 'no credential:' };
  if (!event.lastSync) return { text: 'never', style: 'yellow' };
  const late = condition === 'failed' || condition === 'late';
  return { text: relativeText(event.lastSync.at, now), style: late ? 'red' : undefined };
}

function nextCell(event: StatusEvent, condition: EventCondition, now: Date): Cell {
  if (condition === 'no-credential') return { text: 'not synced' };
  if (event.running) return { text: 'running now', style: 'cyan' };
  const retryAt = condition === 'failed' ? event.failure?.retryAt : undefined;
  if (retryAt !== undefined && retryAt > now) return { text: `retry in ${spanText(+retryAt - +now)}`, style: 'red' };
  if (condition === 'late') return { text: `${spanText(overdueMs(event, now))} late`, style: 'red' };
  if (condition === 'ended' || event.pace.dueAt === undefined) return { text: 'no more' };
  return { text: event.pace.dueAt <= now ? 'due now' : `due in ${spanText(+event.pace.dueAt - +now)}` };
}

const narrowColumnsOf: readonly Column[] = [
  { head: '' },
  { head: 'EVENT', min: 19, names: true },
  { head: 'START' },
  { head: 'PACE' },
  { head: 'SYNCED' },
  { head: 'PEOPLE', align: 'right' },
];

function narrowRows(cells: EventCells): TableLine[] {
  return [
    { cells: [cells.mark, cells.name, cells.start, cells.priority, cells.synced, cells.people] },
    { cells: ['', cells.spec, cells.toStart, cells.every, cells.next, cells.removed], style: 'dim' },
  ];
}

const wideColumnsOf: readonly Column[] = [
  { head: '' },
  { head: 'EVENT', min: 24, names: true },
  { head: 'ID', min: 20 },
  { head: 'START' },
  { head: '' },
  { head: 'PACE' },
  { head: '' },
  { head: 'SYNCED' },
  { head: 'NEXT' },
  { head: 'PEOPLE', align: 'right' },
  { head: '', align: 'right' },
];

function wideRow(cells: EventCells): TableLine[] {
  const { mark, name, spec, start, toStart, priority, every, synced, next, people, removed } = cells;
  return [{ cells: [mark, name, spec, start, toStart, priority, every, synced, next, people, removed] }];
}
