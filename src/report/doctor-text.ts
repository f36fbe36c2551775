/** The findings of `doctor` as text and as JSON: the verdict, then a line per finding with what to do below it. */
import { exitCodes } from '../domain/exit-codes.ts';
import { checks, exitOfFindings, type Finding } from './finding.ts';
import { nounText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { noteLines } from './table-text.ts';

const signs: Readonly<Record<Finding['level'], { readonly sign: string; readonly style: Style }>> = {
  ok: { sign: '✓', style: 'green' },
  warning: { sign: '!', style: 'yellow' },
  problem: { sign: '✗', style: 'red' },
};

/** Without a line break at its end; no line is wider than the screen. */
export function renderDoctor(findings: readonly Finding[], screen: Screen): string {
  const { text, style } = verdict(findings);
  const lines = findings.flatMap(({ check, level, message, hint }) => [
    ...findingLines(`${checks[check]}: ${message}`, signs[level], screen),
    ...(hint === undefined ? [] : noteLines(hint, undefined, screen, 4)),
  ]);
  return [...noteLines(text, style, screen, 0), '', ...lines].join('\n');
}

/** Hints are null where there is nothing to do; `exitCode` is what the run ends with. */
export function doctorJson(findings: readonly Finding[]) {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  return {
    exitCode: exitCodes[exitOfFindings(findings)].code,
    problems: count('problem'),
    warnings: count('warning'),
    findings: findings.map(({ check, level, message, hint, exit }) => ({
      check,
      /** ok, warning or problem. */
      level,
      message,
      hint: hint ?? null,
      exitCode: exitCodes[exit].code,
    })),
  };
}

function verdict(findings: readonly Finding[]): { text: string; style: Style } {
  const { problems, warnings } = doctorJson(findings);
  const warned = warnings > 0 ? nounText(warnings, 'warning') : undefined;
  if (problems > 0) {
    return { text: `${[nounText(problems, 'problem'), warned].filter(Boolean).join(' and ')}.`, style: 'red' };
  }
  if (warned) return { text: `Nothing is wrong; ${warned}.`, style: 'yellow' };
  return { text: 'All is well.', style: 'green' };
}

/** The sign stands out at the left; what does not fit goes on behind it. */
function findingLines(text: string, { sign, style }: (typeof signs)[Finding['level']], screen: Screen): string[] {
  const [first = '', ...rest] = noteLines(text, undefined, screen, 2);
  const [painted = ''] = noteLines(sign, style, screen, 0);
  return [`${painted}${first.slice(1)}`, ...rest];
}
