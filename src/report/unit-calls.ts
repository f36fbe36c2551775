/** How many calls a planned unit is expected to make. */
import type { PlannedUnit } from '../domain/planning.ts';

/** Its listing, and of the registrations that it may read those that are known to wait. */
export function expectedCalls({ cost, detailCalls = 0, events }: PlannedUnit): number {
  const backlog = events.reduce((sum, event) => sum + event.backlog, 0);
  return cost + Math.min(detailCalls, backlog);
}
