/** The audit as text and as JSON: the verdict, then a line per promise, and below a broken one what it is and what to do. */
import { type AuditReport, type Check, isBroken, type JudgedPromise, promises } from '../domain/audit.ts';
import { type ExitName, exitCodes } from '../domain/exit-codes.ts';
import { countText, nounText } from './numbers.ts';
import { paint, type Screen, type Style } from './paint.ts';
import { noteLines } from './table-text.ts';

/** Without a line break at its end; no line is wider than the screen. */
export function renderAudit(report: AuditReport, screen: Screen): string {
  const broken = report.promises.filter(isBroken).length;
  const [text, style]: [string, Style] =
    broken === 0
      ? ['Every promise is kept.', 'green']
      : [`${broken} of ${report.promises.length} promises ${broken === 1 ? 'is' : 'are'} broken.`, 'red'];
  return [
    ...noteLines(text, style, screen, 0),
    ...noteLines(
      `Judged: ${report.database}, from ${minuteText(report.from)} to ${minuteText(report.now)}.`,
      'dim',
      screen,
      0,
    ),
    ...(report.prunedBefore
      ? noteLines(`History from before ${minuteText(report.prunedBefore)} was pruned.`, 'dim', screen, 0)
      : []),
    '',
    ...report.promises.flatMap((one) => promiseLines(one, screen)),
  ].join('\n');
}

export function auditJson(report: AuditReport, exit: ExitName) {
  return {
    exitCode: exitCodes[exit].code,
    now: report.now,
    from: report.from,
    prunedBefore: report.prunedBefore ?? null,
    database: report.database,
    broken: report.promises.filter(isBroken).length,
    promises: report.promises.map((one) => ({
      promise: one.promise,
      title: promises[one.promise],
      checked: one.checks.reduce((sum, check) => sum + check.checked, 0),
      broken: one.checks.reduce((sum, check) => sum + check.broken, 0),
      checks: one.checks.map(({ of: [, several], ...check }) => ({ of: several, ...check })),
      notes: one.notes,
    })),
  };
}

function promiseLines(one: JudgedPromise, screen: Screen): string[] {
  const [sign, style]: [string, Style] = isBroken(one) ? ['✗', 'red'] : ['✓', 'green'];
  const counts = one.checks.map(countOf).join(', ');
  const [first = '', ...rest] = noteLines(`${promises[one.promise]}: ${counts}`, undefined, screen, 2);
  const [painted = ''] = noteLines(sign, style, screen, 0);
  return [
    `${painted}${first.slice(1)}`,
    ...rest,
    ...one.checks.filter((check) => check.broken > 0).flatMap((check) => brokenLines(check, screen)),
    ...one.notes.flatMap((note) => noteLines(note, 'yellow', screen, 4)),
  ];
}

/** `1,204 runs`, `2 of 1,204 runs` where two are broken. */
function countOf({ of, checked, broken }: Check): string {
  const all = nounText(checked, ...of);
  return broken > 0 ? `${countText(broken)} of ${all}` : all;
}

function brokenLines({ broken, examples, hint }: Check, screen: Screen): string[] {
  const more = broken - examples.length;
  return [
    ...examples.flatMap((example) => listed(example, screen)),
    ...(more > 0 ? listed(`and ${countText(more)} more`, screen) : []),
    ...noteLines(`What to do: ${hint}`, undefined, screen, 4),
  ];
}

/** With a dash in front, and what does not fit behind it. */
function listed(text: string, screen: Screen): string[] {
  const [first = '', ...rest] = noteLines(text, undefined, { ...screen, color: false }, 6);
  return [`    - ${first.slice(6)}`, ...rest].map((line) => paint(line, 'red', screen.color));
}

/** `2026-09-12 10:00 UTC` */
function minuteText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
