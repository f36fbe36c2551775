/** From one row of `GET /events` to an event record. Pure: the same row twice yields equal records. */
import { knownZone } from '../../domain/event-time.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { EventRecord, RejectedRow } from '../../domain/records.ts';
import { decimalOf } from '../../domain/written-numbers.ts';
import { isObject, problemsOf } from '../../http/wire-fields.ts';
import { startOf, wallOf } from './times.ts';
import { eventIdOf, wireEvent } from './wire.ts';

export type MappedEvent = { readonly record: EventRecord } | { readonly rejected: RejectedRow };

/** `fallbackZone`: the credential's `time_zone`, where it has one. */
export function mapEvent(source: Json, fallbackZone: string | undefined): MappedEvent {
  const eventId = eventIdOf(source);
  const reject = (error: string): MappedEvent => ({
    rejected: { ...(eventId === null ? {} : { eventId, id: eventId }), error, source },
  });
  const parsed = wireEvent.safeParse(source);
  if (!parsed.success || !isObject(source)) return reject(parsed.error ? problemsOf(parsed.error) : 'not an object');
  const wire = parsed.data;
  const start = startOf(wire.event_date, knownZone(wire.time_zone) ?? knownZone(wire.timezone), fallbackZone);
  if (start === undefined) return reject('event_date: missing, or neither a date nor a time that can be read');
  const address = addressOf(wire.location_city, wire.location_state, wire.location_country);
  const record: EventRecord = {
    eventId: wire.id,
    name: wire.name ?? wire.id,
    startAt: start.startAt,
    timeZone: start.timeZone,
    timeZoneAssumed: start.assumed,
    row: {
      event_id: wire.id,
      organization_id: wire.organization_id,
      event_name: wire.name,
      event_description: wire.description,
      start_date: start.wall,
      end_date: wallOf(wire.event_end_date),
      location: wire.location_name ?? ([wire.location_city, wire.location_state].filter(Boolean).join(', ') || null),
      event_type: wire.event_type,
      distance: decimalOf(wire.distance),
      status: wire.status,
      address,
      time_zone: start.timeZone,
      start_at: start.startAt.toISOString(),
    },
    source,
  };
  return { record };
}

/** City and state in the form that p88sync keeps for every provider. */
function addressOf(city: string | null, state: string | null, country: string | null): JsonObject | null {
  return city === null && state === null && country === null ? null : { city, state, country_code: country };
}
