/** What a unit of work is called on screens. */
import { specOf } from './event-condition.ts';

interface UnitIds {
  readonly partnerId: number;
  readonly provider: string;
  readonly raceId: string | undefined;
}

/** One event: what an operator types for it; more: their race, or how many. */
export function unitId(unit: UnitIds, eventIds: readonly string[]): string {
  const [eventId] = eventIds;
  if (eventId !== undefined && eventIds.length === 1) return specOf({ ...unit, eventId });
  const whose = `${unit.partnerId}:${unit.provider}`;
  return unit.raceId === undefined ? `${whose} ${eventIds.length} events` : `${whose} race ${unit.raceId}`;
}

/** `Lakefront 10K`, `Lakefront 10K and 2 others`. */
export function unitName(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  return `${first} and ${others.length} ${others.length === 1 ? 'other' : 'others'}`;
}
