/** What stands below an event: why it failed and what happens next, what keeps it waiting, which rows were refused. */
import type { StatusEvent, StatusFailure } from '../domain/status.ts';
import { shorten } from './display-width.ts';
import { type JudgedEvent, specOf } from './event-condition.ts';
import { countText, nounText } from './numbers.ts';
import { relativeText } from './relative-time.ts';
import { safeClause } from './safe-text.ts';
import type { TableLine } from './table-text.ts';

/** A reason longer than this is told in full by `--json`. */
const reasonColumns = 140;

/** The notes of one event, in the order of their weight. */
export function eventNotes({ event, condition }: JudgedEvent, now: Date): TableLine[] {
  const notes: TableLine[] = [];
  // Whatever it waited for does not come any more.
  const synced = condition !== 'no-credential';
  if (event.failure && synced) notes.push(...failureNotes(event, event.failure, now));
  if (event.leftOut !== undefined && synced && condition !== 'running') {
    notes.push({
      note: `Not in the next tick: ${shortReason(event.leftOut)}.`,
      style: condition === 'late' ? 'red' : 'dim',
    });
  }
  const { announced, unread } = event.backfill ?? { announced: 0, unread: 0 };
  if (unread > 0 && synced) {
    const read = countText(announced - unread);
    notes.push({
      note: `Backfill ${read} of ${countText(announced)}: the other registrations take a call each, as the hour allows.`,
      style: 'dim',
    });
  }
  if (event.rejectedRows > 0) {
    notes.push({ note: `${nounText(event.rejectedRows, 'row')} of this event could not be stored.`, style: 'yellow' });
  }
  return notes;
}

function failureNotes(event: StatusEvent, failure: StatusFailure, now: Date): TableLine[] {
  const ago = relativeText(failure.at, now);
  const reason = shortReason(failure.reason);
  if (failure.status === 'abandoned') {
    return [
      { note: `The run of ${ago} ended half-way (${reason}); the next tick takes it up again.`, style: 'yellow' },
    ];
  }
  const what = failure.failures > 1 ? `Failed ${failure.failures} times in a row, last ${ago}` : `Failed ${ago}`;
  const notes: TableLine[] = [{ note: `${what}: ${reason}. ${afterFailure(event, failure, now)}`, style: 'red' }];
  // On a line of its own, so that it can be copied whole.
  if (failure.status === 'failed_permanent') {
    notes.push({ note: `Once it is mended: p88sync sync-event ${specOf(event)}`, style: 'red' });
  }
  return notes;
}

function afterFailure(event: StatusEvent, failure: StatusFailure, now: Date): string {
  if (event.running) return 'It is being tried again now.';
  if (failure.status === 'failed_permanent') return 'The quick retries are over; it goes on at its normal pace.';
  if (failure.retryAt === undefined || failure.retryAt <= now) return 'The next tick tries again.';
  return `Tries again ${relativeText(failure.retryAt, now)}.`;
}

function shortReason(text: string): string {
  return shorten(safeClause(text), reasonColumns);
}
