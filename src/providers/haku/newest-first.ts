/**
 * Haku is asked for the newest changes first, so a listing of changes may end at the first row that is too old. That only
 * holds where rows tell their time and really come in that order; neither is documented, so the rows themselves must show
 * it. Pure.
 */
import type { Json } from '../../domain/json.ts';
import { updatedAtOf } from './outline.ts';
import { latestOf, orderOf } from './times.ts';

/** What the rows so far say of the order. */
export interface Order {
  /** No row was newer than the one before it, and each told its time. */
  readonly descends: boolean;
  /** One was older than the one before it: a list of equal times is sorted any way. */
  readonly falls: boolean;
  /** Of the last row (ms). */
  readonly at: number | undefined;
}

export const unseen: Order = { descends: true, falls: false, at: undefined };

export function orderAfter(before: Order, rows: readonly Json[]): Order {
  let { descends, falls, at } = before;
  for (const row of rows) {
    const next = orderOf(updatedAtOf(row));
    if (next === undefined) return { descends: false, falls, at };
    descends &&= at === undefined || next <= at;
    falls ||= at !== undefined && next < at;
    at = next;
  }
  return { descends, falls, at };
}

/** True where all rows behind these are older than `since`. */
export function isPast(rows: readonly Json[], order: Order, since: Date): boolean {
  const latest = latestOf(updatedAtOf(rows.at(-1) ?? null));
  return order.descends && order.falls && latest !== undefined && latest < since.getTime();
}
