/** The text of a full sync that is done: totals, a line per partner, failures with what to do, what is left. */
import type { FullSyncSummary, PartnerSummary, SummaryFailure } from '../domain/summary.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { tookText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import { type Column, noteLines, tableLines } from './table-text.ts';

/** The same cause often fails many events; `--json` has each. */
const failuresShown = 20;
const eventIdsShown = 3;

/** The same heads as after a tick: GONE are removed people, BAD rejected rows. */
const columns: readonly Column[] = [
  { head: 'PARTNER', min: 12 },
  { head: 'PROVIDER' },
  { head: 'RACES', align: 'right', drop: 2 },
  { head: 'EVENTS', align: 'right' },
  { head: 'ROWS', align: 'right' },
  { head: 'NEW', align: 'right' },
  { head: 'CHANGED', align: 'right' },
  { head: 'SAME', align: 'right', drop: 3 },
  { head: 'GONE', align: 'right' },
  { head: 'BAD', align: 'right' },
  { head: 'CALLS', align: 'right', drop: 1 },
  { head: 'TIME', align: 'right' },
];

/** The whole summary without a line break at its end. */
export function renderSummary(summary: FullSyncSummary, screen: Screen): string {
  const blocks = [headLines(summary, screen)];
  if (summary.partners.length > 0) {
    const rows = summary.partners.map((partner) => ({ cells: partnerCells(partner) }));
    blocks.push(tableLines(columns, rows, screen));
  }
  if (summary.failures.length > 0) blocks.push(failureLines(summary.failures, screen));
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function headLines(summary: FullSyncSummary, screen: Screen): string[] {
  const { totals, failures, left, resumed } = summary;
  const style: Style = failures.length > 0 ? 'red' : left > 0 ? 'yellow' : 'green';
  const what = [
    nounText(totals.participants, 'participant'),
    nounText(totals.events, 'event'),
    nounText(totals.races, 'race'),
    nounText(totals.partners, 'partner'),
  ];
  const rows = [
    `${countText(totals.inserted)} new`,
    `${countText(totals.updated)} changed`,
    `${countText(totals.unchanged)} unchanged`,
    `${countText(totals.removed)} removed`,
    `${countText(totals.failed)} rejected`,
  ];
  const lines = [
    ...noteLines(`Full sync in ${tookText(summary.durationMs)}: ${what.join(', ')}.`, style, screen, 0),
    ...noteLines(`Rows: ${rows.join(', ')}. Calls: ${countText(totals.apiCalls)}.`, undefined, screen, 0),
    ...noteLines(`Database: ${summary.database}`, 'dim', screen, 0),
  ];
  if (resumed > 0) {
    const text = `${nounText(resumed, 'event was', 'events were')} brought in by the run before, which was interrupted.`;
    lines.push(...noteLines(text, 'dim', screen, 0));
  }
  if (left > 0) {
    const text = `${nounText(left, 'event is', 'events are')} left: the same command goes on where this run ended.`;
    lines.push(...noteLines(text, 'yellow', screen, 0));
  }
  if (totals.failed > 0) {
    lines.push(
      ...noteLines('Rejected rows are kept in the table rejected_rows with their errors.', 'yellow', screen, 0),
    );
  }
  return lines;
}

function partnerCells(partner: PartnerSummary): string[] {
  return [
    `${partner.partnerId} ${partner.partner}`,
    partner.provider,
    countText(partner.races),
    countText(partner.events),
    countText(partner.fetched),
    countText(partner.inserted),
    countText(partner.updated),
    countText(partner.unchanged),
    countText(partner.removed),
    countText(partner.failed),
    countText(partner.apiCalls),
    tookText(partner.durationMs),
  ];
}

function failureLines(failures: readonly SummaryFailure[], screen: Screen): string[] {
  const lines = noteLines(`${nounText(failures.length, 'failure')}:`, 'red', screen, 0);
  for (const failure of failures.slice(0, failuresShown)) {
    lines.push(...noteLines(`${whose(failure)}: ${safeClause(failure.message)}.`, 'red', screen, 2));
    if (failure.hint !== undefined) lines.push(...noteLines(failure.hint, undefined, screen, 4));
  }
  const hidden = failures.length - failuresShown;
  if (hidden > 0) lines.push(...noteLines(`... and ${countText(hidden)} more; --json lists all`, 'dim', screen, 2));
  return lines;
}

function whose({ partner, provider, eventIds }: SummaryFailure): string {
  if (eventIds === undefined) return `${partner}, ${provider}, discovery`;
  const more = eventIds.length > eventIdsShown ? ` and ${countText(eventIds.length - eventIdsShown)} more` : '';
  const word = eventIds.length === 1 ? 'event' : 'events';
  return `${partner}, ${provider}, ${word} ${eventIds.slice(0, eventIdsShown).join(', ')}${more}`;
}
