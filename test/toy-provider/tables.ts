import type { Migration, TableSpec } from '../../src/domain/tables.ts';

export const eventsTable: TableSpec = {
  name: 'toy_events',
  columns: { event_id: 'text', name: 'text', start_at: 'timestamptz' },
  key: ['event_id'],
};

export const participantsTable: TableSpec = {
  name: 'toy_participants',
  columns: { event_id: 'text', ticket: 'text', first_name: 'text', last_name: 'text', bib: 'text' },
  key: ['ticket'],
  keepWhenBlank: ['bib'],
};

const store = `timing_partner_id integer not null references timing_partners, credentials_used text, fetched_date timestamp,
  source_row jsonb`;

export const migrations: readonly Migration[] = [
  {
    name: 'toy-0001-tables',
    sql: `
create table toy_events (event_id text not null, name text, start_at timestamptz, ${store},
  primary key (timing_partner_id, event_id));
create table toy_participants (event_id text not null, ticket text not null, first_name text, last_name text, bib text, ${store},
  source_modified_at timestamptz, removed_at timestamptz, removed_reason text, removed_to text, removal_row jsonb,
  unique (timing_partner_id, ticket));
`,
  },
];
