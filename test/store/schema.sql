create table access_tokens (
  partner_provider_credential_id integer not null,
  token text not null,
  expires_at timestamp with time zone not null,
  constraint access_tokens_partner_provider_credential_id_fkey FOREIGN KEY (partner_provider_credential_id) REFERENCES partner_provider_credentials(partner_provider_credential_id) ON DELETE CASCADE,
  constraint access_tokens_pkey PRIMARY KEY (partner_provider_credential_id)
);

create table api_calls (
  api_call_id bigint not null default nextval('api_calls_api_call_id_seq'::regclass),
  partner_provider_credential_id integer not null,
  timing_partner_id integer not null,
  provider_id integer not null,
  run_id uuid not null,
  unit_id uuid,
  called_at timestamp with time zone not null,
  method text not null,
  path text not null,
  status integer,
  duration_ms integer,
  bytes bigint,
  error text,
  constraint api_calls_pkey PRIMARY KEY (api_call_id)
);
CREATE INDEX api_calls_budget ON public.api_calls USING btree (partner_provider_credential_id, called_at);
CREATE INDEX api_calls_called_at ON public.api_calls USING btree (called_at);

create table event_links (
  timing_partner_id integer not null,
  provider_id integer not null,
  event_id text not null,
  scoring_provider_id integer not null,
  scoring_event_id text not null,
  partner_provider_credential_id integer,
  linked_at timestamp with time zone not null,
  constraint event_links_partner_provider_credential_id_fkey FOREIGN KEY (partner_provider_credential_id) REFERENCES partner_provider_credentials(partner_provider_credential_id) ON DELETE SET NULL,
  constraint event_links_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint event_links_scoring_provider_id_fkey FOREIGN KEY (scoring_provider_id) REFERENCES providers(provider_id),
  constraint event_links_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint event_links_pkey PRIMARY KEY (timing_partner_id, provider_id, event_id, scoring_provider_id, scoring_event_id)
);
CREATE INDEX event_links_scoring ON public.event_links USING btree (timing_partner_id, scoring_provider_id, scoring_event_id);

create table p88sync_migrations (
  name text not null,
  applied_at timestamp with time zone not null default now(),
  constraint p88sync_migrations_pkey PRIMARY KEY (name)
);

create table partner_provider_credentials (
  partner_provider_credential_id integer not null default nextval('partner_provider_credentials_partner_provider_credential_id_seq'::regclass),
  provider_id integer not null,
  timing_partner_id integer not null,
  principal text,
  secret text,
  credential_type text,
  additional_config jsonb,
  created_at timestamp without time zone default now(),
  updated_at timestamp without time zone default now(),
  refused_at timestamp with time zone,
  refused_reason text,
  refusals integer not null default 0,
  not_before timestamp with time zone,
  constraint partner_provider_credentials_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint partner_provider_credentials_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint partner_provider_credentials_pkey PRIMARY KEY (partner_provider_credential_id),
  constraint partner_provider_credentials_timing_partner_id_provider_id__key UNIQUE (timing_partner_id, provider_id, principal)
);

create table providers (
  provider_id integer not null default nextval('providers_provider_id_seq'::regclass),
  name text not null,
  provider_type text,
  api_base_url text,
  rate_limit_per_hour integer,
  created_at timestamp without time zone default now(),
  constraint providers_pkey PRIMARY KEY (provider_id),
  constraint providers_name_key UNIQUE (name)
);

create table pushed_participants (
  timing_partner_id integer not null,
  scoring_provider_id integer not null,
  scoring_event_id text not null,
  source_id text not null,
  provider_id integer not null,
  event_id text not null,
  content_hash text,
  pushed_at timestamp with time zone,
  removed_at timestamp with time zone,
  left_by_hand boolean not null default false,
  error text,
  constraint pushed_participants_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint pushed_participants_scoring_provider_id_fkey FOREIGN KEY (scoring_provider_id) REFERENCES providers(provider_id),
  constraint pushed_participants_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint pushed_participants_pkey PRIMARY KEY (timing_partner_id, scoring_provider_id, scoring_event_id, source_id)
);

create table raceroster_events (
  event_id text not null,
  external_event_id text,
  event_name text,
  start_date timestamp without time zone,
  fetched_date timestamp without time zone,
  current_participants integer,
  end_date timestamp without time zone,
  location_name text,
  address jsonb,
  timezone text,
  distance numeric,
  event_type text,
  status text,
  sub_events jsonb,
  credentials_used text,
  timing_partner_id integer not null,
  created_at timestamp without time zone default now(),
  start_at timestamp with time zone,
  source_row jsonb,
  constraint raceroster_events_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint raceroster_events_pkey PRIMARY KEY (timing_partner_id, event_id)
);

