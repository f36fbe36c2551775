/** Every kind of row that a provider sends, as it usually looks, with the function that makes records of it. */
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { RejectedRow, Removal } from '../../src/domain/records.ts';
import type { Row } from '../../src/domain/tables.ts';
import { mapEntry } from '../../src/providers/chronotrack/map-entry.ts';
import * as chronotrack from '../../src/providers/chronotrack/map-event.ts';
import { readLine } from '../../src/providers/chronotrack/result-lines.ts';
import { readResults } from '../../src/providers/copernico/results.ts';
import * as haku from '../../src/providers/haku/map-event.ts';
import { mapRegistration } from '../../src/providers/haku/map-registration.ts';
import { mapRow } from '../../src/providers/haku/outline.ts';
import { numberOf } from '../../src/providers/haku/wire.ts';
import * as letsdothis from '../../src/providers/letsdothis/map-event.ts';
import { mapApplication, mapParticipant as mapRunner } from '../../src/providers/letsdothis/map-person.ts';
import * as raceroster from '../../src/providers/raceroster/map-event.ts';
import { mapParticipant as mapEntrant } from '../../src/providers/raceroster/map-participant.ts';
import * as runsignup from '../../src/providers/runsignup/map-event.ts';
import { mapParticipant } from '../../src/providers/runsignup/map-participant.ts';
import { mapRace } from '../../src/providers/runsignup/map-race.ts';
import { raceProblem } from '../../src/providers/runsignup/wire.ts';
import { detail, eventRow as hakuEvent, listRow } from '../providers/haku/wire-rows.ts';
import { applicationRow, participantRow } from '../providers/letsdothis/builders.ts';
import { personRow, eventRow as rosterEvent } from '../providers/raceroster/builders.ts';
import { wireEvent, wireParticipant, wireRace, wireRemoved } from '../providers/runsignup/wire-rows.ts';

/** What the program makes of one row. */
export interface Mapped {
  readonly records: readonly {
    readonly id: string;
    readonly row: Row;
    readonly source: JsonObject;
    readonly removal?: Removal;
  }[];
  readonly rejected: readonly RejectedRow[];
}

export interface RowKind {
  readonly name: string;
  readonly template: JsonObject;
  /** The field that holds its id. */
  readonly idField: string;
  /** Ids are numbers: `007` is 7. */
  readonly numericId?: boolean;
  /** What is kept of the row as its source. */
  readonly sourceOf?: (row: JsonObject) => JsonObject;
  map(row: Json): Mapped;
}

const place = { eventId: '661702', raceId: '85675' };
const race = wireRace({ events: [] });

type Either<Record> = { readonly record: Record } | { readonly rejected: RejectedRow };
type Of<Record> = Record & { readonly row: Row; readonly source: JsonObject; readonly removal?: Removal };

function either<Record>(mapped: Either<Of<Record>>, idOf: (record: Of<Record>) => string): Mapped {
  if ('rejected' in mapped) return { records: [], rejected: [mapped.rejected] };
  const { record } = mapped;
  const { row, source, removal } = record;
  return { records: [{ id: idOf(record), row, source, ...(removal && { removal }) }], rejected: [] };
}

const nothing = (error: string, source: Json): Mapped => ({ records: [], rejected: [{ error, source }] });
const isObject = (row: Json): row is JsonObject => typeof row === 'object' && row !== null && !Array.isArray(row);

const ofRunSignUp = (part: 'active' | 'removed') => (row: Json) => {
  const mapped = mapParticipant(row, { part, ...place });
  return either(mapped.kind === 'record' ? mapped : { rejected: mapped.row }, ({ id }) => id);
};

