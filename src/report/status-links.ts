/** The linked scoring events of the status screen: two lines each, and what is wrong below. */
import { firstStart, scoringName } from '../domain/scoring-work.ts';
import { shellWord } from '../domain/shell-word.ts';
import type { StatusLink, StatusScoring } from '../domain/status.ts';
import { specOf } from './event-condition.ts';
import { failureJson } from './failure-json.ts';
import { isoOrNull } from './json-text.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen } from './paint.ts';
import { relativeText, spanText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type Cell, type Column, noteLines, type TableLine, tableLines } from './table-text.ts';

/** The rest is counted; `--json` has it all. */
const linksShown = 15;

const columns: readonly Column[] = [
  { head: '' },
  { head: 'SCORED AS', min: 19, names: true },
  { head: 'START', drop: 1 },
  { head: 'PUSHED' },
  { head: 'WAIT', align: 'right' },
  { head: 'PULLED' },
  { head: 'RESULTS', align: 'right' },
];

/** Whether its newest push or pull failed, and none has completed since. */
export function linkFailed({ push, results }: StatusLink): boolean {
  return [push, results].some(hasFailed);
}

function hasFailed(work: StatusScoring | undefined): boolean {
  return work?.failure !== undefined && work.failure.status !== 'abandoned';
}

/** Those that failed first. */
export function linkLines(links: readonly StatusLink[], now: Date, screen: Screen): string[] {
  const ordered = [...links.filter(linkFailed), ...links.filter((one) => !linkFailed(one))];
  const lines = tableLines(
    columns,
    ordered.slice(0, linksShown).flatMap((one) => linesOf(one, now)),
    screen,
    3,
  );
  const hidden = ordered.length - linksShown;
  if (hidden > 0) lines.push(...noteLines(`... and ${countText(hidden)} more; --json lists all`, 'dim', screen, 3));
  return lines;
}

function linesOf(link: StatusLink, now: Date): TableLine[] {
  const { event, push, results } = link;
  const start = firstStart(event);
  const waiting = push ? push.waiting.add + push.waiting.change + push.waiting.remove : undefined;
  return [
    {
      cells: [
        markOf(link),
        { text: scoringName(event), style: linkFailed(link) ? 'red' : 'bold' },
        start ? relativeText(start, now) : '',
        lastCell(push, now),
        waiting === undefined ? '' : { text: countText(waiting), style: waiting > 0 ? 'yellow' : undefined },
        lastCell(results, now),
        results ? countText(results.results) : '',
      ],
    },
    { cells: ['', specOf(event), '', nextText(push, now), '', nextText(results, now), ''], style: 'dim' },
    ...notesOf('push', push, now),
    ...notesOf('pull', results, now),
    ...countNotes(link),
  ];
}

function markOf(link: StatusLink): Cell {
  if (linkFailed(link)) return { text: '✗', style: 'red' };
  if (link.push?.running || link.results?.running) return { text: '►', style: 'cyan' };
  return { text: '✓', style: 'green' };
}

function lastCell(work: StatusScoring | undefined, now: Date): Cell {
  if (!work) return { text: '–', style: 'dim' };
  const style = hasFailed(work) ? 'red' : undefined;
  return { text: work.lastAt ? relativeText(work.lastAt, now) : 'never', style };
}

function nextText(work: StatusScoring | undefined, now: Date): string {
  if (!work) return '';
  if (work.running) return 'running now';
  if (!work.dueAt) return 'over';
  return work.dueAt <= now ? 'due now' : `due in ${spanText(+work.dueAt - +now)}`;
}

function notesOf(what: 'push' | 'pull', work: StatusScoring | undefined, now: Date): TableLine[] {
  const notes: TableLine[] = [];
  if (work?.failure && hasFailed(work)) {
    const { failures, reason, at } = work.failure;
    const times =
      failures > 1 ? `${nounText(failures, 'time')} in a row, last ${relativeText(at, now)}` : relativeText(at, now);
    notes.push({ note: `The ${what} failed ${times}: ${safeClause(reason)}.`, style: 'red' });
  }
  if (work?.leftOut !== undefined) {
    notes.push({ note: `The ${what} is not in the next tick: ${safeClause(work.leftOut)}.`, style: 'yellow' });
  }
  return notes;
}

function countNotes({ event, push, results }: StatusLink): TableLine[] {
  const { refused = 0, byHand = 0 } = push?.waiting ?? {};
  const texts = [
    refused > 0
      ? `${nounText(refused, 'person was', 'people were')} not taken: p88sync push-participants ${shellWord(specOf(event))} --dry-run`
      : '',
    byHand > 0 ? `${nounText(byHand, 'person', 'people')} who left must be taken out there by hand.` : '',
    (results?.rejectedRows ?? 0) > 0 ? `${nounText(results?.rejectedRows ?? 0, 'result')} could not be stored.` : '',
  ];
  return texts.filter((note) => note !== '').map((note) => ({ note, style: 'yellow' as const }));
}

/** Fields are added, never renamed; null: its provider cannot. */
export function linkStatusJson({ event, partner, push, results }: StatusLink) {
  return {
    /** What `push-participants` and `pull-results` take. */
    id: specOf(event),
    partnerId: event.partnerId,
    partner,
    provider: event.provider,
    eventId: event.eventId,
    /** Null: it was removed. */
    credentialId: event.credentialId === 0 ? null : event.credentialId,
    linked: event.linked.map((one) => ({
      id: specOf({ ...one, partnerId: event.partnerId }),
      name: one.name ?? null,
      startAt: isoOrNull(one.startAt),
      changedAt: isoOrNull(one.changedAt),
    })),
    push: push ? { ...workJson(push), waiting: { ...push.waiting } } : null,
    results: results ? { ...workJson(results), results: results.results, rejectedRows: results.rejectedRows } : null,
  };
}

function workJson({ lastAt, dueAt, failure, running, leftOut }: StatusScoring) {
  return {
    lastAt: isoOrNull(lastAt),
    /** Null: the time for it is over. */
    dueAt: isoOrNull(dueAt),
    running,
    failure: failureJson(failure),
    leftOut: leftOut ?? null,
  };
}