create table raceroster_participants (
  id bigint not null generated by default as identity,
  event_id text not null,
  registration_id text not null,
  bib_number text,
  first_name text,
  last_name text,
  email text,
  phone text,
  date_of_birth date,
  gender text,
  address jsonb,
  emergency_contact jsonb,
  team_name text,
  division text,
  registration_date timestamp without time zone,
  registration_status text,
  payment_status text,
  amount_paid numeric,
  additional_info jsonb,
  fetched_date timestamp without time zone,
  credentials_used text,
  timing_partner_id integer not null,
  created_at timestamp without time zone default now(),
  source_row jsonb,
  source_modified_at timestamp with time zone,
  removed_at timestamp with time zone,
  removed_reason text,
  removed_to text,
  removal_row jsonb,
  constraint raceroster_participants_timing_partner_id_event_id_fkey FOREIGN KEY (timing_partner_id, event_id) REFERENCES raceroster_events(timing_partner_id, event_id) ON DELETE CASCADE,
  constraint raceroster_participants_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint raceroster_participants_pkey PRIMARY KEY (id),
  constraint raceroster_participants_timing_partner_id_registration_id_key UNIQUE (timing_partner_id, registration_id)
);
CREATE INDEX raceroster_participants_event ON public.raceroster_participants USING btree (timing_partner_id, event_id);

create table rejected_rows (
  timing_partner_id integer not null,
  provider_id integer not null,
  event_id text not null,
  row_key text not null,
  error text not null,
  source_text text not null,
  first_seen_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  constraint rejected_rows_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint rejected_rows_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint rejected_rows_pkey PRIMARY KEY (timing_partner_id, provider_id, event_id, row_key)
);

create table runsignup_events (
  event_id bigint not null,
  race_id bigint,
  name text,
  details text,
  start_time timestamp without time zone,
  end_time timestamp without time zone,
  age_calc_base_date date,
  registration_opens timestamp without time zone,
  event_type text,
  distance numeric,
  volunteer boolean,
  require_dob boolean,
  require_phone boolean,
  giveaway text,
  fetched_date timestamp without time zone,
  credentials_used text,
  timing_partner_id integer not null,
  created_at timestamp without time zone default now(),
  start_at timestamp with time zone,
  time_zone text,
  source_row jsonb,
  constraint runsignup_events_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint runsignup_events_pkey PRIMARY KEY (timing_partner_id, event_id)
);

create table runsignup_participants (
  id bigint not null generated by default as identity,
  race_id bigint,
  event_id bigint,
  registration_id bigint not null,
  user_id bigint,
  first_name text,
  middle_name text,
  last_name text,
  email text,
  address jsonb,
  dob date,
  gender text,
  phone text,
  profile_image_url text,
  bib_num text,
  chip_num text,
  age integer,
  registration_date timestamp without time zone,
  team_info jsonb,
  payment_info jsonb,
  additional_data jsonb,
  fetched_date timestamp without time zone,
  credentials_used text,
  timing_partner_id integer not null,
  created_at timestamp without time zone default now(),
  last_modified timestamp without time zone,
  source_row jsonb,
  source_modified_at timestamp with time zone,
  removed_at timestamp with time zone,
  removed_reason text,
  removed_to text,
  removal_row jsonb,
  constraint runsignup_participants_timing_partner_id_event_id_fkey FOREIGN KEY (timing_partner_id, event_id) REFERENCES runsignup_events(timing_partner_id, event_id) ON DELETE CASCADE,
  constraint runsignup_participants_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint runsignup_participants_pkey PRIMARY KEY (id),
  constraint runsignup_participants_timing_partner_id_registration_id_key UNIQUE (timing_partner_id, registration_id)
);
CREATE INDEX runsignup_participants_event ON public.runsignup_participants USING btree (timing_partner_id, event_id);

create table runsignup_races (
  race_id bigint not null,
  name text,
  last_date timestamp without time zone,
  last_end_date timestamp without time zone,
  next_date timestamp without time zone,
  next_end_date timestamp without time zone,
  is_draft_race boolean,
  is_private_race boolean,
  is_registration_open boolean,
  created timestamp without time zone,
  last_modified timestamp without time zone,
  description text,
  url text,
  external_race_url text,
  external_results_url text,
  fb_page_id text,
  fb_event_id text,
  address jsonb,
  timezone text,
  logo_url text,
  real_time_notifications_enabled boolean,
  fetched_date timestamp without time zone,
  credentials_used text,
  timing_partner_id integer not null,
  created_at timestamp without time zone default now(),
  source_row jsonb,
  constraint runsignup_races_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint runsignup_races_pkey PRIMARY KEY (timing_partner_id, race_id)
);

