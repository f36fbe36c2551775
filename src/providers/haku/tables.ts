/** The tables that Haku fills, by the columns this provider writes; migrations.ts creates them. */
import type { TableSpec } from '../../domain/tables.ts';

export const eventsTable: TableSpec = {
  name: 'haku_events',
  columns: {
    event_id: 'text',
    organization_id: 'text',
    event_name: 'text',
    event_description: 'text',
    start_date: 'timestamp',
    end_date: 'timestamp',
    location: 'text',
    event_type: 'text',
    distance: 'numeric',
    status: 'text',
    address: 'jsonb',
    time_zone: 'text',
    start_at: 'timestamptz',
  },
  key: ['event_id'],
};

/** One row for each category of a registration; what belongs to the registration (the amount paid) stands in each. */
export const participantsTable: TableSpec = {
  name: 'haku_participants',
  columns: {
    event_id: 'text',
    participant_id: 'text',
    registration_number: 'text',
    bib_number: 'text',
    first_name: 'text',
    last_name: 'text',
    email: 'text',
    phone: 'text',
    date_of_birth: 'date',
    gender: 'text',
    address: 'jsonb',
    emergency_contact: 'jsonb',
    team_affiliation: 'text',
    category: 'text',
    category_details: 'jsonb',
    registration_details: 'jsonb',
    registration_date: 'timestamp',
    amount_paid: 'numeric',
  },
  key: ['participant_id'],
  listedBy: 'registration_number',
  keepWhenBlank: ['bib_number'],
};
