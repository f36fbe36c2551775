/** `push-participants --dry-run`: who would be sent, and as what. */
import type { PushedParticipant } from '../domain/scoring.ts';
import { type ScoringState, scoringName } from '../domain/scoring-work.ts';
import { specOf } from './event-condition.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen } from './paint.ts';
import { type Column, noteLines, tableLines } from './table-text.ts';

export interface PushPreview {
  readonly event: ScoringState;
  readonly counts: {
    readonly add: number;
    readonly change: number;
    readonly remove: number;
    readonly same: number;
    /** Of those that wait: not taken the last time. */
    readonly refused: number;
    readonly byHand: number;
    readonly nameless: number;
  };
  /** The first of them. */
  readonly people: readonly { readonly change: Change; readonly person: PushedParticipant }[];
}

type Change = 'add' | 'change' | 'remove' | 'same';

/** `--json` has more. */
const peopleShown = 40;

const columns: readonly Column[] = [
  { head: 'CHANGE' },
  { head: 'ID' },
  { head: 'BIB', align: 'right' },
  { head: 'NAME', min: 12 },
  { head: 'EVENT', min: 12, names: true },
  { head: 'WHY', drop: 1 },
];

const words: Readonly<Record<Change, string>> = { add: 'add', change: 'change', remove: 'remove', same: 'resend' };

export function renderPreviews(previews: readonly PushPreview[], all: boolean, screen: Screen): string {
  return previews.map((one) => previewLines(one, all, screen).join('\n')).join('\n\n');
}

function previewLines({ event, counts, people }: PushPreview, all: boolean, screen: Screen): string[] {
  const { add, change, remove, same } = counts;
  const kept = all ? `${countText(same)} sent again` : `${countText(same)} as they are`;
  const lines = noteLines(
    `${specOf(event)} (${scoringName(event)}) would get ${countText(add)} new, ${countText(change)} changed, ${countText(remove)} removed; ${kept}.`,
    'bold',
    screen,
    0,
  );
  const notes = [
    counts.refused > 0 ? `${nounText(counts.refused, 'person was', 'people were')} not taken the last time.` : '',
    counts.byHand > 0
      ? `${nounText(counts.byHand, 'person', 'people')} who left before had to be taken out by hand.`
      : '',
    counts.nameless > 0
      ? `${nounText(counts.nameless, 'row')} without a registration id cannot be sent: a full sync of the event gives them one.`
      : '',
  ];
  for (const note of notes) lines.push(...noteLines(note, 'yellow', screen, 3));
  if (people.length === 0) return lines;
  const rows = people.slice(0, peopleShown).map(({ change: one, person }) => ({
    cells: [
      words[one],
      person.sourceId,
      person.bib ?? '',
      [person.firstName, person.lastName].filter((part) => part !== null).join(' '),
      [person.eventName, person.division].filter((part) => part !== null).join(': '),
      person.removedReason ?? '',
    ],
  }));
  lines.push('', ...tableLines(columns, rows, screen));
  const total = add + change + remove + (all ? same : 0);
  const hidden = total - rows.length;
  if (hidden > 0) lines.push(...noteLines(`... and ${countText(hidden)} more`, 'dim', screen, 3));
  return lines;
}

/** `people`: the first 1,000. Fields are added, never renamed. */
export function previewJson({ event, counts, people }: PushPreview) {
  return {
    id: specOf(event),
    name: scoringName(event),
    linked: event.linked.map((one) => specOf({ ...one, partnerId: event.partnerId })),
    ...counts,
    people: people.map(({ change, person }) => ({ change, ...person })),
  };
}
