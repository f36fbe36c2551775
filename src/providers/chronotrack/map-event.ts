/** From an event of ChronoTrack to records, and its races. Pure: the same row twice yields equal records. */
import * as z from 'zod';
import { knownZone } from '../../domain/event-time.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { EventRecord, RaceRecord, RejectedRow } from '../../domain/records.ts';
import type { Row } from '../../domain/tables.ts';
import { guess, id, isObject, problemsOf, text } from '../../http/wire-fields.ts';
import { booleanOf, decimalOf, instantOf, locationOf, wallTime } from './field-values.ts';

const wireEvent = z.object({
  event_id: id,
  event_name: text,
  event_start_time: text,
  location_time_zone: text,
  event_is_published: text,
  event_tag: guess,
  event_description: guess,
  event_end_time: guess,
  event_site_uri: guess,
  event_device_protocol: guess,
  event_external_id: guess,
  organization_id: guess,
  organization_name: guess,
});

/** An event that could be read; its start may be missing, which only discovery minds. */
export interface ReadEvent {
  readonly eventId: string;
  readonly name: string;
  readonly startAt: Date | undefined;
  readonly endAt: Date | undefined;
  /** The zone that ChronoTrack names. */
  readonly namedZone: string | undefined;
  /** That one, else the credential's, else UTC. */
  readonly timeZone: string;
  /** Nobody named one. */
  readonly timeZoneAssumed: boolean;
  readonly row: Row;
  readonly source: JsonObject;
}

/** `fallbackZone`: the credential's `time_zone`, where it has one. */
export function readEvent(
  source: Json,
  fallbackZone: string | undefined,
): ReadEvent | { readonly rejected: RejectedRow } {
  const parsed = wireEvent.safeParse(source);
  if (!parsed.success || !isObject(source)) {
    return { rejected: rejectedOf(source, parsed.error ? problemsOf(parsed.error) : 'not an object') };
  }
  const wire = parsed.data;
  const namedZone = knownZone(wire.location_time_zone);
  const timeZone = namedZone ?? fallbackZone ?? 'UTC';
  const startAt = instantOf(wire.event_start_time);
  const endAt = instantOf(wire.event_end_time);
  const name = wire.event_name ?? wire.event_id;
  return {
    eventId: wire.event_id,
    name,
    startAt,
    endAt,
    namedZone,
    timeZone,
    timeZoneAssumed: namedZone === undefined && fallbackZone === undefined,
    row: {
      event_id: wire.event_id,
      event_tag: wire.event_tag,
      event_name: wire.event_name,
      event_description: wire.event_description,
      event_start_time: wallTime(startAt, timeZone),
      event_end_time: wallTime(endAt, timeZone),
      event_site_uri: wire.event_site_uri,
      event_is_published: booleanOf(wire.event_is_published),
      event_device_protocol: wire.event_device_protocol,
      event_external_id: wire.event_external_id,
      organization_id: wire.organization_id,
      organization_name: wire.organization_name,
      location: locationOf(source),
      start_at: startAt?.toISOString() ?? null,
      time_zone: timeZone,
    },
    source,
  };
}

/** An event as discovery wants it: without a start it cannot be planned for. */
export function mapEvent(
  source: Json,
  fallbackZone: string | undefined,
): { readonly record: EventRecord } | { readonly rejected: RejectedRow } {
  const event = readEvent(source, fallbackZone);
  if ('rejected' in event) return event;
  const { eventId, name, startAt, timeZone, timeZoneAssumed, row } = event;
  if (startAt === undefined) return { rejected: rejectedOf(source, 'event_start_time: no epoch seconds') };
  return { record: { eventId, name, startAt, timeZone, timeZoneAssumed, row, source: event.source } };
}

function rejectedOf(source: Json, error: string): RejectedRow {
  const eventId = isObject(source) ? id.safeParse(source['event_id']).data : undefined;
  return { ...(eventId === undefined ? {} : { eventId, id: eventId }), error, source };
}

const wireRace = z.object({
  race_id: id,
  race_name: text,
  race_tag: guess,
  race_type: guess,
  race_subtype: guess,
  race_course_distance: guess,
  race_pref_distance_unit: guess,
  race_planned_start_time: guess,
  race_planned_end_time: guess,
  race_actual_start_time: guess,
  race_actual_end_time: guess,
  race_age_ref_time: guess,
});

/** A race (5K, 10K) inside an event. Times are stored as wall times in the zone of the event, as its own start is. */
export function mapRace(
  source: Json,
  event: Pick<ReadEvent, 'eventId' | 'timeZone'>,
): { readonly record: RaceRecord } | { readonly rejected: RejectedRow } {
  const parsed = wireRace.safeParse(source);
  if (!parsed.success || !isObject(source)) {
    const error = `race: ${parsed.error ? problemsOf(parsed.error) : 'not an object'}`;
    return { rejected: { eventId: event.eventId, error, source } };
  }
  const wire = parsed.data;
  const wall = (value: string | null) => wallTime(instantOf(value), event.timeZone);
  const row = {
    race_id: wire.race_id,
    event_id: event.eventId,
    race_tag: wire.race_tag,
    race_name: wire.race_name,
    race_type: wire.race_type,
    race_subtype: wire.race_subtype,
    race_course_distance: decimalOf(wire.race_course_distance),
    race_pref_distance_unit: wire.race_pref_distance_unit,
    race_planned_start_time: wall(wire.race_planned_start_time),
    race_planned_end_time: wall(wire.race_planned_end_time),
    race_actual_start_time: wall(wire.race_actual_start_time),
    race_actual_end_time: wall(wire.race_actual_end_time),
    race_age_ref_time: wall(wire.race_age_ref_time),
  };
  return { record: { raceId: wire.race_id, row, source } };
}
