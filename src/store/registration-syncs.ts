/**
 * sync_history holds more than syncs of registrations: pulls of results, pushes to scoring systems, of the same provider and
 * event. Whoever asks how an event's registrations stand asks with one of these, so that nothing else counts.
 */
import { type RawBuilder, sql } from 'kysely';

/** Rows `h` that are about an event's registrations, of this program and of older ones. */
export const ofRegistrations: RawBuilder<unknown> = sql`(h.operation_type in ('full_sync', 'incremental_sync', 'details', 'participants')
  and h.sync_direction is distinct from 'push')`;

/**
 * Of those the ones that say how the event stands. A run that only read details and did so, or was killed at it, changes
 * nothing: the listing before it still counts, and what is unread stands in registration_outlines.
 */
export const tellsOfEvent: RawBuilder<unknown> = sql`(${ofRegistrations}
  and (h.operation_type <> 'details' or h.status in ('running', 'failed', 'failed_permanent')))`;

/** Rows `h` of a whole listing that was completed; in the words of the index `sync_history_full`. */
export const completedFull: RawBuilder<unknown> = sql`(h.status in ('completed', 'success') and h.operation_type = 'full_sync'
  and h.sync_direction is distinct from 'push')`;

/** Rows `h` of a listing of changes that was completed; in the words of the index `sync_history_incremental`. */
export const completedIncremental: RawBuilder<unknown> = sql`(h.status in ('completed', 'success')
  and h.operation_type in ('incremental_sync', 'participants') and h.sync_direction is distinct from 'push')`;