export const rowKinds: readonly RowKind[] = [
  {
    name: 'runsignup participant',
    template: wireParticipant(),
    idField: 'registration_id',
    numericId: true,
    map: ofRunSignUp('active'),
  },
  {
    name: 'runsignup removed participant',
    template: wireRemoved(),
    idField: 'registration_id',
    numericId: true,
    map: ofRunSignUp('removed'),
  },
  {
    name: 'runsignup event',
    template: wireEvent({ details: 'Hilly', end_time: '9/13/2026 12:30' }),
    idField: 'event_id',
    numericId: true,
    map: (row) => {
      const mapped = runsignup.mapEvent(row, race, undefined);
      if (mapped.kind === 'volunteers') return nothing('volunteers', row);
      return either(
        mapped.kind === 'event' ? { record: mapped.event } : { rejected: mapped.row },
        (one) => one.eventId,
      );
    },
  },
  {
    name: 'runsignup race',
    template: wireRace(),
    idField: 'race_id',
    numericId: true,
    sourceOf: ({ events: _, ...rest }) => rest,
    map: (row) => {
      const problem = raceProblem(row);
      if (problem !== undefined || !isObject(row)) return nothing(problem ?? 'no object', row);
      return either({ record: mapRace(row) }, (one) => one.raceId);
    },
  },
  {
    name: 'raceroster participant',
    template: personRow({
      email: null,
      status: 'active',
      teamName: 'T',
      amountPaid: '55.00',
      dateOfBirth: '1990-02-28',
    }),
    idField: 'participantId',
    map: (row) => either(mapEntrant(row, 'e1'), ({ id }) => id),
  },
  {
    name: 'raceroster event',
    template: rosterEvent({ endDate: '2026-05-03T14:00:00-04:00', timezone: 'America/Halifax' }),
    idField: 'eventId',
    map: (row) => either(raceroster.mapEvent(row, undefined), ({ eventId }) => eventId),
  },
  {
    name: 'haku list row',
    template: listRow(),
    idField: 'registration_number',
    map: (row) => {
      const mapped = mapRow(row, 'E 1');
      if ('rejected' in mapped) return { records: [], rejected: [mapped.rejected] };
      const { id, source, fingerprint } = mapped.outline;
      return { records: [{ id, row: { fingerprint }, source }], rejected: [] };
    },
  },
  {
    name: 'haku registration',
    template: detail(),
    idField: 'registration_number',
    sourceOf: ({ event_categories: _, ...rest }) => rest,
    map: (row) => {
      const number = numberOf(row);
      if (number === null || !isObject(row)) return nothing('no number', row);
      const { records, rejected } = mapRegistration(row, 'E 1', number);
      const kept = records.map(({ id, row: columns, source: { event_categories: _, ...source }, removal }) => ({
        id,
        row: columns,
        source,
        ...(removal && { removal }),
      }));
      return { records: kept, rejected };
    },
  },
  {
    name: 'haku event',
    template: hakuEvent({ time_zone: 'America/New_York' }),
    idField: 'id',
    map: (row) => either(haku.mapEvent(row, undefined), ({ eventId }) => eventId),
  },
  {
    name: "let's do this application",
    template: applicationRow(),
    idField: 'id',
    map: (row) => either(mapApplication(row), ({ id }) => id),
  },
  {
    name: "let's do this participant",
    template: participantRow({ dateOfBirth: '1990-02-28', status: 'confirmed' }),
    idField: 'applicationId',
    map: (row) => either(mapRunner(row), ({ id }) => id),
  },
  {
    name: "let's do this event",
    template: {
      id: 'evt_9',
      name: 'City 10K',
      startDate: '2026-09-20',
      startTime: '09:30',
      endDateTime: '2026-09-20T14:00:00+01:00',
      timeZone: 'Europe/London',
      location: { name: 'Park', city: 'Leeds', timezone: 'Europe/London' },
    },
    idField: 'id',
    map: (row) => either(letsdothis.mapEvent(row, undefined), ({ eventId }) => eventId),
  },
  {
    name: 'chronotrack entry',
    template: {
      entry_id: '15500123',
      entry_bib: '77',
      entry_name: 'Ira Cole',
      entry_status: 'CONF',
      entry_type: 'IND',
      entry_race_age: '29',
      athlete_first_name: 'Ira',
      athlete_last_name: 'Cole',
      athlete_sex: 'M',
      athlete_birthdate: '1997-02-18',
      location_city: 'Frisco',
      race_name: '10K',
      team_name: '',
    },
    idField: 'entry_id',
    map: (row) => either(mapEntry(row, '31002'), ({ id }) => id),
  },
  {
    name: 'chronotrack event',
    template: {
      event_id: '31002',
      event_name: 'Lake Run',
      event_start_time: '1780225200',
      event_end_time: '1780245200',
      location_time_zone: 'America/Denver',
      location_city: 'Frisco',
      event_is_published: '1',
    },
    idField: 'event_id',
    map: (row) => either(chronotrack.mapEvent(row, undefined), ({ eventId }) => eventId),
  },
  {
    name: 'chronotrack race',
    template: {
      race_id: '88001',
      race_name: '10K',
      race_course_distance: '10.0',
      race_planned_start_time: '1780225200',
      race_age_ref_time: '1780225200',
    },
    idField: 'race_id',
    map: (row) =>
      either(chronotrack.mapRace(row, { eventId: '31002', timeZone: 'America/Denver' }), ({ raceId }) => raceId),
  },
  {
    name: 'chronotrack result',
    template: {
      results_entry_id: '15500123',
      results_bib: '77',
      results_first_name: 'Ira',
      results_sex: 'M',
      results_age: '29',
      results_time: '0:41:07.3',
      results_gun_time: '0:41:12.0',
      results_pace: '6:37',
      results_rank: '12',
      results_race_id: '88001',
      results_race_name: '10K',
      results_interval_name: 'Full Course',
    },
    idField: 'results_entry_id',
    map: (row) => {
      const read = readLine(row, '31002');
      if ('rejected' in read) return { records: [], rejected: [read.rejected] };
      const { entryId, bib, columns, source } = read.line;
      return { records: [{ id: entryId ?? `bib-${bib}`, row: { ...columns }, source }], rejected: [] };
    },
  },
  {
    name: 'copernico result',
    template: {
      id: 'runsignup-91000001',
      dorsal: '214',
      name: 'Marta',
      surname: 'Gil',
      gender: 'female',
      category: 'SEN F',
      status: 'finished',
      age: 34,
      'times.official_:::start:::': 9_000,
      'times.official_5K': 1_240_000,
      'times.official_Finish': 2_531_000,
      'times.real_Finish': 2_522_000,
      'rankings_:::full-1:::': 3,
    },
    idField: 'id',
    map: (row) => {
      const { records, rejected } = readResults('spring/10K', { rows: [row], gunAt: new Date('2026-09-13T10:30:00Z') });
      return {
        records: records.map(({ id, row: columns }) => ({ id, row: columns, source: row as JsonObject })),
        rejected,
      };
    },
  },
];
