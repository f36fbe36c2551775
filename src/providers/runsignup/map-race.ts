/** A race of GET /races or GET /race/{id} → its record. Pure. */
import type { JsonObject } from '../../domain/json.ts';
import type { RaceRecord } from '../../domain/records.ts';
import { booleanOf, idOf, isObject, textOf } from './field-values.ts';
import { wallText } from './times.ts';

/** The race without its events: they have rows of their own, and kept twice the race would change with each of them. */
export function mapRace(race: JsonObject): RaceRecord {
  const { events: _, ...source } = race;
  return {
    raceId: String(idOf(race['race_id'])),
    row: {
      race_id: idOf(race['race_id']),
      name: textOf(race['name']),
      last_date: wallText(race['last_date']),
      last_end_date: wallText(race['last_end_date']),
      next_date: wallText(race['next_date']),
      next_end_date: wallText(race['next_end_date']),
      is_draft_race: booleanOf(race['is_draft_race']),
      is_private_race: booleanOf(race['is_private_race']),
      is_registration_open: booleanOf(race['is_registration_open']),
      created: wallText(race['created']),
      last_modified: wallText(race['last_modified']),
      description: textOf(race['description']),
      url: textOf(race['url']),
      external_race_url: textOf(race['external_race_url']),
      external_results_url: textOf(race['external_results_url']),
      fb_page_id: textOf(race['fb_page_id']),
      fb_event_id: textOf(race['fb_event_id']),
      address: isObject(race['address']) ? race['address'] : null,
      timezone: textOf(race['timezone']),
      logo_url: textOf(race['logo_url']),
      real_time_notifications_enabled: booleanOf(race['real_time_notifications_enabled']),
    },
    source,
  };
}