create table sync_events (
  timing_partner_id integer not null,
  provider_id integer not null,
  event_id text not null,
  partner_provider_credential_id integer,
  race_id text,
  name text not null,
  start_at timestamp with time zone not null,
  time_zone text not null,
  time_zone_assumed boolean not null,
  discovered_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  listing_stopped_at timestamp with time zone,
  constraint sync_events_partner_provider_credential_id_fkey FOREIGN KEY (partner_provider_credential_id) REFERENCES partner_provider_credentials(partner_provider_credential_id) ON DELETE SET NULL,
  constraint sync_events_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint sync_events_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint sync_events_pkey PRIMARY KEY (timing_partner_id, provider_id, event_id)
);
CREATE INDEX sync_events_start_at ON public.sync_events USING btree (start_at);

create table sync_history (
  sync_history_id bigint not null default nextval('sync_history_sync_history_id_seq'::regclass),
  timing_partner_id integer,
  provider_id integer,
  event_id text,
  operation_type text,
  sync_direction text,
  sync_time timestamp without time zone,
  status text,
  num_of_synced_records integer,
  entries_success integer,
  entries_failed integer,
  error_details jsonb,
  data_snapshot jsonb,
  duration_seconds integer,
  callback_url text,
  reason text,
  claim_key text,
  run_id uuid,
  unit_id uuid,
  partner_provider_credential_id integer,
  host text,
  process text,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  lease_until timestamp with time zone,
  since timestamp with time zone,
  watermark timestamp with time zone,
  checkpoint jsonb,
  fetched integer not null default 0,
  inserted integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  removed integer not null default 0,
  api_calls integer not null default 0,
  failures integer not null default 0,
  retry_at timestamp with time zone,
  constraint sync_history_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint sync_history_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint sync_history_pkey PRIMARY KEY (sync_history_id)
);
CREATE INDEX sync_history_changes ON public.sync_history USING btree (timing_partner_id, provider_id, event_id, finished_at DESC) WHERE (((inserted + updated) + removed) > 0);
CREATE UNIQUE INDEX sync_history_claim ON public.sync_history USING btree (timing_partner_id, provider_id, claim_key) WHERE (status = 'running'::text);
CREATE INDEX sync_history_discoveries ON public.sync_history USING btree (sync_history_id DESC) WHERE (operation_type = 'events'::text);
CREATE INDEX sync_history_full ON public.sync_history USING btree (timing_partner_id, provider_id, event_id, sync_history_id DESC) WHERE ((status = ANY (ARRAY['completed'::text, 'success'::text])) AND (operation_type = 'full_sync'::text));
CREATE INDEX sync_history_incremental ON public.sync_history USING btree (timing_partner_id, provider_id, event_id, sync_history_id DESC) WHERE ((status = ANY (ARRAY['completed'::text, 'success'::text])) AND (operation_type = ANY (ARRAY['incremental_sync'::text, 'participants'::text])));
CREATE INDEX sync_history_newest ON public.sync_history USING btree (timing_partner_id, provider_id, event_id, sync_history_id DESC);
CREATE INDEX sync_history_pushes ON public.sync_history USING btree (timing_partner_id, provider_id, event_id, sync_history_id DESC) WHERE ((operation_type = 'participants'::text) AND (sync_direction = 'push'::text));
CREATE INDEX sync_history_results ON public.sync_history USING btree (timing_partner_id, provider_id, event_id, sync_history_id DESC) WHERE ((operation_type = 'results'::text) AND (sync_direction = 'pull'::text));
CREATE INDEX sync_history_started_at ON public.sync_history USING btree (started_at);

create table sync_queue (
  sync_queue_id integer not null default nextval('sync_queue_sync_queue_id_seq'::regclass),
  timing_partner_id integer,
  provider_id integer,
  event_id text,
  operation_type text not null,
  sync_direction text,
  priority integer default 5,
  status text default 'pending'::text,
  scheduled_time timestamp without time zone,
  retry_count integer default 0,
  max_retries integer default 3,
  payload jsonb,
  created_at timestamp without time zone default now(),
  started_at timestamp without time zone,
  completed_at timestamp without time zone,
  constraint sync_queue_provider_id_fkey FOREIGN KEY (provider_id) REFERENCES providers(provider_id),
  constraint sync_queue_timing_partner_id_fkey FOREIGN KEY (timing_partner_id) REFERENCES timing_partners(timing_partner_id),
  constraint sync_queue_pkey PRIMARY KEY (sync_queue_id)
);
CREATE INDEX sync_queue_pending ON public.sync_queue USING btree (priority, sync_queue_id) WHERE (status = 'pending'::text);

create table sync_seen (
  timing_partner_id integer not null,
  provider_id integer not null,
  event_id text not null,
  series uuid not null,
  registration_id text not null,
  constraint sync_seen_pkey PRIMARY KEY (timing_partner_id, provider_id, event_id, series, registration_id)
);

