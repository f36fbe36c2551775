/** What `migrate` found in an existing database, as text and as JSON, and with --dry-run the SQL behind it. */
import type { AdoptionFinding, AdoptionReport, MigrationPlan } from '../domain/adoption.ts';
import { nounText } from './numbers.ts';
import type { Screen } from './paint.ts';
import { safeText } from './safe-text.ts';
import { noteLines } from './table-text.ts';

/** @param notValid tables of which a foreign key holds for new rows only. */
export function renderAdoption(report: AdoptionReport, notValid: readonly string[], screen: Screen): string {
  return [
    ...noteLines(`Tables of older programs: ${report.tables.join(', ')}.`, 'bold', screen, 0),
    '',
    ...report.findings.flatMap(({ message, action }) => [
      ...item(message, screen),
      ...noteLines(action, 'dim', screen, 4),
    ]),
    ...(notValid.length === 0 ? [] : item(notValidText(notValid), screen)),
  ].join('\n');
}

/** The findings, then the SQL without colour or cuts: it can be copied. */
export function renderMigrationPlan(shown: string, plan: MigrationPlan, screen: Screen): string {
  if (plan.missing.length === 0 && plan.statements.length === 0)
    return `${shown}: nothing to do, the schema is up to date.`;
  return [
    ...(plan.adoption ? [renderAdoption(plan.adoption, [], screen), ''] : []),
    ...noteLines(
      `${shown}: nothing was changed. \`p88sync migrate\` would run ${nounText(plan.statements.length, 'statement')} and record ${plan.missing.join(', ') || 'nothing'}:`,
      undefined,
      screen,
      0,
    ),
    '',
    ...plan.statements.map((statement) => `${statement.split('\n').map(safeLine).join('\n')};\n`),
  ].join('\n');
}

/** `adopted` is null where nothing of older programs is there. */
export function adoptionJson(report: AdoptionReport | undefined, notValid: readonly string[]) {
  return {
    adopted: report
      ? { tables: report.tables, findings: report.findings.map(findingJson), notValidForeignKeys: notValid }
      : null,
  };
}

function findingJson({ kind, table, count, message, action }: AdoptionFinding) {
  return { kind, table: table ?? null, count, message, action };
}

/** Indented as it was. */
function safeLine(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${safeText(line)}`;
}

function notValidText(tables: readonly string[]): string {
  return `Old rows break a foreign key of ${[...new Set(tables)].join(', ')}: it holds for new rows only.`;
}

function item(text: string, screen: Screen): string[] {
  const [first = '', ...rest] = noteLines(text, undefined, screen, 2);
  return [`-${first.slice(1)}`, ...rest];
}
