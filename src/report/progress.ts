/** How far a long run has come, for the person who waits at a terminal; timers see nothing of it. */
import { displayWidth, shorten } from './display-width.ts';
import { countText } from './numbers.ts';
import { safeText } from './safe-text.ts';

export interface Progress {
  /** How many pieces of work there are; more may be found later: call it again. */
  start(total: number): void;
  /** `finished` pieces are done, `text` names the one at hand. */
  update(finished: number, text: string): void;
  /** Takes the line away again: the report follows. */
  done(): void;
}

/** Says nothing: no terminal, or `--json`. */
export const silentProgress: Progress = {
  start: () => {},
  update: () => {},
  done: () => {},
};

/** `12/650 Lakefront 10K` in at most `columns`; the total is left away while it is unknown. */
export function progressText(finished: number, total: number, text: string, columns: number): string {
  const counter = total > 0 ? `${countText(finished)}/${countText(total)} ` : '';
  return (counter + shorten(safeText(text), Math.max(0, columns - displayWidth(counter)))).trimEnd();
}

/** A spinner on `stream`, a terminal. */
export async function spinnerProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  const { default: ora } = await import('ora');
  const spinner = ora({
    stream,
    isEnabled: true,
    // Raw mode would swallow Ctrl+C; a hidden cursor would stay hidden after a kill.
    discardStdin: false,
    hideCursor: false,
  });
  let total = 0;
  let finished = 0;
  let current = '';
  const draw = () => {
    // The spinner itself and the space behind it take two; the last column stays free, where some terminals wrap.
    spinner.text = progressText(finished, total, current, (stream.columns ?? 80) - 3);
  };
  return {
    start: (pieces) => {
      total = pieces;
      draw();
      if (!spinner.isSpinning) spinner.start();
    },
    update: (pieces, text) => {
      finished = pieces;
      current = text;
      draw();
    },
    done: () => {
      spinner.stop();
    },
  };
}
