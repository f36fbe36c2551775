/**
 * Tables of every report: a head, a rule, rows, and notes that run below a row across the whole width. A table never
 * exceeds the screen: columns that matter least are left out first, then long texts are cut.
 */
import Table from 'cli-table3';
import { displayWidth, shorten, wrap } from './display-width.ts';
import { shortenName } from './event-name.ts';
import { paint, type Screen, type Style } from './paint.ts';
import { safeText } from './safe-text.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'right';
  /** May be cut down to this many columns; without it the column keeps its width. */
  readonly min?: number;
  /** Left out where the screen is too narrow, the highest number first; without it the column stays. */
  readonly drop?: number;
  /** Holds names of events: cut so that those of one race can be told apart. */
  readonly names?: true;
}

export interface Cell {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** A line of cells, or a note that wraps below the line before it. */
export type TableLine = CellLine | { readonly note: string; readonly style?: Style | undefined };

interface CellLine {
  readonly cells: readonly (Cell | string)[];
  readonly style?: Style | undefined;
}

const gap = 2;

/**
 * cli-table3 measures with an old table of widths (a Thai vowel sign takes a column, a new emoji one instead of two).
 * It lays out this character instead, one per column that we measured, and the texts take its place afterwards.
 */
const standIn = '\uE000';

/** The table as lines; texts are made safe here. `noteIndent`: columns that a note is set in. */
export function tableLines(
  columns: readonly Column[],
  lines: readonly TableLine[],
  screen: Screen,
  noteIndent = 2,
): string[] {
  const rows = lines.map((line) => ('cells' in line ? columns.map((_, at) => cellOf(line, at)) : undefined));
  const filled = rows.filter((row) => row !== undefined);
  const kept = shownColumns(columns, filled, screen.columns);
  const heads = kept.map(({ at }): Cell => ({ text: columns[at]?.head ?? '', style: 'dim' }));
  const body = filled.map((row) => kept.map(({ at }) => row[at] ?? { text: '' }));
  const hasHead = heads.some((head) => head.text !== '');
  const drawn = draw(
    hasHead ? [heads, ...body] : body,
    kept.map(({ at, width }) => ({ width, align: columns[at]?.align ?? 'left', names: columns[at]?.names ?? false })),
    screen.color,
  );
  const output: string[] = [];
  if (hasHead) {
    const whole = kept.reduce((sum, { width }) => sum + width, 0) + gap * (kept.length - 1);
    output.push(drawn.shift() ?? '', paint('─'.repeat(whole), 'dim', screen.color));
  }
  for (const line of lines) {
    if ('cells' in line) output.push(drawn.shift() ?? '');
    else output.push(...noteLines(line.note, line.style, screen, noteIndent));
  }
  return output;
}

/** A whole table as text, for lists such as `partners list`. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], screen: Screen): string {
  return tableLines(
    columns,
    rows.map((cells) => ({ cells })),
    screen,
  ).join('\n');
}

/** Safe text, wrapped to the screen and set in by `indent` columns. */
export function noteLines(text: string, style: Style | undefined, screen: Screen, indent: number): string[] {
  const room = Math.max(screen.columns - indent, 2);
  return wrap(safeText(text), room).map((line) => ' '.repeat(indent) + paint(line, style, screen.color));
}

function cellOf(line: CellLine, at: number): Cell {
  const cell = line.cells[at] ?? '';
  return typeof cell === 'string'
    ? { text: safeText(cell), style: line.style }
    : { text: safeText(cell.text), style: cell.style ?? line.style };
}

interface Shown {
  readonly at: number;
  width: number;
}

/** Which columns are drawn, and how wide. */
function shownColumns(columns: readonly Column[], rows: readonly (readonly Cell[])[], screenWidth: number): Shown[] {
  const natural = columns.map((column, at) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[at]?.text ?? '')), displayWidth(column.head)),
  );
  let kept = columns.map((_, at): Shown => ({ at, width: natural[at] ?? 0 }));
  const floor = ({ at, width }: Shown) => Math.min(width, columns[at]?.min ?? width);
  const room = () => screenWidth - gap * (kept.length - 1);
  const importance = ({ at }: Shown) => columns[at]?.drop ?? 0;
  while (sum(kept.map(floor)) > room()) {
    const least = kept.reduce((a, b) => (importance(b) > importance(a) ? b : a));
    if (importance(least) === 0) break;
    kept = kept.filter((one) => one !== least);
  }
  for (let excess = sum(kept.map((one) => one.width)) - room(); excess > 0; excess -= 1) {
    const candidates = kept.filter((one) => one.width > floor(one));
    // Too narrow even for that: cut whatever is widest rather than let a line run over the edge.
    const widest = (candidates.length > 0 ? candidates : kept).reduce((a, b) => (b.width > a.width ? b : a));
    if (widest.width <= 1) break;
    widest.width -= 1;
  }
  return kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

interface Layout {
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly names: boolean;
}

/** One line per row. */
function draw(rows: readonly (readonly Cell[])[], layout: readonly Layout[], color: boolean): string[] {
  if (rows.length === 0) return [];
  const texts: string[] = [];
  const table = new Table({
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: layout.map(({ width }) => width),
    colAligns: layout.map(({ align }) => align),
  });
  for (const row of rows) {
    table.push(
      row.map((cell, at) => {
        const { width = 0, names } = layout[at] ?? {};
        const text = names ? shortenName(cell.text, width) : shorten(cell.text, width);
        if (text !== '') texts.push(paint(text, cell.style, color));
        return standIn.repeat(displayWidth(text));
      }),
    );
  }
  let next = 0;
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd().replace(/\uE000+/g, () => texts[next++] ?? ''));
}

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(gap),
};