create table timing_partners (
  timing_partner_id integer not null default nextval('timing_partners_timing_partner_id_seq'::regclass),
  company_name text not null,
  access_password text,
  created_at timestamp without time zone default now(),
  updated_at timestamp without time zone default now(),
  constraint timing_partners_pkey PRIMARY KEY (timing_partner_id)
);
CREATE UNIQUE INDEX timing_partners_company_name ON public.timing_partners USING btree (lower(company_name));

create view unified_events as
--   source_provider text
--   timing_partner_id integer
--   event_id text
--   event_name text
--   event_date timestamp without time zone
--   city text
--   state text
--   distance numeric
--   fetched_date timestamp without time zone
--   start_at timestamp with time zone
--   time_zone text
 SELECT 'RunSignUp'::text AS source_provider,
    e.timing_partner_id,
    e.event_id::text AS event_id,
    e.name AS event_name,
    e.start_time AS event_date,
    r.address ->> 'city'::text AS city,
    r.address ->> 'state'::text AS state,
    e.distance,
    e.fetched_date,
    e.start_at,
    e.time_zone
   FROM runsignup_events e
     LEFT JOIN runsignup_races r ON r.timing_partner_id = e.timing_partner_id AND r.race_id = e.race_id
UNION ALL
 SELECT 'Race Roster'::text AS source_provider,
    e.timing_partner_id,
    e.event_id,
    e.event_name,
    e.start_date AS event_date,
    e.address ->> 'city'::text AS city,
    e.address ->> 'state'::text AS state,
    e.distance,
    e.fetched_date,
    e.start_at,
    e.timezone AS time_zone
   FROM raceroster_events e;

create view unified_participants as
--   source_provider text
--   timing_partner_id integer
--   event_id text
--   first_name text
--   last_name text
--   email text
--   gender text
--   bib_number text
--   city text
--   state text
--   age integer
--   registration_date timestamp without time zone
--   fetched_date timestamp without time zone
--   registration_id text
--   removed_at timestamp with time zone
--   removed_reason text
--   date_of_birth date
--   team_name text
--   division text
 SELECT 'RunSignUp'::text AS source_provider,
    runsignup_participants.timing_partner_id,
    runsignup_participants.event_id::text AS event_id,
    runsignup_participants.first_name,
    runsignup_participants.last_name,
    runsignup_participants.email,
    runsignup_participants.gender,
    runsignup_participants.bib_num AS bib_number,
    runsignup_participants.address ->> 'city'::text AS city,
    runsignup_participants.address ->> 'state'::text AS state,
    runsignup_participants.age,
    runsignup_participants.registration_date,
    runsignup_participants.fetched_date,
    runsignup_participants.registration_id::text AS registration_id,
    runsignup_participants.removed_at,
    runsignup_participants.removed_reason,
    runsignup_participants.dob AS date_of_birth,
    runsignup_participants.team_info ->> 'team_name'::text AS team_name,
    NULL::text AS division
   FROM runsignup_participants
UNION ALL
 SELECT 'Race Roster'::text AS source_provider,
    p.timing_partner_id,
    p.event_id,
    p.first_name,
    p.last_name,
    p.email,
    p.gender,
    p.bib_number,
    p.address ->> 'city'::text AS city,
    p.address ->> 'state'::text AS state,
    EXTRACT(year FROM age(e.start_date, p.date_of_birth::timestamp without time zone))::integer AS age,
    p.registration_date,
    p.fetched_date,
    p.registration_id,
    p.removed_at,
    p.removed_reason,
    p.date_of_birth,
    p.team_name,
    p.division
   FROM raceroster_participants p
     LEFT JOIN raceroster_events e ON e.timing_partner_id = p.timing_partner_id AND e.event_id = p.event_id;

create view unified_results as
--   source_provider text
--   timing_partner_id integer
--   event_id text
--   bib_number text
--   first_name text
--   last_name text
--   gender text
--   age integer
--   results_time interval
--   results_gun_time interval
--   overall_place integer
--   fetched_date timestamp without time zone
--   result_id text
--   participant_id text
--   status text
--   division text
--   gender_place integer
--   division_place integer
--   splits jsonb
--   removed_at timestamp with time zone
 SELECT NULL::text AS source_provider,
    NULL::integer AS timing_partner_id,
    NULL::text AS event_id,
    NULL::text AS bib_number,
    NULL::text AS first_name,
    NULL::text AS last_name,
    NULL::text AS gender,
    NULL::integer AS age,
    NULL::interval AS results_time,
    NULL::interval AS results_gun_time,
    NULL::integer AS overall_place,
    NULL::timestamp without time zone AS fetched_date,
    NULL::text AS result_id,
    NULL::text AS participant_id,
    NULL::text AS status,
    NULL::text AS division,
    NULL::integer AS gender_place,
    NULL::integer AS division_place,
    NULL::jsonb AS splits,
    NULL::timestamp with time zone AS removed_at
  WHERE false;
