/** `tick --dry-run`: what would run, why, and what is left out, why. */
import type { LeftOut, PlannedUnit } from '../domain/planning.ts';
import type { StatusQueueItem } from '../domain/queue.ts';
import {
  firstStart,
  type ScoringLeftOut,
  type ScoringUnit,
  scoringName,
  type TickPlan,
} from '../domain/scoring-work.ts';
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
export function renderPlan(plan: TickPlan, queue: readonly StatusQueueItem[], screen: Screen): string {
  const blocks = [noteLines(headline(plan), 'bold', screen, 0)];
  const lines = [
    ...plan.units.flatMap((unit, at) => unitLines(unit, at, plan.now)),
    ...(plan.scoring?.units ?? []).flatMap((unit, at) => scoringLines(unit, plan.units.length + at, plan.now)),
  ];
  if (lines.length > 0) blocks.push(tableLines(unitColumns, lines, screen, 3));
  if (plan.leftOut.length + (plan.scoring?.leftOut.length ?? 0) > 0) blocks.push(leftOutLines(plan, screen));
  if (queue.length > 0) blocks.push(queueLines(queue, plan.now, screen));
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function headline({ units, leftOut, scoring = { units: [], leftOut: [] } }: TickPlan): string {
  const expected = units.reduce((sum, unit) => sum + expectedCalls(unit), 0);
  const calls = scoring.units.reduce((sum, { cost }) => sum + cost, expected);
  const kept = leftOut.length + scoring.leftOut.length;
  const left = kept === 0 ? '' : `; ${nounText(kept, 'event is', 'events are')} left out`;
  const count = units.length + scoring.units.length;
  if (count === 0) return `Nothing would run${left === '' ? ': nothing is due' : left}.`;
  const events = units.reduce((sum, unit) => sum + unit.events.length, scoring.units.length);
  return `Would run ${nounText(count, 'unit')} (${nounText(events, 'event')}) with about ${nounText(calls, 'call')}${left}.`;
}

function scoringLines({ kind, event, cost, reason }: ScoringUnit, at: number, now: Date): TableLine[] {
  const start = firstStart(event);
  const cells = [
    String(at + 1),
    'low',
    specOf(event),
    scoringName(event),
    start ? relativeText(start, now) : '',
    kind,
    countText(cost),
  ];
  return [{ cells }, { note: reason, style: 'dim' }];
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

function leftOutLines({ leftOut, scoring, now }: TickPlan, screen: Screen): string[] {
  const all = [
    ...leftOut.map((one) => oneLeftOut(one, now)),
    ...(scoring?.leftOut ?? []).map((one) => oneScoringLeftOut(one, now)),
  ];
  const lines = tableLines(leftOutColumns, all.slice(0, leftOutShown).flat(), screen, 3);
  const hidden = all.length - leftOutShown;
  if (hidden > 0) lines.push(...noteLines(`... and ${countText(hidden)} more; --json lists all`, 'dim', screen, 3));
  return lines;
}

function oneLeftOut({ event, priority, why, reason }: LeftOut, now: Date): TableLine[] {
  const cells = [priority, specOf(event), event.name, relativeText(event.startAt, now)];
  const harmless = why === 'running' || why === 'retry-later';
  return [{ cells }, { note: reason, style: harmless ? 'dim' : 'yellow' }];
}

function oneScoringLeftOut({ kind, event, why, reason }: ScoringLeftOut, now: Date): TableLine[] {
  const start = firstStart(event);
  const cells = [kind, specOf(event), scoringName(event), start ? relativeText(start, now) : ''];
  const harmless = why === 'running' || why === 'retry-later';
  return [{ cells }, { note: reason, style: harmless ? 'dim' : 'yellow' }];
}
