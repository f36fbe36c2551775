/** The tables that Let's Do This fills, by the columns this provider writes; migrations.ts creates them. */
import type { TableSpec } from '../../domain/tables.ts';

export const eventsTable: TableSpec = {
  name: 'letsdothis_events',
  columns: {
    event_id: 'text',
    event_name: 'text',
    start_date: 'timestamp',
    end_date: 'timestamp',
    start_time_known: 'boolean',
    timezone: 'text',
    location_name: 'text',
    city: 'text',
    region: 'text',
    country: 'text',
    status: 'text',
    start_at: 'timestamptz',
  },
  key: ['event_id'],
};

/** An application is the registration; what the list of participants adds to it stands in the columns of `supplement`. */
export const participantsTable: TableSpec = {
  name: 'letsdothis_participants',
  columns: {
    event_id: 'text',
    registration_id: 'text',
    application_id: 'text',
    participant_id: 'text',
    bib_number: 'text',
    first_name: 'text',
    last_name: 'text',
    email: 'text',
    phone: 'text',
    date_of_birth: 'date',
    gender: 'text',
    city: 'text',
    region: 'text',
    country: 'text',
    team_name: 'text',
    category: 'text',
    division: 'text',
    application_date: 'timestamp',
    registration_date: 'timestamp',
    registration_status: 'text',
    participant_status: 'text',
    payment_status: 'text',
    amount_paid: 'numeric',
    runner: 'jsonb',
    participant_row: 'jsonb',
  },
  key: ['registration_id'],
  // Who is in an application is there as long as the application is: nothing says that the second list is complete.
  listedBy: 'application_id',
  keepWhenBlank: ['bib_number'],
  supplement: [
    'participant_id',
    'bib_number',
    'division',
    'registration_date',
    'participant_status',
    'runner',
    'participant_row',
  ],
  supplementId: 'participant_id',
};
