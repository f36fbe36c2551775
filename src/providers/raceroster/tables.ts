/** The tables that Race Roster fills, by the columns this provider writes; migrations.ts creates them. */
import type { TableSpec } from '../../domain/tables.ts';

export const eventsTable: TableSpec = {
  name: 'raceroster_events',
  columns: {
    event_id: 'text',
    external_event_id: 'text',
    event_name: 'text',
    start_date: 'timestamp',
    end_date: 'timestamp',
    location_name: 'text',
    address: 'jsonb',
    timezone: 'text',
    distance: 'numeric',
    event_type: 'text',
    status: 'text',
    current_participants: 'integer',
    sub_events: 'jsonb',
    start_at: 'timestamptz',
  },
  key: ['event_id'],
  older: {
    // A number of an earlier API, or a uuid that the program gave out itself.
    ids: { event_id: { heldBy: 'external_event_id', uuid: { ofNewRow: 'gen_random_uuid()' } } },
    repeats: { name: 'event_name' },
  },
};

export const participantsTable: TableSpec = {
  name: 'raceroster_participants',
  columns: {
    event_id: 'text',
    registration_id: 'text',
    bib_number: 'text',
    first_name: 'text',
    last_name: 'text',
    email: 'text',
    phone: 'text',
    date_of_birth: 'date',
    gender: 'text',
    address: 'jsonb',
    emergency_contact: 'jsonb',
    team_name: 'text',
    division: 'text',
    registration_date: 'timestamp',
    registration_status: 'text',
    payment_status: 'text',
    amount_paid: 'numeric',
    additional_info: 'jsonb',
  },
  key: ['registration_id'],
  keepWhenBlank: ['bib_number'],
  older: {
    ids: {
      event_id: {
        heldBy: 'external_event_id',
        uuid: {
          ofNewRow: `(select e.event_id from raceroster_events e where e.timing_partner_id = $2::int
            and e.external_event_id = p.event_id and e.duplicate_of is null)`,
          meaning: '(select e.external_event_id from raceroster_events e where e.event_id = t.event_id)',
        },
      },
      registration_id: { heldBy: 'external_registration_id', uuid: { ofNewRow: 'gen_random_uuid()' } },
    },
  },
};
