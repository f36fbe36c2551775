/** From one row of `GET /events` to an event record. Pure: the same row twice yields equal records. */
import type { Json } from '../../domain/json.ts';
import type { EventRecord, RejectedRow } from '../../domain/records.ts';
import { id, isObject, problemsOf } from '../../http/wire-fields.ts';
import { endOf, startOf } from './event-start.ts';
import { wireEvent } from './wire.ts';

export type MappedEvent = { readonly record: EventRecord } | { readonly rejected: RejectedRow };

/** `fallbackZone`: the credential's `time_zone`, where it has one. */
export function mapEvent(source: Json, fallbackZone: string | undefined): MappedEvent {
  const parsed = wireEvent.safeParse(source);
  const known = isObject(source) ? id.safeParse(source['id']).data : undefined;
  const reject = (error: string): MappedEvent => ({
    rejected: { ...(known === undefined ? {} : { eventId: known, id: known }), error, source },
  });
  if (!parsed.success || !isObject(source)) return reject(parsed.error ? problemsOf(parsed.error) : 'not an object');
  const wire = parsed.data;
  const start = startOf(wire, fallbackZone);
  if (start === undefined) return reject('no field holds the day it starts on');
  const name = wire.name ?? wire.title ?? wire.eventName;
  const record: EventRecord = {
    eventId: wire.id,
    name: name ?? wire.id,
    startAt: start.startAt,
    timeZone: start.timeZone,
    timeZoneAssumed: start.assumed,
    row: {
      event_id: wire.id,
      event_name: name,
      start_date: start.wall,
      end_date: endOf(wire, start.timeZone),
      start_time_known: start.timeKnown,
      timezone: start.timeZone,
      location_name: wire.venue ?? wire.location?.name ?? null,
      city: wire.city ?? wire.location?.city ?? null,
      region: wire.region ?? wire.location?.region ?? null,
      country: wire.country ?? wire.location?.country ?? null,
      status: wire.status,
      start_at: start.startAt.toISOString(),
    },
    source,
  };
  return { record };
}
