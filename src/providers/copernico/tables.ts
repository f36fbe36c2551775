/** The tables of Copernico, by the columns this provider writes; migrations.ts creates them. */
import type { TableSpec } from '../../domain/tables.ts';

export const eventsTable: TableSpec = {
  name: 'copernico_events',
  columns: {
    event_id: 'text',
    competition_id: 'text',
    event_name: 'text',
    event_description: 'text',
    event_date: 'timestamp',
    location: 'text',
    discipline: 'text',
    categories: 'jsonb',
    status: 'text',
    start_at: 'timestamptz',
  },
  key: ['event_id'],
};

/**
 * Filled by older programs. Copernico has no list of registrations, so nothing of ours writes it: who is in an event stands
 * in its results, not started or finished.
 */
export const participantsTable: TableSpec = {
  name: 'copernico_participants',
  columns: {
    event_id: 'text',
    participant_id: 'text',
    bib_number: 'text',
    first_name: 'text',
    last_name: 'text',
    date_of_birth: 'date',
    gender: 'text',
    nationality: 'text',
    club_team: 'text',
    category: 'text',
    license_number: 'text',
    registration_status: 'text',
  },
  key: ['event_id', 'participant_id'],
  keepWhenBlank: ['bib_number'],
};

export const resultsTable: TableSpec = {
  name: 'copernico_results',
  columns: {
    event_id: 'text',
    participant_id: 'text',
    bib_number: 'text',
    first_name: 'text',
    last_name: 'text',
    category: 'text',
    start_time: 'timestamp',
    finish_time: 'timestamp',
    total_time: 'interval',
    split_times: 'jsonb',
    overall_position: 'integer',
    category_position: 'integer',
    status: 'text',
    result_key: 'text',
    gun_time: 'interval',
    gender: 'text',
    age: 'integer',
    gender_position: 'integer',
  },
  key: ['event_id', 'result_key'],
  olderKey: 'coalesce(t.participant_id, t.bib_number)',
};
