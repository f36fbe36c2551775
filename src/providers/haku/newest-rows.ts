/**
 * Rows that change while a list is read move to its front and out of the reader's way. So behind the end the first page
 * is read once more: what stands above the rows that stood there before has moved or is new, and nobody else has.
 */
import type { Json } from '../../domain/json.ts';
import { fingerprintOf, hashOf } from './outline.ts';
import { numberOf } from './wire.ts';

/** Enough to find one that has not changed since; a resumed series keeps them, so they are few and short. */
const kept = 20;

/** What the first rows of a list are known by as long as they do not change. */
export function newestOf(rows: readonly Json[]): string[] {
  return rows.slice(0, kept).map(markOf);
}

export interface Moved {
  readonly rows: readonly Json[];
  /** True where none of the rows that stood there is found: more have moved than the page shows. */
  readonly lost: boolean;
}

/** `now`: the first page read again. */
export function movedSince(before: readonly string[], now: readonly Json[]): Moved {
  const known = new Set(before);
  const position = now.findIndex((row) => known.has(markOf(row)));
  return position < 0 ? { rows: now, lost: true } : { rows: now.slice(0, position), lost: false };
}

function markOf(row: Json): string {
  return hashOf([numberOf(row), fingerprintOf(row)]).slice(0, 16);
}
