/** Which units that failed were told of, in a folder that systemd keeps for it: there may be no database to ask. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToldUnits } from './commands/context.ts';

/** @param folder $RUNTIME_DIRECTORY; undefined: nothing is remembered. */
export function toldUnits(folder: string | undefined): ToldUnits | undefined {
  if (!folder) return undefined;
  return {
    lastAt: (unit) =>
      stat(join(folder, unit)).then(
        ({ mtime }) => mtime,
        // Told twice is better than not at all.
        () => undefined,
      ),
    note: (unit) => writeFile(join(folder, unit), '').catch(() => undefined),
  };
}
