/** An event of a race → its record, or why it cannot be read. Pure. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { EventRecord, RejectedRow } from '../../domain/records.ts';
import { booleanOf, idOf, isObject, numberIn, textOf } from './field-values.ts';
import { dateText, easternZone, instantOf, wallText } from './times.ts';
import { eventProblem } from './wire.ts';

export type MappedEvent =
  | { readonly kind: 'event'; readonly event: EventRecord }
  | { readonly kind: 'rejected'; readonly row: RejectedRow }
  /** Helpers who register as volunteers run no race. */
  | { readonly kind: 'volunteers' };

/**
 * @param race the race it stands in; its `timezone` may be missing for weaker keys.
 * @param fallbackZone the operator's word for such races; without it Eastern stands in, and the record says so.
 */
export function mapEvent(event: Json, race: JsonObject, fallbackZone: string | undefined): MappedEvent {
  const problem = eventProblem(event);
  if (problem !== undefined || !isObject(event)) return rejected(event, problem ?? 'answer: must be an object');
  if (booleanOf(event['volunteer']) === true) return { kind: 'volunteers' };
  const named = textOf(race['timezone']);
  const timeZone = named ?? fallbackZone ?? easternZone;
  const start = wallText(event['start_time']);
  if (start === null) return rejected(event, 'start_time: is no time');
  const startAt = instantOf(start, timeZone);
  if (startAt === undefined) return rejected(event, 'timezone: is no time zone that this program knows');
  const eventId = idOf(event['event_id']);
  const raceId = idOf(race['race_id']);
  return {
    kind: 'event',
    event: {
      eventId: String(eventId),
      raceId: String(raceId),
      name: fullName(textOf(race['name']), textOf(event['name'])) ?? `Event ${eventId}`,
      startAt,
      timeZone,
      timeZoneAssumed: named === null && fallbackZone === undefined,
      row: {
        event_id: eventId,
        race_id: raceId,
        name: textOf(event['name']),
        details: textOf(event['details']),
        // As sent, in the race's zone; the exact instant is in start_at.
        start_time: start,
        end_time: wallText(event['end_time']),
        age_calc_base_date: dateText(event['age_calc_base_date']),
        registration_opens: wallText(event['registration_opens']),
        event_type: textOf(event['event_type']),
        // Free text at the provider ("5K", "3.1 Miles"): its number, whatever the unit; the text is in source_row.
        distance: numberIn(event['distance']),
        volunteer: booleanOf(event['volunteer']),
        require_dob: booleanOf(event['require_dob']),
        require_phone: booleanOf(event['require_phone']),
        giveaway: giveawayOf(event['giveaway']),
        start_at: startAt.toISOString(),
        time_zone: timeZone,
      },
      source: event,
    },
  };
}

/** On screens "10K" alone says nothing: `Pine Ridge 50: 10K`. */
function fullName(race: string | null, event: string | null): string | null {
  return race === null || event === null || race === event ? (event ?? race) : `${race}: ${event}`;
}

function giveawayOf(value: Json | undefined): string | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : textOf(value);
}

function rejected(event: Json, error: string): MappedEvent {
  const id = isObject(event) ? idOf(event['event_id']) : null;
  const named = id === null ? {} : { eventId: String(id), id: String(id) };
  return { kind: 'rejected', row: { ...named, error, source: event } };
}
