/** The text of a `discover` that is done: one line per credential, failures with what to do below it. */
import type { DeferredBecause, Failure } from '../domain/outcomes.ts';
import { deferredText } from './deferred-words.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen } from './paint.ts';
import { tookText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type TableLine, tableLines } from './table-text.ts';

export interface DiscoveryLine {
  /** The partner, as `1 Peak Timing`. */
  readonly name: string;
  readonly credentialId: number;
  readonly provider: string;
  readonly status: 'completed' | 'failed' | 'deferred';
  readonly counts: {
    readonly races: number;
    readonly events: number;
    readonly newEvents: number;
    readonly changedEvents: number;
    readonly failed: number;
  };
  readonly apiCalls: number;
  readonly durationMs: number;
  readonly failure: Failure | undefined;
  readonly deferredBecause?: DeferredBecause | undefined;
}

export function renderDiscovery(lines: readonly DiscoveryLine[], screen: Screen): string {
  const total = (key: 'events' | 'newEvents' | 'changedEvents') =>
    lines.reduce((sum, line) => sum + line.counts[key], 0);
  const rows = lines.flatMap((line): TableLine[] => {
    const style = line.status === 'failed' ? 'red' : line.status === 'deferred' ? 'yellow' : undefined;
    const mark = { completed: '✓', failed: '✗', deferred: '○' }[line.status];
    const cells = [
      mark,
      String(line.credentialId),
      safeClause(line.name),
      line.provider,
      ...[line.counts.events, line.counts.newEvents, line.counts.changedEvents, line.counts.failed, line.apiCalls].map(
        countText,
      ),
      tookText(line.durationMs),
    ];
    const notes: TableLine[] = [];
    if (line.failure)
      notes.push({ note: line.failure.message, style }, ...(line.failure.hint ? [{ note: line.failure.hint }] : []));
    else if (line.status === 'deferred') notes.push({ note: deferredText(line.deferredBecause), style });
    return [{ cells: cells.map((text, at) => ({ text, style: at === 0 ? (style ?? 'green') : undefined })) }, ...notes];
  });
  return [
    `${nounText(total('events'), 'upcoming event')}: ${countText(total('newEvents'))} new, ${countText(total('changedEvents'))} changed.`,
    '',
    ...tableLines(
      [
        { head: '' },
        // Two of one partner with one provider differ in nothing else.
        { head: 'CREDENTIAL' },
        { head: 'PARTNER', min: 10 },
        { head: 'PROVIDER' },
        { head: 'EVENTS', align: 'right' },
        { head: 'NEW', align: 'right' },
        { head: 'CHANGED', align: 'right' },
        { head: 'REJECTED', align: 'right' },
        { head: 'CALLS', align: 'right', drop: 2 },
        { head: 'TIME', align: 'right', drop: 1 },
      ],
      rows,
      screen,
      3,
    ),
  ].join('\n');
}
