/** `tick --dry-run`: what would run, why, and what is left out, why. */
import type { LeftOut, Plan, PlannedUnit } from '../domain/planning.ts';
import type { StatusQueueItem } from '../domain/queue.ts';
import { specOf } from './event-condition.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen } from './paint.ts';
import { queueLines } from './queue-text.ts';
import { relativeText } from './relative-time.ts';
import { type Column, noteLines, type TableLine, tableLines } from './table-text.ts';
import { expectedCalls } from './unit-calls.ts';
import { unitId, unitName } from './unit-names.ts';

/** With 650 events the list of those that wait is long; `--json` has it all. */
const leftOutShown = 40;

const unitColumns: readonly Column[] = [
  { head: '#', align: 'right' },
  { head: 'PRIORITY' },
  { head: 'ID', min: 20 },
  { head: 'EVENT', min: 12, names: true },
  { head: 'START', drop: 1 },
  { head: 'KIND' },
  { head: 'CALLS', align: 'right' },
];

const leftOutColumns: readonly Column[] = [
  { head: 'LEFT OUT' },
  { head: 'ID', min: 20 },
  { head: 'EVENT', min: 12, names: true },
  { head: 'START', drop: 1 },
];

/** The plan in the order in which it would run, each reason below its unit, and what waits in sync_queue. */
export function renderPlan(plan: Plan, queue: readonly StatusQueueItem[], screen: Screen): string {
  const blocks = [noteLines(headline(plan), 'bold', screen, 0)];
  if (plan.units.length > 0) {
    blocks.push(
      tableLines(
        unitColumns,
        plan.units.flatMap((unit, at) => unitLines(unit, at, plan.now)),
        screen,
        3,
      ),
    );
  }
  if (plan.leftOut.length > 0) blocks.push(leftOutLines(plan, screen));
  if (queue.length > 0) blocks.push(queueLines(queue, plan.now, screen));
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function headline({ units, leftOut }: Plan): string {
  const calls = units.reduce((sum, unit) => sum + expectedCalls(unit), 0);
  const left = leftOut.length === 0 ? '' : `; ${nounText(leftOut.length, 'event is', 'events are')} left out`;
  if (units.length === 0) return `Nothing would run${left === '' ? ': nothing is due' : left}.`;
  const events = units.reduce((sum, unit) => sum + unit.events.length, 0);
  return `Would run ${nounText(units.length, 'unit')} (${nounText(events, 'event')}) with about ${nounText(calls, 'call')}${left}.`;
}

function unitLines(unit: PlannedUnit, at: number, now: Date): TableLine[] {
  const starts = unit.events.map(({ startAt }) => startAt.getTime());
  return [
    {
      cells: [
        String(at + 1),
        unit.priority,
        unitId(
          unit,
          unit.events.map(({ eventId }) => eventId),
        ),
        unitName(unit.events.map(({ name }) => name)),
        starts.length > 0 ? relativeText(new Date(Math.min(...starts)), now) : '',
        unit.kind,
        countText(expectedCalls(unit)),
      ],
    },
    { note: unit.reason, style: 'dim' },
  ];
}

function leftOutLines({ leftOut, now }: Plan, screen: Screen): string[] {
  const lines = tableLines(
    leftOutColumns,
    leftOut.slice(0, leftOutShown).flatMap((one) => oneLeftOut(one, now)),
    screen,
    3,
  );
  const hidden = leftOut.length - leftOutShown;
  if (hidden > 0) lines.push(...noteLines(`... and ${countText(hidden)} more; --json lists all`, 'dim', screen, 3));
  return lines;
}

function oneLeftOut({ event, priority, why, reason }: LeftOut, now: Date): TableLine[] {
  const cells = [priority, specOf(event), event.name, relativeText(event.startAt, now)];
  const harmless = why === 'running' || why === 'retry-later';
  return [{ cells }, { note: reason, style: harmless ? 'dim' : 'yellow' }];
}
