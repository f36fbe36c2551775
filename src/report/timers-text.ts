/** What `timers install` did, or would do: the files, and the commands that remain. */
import type { Screen, Style } from './paint.ts';
import { noteLines, tableLines } from './table-text.ts';

export interface TimerFile {
  readonly path: string;
  /** `unchanged`: it was already as it should be, and was not touched. */
  readonly state: 'written' | 'unchanged' | 'replaced';
}

export interface Installed {
  /** Nothing was written. */
  readonly dryRun: boolean;
  readonly files: readonly TimerFile[];
  /** Command lines, to be given as root in this order. */
  readonly remaining: readonly string[];
  readonly notes: readonly string[];
}

const words: Readonly<Record<TimerFile['state'], readonly [done: string, dryRun: string, style: Style]>> = {
  written: ['written', 'would be written', 'green'],
  unchanged: ['unchanged', 'unchanged', 'dim'],
  replaced: ['replaced', 'would be replaced', 'yellow'],
};

/** Without a line break at its end. Command lines are never wrapped: they are there to be copied. */
export function renderInstalled({ dryRun, files, remaining, notes }: Installed, screen: Screen): string {
  const rows = files.map(({ path, state }) => {
    const [done, wouldBe, style] = words[state];
    return { cells: [path, { text: dryRun ? wouldBe : done, style }] };
  });
  const blocks = [
    tableLines([{ head: '', min: 20 }, { head: '' }], rows, screen),
    notes.flatMap((note) => noteLines(note, 'yellow', screen, 0)),
    remaining.length === 0 ? [] : ['What remains, as root:', ...remaining.map((command) => `  ${command}`)],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** `state` of a dry run is what it would be. */
export function installedJson({ dryRun, files, remaining, notes }: Installed) {
  return { dryRun, files: files.map(({ path, state }) => ({ path, state })), remaining, notes };
}
