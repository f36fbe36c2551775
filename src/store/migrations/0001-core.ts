import type { Migration } from '../../domain/tables.ts';

/**
 * The tables that every provider shares. Columns up to the line `-- ours` are those that other programs read
 * (existing-database.md); lengths are dropped, since real names, bibs and encrypted secrets outgrow them.
 */
export const core: Migration = {
  name: '0001-core',
  sql: `
create table timing_partners (
  timing_partner_id serial primary key,
  company_name text not null,
  access_password text,
  created_at timestamp default now(),
  updated_at timestamp default now()
);
create unique index timing_partners_company_name on timing_partners (lower(company_name));

create table providers (
  provider_id serial primary key,
  name text not null unique,
  provider_type text,
  api_base_url text,
  rate_limit_per_hour integer,
  created_at timestamp default now()
);
insert into providers (provider_id, name, provider_type, rate_limit_per_hour) values
  (1, 'ChronoTrack', 'scoring', 2000),
  (2, 'RunSignUp', 'registration', 1000),
  (3, 'Race Roster', 'registration', 1000),
  (4, 'Haku', 'registration', 500),
  (5, 'Copernico', 'scoring', 2000),
  (6, 'Let''s Do This', 'registration', 1000);
select setval(pg_get_serial_sequence('providers', 'provider_id'), 6);

create table partner_provider_credentials (
  partner_provider_credential_id serial primary key,
  provider_id integer not null references providers,
  timing_partner_id integer not null references timing_partners,
  principal text,
  secret text,
  credential_type text,
  additional_config jsonb,
  created_at timestamp default now(),
  updated_at timestamp default now(),
  -- ours
  refused_at timestamptz,
  refused_reason text,
  refusals integer not null default 0,
  not_before timestamptz,
  unique (timing_partner_id, provider_id, principal)
);

create table access_tokens (
  partner_provider_credential_id integer primary key references partner_provider_credentials on delete cascade,
  token text not null,
  expires_at timestamptz not null
);

create table sync_events (
  timing_partner_id integer not null references timing_partners,
  provider_id integer not null references providers,
  event_id text not null,
  partner_provider_credential_id integer references partner_provider_credentials on delete set null,
  race_id text,
  name text not null,
  start_at timestamptz not null,
  time_zone text not null,
  time_zone_assumed boolean not null,
  discovered_at timestamptz not null,
  changed_at timestamptz not null,
  listing_stopped_at timestamptz,
  primary key (timing_partner_id, provider_id, event_id)
);
create index sync_events_start_at on sync_events (start_at);

create table sync_history (
  sync_history_id bigserial primary key,
  timing_partner_id integer references timing_partners,
  provider_id integer references providers,
  event_id text,
  operation_type text,
  sync_direction text,
  sync_time timestamp,
  status text,
  num_of_synced_records integer,
  entries_success integer,
  entries_failed integer,
  error_details jsonb,
  data_snapshot jsonb,
  duration_seconds integer,
  callback_url text,
  reason text,
  -- ours
  claim_key text,
  run_id uuid,
  unit_id uuid,
  partner_provider_credential_id integer,
  host text,
  process text,
  started_at timestamptz,
  finished_at timestamptz,
  lease_until timestamptz,
  since timestamptz,
  watermark timestamptz,
  checkpoint jsonb,
  fetched integer not null default 0,
  inserted integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  removed integer not null default 0,
  api_calls integer not null default 0,
  failures integer not null default 0,
  retry_at timestamptz
);
-- The claim: at most one running sync of an event.
create unique index sync_history_claim on sync_history (timing_partner_id, provider_id, claim_key)
  where status = 'running';
-- What is due: the newest row, the newest completed full one and the newest other completed one of each event.
create index sync_history_newest on sync_history (timing_partner_id, provider_id, event_id, sync_history_id desc);
create index sync_history_full on sync_history (timing_partner_id, provider_id, event_id, sync_history_id desc)
  where status in ('completed', 'success') and operation_type = 'full_sync';
create index sync_history_incremental on sync_history (timing_partner_id, provider_id, event_id, sync_history_id desc)
  where status in ('completed', 'success') and operation_type in ('incremental_sync', 'participants');
create index sync_history_started_at on sync_history (started_at);
create index sync_history_discoveries on sync_history (sync_history_id desc) where operation_type = 'events';

create table sync_seen (
  timing_partner_id integer not null,
  provider_id integer not null,
  event_id text not null,
  series uuid not null,
  registration_id text not null,
  primary key (timing_partner_id, provider_id, event_id, series, registration_id)
);

create table rejected_rows (
  timing_partner_id integer not null references timing_partners,
  provider_id integer not null references providers,
  event_id text not null,
  row_key text not null,
  error text not null,
  source_text text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (timing_partner_id, provider_id, event_id, row_key)
);

create table sync_queue (
  sync_queue_id serial primary key,
  timing_partner_id integer references timing_partners,
  provider_id integer references providers,
  event_id text,
  operation_type text not null,
  sync_direction text,
  priority integer default 5,
  status text default 'pending',
  scheduled_time timestamp,
  retry_count integer default 0,
  max_retries integer default 3,
  payload jsonb,
  created_at timestamp default now(),
  started_at timestamp,
  completed_at timestamp
);
create index sync_queue_pending on sync_queue (priority, sync_queue_id) where status = 'pending';

create table api_calls (
  api_call_id bigserial primary key,
  partner_provider_credential_id integer not null,
  timing_partner_id integer not null,
  provider_id integer not null,
  run_id uuid not null,
  unit_id uuid,
  called_at timestamptz not null,
  method text not null,
  path text not null,
  status integer,
  duration_ms integer,
  bytes bigint,
  error text
);
create index api_calls_budget on api_calls (partner_provider_credential_id, called_at);
create index api_calls_called_at on api_calls (called_at);
`,
};
