/** The screen of `p88sync status`: the verdict first, then what it rests on. Data in, text out. */
import type { StatusData, StatusRunning } from '../domain/status.ts';
import { type JudgedEvent, judgeEvents } from './event-condition.ts';
import { shortenName } from './event-name.ts';
import { nounText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { queueLines } from './queue-text.ts';
import { relativeText, spanText } from './relative-time.ts';
import { safeText } from './safe-text.ts';
import { type Advice, adviceFor } from './status-advice.ts';
import { credentialLines } from './status-credentials.ts';
import { eventLines } from './status-events.ts';
import { linkLines } from './status-links.ts';
import { noteLines, type TableLine, tableLines } from './table-text.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { wallTimeText } from './zone-time.ts';

const verdictStyles: Record<Verdict['level'], Style> = { good: 'green', warn: 'yellow', bad: 'red', empty: 'yellow' };

/** Runs shown one by one; a full sync of all partners has more. */
const runsShown = 5;

/** The whole screen without a line break at its end; no line is wider than `screen.columns`. */
export function renderStatus(data: StatusData, screen: Screen): string {
  const judged = judgeEvents(data.events, data.now);
  const verdict = verdictOf(data, judged);
  const blocks = [
    [
      ...noteLines(verdict.text, verdictStyles[verdict.level], screen, 0),
      ...noteLines(nextStartText(judged, data.now), undefined, screen, 0),
      ...noteLines(notSyncedText(judged), 'dim', screen, 0),
    ],
    tableLines([{ head: '' }, { head: '', min: 20 }], factLines(data), screen),
    adviceLines(adviceFor(data, verdict), screen),
    judged.length > 0 ? eventLines(judged, data.now, screen) : [],
    data.links.length > 0 ? linkLines(data.links, data.now, screen) : [],
    queueLines(data.queue, data.now, screen),
    data.credentials.length > 0 ? credentialLines(data.credentials, data.now, screen) : [],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function nextStartText(judged: readonly JudgedEvent[], now: Date): string {
  const ahead = judged
    .filter(({ event, condition }) => condition !== 'no-credential' && event.startAt > now)
    .map(({ event }) => event);
  const [first, ...others] = ahead.toSorted((a, b) => a.startAt.getTime() - b.startAt.getTime());
  if (!first) return '';
  const wall = wallTimeText(first.startAt, { now, timeZone: first.timeZone, assumed: first.timeZoneAssumed });
  const together = others.filter(({ startAt }) => startAt.getTime() === first.startAt.getTime()).length;
  const more = together === 0 ? '' : ` and ${nounText(together, 'other')}`;
  const name = shortenName(safeText(first.name), 40);
  return `Next start ${relativeText(first.startAt, now)}: ${name}${more}, ${wall}.`;
}

/** Events whose credential was removed: meant so, or to be mended. */
function notSyncedText(judged: readonly JudgedEvent[]): string {
  const events = judged.filter(({ condition }) => condition === 'no-credential').map(({ event }) => event);
  if (events.length === 0) return '';
  const owners = [...new Set(events.map((event) => `${event.partnerId}:${event.provider}`))];
  const [first = '', ...others] = owners;
  const whose = others.length === 0 ? '' : ` and ${nounText(others.length, 'other')}`;
  const many = `${nounText(events.length, 'event has', 'events have')} no credential (${first}${whose})`;
  return `${many} and ${events.length === 1 ? 'is' : 'are'} not synced: fine if that is meant, else p88sync credentials add ${first} --principal KEY, then p88sync discover ${first}.`;
}

function factLines(data: StatusData): TableLine[] {
  const fact = (label: string, text: string, style?: Style): TableLine => ({
    cells: [
      { text: label, style: 'dim' },
      { text, style },
    ],
  });
  const ago = (at: Date | undefined) => (at ? relativeText(at, data.now) : 'never');
  const lines = [
    fact('Database', data.database),
    fact('Last discovery', ago(data.lastDiscoveryAt)),
    fact('Last sync', ago(data.lastSyncAt)),
  ];
  const [first, ...rest] = runningTexts(data.running, data.now);
  lines.push(fact('Running now', first ?? 'nothing', first ? 'cyan' : undefined));
  for (const text of rest) lines.push(fact('', text, 'cyan'));
  if (data.rejectedRows > 0) {
    const text = `${nounText(data.rejectedRows, 'row')} that could not be stored (table rejected_rows says why)`;
    lines.push(fact('Rejected rows', text, 'yellow'));
  }
  return lines;
}

function runningTexts(running: readonly StatusRunning[], now: Date): string[] {
  const texts = running
    .slice(0, runsShown)
    .map((run) => `${run.what}, for ${spanText(+now - +run.startedAt)} (process ${run.pid} on ${run.host})`);
  return running.length > runsShown ? [...texts, `... and ${running.length - runsShown} more`] : texts;
}

function adviceLines(advice: readonly Advice[], screen: Screen): string[] {
  return tableLines(
    [{ head: '' }, { head: '' }],
    advice.map(({ why, command }) => ({
      cells: [why.endsWith('?') ? why : `${why}:`, { text: command, style: 'bold' }],
    })),
    screen,
  );
}
