/** From an entry (one registration) of ChronoTrack to a participant record. Pure: the same row twice, equal records. */
import * as z from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ParticipantRecord, RejectedRow, Removal } from '../../domain/records.ts';
import { guess, id, isObject, problemsOf, text } from '../../http/wire-fields.ts';
import { dayOf, genderOf, integerOf, locationOf } from './field-values.ts';

const wireEntry = z.object({
  entry_id: id,
  entry_bib: text,
  entry_name: text,
  entry_status: text,
  entry_type: text,
  entry_race_age: text,
  athlete_id: text,
  athlete_first_name: text,
  athlete_last_name: text,
  athlete_sex: text,
  athlete_birthdate: text,
  race_id: guess,
  race_name: guess,
  reg_choice_name: guess,
  bracket_name: guess,
  wave_name: guess,
  team_id: guess,
  team_name: guess,
  entry_external_id: guess,
  athlete_email: guess,
  athlete_home_phone: guess,
  athlete_mobile_phone: guess,
});
type WireEntry = z.infer<typeof wireEntry>;

export type MappedEntry = { readonly record: ParticipantRecord } | { readonly rejected: RejectedRow };

export function mapEntry(source: Json, eventId: string): MappedEntry {
  const parsed = wireEntry.safeParse(source);
  if (!parsed.success || !isObject(source)) {
    const known = isObject(source) ? id.safeParse(source['entry_id']).data : undefined;
    const error = parsed.error ? problemsOf(parsed.error) : 'not an object';
    return { rejected: { eventId, ...(known === undefined ? {} : { id: known }), error, source } };
  }
  const wire = parsed.data;
  const removal = removalOf(wire.entry_status);
  const record: ParticipantRecord = {
    eventId,
    id: wire.entry_id,
    row: rowOf(wire, source, eventId),
    source,
    ...(removal === undefined ? {} : { removal }),
    kind: 'registration',
  };
  return { record };
}

function rowOf(wire: WireEntry, source: JsonObject, eventId: string): ParticipantRecord['row'] {
  const { firstName, lastName } = namesOf(wire);
  return {
    entry_id: wire.entry_id,
    event_id: eventId,
    race_id: wire.race_id,
    entry_external_id: wire.entry_external_id,
    entry_name: wire.entry_name,
    entry_type: wire.entry_type,
    entry_status: wire.entry_status,
    entry_bib: wire.entry_bib,
    entry_race_age: integerOf(wire.entry_race_age),
    athlete_id: wire.athlete_id,
    athlete_first_name: firstName,
    athlete_last_name: lastName,
    athlete_sex: genderOf(wire.athlete_sex),
    athlete_birthdate: dayOf(wire.athlete_birthdate),
    athlete_email: wire.athlete_email,
    athlete_home_phone: wire.athlete_home_phone,
    athlete_mobile_phone: wire.athlete_mobile_phone,
    location: locationOf(source),
    team_id: wire.team_id,
    team_name: wire.team_name,
    race_name: wire.race_name,
    reg_choice_name: wire.reg_choice_name,
    bracket_name: wire.bracket_name,
    wave_name: wire.wave_name,
  };
}

/**
 * Where the athlete's names are missing, those in `entry_name`: of a person up to the first blank and behind it; the name
 * of a team (`entry_type` other than IND) is not cut in two.
 */
function namesOf(wire: WireEntry): { readonly firstName: string | null; readonly lastName: string | null } {
  const { athlete_first_name: firstName, athlete_last_name: lastName, entry_name: whole, entry_type: type } = wire;
  if (firstName !== null || lastName !== null || whole === null) return { firstName, lastName };
  const parts = /^(\S+)\s+(.+)$/.exec(whole);
  if (parts === null || (type !== null && type.toUpperCase() !== 'IND')) return { firstName: null, lastName: whole };
  return { firstName: parts[1] ?? null, lastName: parts[2] ?? null };
}

/** Beginnings of the words for somebody who is out. The real list is not documented; `CONF` is who is in. */
const departures: readonly (readonly [RegExp, string])[] = [
  [/^CANC/, 'cancelled'],
  [/^(WITHDR|WD$|WDRN$)/, 'withdrawn'],
  [/^DEFER/, 'deferred'],
  [/^REFUND/, 'refunded'],
  [/^DROP/, 'dropped'],
  [/^DEL/, 'deleted'],
  [/^REMOV/, 'removed'],
  [/^(TRANSFERRED|XFER)/, 'transferred'],
  [/^VOID/, 'void'],
];

/** A word that nobody knows leaves a person in: better one too many on the start list than one too few. */
export function removalOf(status: string | null): Removal | undefined {
  const word = status?.toUpperCase() ?? '';
  const reason = departures.find(([begins]) => begins.test(word))?.[1];
  return reason === undefined ? undefined : { reason };
}
