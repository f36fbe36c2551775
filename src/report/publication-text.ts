/** What `publish-results` shows before it changes anything, and what it says afterwards. */
import type { Change, Publication, ResultOutcome } from '../domain/publishing.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { outcomeText, publishedWords, wantedWords } from './result-words.ts';
import { safeClause } from './safe-text.ts';
import { type Cell, type Column, noteLines, type TableLine, tableLines } from './table-text.ts';

export interface PublicationReport {
  /** `1:runsignup:974559`. */
  readonly spec: string;
  readonly eventName: string;
  /** As people know it. */
  readonly provider: string;
  readonly set: {
    /** Undefined: it is made by publishing. */
    readonly id: string | undefined;
    readonly name: string;
    readonly isPublic: boolean | undefined;
    readonly isPreliminary: boolean | undefined;
    /** Undefined: somebody else made it, so nobody knows. */
    readonly notify: boolean | undefined;
    /** The set that the provider no longer has. */
    readonly lost: string | undefined;
  };
  readonly publication: Publication;
  /** Of what is wanted, by outcome. */
  readonly outcomes: Readonly<Partial<Record<ResultOutcome, number>>>;
  readonly wanted: number;
  readonly racing: number;
  readonly elsewhere: number;
  readonly refused: readonly { readonly resultId: string; readonly bib: string | null; readonly why: string }[];
  /** Names of splits without an id. */
  readonly unmappedSplits: readonly string[];
  /** Who a row is about; the bib and the name stand in no log. */
  person(change: Change): { readonly bib: string; readonly name: string };
}

/** More than this nobody reads before saying yes; the counts stand above. */
const shownChanges = 20;
const shownRefusals = 20;

const columns: readonly Column[] = [
  { head: '' },
  { head: 'BIB', align: 'right' },
  { head: 'NAME', min: 8 },
  { head: 'PLACE', align: 'right' },
  { head: 'CLOCK', align: 'right' },
  { head: 'CHIP', align: 'right' },
  { head: 'SPLITS', align: 'right', drop: 2 },
  { head: 'BEFORE', min: 14, drop: 1 },
];

/** The preview: the set, what changes, and what is not published. */
export function renderPublication(report: PublicationReport, screen: Screen): string {
  const { publication } = report;
  const changes = publication.changes.slice(0, shownChanges);
  const more = publication.changes.length - changes.length;
  return [
    ...headLines(report, screen),
    ...(changes.length === 0
      ? []
      : [
          '',
          ...tableLines(
            columns,
            changes.map((change) => changeLine(change, report)),
            screen,
          ),
        ]),
    ...(more === 0 ? [] : noteLines(`… and ${countText(more)} more.`, 'dim', screen, 0)),
    ...refusalLines(report, screen),
  ].join('\n');
}

function headLines(report: PublicationReport, screen: Screen): string[] {
  const { set, publication, wanted, outcomes } = report;
  const flags = [
    set.isPublic === undefined ? '' : set.isPublic ? 'public' : 'not public',
    set.isPreliminary === undefined ? '' : set.isPreliminary ? 'preliminary' : 'final',
    set.notify === undefined ? '' : set.notify ? 'runners are notified' : 'nobody is notified',
  ].filter((flag) => flag !== '');
  const title = `${report.eventName} (${report.spec}) → ${set.id === undefined ? 'a new result set' : `result set ${set.id}`} "${set.name}" at ${report.provider}`;
  const kinds = (['finished', 'dnf', 'dns', 'dq'] as const).flatMap((outcome) => {
    const n = outcomes[outcome] ?? 0;
    return n === 0 ? [] : [`${countText(n)} ${outcomeText(outcome)}`];
  });
  const aside = [
    report.racing === 0 ? '' : `${countText(report.racing)} still on the course`,
    report.elsewhere === 0 ? '' : `${countText(report.elsewhere)} of other events`,
  ].filter((part) => part !== '');
  const lines: [string, Style | undefined][] = [
    [`${title}${flags.length === 0 ? '' : `: ${flags.join(', ')}`}.`, 'bold'],
    [
      `${nounText(wanted, 'result')} (${kinds.join(', ')})${aside.length === 0 ? '' : `; left out: ${aside.join(', ')}`}.`,
      undefined,
    ],
    [
      `${changesText(report)}${publication.action === 'replace' ? ' The set is cleared and filled again.' : ''}`,
      undefined,
    ],
  ];
  if (set.lost !== undefined) lines.push([`Result set ${set.lost}, which held them, is gone.`, 'yellow']);
  if (set.id !== undefined && set.notify === undefined) {
    lines.push(['p88sync did not make this set: whether runners are notified is as it was set up there.', 'yellow']);
  }
  if (report.unmappedSplits.length > 0) {
    const names = report.unmappedSplits.join(', ');
    lines.push([`Without the id of a split it is not published: ${names}. Give it with --split "NAME=ID".`, 'yellow']);
  }
  return lines.flatMap(([text, style]) => noteLines(text, style, screen, 0));
}

/** `3 added, 1 changed, 2 removed, 2,994 as they are.` */
export function changesText({ publication: { changes, unchanged } }: Pick<PublicationReport, 'publication'>): string {
  const count = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length;
  const parts = (['added', 'changed', 'removed'] as const).map((kind) => `${countText(count(kind))} ${kind}`);
  return `${parts.join(', ')}, ${countText(unchanged)} as they are.`;
}

const marks: Readonly<Record<Change['kind'], Cell>> = {
  added: { text: '+', style: 'green' },
  changed: { text: '~', style: 'yellow' },
  removed: { text: '−', style: 'red' },
};

function changeLine(change: Change, report: PublicationReport): TableLine {
  const { bib, name } = report.person(change);
  const now = change.kind === 'removed' ? publishedWords(change.published) : wantedWords(change.wanted);
  const before = change.kind === 'changed' ? publishedWords(change.published) : undefined;
  return {
    cells: [
      marks[change.kind],
      bib,
      name,
      now.place,
      now.clock,
      now.chip,
      String(now.splits),
      before === undefined
        ? ''
        : [before.place, before.clock, before.chip, before.splits === 0 ? '' : nounText(before.splits, 'split')]
            .filter((part) => part !== '')
            .join(' '),
    ],
  };
}

function refusalLines({ refused }: PublicationReport, screen: Screen): string[] {
  if (refused.length === 0) return [];
  const shown = refused.slice(0, shownRefusals);
  const more = refused.length - shown.length;
  return [
    '',
    ...noteLines(`Not published, because a person has to look (${countText(refused.length)}):`, 'red', screen, 0),
    ...shown.flatMap(({ resultId, bib, why }) =>
      noteLines(`result ${resultId}${bib === null ? '' : `, bib ${bib}`}: ${safeClause(why)}`, 'red', screen, 2),
    ),
    ...(more === 0 ? [] : noteLines(`… and ${countText(more)} more; --json names all.`, 'red', screen, 2)),
  ];
}
