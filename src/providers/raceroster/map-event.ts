/** From one row of `GET /events` to an event record. Pure: the same row twice yields equal records. */
import { eventStart, knownZone } from '../../domain/event-time.ts';
import type { Json } from '../../domain/json.ts';
import type { EventRecord, RejectedRow } from '../../domain/records.ts';
import { decimalOf, integerOf } from '../../domain/written-numbers.ts';
import { isObject, problemsOf } from '../../http/wire-fields.ts';
import { addressOf } from './address.ts';
import { idOf, wireEvent, wireSubEvent } from './wire.ts';

export type MappedEvent = { readonly record: EventRecord } | { readonly rejected: RejectedRow };

/** `fallbackZone`: the credential's `time_zone`, where it has one. */
export function mapEvent(source: Json, fallbackZone: string | undefined): MappedEvent {
  const id = idOf(source, 'eventId');
  const reject = (error: string): MappedEvent => ({
    rejected: { ...(id === null ? {} : { eventId: id, id }), error, source },
  });
  const parsed = wireEvent.safeParse(source);
  if (!parsed.success || !isObject(source)) return reject(parsed.error ? problemsOf(parsed.error) : 'not an object');
  const wire = parsed.data;
  const named = knownZone(wire.timezone) ?? knownZone(wire.timeZone);
  const start = eventStart(wire.startDate, named, fallbackZone);
  if (start === undefined) {
    return reject('startDate: no ISO time with an offset (set time_zone in additional_config if it never has one)');
  }
  const end = eventStart(wire.endDate, named, start.timeZone) ?? null;
  const record: EventRecord = {
    eventId: wire.eventId,
    name: wire.name ?? wire.eventId,
    startAt: start.startAt,
    timeZone: start.timeZone,
    timeZoneAssumed: start.assumed,
    row: {
      event_id: wire.eventId,
      // The program before us kept a uuid of its own in event_id and Race Roster's id here; for us both are Race Roster's.
      external_event_id: wire.eventId,
      event_name: wire.name,
      start_date: start.wall,
      end_date: end?.wall ?? null,
      location_name: wire.venue ?? wire.locationName,
      address: addressOf(source['address'], source['location'], source),
      timezone: start.timeZone,
      distance: decimalOf(wire.distance ?? onlyDistance(wire.subEvents)),
      event_type: wire.eventType,
      status: wire.status,
      current_participants: integerOf(wire.currentParticipants ?? wire.participantCount),
      sub_events: wire.subEvents,
      start_at: start.startAt.toISOString(),
    },
    source,
  };
  return { record };
}

/** The distance where the event has one sub-event; with several there is no one number (and sub_events has them all). */
function onlyDistance(subEvents: readonly Json[] | null): string | null {
  const only = subEvents?.length === 1 ? wireSubEvent.safeParse(subEvents[0]) : undefined;
  return only?.success ? only.data.distance : null;
}
