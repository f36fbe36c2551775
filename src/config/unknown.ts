/** Variables that look like ours and mean nothing: a slip of the pen would otherwise silently do nothing. */
import type { Environment } from './reader.ts';

/** A line for each `P88SYNC_…` variable that is set and not among `known`, with the known name it may be meant for. */
export function unknownVariables(env: Environment, known: readonly string[]): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('P88SYNC_') && env[name] && !known.includes(name))
    .sort()
    .map((name) => {
      const near = nearest(name, known);
      return `${name} is unknown and does nothing${near === undefined ? '' : `; did you mean ${near}?`}`;
    });
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: candidate.startsWith(`${name}_`) ? 1 : distance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  // A third of what follows the prefix: beyond that it is another word, not a slip.
  const limit = Math.max(1, Math.floor((name.length - 'P88SYNC_'.length) / 3));
  return ranked[0] !== undefined && ranked[0].distance <= limit ? ranked[0].candidate : undefined;
}

/** Levenshtein: letters to add, drop or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
