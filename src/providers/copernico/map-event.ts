/** From a preset to its event: all that is known of an event without a list of events. Pure. */
import type { ScoringEvent } from '../../domain/scoring.ts';
import { columnsOf } from './columns.ts';
import type { CopernicoEvent } from './event-id.ts';
import { isObject, type Preset } from './preset.ts';
import { textOf } from './values.ts';

export function mapEvent(eventId: string, named: CopernicoEvent, { rows, gunAt }: Preset): ScoringEvent {
  const objects = rows.filter(isObject);
  const { category } = columnsOf(objects);
  const categories = category === undefined ? [] : objects.flatMap((row) => textOf(row[category]) ?? []);
  const name = `${named.event} (${named.race})`;
  const distinct = [...new Set(categories)].sort();
  return {
    eventId,
    name,
    startAt: gunAt,
    timeZone: undefined,
    row: {
      event_id: eventId,
      competition_id: named.raceUuid?.toLowerCase() ?? null,
      event_name: name,
      event_description: null,
      // UTC, as Copernico names no zone.
      event_date: gunAt?.toISOString().slice(0, 19) ?? null,
      location: null,
      discipline: null,
      categories: distinct.length === 0 ? null : distinct,
      status: null,
      start_at: gunAt?.toISOString() ?? null,
    },
    // The rows themselves are people, and results of their own.
    source: {
      race: named.race,
      event: named.event,
      gunTime: gunAt?.getTime() ?? null,
      columns: [...new Set(objects.flatMap((row) => Object.keys(row)))],
    },
  };
}
